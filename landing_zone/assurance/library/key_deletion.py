"""Rules over the deletion of keys: that it is not by accident, leaves time, and is noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from landing_zone.assurance.library.retention import first_loss, losses
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule, template_rule
from landing_zone.assurance.template import Resource

DELETION_WINDOW_DAYS = 30

_PATTERNS = {"AWS::Events::Rule": "EventPattern", "AWS::Logs::MetricFilter": "FilterPattern"}
_DELETION = ("ScheduleKeyDeletion", "KMS CMK Deletion")
"""The call, and the event that KMS sends when it deletes a key (KMS developer guide, "Monitoring with EventBridge")."""
_SECURITY = ("aws.guardduty", "aws.securityhub", "aws.kms", "aws.cloudtrail", "$.eventName", "$.userIdentity")
"""What patterns of security monitoring speak of."""


@rule(
    "HLZ-KMS-003",
    control="LZ-KMS-03",
    resource=("AWS::KMS::Key", "AWS::KMS::ReplicaKey"),
    title="Keys outlive their stack",
    fix="Set DeletionPolicy and UpdateReplacePolicy to Retain.",
)
def keys_are_not_lost(key: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Deleting or replacing the stack keeps the key.

    Cannot see: who may schedule the deletion.
    """
    yield from (losses if context.own else first_loss)(key, "Key")


@rule(
    "HLZ-KMS-022",
    control="LZ-KMS-03",
    resource=("AWS::KMS::Key", "AWS::KMS::ReplicaKey"),
    title="Keys are deleted only after 30 days",
    fix="Leave PendingWindowInDays out or at 30.",
)
def deletion_of_keys_waits(key: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A scheduled deletion waits 30 days, KMS's longest window and its default.

    Cannot see: the window that a call states.
    """
    window = key.number("PendingWindowInDays")
    if window is not None and window < DELETION_WINDOW_DAYS:
        yield Violation(
            f"Key {key.logical_id} can be gone {window} days after its deletion is scheduled; "
            f"{DELETION_WINDOW_DAYS} days are expected.",
            "PendingWindowInDays",
        )


@template_rule(
    "HLZ-KMS-021",
    control="LZ-KMS-03",
    severity="warning",
    applies=of_others,
    title="Who monitors security hears of the deletion of keys",
    fix="Add an EventBridge rule for source aws.kms and eventName ScheduleKeyDeletion, or a metric filter with alarm.",
)
def deletions_of_keys_are_noticed(context: RuleContext) -> Iterator[Outcome]:
    """A template with keys of its own that watches security events watches ScheduleKeyDeletion as well.

    Templates without any such event rule or metric filter are not examined: monitoring is another stack's then.

    Cannot see: event rules and metric filters of other stacks.
    """
    if not any(True for _ in context.template.of_type("AWS::KMS::Key")):
        return
    watchers = list(context.template.of_type(*_PATTERNS))
    texts = [json.dumps(watcher.properties.get(_PATTERNS[watcher.type]), default=str) for watcher in watchers]
    if any(word in text for text in texts for word in _DELETION):
        return
    if any(word in text for text in texts for word in _SECURITY):
        for watcher in watchers:
            watcher.known(_PATTERNS[watcher.type])  # says why it cannot be judged: it may be the deletion
        yield Violation(
            "Nothing notices that one of the template's keys is to be deleted, though other security events are "
            "watched; ScheduleKeyDeletion is expected among them."
        )
