"""A rule over vault locks and the plans that save under them."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import Reference

_VAULT = "AWS::Backup::BackupVault"
_RULES = "BackupPlan.BackupPlanRule"


@rule(
    "HLZ-BCK-018",
    control="LZ-BCK-02",
    resource="AWS::Backup::BackupPlan",
    title="Plans keep their backups as long as the vault's lock admits",
    fix="Let Lifecycle.DeleteAfterDays lie between the MinRetentionDays and MaxRetentionDays of the vault's lock.",
)
def plans_fit_the_lock(plan: Resource, context: RuleContext) -> Iterator[Outcome]:
    """What rules and copies keep lies within the lock of the template's vault they save into.

    AWS Backup fails every job whose retention is shorter than the minimum or longer than the maximum of the lock
    (PutBackupVaultLockConfiguration), so that nothing is saved at all.

    Cannot see: vaults of other stacks, vaults given by name, and what is kept without a limit.
    """

    def judge(path: str) -> Iterator[Outcome]:
        yield from _misfit(plan, f"{path}.TargetBackupVault", path, context)
        for index, _ in enumerate(plan.items(f"{path}.CopyActions")):
            copy = f"{path}.CopyActions.{index}"
            yield from _misfit(plan, f"{copy}.DestinationBackupVaultArn", copy, context)

    yield from each([f"{_RULES}.{index}" for index in range(len(plan.items(_RULES)))], judge)


def _misfit(plan: Resource, target: str, held: str, context: RuleContext) -> Iterator[Outcome]:
    referred = plan.value(target)
    wanted = referred.logical_id if isinstance(referred, Reference) else None
    vault = next((entry for entry in context.template.of_type(_VAULT) if entry.logical_id == wanted), None)
    if vault is None:
        return
    days = plan.number(f"{held}.Lifecycle.DeleteAfterDays")
    least, most = (vault.number(f"LockConfiguration.{name}RetentionDays") for name in ("Min", "Max"))
    if days is None or ((least is None or days >= least) and (most is None or days <= most)):
        return
    yield Violation(
        f"Plan {plan.logical_id} keeps {days} days in vault {vault.logical_id}, whose lock admits {least or 1} to "
        f"{most or 'any number'}: every such job fails; a retention within the lock is expected.",
        f"{held}.Lifecycle.DeleteAfterDays",
    )
