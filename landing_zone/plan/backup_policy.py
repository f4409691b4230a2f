"""The organization's backup policy, made from the manifest's `backup` section: a plan for each Region, and its copies.

Syntax: AWS Organizations User Guide, orgs_manage_policies_backup_syntax. Numbers are texts there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.manifest.model.resilience import BackupPlan
from landing_zone.plan.knowledge import governed_regions
from landing_zone.plan.names import BACKUP_ROLE, BACKUP_TAG, BACKUP_VAULT

GUARDRAIL = "backup-plans"
"""The guardrail whose content is made here."""
START_WITHIN_MINUTES = 60
"""AWS's least. A job that has not started by then counts as failed, and an alarm says so."""
COMPLETE_WITHIN_MINUTES = 7 * 24 * 60
"""AWS's own default: the first copy of a large store takes days."""
FIRST_HOUR = 5
"""Daily and rarer plans start at this hour, UTC: night in the United States."""
PLAN_NAME_LENGTH = 50
_HOURS = (1, 2, 3, 4, 6, 8, 12)
_DAY, _WEEK = 24, 168


def with_backup_plans(sourced: SourcedGuardrail, manifest: Manifest) -> SourcedGuardrail:
    """The guardrail; with the manifest's plans as its content if it is the one for backup plans."""
    if sourced.guardrail.id != GUARDRAIL:
        return sourced
    return replace(sourced, guardrail=sourced.guardrail.model_copy(update={"content": backup_policy(manifest)}))


def backup_policy(manifest: Manifest) -> dict[str, Any]:
    """The document: for every plan of the manifest one in each Region, because a copy must not end where it began.

    `$account` is AWS's placeholder for the account that the policy reaches, `${BackupAccountId}` a late parameter.
    """
    return {
        "plans": {
            plan_name(name, region): _plan(name, plan, region, manifest)
            for name, plan in sorted(manifest.backup.plans.items())
            for region in backup_regions(manifest)
        }
    }


def plan_name(name: str, region: str) -> str:
    """Name of a plan in AWS Backup, which takes 50 characters; a longer one is cut and told apart by a digest."""
    full = f"{name}-{region}"
    digest = hashlib.sha256(full.encode()).hexdigest()[:8]
    return full if len(full) <= PLAN_NAME_LENGTH else f"{full[: PLAN_NAME_LENGTH - 9]}-{digest}"


def backed_up_accounts(manifest: Manifest) -> list[Account]:
    """Accounts that the policy reaches: those below an OU with the profile `phi`; none when backup is off."""
    if not manifest.backup.enabled:
        return []
    profiles = {
        path: manifest.guardrails.profiles.get(path, unit.guardrails) for path, unit in tree.units(manifest).items()
    }
    return [
        account
        for account in tree.accounts(manifest)
        if any(profiles.get(path) == "phi" for path in _with_ancestors(account.ou))
    ]


def copied_accounts(manifest: Manifest) -> list[Account]:
    """Accounts whose recovery points are copied into the backup account: all that are backed up, or none."""
    plans = manifest.backup.plans.values()
    return backed_up_accounts(manifest) if any(plan.cross_account for plan in plans) else []


def backup_regions(manifest: Manifest) -> tuple[str, ...]:
    """Regions in which accounts that are backed up may have stores: home, recovery, and others in use."""
    first = (manifest.regions.home, manifest.regions.recovery)
    used = {region for account in backed_up_accounts(manifest) for region in governed_regions(account, manifest)}
    return (*first, *sorted(used - set(first)))


def copy_region(region: str, manifest: Manifest) -> str:
    """Where copies of a Region's recovery points go: to the recovery Region, and those of it to home."""
    return manifest.regions.home if region == manifest.regions.recovery else manifest.regions.recovery


def central_region(region: str, manifest: Manifest) -> str:
    """Region of the backup account's vault that serves a Region: the same, or home where that account has none."""
    return region if region == manifest.regions.recovery else manifest.regions.home


def schedule(frequency_hours: int) -> str:
    """The cron expression, in UTC, with the longest interval that is not longer than asked.

    Cron counts hours of a day and days of a month, so 5 hours become 4, 36 become 24, and a month starts anew.
    """
    if frequency_hours >= _WEEK:
        return f"cron(0 {FIRST_HOUR} ? * SUN *)"
    if frequency_hours >= 2 * _DAY:
        return f"cron(0 {FIRST_HOUR} 1/{frequency_hours // _DAY} * ? *)"
    if frequency_hours >= _DAY:
        return f"cron(0 {FIRST_HOUR} ? * * *)"
    return f"cron(0 0/{max(hours for hours in _HOURS if hours <= frequency_hours)} ? * * *)"


def vault_arn(region: str, account: str) -> str:
    """ARN of the vault of an account in a Region. `account` may be a placeholder."""
    return f"arn:aws:backup:{region}:{account}:backup-vault:{BACKUP_VAULT}"


def _plan(name: str, plan: BackupPlan, region: str, manifest: Manifest) -> dict[str, Any]:
    lifecycle = {"delete_after_days": _assign(str(plan.retention_days))}
    rule = {
        "schedule_expression": _assign(schedule(plan.frequency_hours)),
        "start_backup_window_minutes": _assign(str(START_WITHIN_MINUTES)),
        "complete_backup_window_minutes": _assign(str(COMPLETE_WITHIN_MINUTES)),
        "target_backup_vault_name": _assign(BACKUP_VAULT),
        "lifecycle": lifecycle,
    }
    copies = {
        arn: {"target_backup_vault_arn": _assign(arn), "lifecycle": lifecycle}
        for arn in _copies(plan, region, manifest)
    }
    return {
        "regions": _assign([region]),
        "rules": {name: rule | ({"copy_actions": copies} if copies else {})},
        "selections": {
            "tags": {
                name: {
                    "iam_role_arn": _assign(f"arn:aws:iam::$account:role/{BACKUP_ROLE}"),
                    "tag_key": _assign(BACKUP_TAG),
                    "tag_value": _assign([name]),
                }
            }
        },
        "advanced_backup_settings": {"ec2": {"windows_vss": _assign("enabled")}},
        "backup_plan_tags": {"hlz:role": {"tag_key": _assign("hlz:role"), "tag_value": _assign("backup_policy")}},
    }


def _copies(plan: BackupPlan, region: str, manifest: Manifest) -> Iterator[str]:
    if plan.cross_region:
        yield vault_arn(copy_region(region, manifest), "$account")
    if plan.cross_account:
        yield vault_arn(central_region(region, manifest), "${BackupAccountId}")


def _assign(value: str | list[str]) -> dict[str, Any]:
    return {"@@assign": value}


def _with_ancestors(path: str) -> Iterator[str]:
    steps = path.split("/")
    return ("/".join(steps[:length]) for length in range(1, len(steps) + 1))
