"""Gaps of a live organization, made of the sentences of policies/live_organization/gaps.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from landing_zone.fault import Fault
from landing_zone.lza.gaps import Gap, GapSeverity, worded
from landing_zone.policy_data import policy_data


def gap(id: str, at: Fault, severity: GapSeverity | None = None, /, **words: object) -> Gap:
    """The gap of that id at a place; words fill its sentence. Raises KeyError: the sentence asks for another word."""
    row: Mapping[str, Any] = policy_data("live_organization/gaps")["gaps"][id]
    return worded(id, row, at, severity, words)


def as_of_organization(found: Gap) -> Gap:
    """A gap that LZA configurations have as well (`LZA-POL-003`), as one of an organization (`ORG-POL-003`)."""
    return replace(found, id=found.id.replace("LZA-", "ORG-", 1))
