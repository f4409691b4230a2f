"""log_landing: unlocked buckets for services that cannot write to locked ones, replicated into both archives."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.manifest.model.base import Severity
from landing_zone.plan.knowledge import Knowledge, core_account, deployment, deployment_name, value_types, variant
from landing_zone.plan.model import Deployment, Environment
from landing_zone.plan.roles.log_archive import ACCOUNT, archive_regions, log_archive_name

ROLE = "log_landing"
ALARM_SEVERITY: Severity = "high"


def log_landing_name(region: str) -> str:
    """Name of the landing buckets' deployment in a Region."""
    return deployment_name(ROLE, Environment(ACCOUNT, region))


def log_landings(known: Knowledge) -> Iterator[Deployment]:
    """Landing buckets in home and recovery Region.

    Shape: `archive_regions` are those of the locked buckets, `alarm_severity` and `alarm_owner` those of
    replication that fails, `runbooks` the base address of runbooks or None.
    """
    account = core_account(known.manifest, ACCOUNT)
    values = (known.organization_value, known.account_value("SecurityAccountId", "security"))
    regions = archive_regions(known)
    manifest = known.manifest
    owner = getattr(manifest.contacts, manifest.detection.alarm_contacts[ALARM_SEVERITY])
    common = {
        "archive_regions": regions,
        "alarm_severity": ALARM_SEVERITY,
        "alarm_owner": {"name": owner.name, "email": owner.email},
        "runbooks": manifest.detection.runbooks,
    }
    for region in regions:
        shape = variant(ROLE, region, common, value_types(values))
        yield deployment(known, shape, account, values, tuple(map(log_archive_name, regions)))
