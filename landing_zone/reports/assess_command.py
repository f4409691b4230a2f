"""`hlz assess`: read what somebody else wrote, judge it, say it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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
