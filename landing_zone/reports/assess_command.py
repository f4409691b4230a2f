"""`hlz assess`: read what somebody else wrote, judge it, say it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from landing_zone.live_organization.assess import assess_organization
from landing_zone.live_organization.read import read_export
from landing_zone.lza.assess import assess_lza
from landing_zone.outcome import Outcome
from landing_zone.proof.network.collection import without_collection
from landing_zone.reports.assessment import Assessment, known_formats, outcome


def assess_lza_command(
    folders: Sequence[Path], phi: Sequence[str], formats: Sequence[str], output: Path | None
) -> Outcome:
    """Assess an LZA configuration. Raises InputError."""
    known_formats(formats)
    with without_collection():
        found = assess_lza(folders, phi)
    title = f"the Landing Zone Accelerator configuration in {folders[0].resolve().name}"
    return outcome(Assessment(title, **vars(found)), formats, output)


def assess_organization_command(
    export: Path, phi: Sequence[str], formats: Sequence[str], output: Path | None
) -> Outcome:
    """Assess a live organization from its export. Raises InputError."""
    known_formats(formats)
    with without_collection():
        read = read_export(export)
        found = assess_organization(read, phi)
    partial = [f"{one.file}:{one.line}: {one.message}" for one in read.partial]
    title = f"the organization in {export.resolve().name}"
    return outcome(Assessment(title, **found._asdict(), partial=partial), formats, output)
