"""Rules over AWS Backup: how often, for how long, where to, and that nobody deletes what was saved."""

from __future__ import annotations

import re
from collections.abc import Iterator

from landing_zone.assurance.library.denials import covers
from landing_zone.assurance.library.presence import those_that
from landing_zone.assurance.library.schedules import hours_between
from landing_zone.assurance.policy_statements import Statement, arn_parts, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Value, text_of

_PLAN = "AWS::Backup::BackupPlan"
_RULES = "BackupPlan.BackupPlanRule"
_SHORTEST_DAYS = 35
"""Default of the Config rule BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK, and the longest PITR."""
_DAY = 24
_FRESH = 48
"""Hours: the oldest that a copy may be by the proposed 164.308(a)(11)(ii)(B) (NPRM of 2025-01-06)."""
_MONTH = 31 * _DAY
_MADE_BY_AWS = ("Default", "aws/efs/automatic-backup-vault")
_DELETING = "backup:DeleteRecoveryPoint"


def _paths(plan: Resource) -> list[str]:
    return [f"{_RULES}.{index}" for index in range(len(plan.items(_RULES)))]


def _hours(plan: Resource, path: str) -> float:
    """Longest time between two runs of a rule. Raises CannotEvaluate if the template does not tell."""
    return hours_between(plan.text(f"{path}.ScheduleExpression") or f"rate({_DAY} hours)")


@rule(
    "HLZ-BCK-010",
    control="LZ-BCK-02",
    resource=_PLAN,
    title="Backup plans run daily",
    fix="Give the plan a rule with a ScheduleExpression that runs at least once a day.",
)
def plans_run_daily(plan: Resource, context: RuleContext) -> Iterator[Outcome]:
    """One rule of the plan runs at least every 24 hours. A rule without a schedule runs once a day.

    A plan of monthly backups may stand beside a daily one of the same template.

    Cannot see: schedules that a parameter decides, and whether jobs succeed.
    """
    if _runs_daily(plan):
        return
    others = [other for other in context.template.of_type(_PLAN) if other is not plan]
    monthly = all(_hours(plan, path) >= _MONTH for path in _paths(plan))
    daily = those_that(others, _runs_daily)
    if not (monthly and _paths(plan) and daily):
        yield Violation(
            f"Plan {plan.logical_id} has no rule that runs every day; a daily ScheduleExpression is expected.", _RULES
        )


def _runs_daily(plan: Resource) -> bool:
    paths = _paths(plan)
    return bool(those_that(paths, lambda path: _hours(plan, path) <= _DAY))


