"""The tags by which the toolkit's own resources say what they are for, and rules that apply to tagged ones only."""

from __future__ import annotations

from landing_zone.assurance.rules import Applies, RuleContext
from landing_zone.assurance.template import Resource

PURPOSE = "hlz:purpose"
"""What a store or trail is for: `log-archive` (locked), `log-landing` (unlocked), `data-events` (a trail), ..."""
LOG_KIND = "hlz:log-kind"
DATA = "hlz:data"
"""The class of data inside, as in the manifest's accounts: `phi`, ..."""
ENCRYPTION = "hlz:encryption"

LOG_ARCHIVE = "log-archive"
LOG_LANDING = "log-landing"
DATA_EVENTS = "data-events"
SERVICE_CONSTRAINT = "service-constraint"
"""Of `hlz:encryption`: the service that delivers cannot write to a bucket with a customer managed key."""


def tagged(key: str, *values: str) -> Applies:
    """A rule applies to resources that carry the tag with one of the values, or with any value if none is given."""

    def applies(resource: Resource, context: RuleContext) -> bool:
        return resource.tag(key) in values if values else resource.has_tag(key)

    return applies
