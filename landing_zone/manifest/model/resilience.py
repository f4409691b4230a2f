"""Backup plans and recovery tiers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from landing_zone.manifest.model.base import RecoveryTier, Section, Slug


class BackupPlan(Section):
    """How often copies are taken and how long they are kept."""

    frequency_hours: Annotated[int, Field(ge=1, le=168)] = 24
    """Hours between recovery points."""
    retention_days: Annotated[int, Field(ge=7, le=3650)] = 35
    """Days a recovery point is kept."""
    cross_region: bool = True
    """Copy to the recovery Region."""
    cross_account: bool = True
    """Copy to the backup account's locked vault."""


class Backup(Section):
    """AWS Backup."""

    enabled: bool = True
    """Back up every tagged store of accounts that hold PHI."""
    vault_lock: bool = True
    """Lock vaults in compliance mode."""
    restore_testing: bool = True
    """Test restores on a schedule."""
    plans: dict[Slug, BackupPlan] = {"standard": BackupPlan()}
    """Backup plans by name."""


class RecoveryObjective(Section):
    """What a recovery tier promises."""

    rto_minutes: Annotated[int, Field(ge=0, le=43200)]
    """Recovery time objective in minutes."""
    rpo_minutes: Annotated[int, Field(ge=0, le=43200)]
    """Recovery point objective in minutes."""
    plan: Slug = "standard"
    """Backup plan."""


class Recovery(Section):
    """Disaster recovery (45 CFR 164.308(a)(7)): objectives by tier."""

    tiers: dict[RecoveryTier, RecoveryObjective] = {
        "backup-restore": RecoveryObjective(rto_minutes=1440, rpo_minutes=1440),
        "pilot-light": RecoveryObjective(rto_minutes=240, rpo_minutes=60),
        "warm-standby": RecoveryObjective(rto_minutes=60, rpo_minutes=15),
        "active-active": RecoveryObjective(rto_minutes=5, rpo_minutes=1),
    }
    """Objectives; a tier that is not listed has none."""
    test_every_days: Annotated[int, Field(ge=1, le=366)] = 180
    """Days between recovery tests (45 CFR 164.308(a)(7)(ii)(D))."""
