"""audit_trail: the organization's trail and the alarms on it, in the management account."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.plan.knowledge import (
    Knowledge,
    alarm_owners,
    core_account,
    deployment,
    retention_shape,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Value
from landing_zone.plan.roles.account_baseline import account_baseline_name
from landing_zone.plan.roles.control_tower import control_tower_name
from landing_zone.plan.roles.log_archive import log_archive_name

ROLE = "audit_trail"
ACCOUNT = "management"


def audit_trails(known: Knowledge) -> Iterator[Deployment]:
    """One, in the home Region.

    Shape: `trail` is False under Control Tower, which brings its own trail: the alarms read that trail's log group.
    Control Tower chooses the group's name, so it is a value, unknown until the manifest gives it; `owners` by
    severity; `runbooks` is the base address of runbooks or None.
    """
    trail = not known.manifest.control_tower.enabled
    of_the_trail = (known.organization_value, known.account_value("LogArchiveAccountId", "log-archive"))
    log_group = Value("TrailLogGroup", "tag", known.manifest.control_tower.trail_log_group)
    values = (
        *(of_the_trail if trail else (log_group,)),
        known.account_value("DeployAccountId", known.manifest.delivery.deploy_account),
    )
    shape = {
        **retention_shape(known.manifest),
        "trail": trail,
        "owners": alarm_owners(known.manifest),
        "runbooks": known.manifest.detection.runbooks,
    }
    yield deployment(
        known,
        variant(ROLE, known.home, shape, value_types(values)),
        core_account(known.manifest, ACCOUNT),
        values,
        (
            account_baseline_name(ACCOUNT, known.home),
            log_archive_name(known.home) if trail else control_tower_name(known),
        ),
    )
