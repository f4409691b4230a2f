"""alarm_hub: where the alarms of every account arrive, in the security account."""

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
from landing_zone.plan.model import Deployment
from landing_zone.plan.roles.account_baseline import account_baseline_name

ROLE = "alarm_hub"
ACCOUNT = "security"


def alarm_hubs(known: Knowledge) -> Iterator[Deployment]:
    """A hub in home and recovery Region.

    Shape: `owners` by severity; `runbooks` is the base address of runbooks or None.
    """
    account = core_account(known.manifest, ACCOUNT)
    values = (known.organization_value,)
    shape = {
        **retention_shape(known.manifest),
        "owners": alarm_owners(known.manifest),
        "runbooks": known.manifest.detection.runbooks,
    }
    for region in (known.home, known.recovery):
        yield deployment(
            known,
            variant(ROLE, region, shape, value_types(values)),
            account,
            values,
            (account_baseline_name(ACCOUNT, region),),
        )
