"""AWS services by Region, from `policies/aws/services.yaml`: what uses them, and where they do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from landing_zone.fault import excerpt
from landing_zone.manifest.model import Manifest
from landing_zone.policy_data import policy_data


@dataclass(frozen=True)
class Service:
    """An AWS service: its CloudFormation type, the key of the manifest that uses it, and the Regions without it."""

    name: str
    type: str
    used_by: str
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """A service that something uses in a Region that does not have it. `key` is the Region's key under `regions`."""

    service: Service
    region: str
    key: str
    user: str


@cache
def services() -> tuple[Service, ...]:
    """Every service."""
    rows = policy_data("aws/services")["services"]
    return tuple(Service(row["name"], row["type"], row["used_by"], tuple(row["absent"])) for row in rows)


def gaps(manifest: Manifest) -> Iterator[Gap]:
    """Every service that is used in the home or recovery Region and does not exist there."""
    for service in services():
        for key in ("home", "recovery"):
            region = getattr(manifest.regions, key)
            if region in service.absent and (user := _user(service, region, manifest)):
                yield Gap(service, region, key, user)


def _user(service: Service, region: str, manifest: Manifest) -> str:
    """What in the manifest uses the service in a Region; empty when nothing does."""
    if service.used_by == "always":
        return "every landing zone"
    section, _, kind = service.used_by.partition(".")
    if section == "zones":
        return _zone(kind, region, manifest)
    value: Any = manifest
    for key in service.used_by.split("."):
        value = getattr(value, key)
    return service.used_by if value else ""


def _zone(kind: str, region: str, manifest: Manifest) -> str:
    """A zone of this kind with an account that works, or recovers, in the Region."""
    accounts = {account.name: account for account in manifest.accounts}
    for name, zone in manifest.zones.items():
        for account in (accounts[member] for member in zone.accounts if member in accounts):
            works_in = account.regions or (manifest.regions.home,)
            if zone.kind == kind and (region in works_in or account.recovery != "none"):
                return f"zone {excerpt(name)}"
    return ""
