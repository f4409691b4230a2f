"""What the types cannot say: references resolve, names are unique, ranges are disjoint, PHI stays where it belongs.

One file for each part of the landing zone; a check is a function that yields remarks on a `Subject`.
"""

from __future__ import annotations

from landing_zone.fault import Fault
from landing_zone.manifest.checks import (
    accounts,
    control_tower,
    governance,
    identity,
    inspection,
    name_resolution,
    network,
    organization,
    regimes,
    services,
    zones,
)
from landing_zone.manifest.checks.subject import Subject

_CHECKS = (
    *accounts.CHECKS,
    *governance.CHECKS,
    *identity.CHECKS,
    *control_tower.CHECKS,
    *zones.CHECKS,
    *network.CHECKS,
    *inspection.CHECKS,
    *name_resolution.CHECKS,
    *organization.CHECKS,
    *regimes.CHECKS,
    *services.CHECKS,
)


def cross_faults(subject: Subject) -> list[Fault]:
    """Every fault between parts of the manifest.

    A check that needs a part which is malformed is left out, and so is what would be said about a malformed value.
    """
    return [
        subject.document.fault(remark.path, remark.message, remark.hint, at_key=remark.at_key)
        for check in _CHECKS
        if all(subject.complete(*path) for path in check.needs)
        for remark in check.run(subject)
        if subject.sound(*remark.path)
    ]