@rule(
    "HLZ-BCK-011",
    control="LZ-BCK-02",
    resource=_PLAN,
    title="Backups are kept for 35 days",
    fix="Let Lifecycle.DeleteAfterDays be at least 35 in rules and their copies, or leave it out.",
)
def backups_are_kept(plan: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Rules and copies keep recovery points for at least 35 days; what has no limit is kept for ever.

    A rule that runs more than once a day may keep less, beside another that keeps enough. 35 days are the default of
    AWS Config's own rule, and as long as continuous backups can be kept.

    Cannot see: recovery points that somebody deletes by hand.
    """

    def keeps(path: str) -> bool:
        days = plan.number(f"{path}.Lifecycle.DeleteAfterDays")
        return days is None or days >= _SHORTEST_DAYS

    def judge(path: str) -> Iterator[Outcome]:
        copies = [f"{path}.CopyActions.{index}" for index, _ in enumerate(plan.items(f"{path}.CopyActions"))]
        often = not keeps(path) and _hours(plan, path) < _DAY and bool(those_that(_paths(plan), keeps))
        for held in [path, *copies]:
            if not keeps(held) and not often:
                days = plan.number(f"{held}.Lifecycle.DeleteAfterDays")
                yield Violation(
                    f"Plan {plan.logical_id} deletes recovery points after {days} days; at least {_SHORTEST_DAYS} are "
                    "expected.",
                    f"{held}.Lifecycle.DeleteAfterDays",
                )

    yield from each(_paths(plan), judge)


@rule(
    "HLZ-BCK-012",
    control="LZ-BCK-06",
    resource=_PLAN,
    title="Backup plans copy into another vault",
    fix="Add CopyActions into a vault of the recovery Region or the backup account to a rule of the plan.",
)
def plans_copy(plan: Resource, context: RuleContext) -> Iterator[Outcome]:
    """At least one rule of the plan copies, or targets a logically air-gapped vault.

    Where rules run daily one of those copies: the proposed rule of 2025 would ask for copies no older than 48 hours. A
    copy into the vault it comes from is none.

    Cannot see: which Region or account the other vault is in, and copies that another plan makes.
    """

    def copies(path: str) -> bool:
        if plan.value(f"{path}.TargetLogicallyAirGappedBackupVaultArn") is not MISSING:
            return True
        source = plan.value(f"{path}.TargetBackupVault")
        places = [f"{path}.CopyActions.{index}" for index, _ in enumerate(plan.items(f"{path}.CopyActions"))]
        return any(not _is_same_vault(source, plan.value(f"{place}.DestinationBackupVaultArn")) for place in places)

    copied = those_that(_paths(plan), copies)
    if not copied:
        yield Violation(f"Plan {plan.logical_id} copies nothing into another vault; CopyActions are expected.", _RULES)
    elif _runs_daily(plan) and not those_that(copied, lambda path: _hours(plan, path) <= 2 * _DAY):
        yield Violation(
            f"Plan {plan.logical_id} copies none of its daily recovery points into another vault; CopyActions are "
            "expected in the rule that runs daily.",
            _RULES,
        )


@rule(
    "HLZ-BCK-023",
    control="LZ-BCK-04",
    resource=_PLAN,
    title="Backup plans go into a vault that somebody made",
    fix="Name a vault with a customer managed key, a lock and an access policy in TargetBackupVault.",
)
def plans_go_into_a_made_vault(plan: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No rule goes into a vault that AWS Backup makes by itself: it has AWS's key, no lock and no policy.

    Source: AWS Backup developer guide, backup vaults.

    Cannot see: what a vault by another name is like, unless it is in the template.
    """
    for path in _paths(plan):
        vault = text_of(plan.value(f"{path}.TargetBackupVault"))
        if vault in _MADE_BY_AWS:
            yield Violation(
                f"Plan {plan.logical_id} goes into {vault}, which AWS Backup makes by itself; one with key, lock and "
                "policy is expected.",
                f"{path}.TargetBackupVault",
            )


def _is_same_vault(source: Value, destination: Value) -> bool:
    """Whether both refer to one vault of the template."""
    ends = [value.logical_id for value in (source, destination) if isinstance(value, Reference)]
    return len(ends) == 2 and ends[0] == ends[1]


@rule(
    "HLZ-BCK-017",
    control="LZ-ORG-06",
    resource=_PLAN,
    severity="warning",
    title="Backups go to accounts that the template need not write out",
    fix="Pass the vault's ARN, or its account, in as a parameter.",
)
def copies_stay_in_known_accounts(plan: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No copy goes to a vault whose ARN states an account's number: whose it is cannot be seen in a review.

    Cannot see: whose account a parameter names; the number of the deploying account itself.
    """

    def judge(path: str) -> Iterator[Outcome]:
        for index, _ in enumerate(plan.items(f"{path}.CopyActions")):
            at = f"{path}.CopyActions.{index}.DestinationBackupVaultArn"
            account = (arn_parts(text_of(plan.value(at)) or "") + [""] * 5)[4]
            if re.fullmatch(r"\d{12}", account) and account != context.account_id:
                yield Violation(
                    f"Plan {plan.logical_id} hands copies to account {account}, whose number stands in the template; "
                    "a parameter is expected.",
                    at,
                )

    yield from each(_paths(plan), judge)


@rule(
    "HLZ-BCK-013",
    control="LZ-BCK-02",
    resource=_PLAN,
    title="Backups have time to start and to end",
    fix="Let StartWindowMinutes be at least 60 and CompletionWindowMinutes longer than it, or leave both out.",
)
def windows_are_wide_enough(plan: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The start window is an hour or longer, and the completion window longer than it.

    A job that does not start or end in its window is cancelled. One hour is AWS Backup's shortest start window.

    Cannot see: how long a backup takes.
    """

    def judge(path: str) -> Iterator[Outcome]:
        start = plan.number(f"{path}.StartWindowMinutes")
        end = plan.number(f"{path}.CompletionWindowMinutes")
        if start is not None and start < 60:
            yield Violation(
                f"Plan {plan.logical_id} gives jobs {start} minutes to start; at least 60 are expected.",
                f"{path}.StartWindowMinutes",
            )
        elif end is not None and end <= (start or 60):
            yield Violation(
                f"Plan {plan.logical_id} gives jobs {end} minutes to end; more than the start window is expected.",
                f"{path}.CompletionWindowMinutes",
            )

    yield from each(_paths(plan), judge)


@rule(
    "HLZ-BCK-014",
    control="LZ-BCK-03",
    resource="AWS::Backup::BackupVault",
    title="Policies of backup vaults deny deletion",
    fix="Give the vault an AccessPolicy with a Deny of backup:DeleteRecoveryPoint, UpdateRecoveryPointLifecycle and "
    "DeleteBackupVault for everybody.",
)
def vaults_deny_deletion(vault: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The vault's own policy denies everybody to delete recovery points; a condition may leave out named principals.

    Cannot see: guardrails of the organization that deny the same, and what the left out principals do.
    """

    def denies(entry: Statement | CannotEvaluate) -> bool:
        statement = readable(entry)
        everybody = statement.not_principal or any(principal == "*" for _, principal in statement.principals)
        return not statement.allows and everybody and covers(statement, _DELETING)

    if not those_that(list(statements(vault.value("AccessPolicy"), "AccessPolicy")), denies):
        yield Violation(
            f"Vault {vault.logical_id} lets administrators delete recovery points; an AccessPolicy that denies "
            f"{_DELETING} is expected.",
            "AccessPolicy",
        )


@rule(
    "HLZ-BCK-015",
    control="LZ-BCK-05",
    resource="AWS::Backup::RestoreTestingPlan",
    title="Restores are tested every month",
    fix="Set ScheduleExpression to run at least once a month.",
)
def restores_are_tested_monthly(plan: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The plan runs at least once a month, as the proposed rule of 2025 would ask.

    Cannot see: whether somebody looks at what was restored.
    """
    expression = plan.text("ScheduleExpression")
    if expression is not None and hours_between(expression) > _MONTH:
        yield Violation(
            f"Plan {plan.logical_id} tests less than once a month ({expression}); a monthly ScheduleExpression is "
            "expected.",
            "ScheduleExpression",
        )


def _has_no_own_tests(plan: Resource, context: RuleContext) -> bool:
    return not context.own


@rule(
    "HLZ-BCK-016",
    control="LZ-BCK-05",
    resource=_PLAN,
    applies=_has_no_own_tests,
    severity="warning",
    title="What is backed up is restored for a test",
    fix="Add an AWS::Backup::RestoreTestingPlan with a selection beside the plan.",
)
def plans_have_restore_tests(plan: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A template with a backup plan has a restore testing plan as well.

    Cannot see: tests in other stacks and tests by hand.
    """
    if not any(True for _ in context.template.of_type("AWS::Backup::RestoreTestingPlan")):
        yield Violation(
            f"What plan {plan.logical_id} saves is never restored for a test; an AWS::Backup::RestoreTestingPlan is "
            "expected."
        )
