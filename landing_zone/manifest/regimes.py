"""Laws and contracts beside the Security Rule, from `policies/regimes`: residency, retention, notification clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from landing_zone.manifest.model import Manifest
from landing_zone.policy_data import POLICIES, policy_data

ALWAYS = "hipaa"
"""The regime that every landing zone is under; its data sets the retention that all others raise."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Clock(_Row):
    """Who is to be told how soon. One of hours, days, business_days; `within` where the law gives no number."""

    notify: str
    hours: int = 0
    days: int = 0
    business_days: int = 0
    within: str = ""
    counted_from: str
    basis: str

    @property
    def limit(self) -> str:
        """The time in words, e.g. `72 hours`."""
        counted = ((self.hours, "hours"), (self.days, "days"), (self.business_days, "business days"))
        return next((f"{number} {unit}" for number, unit in counted if number), self.within)


class Ask(_Row):
    """What a proposed paragraph would ask of a value of the manifest.

    at: path with `*` for every entry, e.g. `backup.plans.*.frequency_hours`. where: what else the entry must hold.
    """

    proposal: str
    at: str
    where: Mapping[str, Any] = {}
    at_most: int | None = None
    equals: bool | None = None
    differs: str | None = None
    says: str

    def is_met_by(self, value: Any) -> bool:
        """Whether a value is what the paragraph would ask for."""
        if self.at_most is not None:
            return bool(value <= self.at_most)
        return bool(value == self.equals) if self.equals is not None else bool(value != self.differs)


class Excepted(_Row):
    """A proposed paragraph that would leave little room for exceptions to the controls that bear on it."""

    proposal: str
    says: str


class Regime(_Row):
    """One law or kind of contract. `verification` says how sure we are; nothing here is legal advice."""

    id: str
    title: str
    as_of: date
    basis: str
    verification: str
    residency: str = ""
    """Id of the residency profile that its data must stay inside; empty: it sets none."""
    transfers: bool = False
    """Whether data may lie elsewhere on a basis that `residency.transfers` of the manifest names."""
    retention: Mapping[str, int] = {}
    """Least years by key of the manifest's `retention`; `default` for every kind that is not listed."""
    retention_basis: str = ""
    clocks: tuple[Clock, ...] = ()
    asks: tuple[Ask, ...] = ()
    excepted: tuple[Excepted, ...] = ()
    notes: tuple[str, ...] = ()

    def least_years(self, kind: str) -> int:
        """Years that records of this kind are to be kept; 0: it says nothing."""
        return self.retention.get(kind, self.retention.get("default", 0))


@cache
def regimes() -> Mapping[str, Regime]:
    """Every regime by id."""
    names = sorted(path.stem for path in (POLICIES / "regimes").glob("*.yaml"))
    return {name: Regime.model_validate(policy_data(f"regimes/{name}")) for name in names}


def regimes_of(manifest: Manifest) -> Iterator[Regime]:
    """The regimes that a landing zone is under: HIPAA, then those that the manifest names and that exist."""
    known = regimes()
    yield known[ALWAYS]
    for id in manifest.regimes:
        if id in known and id != ALWAYS:
            yield known[id]
