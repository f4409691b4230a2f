"""Which interface endpoints stand in the hub, and which names they answer (policies/network/endpoint_names.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landing_zone.manifest.model import Manifest
from landing_zone.policy_data import policy_data


def central_services(manifest: Manifest) -> tuple[str, ...]:
    """Services with an interface endpoint in every hub, sorted."""
    if not (manifest.network.hub.enabled and manifest.network.endpoints.central):
        return ()
    return tuple(service for service in _asked_for(manifest) if service not in _data()["not_central"])


def local_services(manifest: Manifest) -> tuple[str, ...]:
    """Services with an interface endpoint in every workload network, sorted."""
    central = central_services(manifest)
    return tuple(service for service in _asked_for(manifest) if service not in central)


def private_name(service: str, region: str) -> str:
    """The domain under which a service is called in a Region (which may be a token)."""
    name = _data()["names"].get(service) or ".".join(reversed(service.split(".")))
    return f"{name}.{region}.amazonaws.com"


def called_below(service: str) -> bool:
    """Whether callers put a name of their own before the service's."""
    return service in _data()["below"]


def _asked_for(manifest: Manifest) -> list[str]:
    return sorted(set(manifest.network.endpoints.interface))


def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = policy_data("network/endpoint_names")
    return data
