"""Gaps of policies, made of the sentences of policies/lza/policies.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landing_zone.fault import Fault
from landing_zone.lza.entry import Entry
from landing_zone.lza.gaps import Gap, GapSeverity, worded
from landing_zone.policy_data import policy_data


def gap(id: str, at: Entry | Fault, severity: GapSeverity | None = None, **words: object) -> Gap:
    """The gap of that id at a place; words fill its sentence. Raises KeyError: the sentence asks for another word."""
    row: Mapping[str, Any] = policy_data("lza/policies")["gaps"][id]
    return worded(id, row, at, severity, words)
