"""What auditors ask to see, why, and where it is produced."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from landing_zone.assurance.catalogue.row import Row, rows_of


class Artifact(Row):
    """A record that an auditor asks for."""

    id: str
    title: str
    contents: str = ""
    citations: tuple[str, ...]
    """Paragraphs of current law that it shows."""
    nprm: tuple[str, ...] = ()
    """Ids of the proposed paragraphs that it would show."""
    legal_tie: str
    """direct: the paragraph asks for this record; supports: it helps to show the paragraph is met."""
    why: str = ""
    produced_in: tuple[str, ...] = ()
    """Commands, reports and files of the toolkit that are it, or part of it."""
    customer: str = ""
    """What a person adds or does; the whole of it when nothing is produced."""


@cache
def artifacts() -> Mapping[str, Artifact]:
    """Every artifact by id."""
    return rows_of("hipaa/evidence", Artifact, "id")
