"""Rules over SNS topics and their policies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.assurance.library.admission import CALLER_KEYS, any_customer, outsiders
from landing_zone.assurance.library.denials import covers, is_denied, lacks_tls
from landing_zone.assurance.library.presence import assert_exists_beside, is_given, those_that
from landing_zone.assurance.library.principals import SOURCE_KEYS, is_pinned, is_world
from landing_zone.assurance.policy_statements import Statement, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Reference, Unresolved, Value, text_of

_TOPIC = "AWS::SNS::Topic"
_POLICIES = {"AWS::SNS::TopicPolicy": "Topics", "AWS::SNS::TopicInlinePolicy": "TopicArn"}
_ALARMS = "cloudwatch.amazonaws.com"
_WORD = re.compile(r"[A-Za-z0-9]+")
_USE_OF_KEY = ("kms:Decrypt", "kms:GenerateDataKey")
_EVERYBODY_KEYS = (*CALLER_KEYS, *SOURCE_KEYS, "aws:sourceowner")
"""aws:SourceOwner stands in the policy SNS makes by default: the account whose resource publishes."""


@rule(
    "HLZ-SNS-001",
    control="LZ-ORG-06",
    resource=tuple(_POLICIES),
    title="Topic policies admit the own account, services on its behalf, and nobody without TLS",
    fix="Add conditions on aws:PrincipalOrgID for callers and aws:SourceAccount for services, and a statement that "
    "denies sns:Publish to everybody with Bool aws:SecureTransport false.",
)
def topic_policies_admit_nobody_from_outside(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No statement allows everybody, a foreign account or a service for any customer; publishing without TLS is denied.

    The denial speaks of every topic of the policy (or of `*`) and has no further condition. A topic without a policy
    gets SNS's default one, which admits the own account only: it is not examined here.

    Cannot see: subscriptions, and whether a service that publishes sends the source of its call.
    """
    entries = list(statements(policy.value("PolicyDocument"), "PolicyDocument"))
    subject = f"Topic policy {policy.logical_id}"

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        yield from outsiders(subject, statement, context, everybody=_EVERYBODY_KEYS, foreign=CALLER_KEYS)
        yield from any_customer(subject, statement)

    yield from each(entries, judge)
    if not is_denied(entries, "sns:Publish", lacks_tls, lambda statement: _covers_topics(statement, policy)):
        yield Violation(
            f"{subject} accepts messages without TLS; a Deny of sns:Publish for everybody with aws:SecureTransport "
            "false is expected.",
            "PolicyDocument",
        )


def _topics_of(policy: Resource) -> list[Value]:
    name = _POLICIES[policy.type]
    return policy.items(name) if name == "Topics" else [policy.known(name)]


def _covers_topics(statement: Statement, policy: Resource) -> bool:
    if statement.not_resource:
        return False
    if "*" in statement.resources:
        return True
    named = [_arn(resource) for resource in statement.resources]
    return all(_arn(topic) in named for topic in _topics_of(policy))


def _arn(topic: Value) -> str:
    """A topic's ARN as text, in one spelling: `Ref` and the attribute TopicArn are the same."""
    if isinstance(topic, Unresolved):
        raise CannotEvaluate(f"a topic is not known: {topic.reason}")
    return (text_of(topic) or "").replace(".TopicArn}", "}")


def _alarms_publish_to(topic: Resource, context: RuleContext) -> bool:
    """Whether an alarm of the template has the topic as an action."""
    return bool(those_that(context.template.of_type("AWS::CloudWatch::Alarm"), lambda alarm: _acts_on(alarm, topic)))


def _acts_on(alarm: Resource, topic: Resource) -> bool:
    actions = alarm.value("AlarmActions")
    listed = actions if isinstance(actions, list) else [actions]
    if any(isinstance(action, Reference) and action.logical_id == topic.logical_id for action in listed):
        return True
    if any(isinstance(action, Unresolved) for action in listed) and topic.logical_id in _words(alarm.properties):
        raise CannotEvaluate(f"whether {alarm.logical_id} publishes to it is open")
    return False


def _words(properties: Mapping[str, Any]) -> set[str]:
    """The names that an alarm's actions mention, in whatever function."""
    return set(_WORD.findall(json.dumps(properties.get("AlarmActions"), default=str)))


