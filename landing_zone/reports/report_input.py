"""What every format of the assurance report is rendered from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ReportInput:
    """One assembly at one date, as JSON values.

    report: `assurance_document`; inventory, access, proofs: the documents of the same names beside the assembly; index:
    `landing-zone.json`; maps: text of the SVG and Mermaid files by file name.
    """

    report: Mapping[str, Any]
    inventory: Mapping[str, Any]
    access: Mapping[str, Any]
    proofs: Mapping[str, Any]
    index: Mapping[str, Any]
    maps: Mapping[str, str]
