"""The proposed Security Rule of 2025 (90 FR 898, RIN 0945-AA22). Proposed, not law: kept apart and labelled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from landing_zone.assurance.catalogue.row import Row, rows_of
from landing_zone.assurance.catalogue.security_rule import Work
from landing_zone.assurance.controls import Control, controls

LABEL = "proposed (90 FR 898, RIN 0945-AA22)"


class Proposal(Row):
    """One paragraph of the proposed rule. Its numbers are reused from current law with other meanings."""

    id: str
    """`nprm:` and the proposed paragraph, so that it cannot be taken for a citation of current law."""
    citation: str
    """The proposed paragraph, labelled."""
    name: str
    paraphrase: str
    """Begins with `Proposed:`."""
    interval: str = ""
    """How often, or how soon; empty where the text says nothing."""
    category: str
    work: Work
    current: tuple[str, ...] = ()
    """Paragraphs of current law that ask for something like it."""
    confidence: Literal["read", "from memory"]
    """read: number or content confirmed in a text that was read; from memory: read 90 FR 898 before relying on it."""
    evidence: tuple[str, ...] = ()

    def controls(self) -> tuple[Control, ...]:
        """The controls that bear on it, by id."""
        return tuple(controls()[id] for id in sorted(controls()) if self.id in controls()[id].nprm)


@cache
def proposed() -> Mapping[str, Proposal]:
    """Every proposed paragraph by id."""
    return rows_of("hipaa/proposed_rule_2025", Proposal, "id")
