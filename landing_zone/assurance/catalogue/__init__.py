"""What the law, its proposed successor, auditors and the conformance pack ask for; data in `policies/hipaa`.

Rows are read once and frozen. Nothing here looks at a template, an account or the clock.
"""

from landing_zone.assurance.catalogue.config_rules import PackRule, config_rules
from landing_zone.assurance.catalogue.evidence import Artifact, artifacts
from landing_zone.assurance.catalogue.left_out import LeftOut, left_out
from landing_zone.assurance.catalogue.proposed_notes import Note, proposed_notes
from landing_zone.assurance.catalogue.proposed_rule import Proposal, proposed
from landing_zone.assurance.catalogue.security_rule import (
    Specification,
    citing,
    controls_of,
    required,
    specifications,
)
from landing_zone.manifest.regimes import Clock, Regime, regimes, regimes_of

__all__ = [
    "Artifact",
    "Clock",
    "LeftOut",
    "Note",
    "PackRule",
    "Proposal",
    "Regime",
    "Specification",
    "artifacts",
    "citing",
    "config_rules",
    "controls_of",
    "left_out",
    "proposed",
    "proposed_notes",
    "regimes",
    "regimes_of",
    "required",
    "specifications",
]
