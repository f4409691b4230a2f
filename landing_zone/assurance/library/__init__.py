"""Our own rules over templates, one file per subject. No reading of files or values here, only rules."""

from landing_zone.assurance.expectations import expectation_rules
from landing_zone.assurance.library import (
    alarms,
    buckets,
    control_tower,
    data_events,
    detection,
    endpoints,
    events,
    grants,
    identity,
    internet_edges,
    keys,
    links,
    log_buckets,
    logs,
    network_acls,
    networks,
    organizations,
    permission_sets,
    recording,
    resolution,
    resource_policies,
    security_groups,
    stores,
    templates,
    topics,
    trails,
    transit,
    trust,
    workforce,
)
from landing_zone.assurance.rules import Rule

_SUBJECTS = (
    keys,
    buckets,
    control_tower,
    log_buckets,
    stores,
    logs,
    trails,
    alarms,
    topics,
    recording,
    events,
    networks,
    links,
    endpoints,
    resolution,
    security_groups,
    network_acls,
    transit,
    identity,
    internet_edges,
    organizations,
    permission_sets,
    templates,
    grants,
    resource_policies,
    trust,
    workforce,
    data_events,
)

ALL: tuple[Rule, ...] = tuple(
    sorted(
        [
            *(entry for subject in _SUBJECTS for entry in vars(subject).values() if isinstance(entry, Rule)),
            *expectation_rules(),
        ],
        key=lambda entry: entry.id,
    )
)
"""Every rule, by id: those of this package and those written as data."""
