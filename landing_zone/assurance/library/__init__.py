"""Our own rules over templates, one file per subject. No reading of files or values here, only rules."""

from landing_zone.assurance.expectations import expectation_rules
from landing_zone.assurance.library import (
    alarms,
    backup_coverage,
    backup_plans,
    bucket_records,
    buckets,
    control_tower,
    databases,
    endpoints,
    events,
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
    queues,
    recording,
    resolution,
    secrets,
    security_groups,
    stores,
    templates,
    topics,
    trails,
    transit,
)
from landing_zone.assurance.rules import Rule

_SUBJECTS = (
    keys,
    backup_coverage,
    backup_plans,
    bucket_records,
    buckets,
    control_tower,
    databases,
    log_buckets,
    stores,
    secrets,
    queues,
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
