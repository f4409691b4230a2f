"""Gaps of an LZA network: texts and citations are those of policies/lza/network.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from landing_zone.lza.entry import Entry
from landing_zone.lza.gaps import Gap
from landing_zone.lza.network_reading import rows, text
from landing_zone.policy_data import policy_data


@dataclass(frozen=True, slots=True)
class Finding:
    """A gap before it has words: its number, where it stands, and what its sentence names."""

    number: int
    entry: Entry
    details: Mapping[str, object] = field(default_factory=dict)


def worded(findings: Iterable[Finding]) -> Iterator[Gap]:
    """Findings as gaps."""
    for one in findings:
        row = _texts()[f"LZA-NET-{one.number:03d}"]
        yield Gap(
            id=row["id"],
            citations=tuple(row["citations"]),
            file=one.entry.file,
            line=one.entry.line,
            column=one.entry.column,
            message=row["message"].format(**one.details),
            fix=row["fix"],
            severity=row["severity"],
        )


@cache
def _texts() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in policy_data("lza/network")["gaps"]}


def lacking(number: int, vpcs: Sequence[Entry], without: Sequence[Entry]) -> Iterator[Finding]:
    """VPCs that lack something: one finding for each, or a single one if every VPC does."""
    if without and len(without) == len(vpcs) > 1:
        yield Finding(number, without[0].get("name") or without[0], {"vpc": f"any of the {len(vpcs)} VPCs"})
        return
    for vpc in without:
        yield Finding(number, vpc.get("name") or vpc, {"vpc": f"VPC {text(vpc, 'name')}"})


def vpcs_of(network: Entry) -> list[Entry]:
    """Every VPC and VPC template, once."""
    return [*rows(network, "vpcs"), *rows(network, "vpcTemplates")]
