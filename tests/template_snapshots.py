"""Template snapshots: one JSON file for each test, in tests/snapshots."""

from __future__ import annotations

from pathlib import Path

from syrupy.extensions.json import JSONSnapshotExtension
from syrupy.location import PyTestLocation


class TemplateSnapshots(JSONSnapshotExtension):
    """JSON snapshots below tests/snapshots, in a folder named after the test module."""

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """The folder of a test module's snapshots."""
        return str(Path(__file__).parent / "snapshots" / test_location.basename)
