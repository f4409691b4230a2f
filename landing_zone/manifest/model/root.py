"""The whole manifest."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from landing_zone.manifest.model.base import Section, Slug, Version
from landing_zone.manifest.model.governance import (
    Acknowledgement,
    Agreement,
    Budget,
    ControlException,
    ControlTower,
    Delivery,
    Zone,
)
from landing_zone.manifest.model.network import Network
from landing_zone.manifest.model.organization import (
    Account,
    Contacts,
    Organization,
    OrganizationalUnit,
    Regions,
    Residency,
)
from landing_zone.manifest.model.resilience import Backup, Recovery
from landing_zone.manifest.model.security import Detection, Guardrails, Identity, Keys, Retention


def _switch(value: Any) -> Any:
    return {"enabled": value} if isinstance(value, bool) else value


class Manifest(Section):
    """A HIPAA-aligned AWS landing zone."""

    version: Version
    """Version of this format."""
    organization: Organization
    """The organization."""
    regions: Regions
    """Regions."""
    residency: Residency = Residency()
    """Where data may be kept."""
    retention: Retention = Retention()
    """Years that records are kept."""
    contacts: Contacts
    """Who answers for what."""
    organizational_units: dict[Slug, OrganizationalUnit] = {}
    """OUs in addition to, or refining, the standard tree: security, infrastructure, phi (production, recovery,
    nonproduction), nonphi, sandbox, suspended."""
    accounts: Annotated[tuple[Account, ...], Field(max_length=5000)]
    """Accounts in addition to the core ones (management, log-archive, security, network, backup, shared-services)."""
    network: Network
    """Addresses and connectivity."""
    identity: Identity = Identity()
    """Workforce identity."""
    guardrails: Guardrails = Guardrails()
    """Organization policies."""
    detection: Detection = Detection()
    """Detective services and alarms."""
    keys: Keys = Keys()
    """Customer managed keys."""
    backup: Backup = Backup()
    """Backup."""
    recovery: Recovery = Recovery()
    """Disaster recovery."""
    zones: dict[Slug, Zone] = {}
    """Workload zones by name."""
    budgets: tuple[Budget, ...] = ()
    """Cost limits."""
    agreements: tuple[Agreement, ...] = ()
    """Business associate agreements."""
    acknowledgements: tuple[Acknowledgement, ...] = ()
    """Rules that do not apply, and why."""
    exceptions: tuple[ControlException, ...] = ()
    """Controls that are not met, with owner and expiry."""
    delivery: Delivery = Delivery()
    """How the assembly reaches AWS."""
    control_tower: Annotated[ControlTower, BeforeValidator(_switch)] = ControlTower()
    """Control Tower: true, false, or its settings."""
