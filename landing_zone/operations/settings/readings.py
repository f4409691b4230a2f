"""What the journal says of today's manifest: which settings AWS was last seen to have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from landing_zone.fault import UsageError
from landing_zone.operations.settings.journal import journal_lines, journal_path

_EVERYTHING: Mapping[str, Any] = {"accounts": [], "settings": []}
_AS_WANTED = ("applied", "unchanged")


def read_back_on(manifest: Path, digest: str) -> dict[str, str]:
    """Setting to the time (ISO 8601) of the last complete run over everything in which all its steps were as wanted.

    digest: the manifest's; runs of another manifest say nothing. No journal, no settings. Raises InputError: the
    journal is damaged or cannot be read.
    """
    path = journal_path(manifest)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"cannot be read: {(error.strerror or 'unknown reason').lower()}", file=str(path)) from None
    steps: dict[str, tuple[str, bool]] = {}
    found: dict[str, str] = {}
    counts = False
    for line in journal_lines(path, content):
        if line["kind"] == "run":
            counts = line.get("manifest") == digest and line["selection"] == _EVERYTHING
            if not line["resumes"]:
                steps = {}
        elif line["kind"] == "step":
            name = str(line.get("setting", "")).partition(":")[0]
            steps[str(line["key"])] = (name, counts and line["status"] in _AS_WANTED)
        elif counts and line["complete"]:
            kept = {name: all(good for other, good in steps.values() if other == name) for name, _ in steps.values()}
            found = {name: str(line["at"]) for name, good in kept.items() if good}
    return found
