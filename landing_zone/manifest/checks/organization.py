"""Regions and the OU tree: within residency, enough zones, not too deep, PHI under PHI guardrails."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.fault import excerpt
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.checks.subject import Check, Remark, Subject, repeated, unit_place, unknown_unit
from landing_zone.manifest.document import Path_
from landing_zone.manifest.regions import regions, residency_profiles

MAX_UNITS = 199


def region_places(subject: Subject) -> list[tuple[str, Path_]]:
    """Every Region the manifest chooses, and where."""
    chosen = subject.manifest.regions
    places: list[tuple[str, Path_]] = [(chosen.home, ("regions", "home")), (chosen.recovery, ("regions", "recovery"))]
    places += [(code, ("regions", "additional", index)) for index, code in enumerate(chosen.additional)]
    return [(code, path) for code, path in places if subject.sound(*path)]


def _regions_differ(subject: Subject) -> Iterator[Remark]:
    for code, path, line in repeated(subject, region_places(subject)):
        yield Remark(path, f"Region {excerpt(code)} is already given on line {line}; each is given once")


def _regions_are_within_residency(subject: Subject) -> Iterator[Remark]:
    profile = residency_profiles()[subject.manifest.residency.profile]
    fitting = ", ".join(code for code, region in regions().items() if profile.allows(region))
    for code, path in dict(reversed(region_places(subject))).items():
        if not profile.allows(regions()[code]):
            outside = f"Region {excerpt(code)} is outside the residency profile '{profile.id}' ({profile.title})"
            yield Remark(path, f"{outside}; allowed: {fitting}", "residency.profile names another profile")


def _regions_have_enough_zones(subject: Subject) -> Iterator[Remark]:
    wanted = subject.manifest.network.availability_zones
    for code, path in dict(reversed(region_places(subject))).items():
        available = len(regions()[code].zones)
        if available < wanted:
            message = f"Region {excerpt(code)} offers {available} Availability Zones; {wanted} are wanted"
            yield Remark(path, message, "network.availability_zones is the number for every VPC")


def _units_are_named_and_nested_as_aws_allows(subject: Subject) -> Iterator[Remark]:
    for path in subject.units:
        steps = path.split("/")
        if path == "root":
            yield Remark(unit_place(path), "'root' is the organization's root, not a name for an OU", at_key=True)
        if len(steps) == tree.MAX_DEPTH + 1:
            message = f"OU {excerpt(path)} is deeper than {tree.MAX_DEPTH} levels, the AWS quota"
            yield Remark(unit_place(path), message, at_key=True)


def _units_fit_into_one_stack(subject: Subject) -> Iterator[Remark]:
    """The stack of the OUs exports the id of each, and of the root (CloudFormation quotas: 200 outputs a template)."""
    if len(subject.units) > MAX_UNITS:
        message = f"{len(subject.units)} OUs, the standard ones included; one stack makes at most {MAX_UNITS}"
        yield Remark(("organizational_units",), message, "tell accounts apart by tags instead of OUs")


def _phi_has_phi_guardrails(subject: Subject) -> Iterator[Remark]:
    """One remark for each OU at which the contradiction begins; what inherits it is not mentioned."""
    given = subject.manifest.guardrails.profiles
    wrong: dict[str, str] = {}
    for path, unit in subject.units.items():
        profile = given.get(path, unit.guardrails)
        if unit.data != "phi" or profile == "phi" or not subject.unit_is_sound(path):
            continue
        wrong[path] = profile
        place = unit_place(path)
        if path in given:
            place = ("guardrails", "profiles", path)
        elif wrong.get(path.rpartition("/")[0]) == profile:
            continue
        yield Remark(place, f"OU {excerpt(path)} admits phi, so its guardrails must be phi, not {profile}")


def _profiles_are_of_known_units(subject: Subject) -> Iterator[Remark]:
    for path in subject.manifest.guardrails.profiles:
        yield from unknown_unit(subject, ("guardrails", "profiles", path), path, at_key=True)


CHECKS = (
    Check(_regions_differ),
    Check(_regions_are_within_residency, needs=(("residency",),)),
    Check(_regions_have_enough_zones, needs=(("network", "availability_zones"),)),
    Check(_units_are_named_and_nested_as_aws_allows),
    Check(_units_fit_into_one_stack),
    Check(_phi_has_phi_guardrails),
    Check(_profiles_are_of_known_units),
)
