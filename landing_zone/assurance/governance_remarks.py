"""What a person should know of the manifest's exceptions, agreements and risk answers today; nothing of it stops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from landing_zone.assurance import agreements, exceptions, risk_analysis
from landing_zone.manifest.checks.subject import Remark
from landing_zone.manifest.model import Manifest


def governance_remarks(manifest: Manifest, today: date) -> Iterator[Remark]:
    """Every remark, with its path in the manifest."""
    yield from agreements.remarks(manifest, today)
    yield from exceptions.remarks(manifest, today)
    yield from risk_analysis.remarks(manifest, today)
