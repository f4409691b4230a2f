"""Rules over CloudWatch log groups."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.retention import expected_days, first_loss, losses
from landing_zone.assurance.library.tags import LOG_KIND, tagged
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule
from landing_zone.assurance.template import Resource

_A_YEAR = 365
_KEPT = ("Retain", "RetainExceptOnCreate")


def _is_to_be_kept(group: Resource, context: RuleContext) -> bool:
    if context.own or group.deletion_policy == "Delete":
        return True
    others = [other for other in context.template.of_type("AWS::Logs::LogGroup") if other is not group]
    return bool(others) and all(other.deletion_policy in _KEPT for other in others)


@rule(
    "HLZ-LOG-001",
    control="LZ-LOG-07",
    resource="AWS::Logs::LogGroup",
    title="Log groups state a retention, and it is long enough",
    fix="Set RetentionInDays to the manifest's retention (six years = 2192), or tag the group `hlz:log-kind` with a "
    "kind for which the manifest states a shorter one.",
)
def log_groups_keep_long_enough(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """RetentionInDays is present and at least the days the manifest asks for this kind of log.

    In templates of others a year is enough (the control's minimum for logs at hand).

    Without RetentionInDays CloudWatch keeps logs for ever; it is a finding all the same, because nobody decided it.
    Six years is the manifest's policy choice: 164.316(b)(2)(i) binds required documentation, not literally every log.

    Cannot see: log groups that services create by themselves, and retention changed after deployment.
    """
    expected = expected_days(group, context) if context.own else min(_A_YEAR, context.retention_days)
    found = group.number("RetentionInDays")
    if found is None:
        yield Violation(
            f"Log group {group.logical_id} states no retention; at least {expected} days are expected.",
            "RetentionInDays",
        )
    elif found < expected:
        yield Violation(
            f"Log group {group.logical_id} keeps logs {found} days; at least {expected} are expected.",
            "RetentionInDays",
        )


@rule(
    "HLZ-LOG-002",
    control="LZ-LOG-07",
    resource="AWS::Logs::LogGroup",
    applies=_is_to_be_kept,
    title="Log groups outlive their stack",
    fix="Set DeletionPolicy to Retain (or RetainExceptOnCreate) and UpdateReplacePolicy to Retain.",
)
def log_groups_outlive_the_stack(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Deleting the stack, or replacing the group in an update, keeps the logs.

    In templates of others a group is judged where all other log groups are kept, or where it says Delete: the control
    asks for days, and their loss with the stack is their owner's decision.

    Cannot see: who may delete the group itself (a guardrail's work).
    """
    yield from (losses if context.own else first_loss)(group, "Log group")


@rule(
    "HLZ-LOG-004",
    control="LZ-LOG-07",
    resource="AWS::Logs::LogGroup",
    applies=tagged(LOG_KIND),
    title="The landing zone's log groups are protected from deletion",
    fix="Set DeletionProtectionEnabled to true.",
)
def log_groups_are_protected(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A log group tagged `hlz:log-kind` cannot be deleted before somebody switches its protection off.

    Cannot see: who may switch it off (a guardrail's work), and log groups without the tag.
    """
    if not group.flag("DeletionProtectionEnabled"):
        yield Violation(
            f"Log group {group.logical_id} is not protected from deletion; DeletionProtectionEnabled true is expected.",
            "DeletionProtectionEnabled",
        )
