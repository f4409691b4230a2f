"""What people decided about the risks that the risk-analysis worksheet lists (45 CFR 164.308(a)(1)(ii)(A) and (B))."""

from __future__ import annotations

from typing import Literal

from landing_zone.manifest.model.base import Date, Section, ShortText, Slug, Text

Level = Literal["very-low", "low", "moderate", "high", "very-high"]
"""The scale of NIST SP 800-30r1."""


class RiskAnswer(Section):
    """The answer to one row of the worksheet."""

    likelihood: Level
    """How likely it is that the threat occurs and does harm, with the controls as they are."""
    impact: Level
    """How much harm it would do."""
    treatment: Literal["accept", "avoid", "mitigate", "share", "transfer"]
    """What is done about the risk (the responses of NIST SP 800-39)."""
    owner: ShortText
    """Who answers for the risk."""
    date: Date
    """When it was decided."""
    measures: Text | None = None
    """What is done, and by when."""
    residual: Level | None = None
    """Level of the risk that is left then."""
    accounts: tuple[Slug, ...] = ()
    """Accounts that were looked at; one that joined the row's group later counts as not answered. Without it, all."""