@rule(
    "HLZ-ALM-005",
    control="LZ-STO-04",
    resource=_TOPIC,
    applies=_alarms_publish_to,
    title="Alarm topics have a customer managed key, and CloudWatch may use key and topic",
    fix="Set KmsMasterKeyId to a customer managed key whose policy allows cloudwatch.amazonaws.com kms:Decrypt and "
    "kms:GenerateDataKey*, and let the topic's policy allow it sns:Publish, both under aws:SourceAccount.",
)
def alarm_topics_are_encrypted_and_reachable(topic: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An alarm's topic is under a customer managed key, and nothing keeps the alarm from publishing.

    With AWS's own key (`alias/aws/sns`), or a key whose policy does not name it, CloudWatch cannot publish, and the
    alarm is silent. The key's policy is judged where the key is in the template, the topic's where it has one there.

    Cannot see: imported keys, conditions that the alarm does not meet, and whether anybody subscribed.
    """
    yield from each((_has_own_key, _key_lets_alarms, _policy_lets_alarms), lambda judge: judge(topic, context))


def _has_own_key(topic: Resource, context: RuleContext) -> Iterator[Outcome]:
    if not is_given(topic, "KmsMasterKeyId"):
        yield Violation(
            f"Topic {topic.logical_id} is not encrypted; a customer managed key is expected.", "KmsMasterKeyId"
        )
    elif "alias/aws/" in (text_of(topic.value("KmsMasterKeyId")) or ""):
        yield Violation(
            f"Topic {topic.logical_id} is under AWS's own key, which CloudWatch alarms cannot use; a customer managed "
            "key is expected.",
            "KmsMasterKeyId",
        )


def _key_lets_alarms(topic: Resource, context: RuleContext) -> Iterator[Outcome]:
    key = _target(topic.value("KmsMasterKeyId"), context)
    if key is not None and key.type == "AWS::KMS::Alias":
        key = _target(key.value("TargetKeyId"), context)
    if key is None or key.type != "AWS::KMS::Key":
        return
    entries = list(statements(key.value("KeyPolicy"), "KeyPolicy"))
    key_id = key.logical_id

    def judge(action: str) -> Iterator[Outcome]:
        if not those_that(entries, lambda entry: _lets_alarms(readable(entry), action)):
            yield Violation(
                f"Key {key_id} of {topic.logical_id} does not let {_ALARMS} use {action}; alarms would be silent.",
                "KeyPolicy",
                key_id,
            )

    yield from each(_USE_OF_KEY, judge)


def _target(value: Value, context: RuleContext) -> Resource | None:
    return context.template.resources.get(value.logical_id) if isinstance(value, Reference) else None


def _lets_alarms(statement: Statement, action: str) -> bool:
    return statement.allows and _names_alarms(statement) and covers(statement, action)


def _names_alarms(statement: Statement) -> bool:
    return any(kind == "Service" and text_of(principal) == _ALARMS for kind, principal in statement.principals)


def _policy_lets_alarms(topic: Resource, context: RuleContext) -> Iterator[Outcome]:
    policies = those_that(context.template.of_type(*_POLICIES), lambda policy: _speaks_of(policy, topic))
    entries = [entry for policy in policies for entry in statements(policy.value("PolicyDocument"), "PolicyDocument")]
    if policies and not those_that(entries, lambda entry: _lets_alarms_publish(readable(entry), context)):
        yield Violation(
            f"The policy of topic {topic.logical_id} does not let {_ALARMS} publish on behalf of the own account; "
            "alarms would be silent.",
            "PolicyDocument",
            policies[0].logical_id,
        )


def _speaks_of(policy: Resource, topic: Resource) -> bool:
    if not those_that(_topics_of(policy), lambda target: _arn(target) == str(Reference(topic.logical_id))):
        return False
    assert_exists_beside(policy, topic)
    return True


def _lets_alarms_publish(statement: Statement, context: RuleContext) -> bool:
    """In templates of others a service without a condition may publish too; HLZ-SNS-001 says what is wrong with it."""
    everybody = any(kind == "AWS" and is_world(principal) for kind, principal in statement.principals)
    return (
        statement.allows
        and (everybody or _names_alarms(statement))
        and covers(statement, "sns:Publish")
        and (is_pinned(statement, *SOURCE_KEYS, "aws:sourceowner") or (not context.own and not everybody))
    )
