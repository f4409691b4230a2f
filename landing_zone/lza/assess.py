"""Everything that is said of an LZA configuration: policies, network, settings, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landing_zone.lza.assess_network import assess_network
from landing_zone.lza.assess_policies import assess_policies
from landing_zone.lza.assess_settings import assess_settings
from landing_zone.lza.configuration import Configuration, read_configuration
from landing_zone.lza.gaps import Gap, NotUnderstood

_COUNTED = {
    "accounts": (("accounts", "mandatoryAccounts"), ("accounts", "workloadAccounts")),
    "OUs": (("organization", "organizationalUnits"),),
    "VPCs": (("network", "vpcs"), ("network", "vpcTemplates")),
}


@dataclass(frozen=True)
class Found:
    """Gaps, what is not understood, why the result is partial, rows of theorems, assumptions, counts, and facts."""

    gaps: tuple[Gap, ...]
    not_understood: tuple[NotUnderstood, ...]
    partial: tuple[str, ...]
    theorems: tuple[Mapping[str, Any], ...]
    assumed: tuple[str, ...]
    counts: Mapping[str, int]
    facts: tuple[Mapping[str, Any], ...]


def assess_lza(folders: Sequence[Path], phi: Sequence[str] = ()) -> Found:
    """Read and assess a configuration; of a file that several folders have, the last one counts.

    phi: OUs and accounts that hold PHI; without any, names tell. Raises InputError: there is nothing to read, or phi
    names what does not exist.
    """
    configuration = read_configuration(*folders)
    parts = [assess_policies(configuration, phi), assess_network(configuration, phi), assess_settings(configuration)]
    facts = [facts for _, _, facts in parts]
    assumed = [text for fact in facts for key in ("assumed", "assumptions") for text in fact.get(key, ())]
    absent = [f"{name} is not there: nothing is said of what it would set" for name in configuration.absent]
    return Found(
        gaps=tuple(sorted({gap for gaps, _, _ in parts for gap in gaps})),
        not_understood=tuple(sorted({*configuration.not_understood, *(one for _, rows, _ in parts for one in rows)})),
        partial=(*map(str, configuration.faults), *absent),
        theorems=tuple(row for fact in facts for key in ("theorems", "liveness") for row in fact.get(key, ())),
        assumed=tuple(dict.fromkeys(assumed)),
        counts=_counts(configuration),
        facts=tuple(row for fact in facts for row in fact.get("settings", ())),
    )


def _counts(configuration: Configuration) -> dict[str, int]:
    return {
        name: sum(len(entry.each()) for file, key in places if (entry := configuration.file(file).get(key)))
        for name, places in _COUNTED.items()
    }
