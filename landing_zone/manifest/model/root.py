"""The whole manifest."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from landing_zone.manifest.model.base import Section, ShortText, Slug, Version
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
    """Where data may be kept; default: in the United States."""
    retention: Retention = Retention()
    """Years that records are kept."""
    regimes: tuple[ShortText, ...] = ()
    """Laws and contracts beside HIPAA that the landing zone is under, by id (docs/catalogue.md): they narrow where data
    may lie, lengthen how long records are kept, and say who must be told of a breach how soon."""
    contacts: Contacts
    """Who answers for what."""
    organizational_units: dict[Slug, OrganizationalUnit] = {}
    """OUs in addition to, or refining, the standard tree: security, infrastructure, phi (production, recovery,
    nonproduction), nonphi, sandbox, suspended."""
    accounts: Annotated[tuple[Account, ...], Field(max_length=5000)]
    """Accounts in addition to the core ones (management, log-archive, security, network, backup, shared-services)."""
    network: Network
    """Address pools and connectivity; only the pools are required."""
    identity: Identity = Identity()
    """Who may do what: permission sets, their assignment, emergency access."""
    guardrails: Guardrails = Guardrails()
    """Organization policies of every OU."""
    detection: Detection = Detection()
    """Detective services, and who receives alarms."""
    keys: Keys = Keys()
    """Rotation, deletion and administration of customer managed keys."""
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
    """How the assembly reaches AWS: by which mechanism, and from which account."""
    control_tower: Annotated[ControlTower, BeforeValidator(_switch, json_schema_input_type=bool | ControlTower)] = (
        ControlTower()
    )
    """Control Tower: true, false, or its settings."""
