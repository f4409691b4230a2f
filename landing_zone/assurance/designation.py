"""Which paragraphs of the Security Rule an exception may rest on: addressable specifications alone (164.306(d)(3))."""

from __future__ import annotations

from landing_zone.assurance.catalogue import specifications

_SECURITY_RULE = tuple(f"164.{section}" for section in ("306", "308", "310", "312", "314", "316"))


def designation(citation: str) -> str:
    """`required`, `addressable`, or what else the paragraph is: `standard`, `requirement`, `definition`, `unknown`.

    Only implementation specifications are designated (164.306(d)(1)).
    """
    row = specifications().get(citation)
    if row is None:
        return "unknown"
    if row.obligation == "n.a.":
        return "definition"
    return row.obligation if row.kind == "implementation specification" else row.kind


def asks_for_something(citation: str) -> bool:
    """Whether a paragraph can be failed: one that only defines or delimits cannot."""
    return designation(citation) != "definition"


def refusal(citation: str) -> str:
    """Why no exception can rest on a paragraph; empty when one can."""
    if not citation.startswith(_SECURITY_RULE):
        return "is no specification of the Security Rule, and 45 CFR 164.306(d)(3) covers those alone"
    return {
        "addressable": "",
        "required": "is a required specification; 45 CFR 164.306(d)(3) covers addressable ones alone",
        "standard": "is a standard: 45 CFR 164.306(c) asks to meet it, and (d)(3) covers addressable "
        "implementation specifications alone",
        "requirement": "is a general requirement; 45 CFR 164.306(d)(3) covers addressable implementation "
        "specifications alone",
        "definition": "asks for nothing by itself, so there is nothing to except",
        "unknown": "is no paragraph that the catalogue knows",
    }[designation(citation)]
