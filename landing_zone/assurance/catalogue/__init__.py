"""What the law, its proposed successor, auditors and the conformance pack ask for; data in `policies/hipaa`.

Rows are read once and frozen. Nothing here looks at a template, an account or the clock.
"""

from landing_zone.assurance.catalogue.config_rules import PackRule, config_rules
from landing_zone.assurance.catalogue.evidence import Artifact, artifacts
from landing_zone.assurance.catalogue.left_out import LeftOut, left_out
from landing_zone.assurance.catalogue.proposed_rule import Proposal, proposed
from landing_zone.assurance.catalogue.security_rule import (
    Specification,
    citing,
    controls_of,
    required,
    specifications,
)

__all__ = [
    "Artifact",
    "LeftOut",
    "PackRule",
    "Proposal",
    "Specification",
    "artifacts",
    "citing",
    "config_rules",
    "controls_of",
    "left_out",
    "proposed",
    "required",
    "specifications",
]
