"""Our own rules over templates, one file per subject. No reading of files or values here, only rules."""

from landing_zone.assurance.library import (
    endpoints,
    identity,
    keys,
    logs,
    network_acls,
    networks,
    security_groups,
    templates,
)
from landing_zone.assurance.rules import Rule

_SUBJECTS = (keys, logs, networks, endpoints, security_groups, network_acls, identity, templates)

ALL: tuple[Rule, ...] = tuple(
    sorted(
        (entry for subject in _SUBJECTS for entry in vars(subject).values() if isinstance(entry, Rule)),
        key=lambda entry: entry.id,
    )
)
"""Every rule, by id."""
