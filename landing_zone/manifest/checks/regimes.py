"""Regimes: they exist, their data stays where it may, and records are kept as long as they ask."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.fault import excerpt
from landing_zone.manifest.checks.organization import region_places
from landing_zone.manifest.checks.subject import Check, Remark, Subject, repeated, unknown
from landing_zone.manifest.document import Path_
from landing_zone.manifest.regimes import Regime, regimes, regimes_of
from landing_zone.manifest.regions import regions, residency_profiles


def _place(subject: Subject, regime: Regime) -> Path_:
    return ("regimes", subject.manifest.regimes.index(regime.id))


def _regimes_exist(subject: Subject) -> Iterator[Remark]:
    known = tuple(sorted(regimes()))
    rows: list[tuple[str, Path_]] = []
    for index, id in enumerate(subject.manifest.regimes):
        rows.append((id, ("regimes", index)))
        if id not in known:
            yield unknown(("regimes", index), "regime", id, known)
    for id, path, line in repeated(subject, rows):
        yield Remark(path, f"regime {excerpt(id)} is already given on line {line}; each is given once")


def _regions_are_within_the_regimes(subject: Subject) -> Iterator[Remark]:
    residency = subject.manifest.residency
    for regime in regimes_of(subject.manifest):
        if not regime.residency or (regime.transfers and residency.transfers):
            continue
        profile = residency_profiles()[regime.residency]
        remedy = "name another Region"
        if regime.transfers:
            remedy = "residency.transfers says on what basis data may lie there"
        for code, path in dict(reversed(region_places(subject))).items():
            if code in regions() and not profile.allows(regions()[code]):
                message = f"Region {excerpt(code)} is outside what regime {excerpt(regime.id)} allows ({profile.title})"
                yield Remark(path, message, f"{remedy}; {regime.basis}")


def _retention_is_long_enough(subject: Subject) -> Iterator[Remark]:
    """A shorter time needs a reason. What is not given has the default's time, so only the default is said of it."""
    retention = subject.manifest.retention
    if retention.reason:
        return
    for kind, years in retention:
        if kind == "reason" or (years is None and not _is_raised(subject, kind)):
            continue
        kept = retention.default if years is None else years
        regime = max(regimes_of(subject.manifest), key=lambda regime: regime.least_years(kind))
        least = regime.least_years(kind)
        if kept < least:
            message = f"{kept} years is less than {least}; say why in retention.reason"
            path: Path_ = ("retention", kind)
            if subject.document.node(path) is None:
                path = _place(subject, regime)
                message = (
                    f"asks {least} years, and retention.{kind} is {kept}; else say why in retention.reason"
                )
            yield Remark(path, message, regime.retention_basis)


def _is_raised(subject: Subject, kind: str) -> bool:
    """Whether a regime asks more of this kind than of every kind."""
    asked = list(regimes_of(subject.manifest))
    return max(r.least_years(kind) for r in asked) > max(r.least_years("default") for r in asked)


CHECKS = (
    Check(_regimes_exist),
    Check(_regions_are_within_the_regimes, needs=(("residency",),)),
    Check(_retention_is_long_enough, needs=(("retention", "reason"), ("retention", "default"), ("regimes",))),
)
