"""The stack roles, one file each: which deployments a manifest asks for, in which shape and with which values."""

from __future__ import annotations

from collections.abc import Mapping

from landing_zone.plan.knowledge import RolePlanner
from landing_zone.plan.roles.account_baseline import account_baselines
from landing_zone.plan.roles.accounts import accounts
from landing_zone.plan.roles.alarm_hub import alarm_hubs
from landing_zone.plan.roles.assignments import assignments
from landing_zone.plan.roles.audit_trail import audit_trails
from landing_zone.plan.roles.backup_vault import backup_vaults
from landing_zone.plan.roles.control_tower import control_towers
from landing_zone.plan.roles.control_tower_controls import control_tower_controls
from landing_zone.plan.roles.data_event_trail import data_event_trails
from landing_zone.plan.roles.data_keys import data_keys
from landing_zone.plan.roles.guardrails import guardrails
from landing_zone.plan.roles.identity import identities
from landing_zone.plan.roles.log_archive import log_archives
from landing_zone.plan.roles.log_landing import log_landings
from landing_zone.plan.roles.network_association import network_associations
from landing_zone.plan.roles.network_egress import network_egresses
from landing_zone.plan.roles.network_hub import network_hubs
from landing_zone.plan.roles.network_ingress import network_ingresses
from landing_zone.plan.roles.network_link_routes import network_link_routes
from landing_zone.plan.roles.network_links import network_links
from landing_zone.plan.roles.network_shared import network_shared
from landing_zone.plan.roles.organization import organizations
from landing_zone.plan.roles.organization_delegation import organization_delegations
from landing_zone.plan.roles.workload_network import workload_networks

ROLES: Mapping[str, RolePlanner] = {
    "organization": organizations,
    "accounts": accounts,
    "organization_delegation": organization_delegations,
    "guardrails": guardrails,
    "control_tower": control_towers,
    "control_tower_controls": control_tower_controls,
    "log_archive": log_archives,
    "log_landing": log_landings,
    "account_baseline": account_baselines,
    "alarm_hub": alarm_hubs,
    "audit_trail": audit_trails,
    "data_event_trail": data_event_trails,
    "data_keys": data_keys,
    "backup_vault": backup_vaults,
    "network_hub": network_hubs,
    "network_shared": network_shared,
    "network_egress": network_egresses,
    "network_ingress": network_ingresses,
    "workload_network": workload_networks,
    "network_association": network_associations,
    "network_links": network_links,
    "network_link_routes": network_link_routes,
    "identity": identities,
    "assignments": assignments,
}
"""Every role by name; `stacks` has one file for each."""
