"""Our own rules over templates, one file per subject. No reading of files or values here, only rules."""

from landing_zone.assurance.expectations import expectation_rules
from landing_zone.assurance.library import (
    alarms,
    apis,
    artifacts,
    buckets,
    control_tower,
    endpoints,
    events,
    functions,
    identity,
    instances,
    internet_edges,
    keys,
    links,
    load_balancers,
    log_buckets,
    logs,
    network_acls,
    networks,
    organizations,
    permission_sets,
    plaintext_secrets,
    recording,
    resolution,
    security_groups,
    sessions,
    stores,
    templates,
    topics,
    trails,
    transit,
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
    apis,
    functions,
    instances,
    load_balancers,
    plaintext_secrets,
    artifacts,
    sessions,
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
