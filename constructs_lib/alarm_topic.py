"""An encrypted topic that takes alarms of its own account alone, and what its key must allow."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws, CfnTag
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs_lib.domain_key import service_statement, via_service_statement

KEY_USE_TO_PUBLISH = ("kms:Decrypt", "kms:GenerateDataKey*")
"""What publishing to an encrypted topic takes; `*` covers GenerateDataKeyWithoutPlaintext.

Source: Amazon SNS Developer Guide, sns-key-management (compatibility with AWS services).
"""
ALARMS = "cloudwatch"
BUDGETS = "budgets"


class AlarmTopic(Construct):
    """A topic that services of the own account may publish to, on the own account's behalf, and over TLS alone.

    publishers: `cloudwatch` (alarms) and `budgets`. EventBridge is none: its requests to KMS carry no source
    conditions (Amazon SNS Developer Guide), so a rule publishes through a role (see `use_by_topic_publishers`).
    emails: each must confirm the subscription that AWS mails.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        display_name: str,
        key_arn: str,
        emails: Sequence[str] = (),
        publishers: Sequence[str] = (ALARMS,),
    ) -> None:
        super().__init__(scope, id)
        self.topic = sns.CfnTopic(
            self,
            "Topic",
            topic_name=name,
            display_name=display_name,
            kms_master_key_id=key_arn,
            tags=[CfnTag(key="hlz:purpose", value="alarms")],
        )
        self.arn = self.topic.ref
        policy = iam.PolicyDocument(
            statements=[*(_publishing(service, self.arn) for service in publishers), _tls_only(self.arn)]
        )
        sns.CfnTopicPolicy(self, "Policy", topics=[self.arn], policy_document=policy)
        for number, email in enumerate(emails, start=1):
            sns.CfnSubscription(self, f"Email{number}", topic_arn=self.arn, protocol="email", endpoint=email)


def _sources() -> dict[str, str]:
    """What a publisher acts for, by service, as `aws:SourceArn`."""
    return {
        ALARMS: f"arn:{Aws.PARTITION}:cloudwatch:{Aws.REGION}:{Aws.ACCOUNT_ID}:alarm:*",
        BUDGETS: f"arn:{Aws.PARTITION}:budgets::{Aws.ACCOUNT_ID}:*",
    }


def _publishing(service: str, topic: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=service.title(),
        actions=["sns:Publish"],
        resources=[topic],
        principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
        conditions={
            "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
            "ArnLike": {"aws:SourceArn": _sources()[service]},
        },
    )


def _tls_only(topic: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="TlsOnly",
        effect=iam.Effect.DENY,
        actions=["sns:Publish"],
        resources=[topic],
        principals=[iam.AnyPrincipal()],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


def use_by_alarm_topics() -> iam.PolicyStatement:
    """Alarms and budgets of the own account may use the key for the topics they publish to."""
    return service_statement(
        "AlarmTopics",
        [f"{service}.amazonaws.com" for service in (ALARMS, BUDGETS)],
        actions=KEY_USE_TO_PUBLISH,
        conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
    )


def use_by_topic_publishers() -> iam.PolicyStatement:
    """Roles of the own account, such as those of EventBridge rules, may use the key for topics they publish to."""
    return via_service_statement("TopicPublishers", ["sns"], actions=KEY_USE_TO_PUBLISH)


def use_by_event_bus() -> iam.PolicyStatement:
    """EventBridge may use the key for event buses of the own account and Region.

    Source: Amazon EventBridge User Guide, eb-encryption-key-policy.
    """
    return service_statement(
        "EventBuses",
        ["events.amazonaws.com"],
        actions=["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
    )
