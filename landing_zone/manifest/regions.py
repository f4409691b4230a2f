"""AWS Regions and residency profiles, from `policies/aws`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from landing_zone.policy_data import policy_data


@dataclass(frozen=True)
class Region:
    """A Region: its code, country (ISO 3166 alpha-2) and the Availability Zone ids that subnets are placed in."""

    code: str
    name: str
    country: str
    zones: tuple[str, ...]


@dataclass(frozen=True)
class ResidencyProfile:
    """Where data may be kept: countries (empty: anywhere), and what that rests on."""

    id: str
    title: str
    countries: frozenset[str]
    basis: str

    def allows(self, region: Region) -> bool:
        """Whether data may be kept in this Region."""
        return not self.countries or region.country in self.countries


@cache
def regions() -> Mapping[str, Region]:
    """Every known Region by code."""
    rows = policy_data("aws/regions")["regions"]
    return {code: Region(code, row["name"], row["country"], tuple(row["zones"])) for code, row in rows.items()}


@cache
def residency_profiles() -> Mapping[str, ResidencyProfile]:
    """Every residency profile by id."""
    rows = policy_data("aws/residency")["profiles"]
    return {
        key: ResidencyProfile(key, row["title"], frozenset(row["countries"]), row["basis"]) for key, row in rows.items()
    }
