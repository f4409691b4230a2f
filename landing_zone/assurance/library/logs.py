"""Rules over CloudWatch log groups."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.retention import losses
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule
from landing_zone.assurance.template import Resource

LOG_KIND = "hlz:log-kind"


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

    Without RetentionInDays CloudWatch keeps logs for ever; it is a finding all the same, because nobody decided it.
    Six years is the manifest's policy choice: 164.316(b)(2)(i) binds required documentation, not literally every log.

    Cannot see: log groups that services create by themselves, and retention changed after deployment.
    """
    kind = group.tag(LOG_KIND)
    expected = context.retention_by_kind.get(kind, context.retention_days) if kind else context.retention_days
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
    title="Log groups outlive their stack",
    fix="Set DeletionPolicy to Retain (or RetainExceptOnCreate) and UpdateReplacePolicy to Retain.",
)
def log_groups_outlive_the_stack(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Deleting the stack, or replacing the group in an update, keeps the logs.

    Cannot see: who may delete the group itself (a guardrail's work).
    """
    yield from losses(group, "Log group")
