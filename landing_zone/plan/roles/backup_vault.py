"""backup_vault: where recovery points are, in every account that is backed up, and where their copies are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.plan.backup_policy import backed_up_accounts, copied_accounts
from landing_zone.plan.knowledge import (
    Knowledge,
    alarm_owners,
    core_account,
    deployment,
    deployment_name,
    governed_regions,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Environment, Value
from landing_zone.plan.roles.data_keys import BACKUP_ACCOUNT, data_keys_name

ROLE = "backup_vault"
LONGEST_RETENTION_DAYS = 3650
"""The longest that a plan may ask for. A locked vault refuses longer ones for ever, so it does not refuse what the
manifest may come to ask for."""
CHANGEABLE_FOR_DAYS = 14
"""Days until a lock can no longer be changed by anybody, AWS included; AWS's least is 3."""
_WEEK, _MONTH = 7, 28


def backup_vault_name(account: str, region: str) -> str:
    """Name of the stack with an account's vault in a Region."""
    return deployment_name(ROLE, Environment(account, region))


def backup_vaults(known: Knowledge) -> Iterator[Deployment]:
    """A vault in every governed Region of each account that is backed up, and of the backup account if it gets copies.

    Shape: `admits` copies from other accounts (`central`: everybody's, in the backup account; `member`: what comes back
    from there; None: no plan copies), `home` (whether the role belongs here), `lock` (days, or None), `restore_testing`
    (its cron expression, or None), `owners` of alarms and `runbooks`. Nothing when backup is off.
    """
    copied = copied_accounts(known.manifest)
    central = [core_account(known.manifest, BACKUP_ACCOUNT)] if copied else []
    for account in (*central, *backed_up_accounts(known.manifest)):
        admits = ("central" if account.name == BACKUP_ACCOUNT else "member") if copied else None
        for region in governed_regions(account, known.manifest):
            yield _vault(account, region, admits, known)


def restore_test_schedule(every_days: int) -> str:
    """The cron expression, in UTC, of tests at least as often as asked: once a month, or more often."""
    if every_days < _WEEK:
        return "cron(0 9 ? * * *)"
    return "cron(0 9 ? * SUN *)" if every_days < _MONTH else "cron(0 9 1 * ? *)"


def _vault(account: Account, region: str, admits: str | None, known: Knowledge) -> Deployment:
    values: tuple[Value, ...] = (known.organization_value,) if admits else ()
    if admits == "member":
        values += (known.account_value("BackupAccountId", BACKUP_ACCOUNT),)
    shape = {**_shape(known.manifest), "admits": admits, "home": region == known.home}
    after = [data_keys_name(account.name, region)]
    if region != known.home:
        after.append(backup_vault_name(account.name, known.home))
    return deployment(known, variant(ROLE, region, shape, value_types(values)), account, values, tuple(after))


def _shape(manifest: Manifest) -> dict[str, Any]:
    backup = manifest.backup
    lock = {
        "min_retention_days": min(plan.retention_days for plan in backup.plans.values()),
        "max_retention_days": LONGEST_RETENTION_DAYS,
        "changeable_for_days": CHANGEABLE_FOR_DAYS,
    }
    return {
        "lock": lock if backup.vault_lock else None,
        "restore_testing": restore_test_schedule(manifest.recovery.test_every_days) if backup.restore_testing else None,
        "owners": alarm_owners(manifest),
        "runbooks": manifest.detection.runbooks,
    }
