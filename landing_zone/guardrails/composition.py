"""What is attached where: each target gets what its profile has and no target above it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from landing_zone.guardrails.model import PolicyType
from landing_zone.guardrails.sources import SourcedGuardrail

ROOT = "root"


def above(target: str) -> list[str]:
    """The targets whose policies reach an OU path, nearest the root first, without itself; accounts: the root alone."""
    if target == ROOT:
        return []
    steps = target.split("/")
    return [ROOT, *("/".join(steps[:length]) for length in range(1, len(steps)))]


@dataclass(frozen=True)
class Bundle:
    """The guardrails of one type that several targets get alike.

    name: profile, and what it adds to where it lies beneath others than `foundation`: `phi`, `nonphi-under-phi`.
    """

    type: PolicyType
    profile: str
    name: str
    ids: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Composition:
    """Guardrails along an OU tree.

    profiles: profile by target: `root`, OU paths, ids of accounts with a profile of their own (`phi`, `phi/production`,
    `123456789012`). guardrails: those that apply, by id, in the order in which they are declared.
    """

    profiles: Mapping[str, str]
    guardrails: Mapping[str, SourcedGuardrail]

    @cached_property
    def attached(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of the guardrails attached to each target."""
        kinds: dict[tuple[str, frozenset[str]], tuple[str, ...]] = {}
        attached = {}
        for target, profile in self.profiles.items():
            kind = (profile, self._inherited(target))
            if kind not in kinds:
                kinds[kind] = tuple(self._added(*kind))
            attached[target] = kinds[kind]
        return attached

    def levels(self, target: str) -> list[str]:
        """The target and those above it that have a profile, nearest the root first."""
        return [level for level in (*above(target), target) if level in self.profiles]

    def in_force(self, target: str) -> Mapping[str, str]:
        """Every guardrail that holds in accounts directly under a target: id to the target that it comes from."""
        return {id: level for level in self.levels(target) for id in self.attached[level]}

    @cached_property
    def paths(self) -> Mapping[frozenset[str], str]:
        """Every different set of guardrails that is in force somewhere, and the first target where it is."""
        sets: dict[frozenset[str], str] = {}
        for target in self.profiles:
            sets.setdefault(frozenset(self.in_force(target)), target)
        return sets

    def targets_of(self, id: str) -> tuple[str, ...]:
        """Where a guardrail is attached."""
        return tuple(target for target, ids in self.attached.items() if id in ids)

    def bundles(self) -> Iterable[Bundle]:
        """What is packed together, in the order of targets; targets with the same guardrails of a profile share it."""
        targets: dict[tuple[PolicyType, str, tuple[str, ...]], list[str]] = {}
        types = dict.fromkeys(sourced.type for sourced in self.guardrails.values())
        for target, ids in self.attached.items():
            for type in types:
                if own := tuple(id for id in ids if self.guardrails[id].type == type):
                    targets.setdefault((type, self.profiles[target], own), []).append(target)
        for (type, profile, ids), sharing in targets.items():
            yield Bundle(type, profile, self._name(profile, sharing), ids, tuple(sharing))

    def _inherited(self, target: str) -> frozenset[str]:
        return frozenset(self.profiles[unit] for unit in above(target) if unit in self.profiles)

    def _added(self, profile: str, inherited: frozenset[str]) -> Iterator[str]:
        for id, sourced in self.guardrails.items():
            wanted = frozenset[str](sourced.guardrail.profiles)
            if profile in wanted and not wanted & inherited:
                yield id

    def _name(self, profile: str, targets: Iterable[str]) -> str:
        others = (sorted(self._inherited(target) - {"foundation", profile}) for target in targets)
        beneath = min(others, key=lambda names: (len(names), names))
        return "-".join((profile, "under", *beneath)) if beneath else profile
