"""The HIPAA Security Rule, the Breach Notification Rule and six-year retention, paragraph by paragraph."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from landing_zone.assurance.catalogue.row import Row, rows_of
from landing_zone.assurance.controls import Control, controls

Work = Literal["infrastructure", "evidence", "customer", "aws"]
"""Who does the work. infrastructure: the toolkit's stacks and guardrails; evidence: the toolkit's reports support a
person; customer: a person; aws: AWS, under the business associate agreement."""


class Specification(Row):
    """One paragraph of 45 CFR Part 164 that asks for something."""

    citation: str
    """Paragraph without the part, e.g. `164.312(a)(2)(iv)`."""
    name: str
    kind: Literal["requirement", "standard", "implementation specification"]
    obligation: Literal["required", "addressable", "n.a."]
    """n.a.: the paragraph defines or delimits and asks for nothing by itself. Addressable is not optional: see
    164.306(d)(3)."""
    paraphrase: str
    category: Literal[
        "general rules",
        "administrative",
        "physical",
        "technical",
        "organizational",
        "documentation",
        "breach notification",
    ]
    work: Work
    """Who does most of it in an AWS landing zone; this project's judgement."""
    also: tuple[Work, ...] = ()
    standards: tuple[str, ...] = ()
    """Citations of the standards that an implementation specification belongs to."""
    nist_800_53r5: tuple[str, ...] = ()
    """Controls that NIST SP 800-66r2 attaches to the paragraph."""
    evidence: tuple[str, ...] = ()
    """Ids of the artifacts that show it."""
    customer: str = ""
    """What the customer must do, whatever the toolkit does."""
    aws: str = ""
    """What AWS does under the BAA, and which report of AWS Artifact shows it."""
    verification: str
    """How the paraphrase was checked."""

    @property
    def section(self) -> str:
        """The section, e.g. `164.312`."""
        return self.citation.partition("(")[0]

    def is_below(self, citation: str) -> bool:
        """Whether this is a paragraph of `citation`, or an implementation specification of that standard."""
        return citation in self.standards or self.citation.startswith(f"{citation}(")


@cache
def specifications() -> Mapping[str, Specification]:
    """Every paragraph by citation, in the order of the Code."""
    return rows_of("hipaa/security_rule", Specification, "citation")


def required(citation: str) -> bool:
    """Whether the paragraph is required, so that no exception to it is possible. Raises KeyError if it is unknown."""
    return specifications()[citation].obligation == "required"


def citing(citation: str) -> Mapping[str, tuple[Control, ...]]:
    """What serves a paragraph: each cited paragraph, itself first and then those below it, to the controls citing it.

    `citation` may also be a section or a group of paragraphs, e.g. `164.312`. Cited paragraphs without a control are
    left out.
    """
    reach = [citation, *(row.citation for row in specifications().values() if row.is_below(citation))]
    index = _controls_by_citation()
    return {cited: index[cited] for cited in dict.fromkeys(reach) if cited in index}


def controls_of(citation: str) -> tuple[Control, ...]:
    """The controls that serve a paragraph by citing it or a paragraph below it, by id; `citing` says through which."""
    found = {control.id: control for serving in citing(citation).values() for control in serving}
    return tuple(found[id] for id in sorted(found))


@cache
def _controls_by_citation() -> Mapping[str, tuple[Control, ...]]:
    index: dict[str, list[Control]] = {}
    for id in sorted(controls()):
        for cited in dict.fromkeys(controls()[id].cfr):
            index.setdefault(cited, []).append(controls()[id])
    return {cited: tuple(serving) for cited, serving in index.items()}
