"""Session Manager: what people type on machines is encrypted on the way and kept."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from constructs_lib.domain_key import account_root
from constructs_lib.log_group import EncryptedLogGroup
from landing_zone.plan.names import SESSION_DOCUMENT
from landing_zone.policy_data import policy_data


class SessionLogging(Construct):
    """Session Manager's preferences for the account and Region, from `policies/baseline/sessions.yaml`.

    The name is the one that Session Manager looks for. An account in which somebody saved preferences in the console
    already has the document: delete it, or import it into the stack.
    """

    def __init__(self, scope: Construct, id: str, *, log_group: EncryptedLogGroup, key_arn: str) -> None:
        super().__init__(scope, id)
        preferences = {key: entry for key, entry in policy_data("baseline/sessions").items() if key != "as_of"}
        ssm.CfnDocument(
            self,
            "Preferences",
            name=SESSION_DOCUMENT,
            document_type="Session",
            document_format="JSON",
            update_method="NewVersion",  # a document with a name of its own cannot be replaced
            content={
                "schemaVersion": "1.0",
                "description": "Session Manager preferences of the landing zone",
                "sessionType": "Standard_Stream",
                "inputs": {
                    **preferences,
                    "cloudWatchLogGroupName": log_group.log_group.ref,
                    "kmsKeyId": key_arn,
                },
            },
        )


def use_by_sessions() -> iam.PolicyStatement:
    """People and machines of the own account may use the key for sessions, as far as their own policies allow.

    Both ends call KMS themselves (the client GenerateDataKey, the agent Decrypt), so there is no kms:ViaService; the
    encryption context, which every session has and no log has, confines them. Source: the SSM agent's public source.
    """
    return iam.PolicyStatement(
        sid="Sessions",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=["*"],  # of the key itself
        principals=[account_root()],
        conditions={
            "StringEquals": {"kms:CallerAccount": Aws.ACCOUNT_ID},
            "Null": {"kms:EncryptionContext:aws:ssm:SessionId": "false"},
        },
    )
