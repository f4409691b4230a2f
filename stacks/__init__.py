"""One file per stack role. A stack reads as a table of contents: it composes constructs and passes plan values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from constructs import Construct

from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from stacks.account_baseline import AccountBaselineStack
from stacks.accounts import AccountsStack
from stacks.alarm_hub import AlarmHubStack
from stacks.assignments import AssignmentsStack
from stacks.audit_trail import AuditTrailStack
from stacks.backup_vault import BackupVaultStack
from stacks.bootstrap import BootstrapStack
from stacks.control_tower import ControlTowerStack
from stacks.control_tower_controls import ControlTowerControlsStack
from stacks.data_event_trail import DataEventTrailStack
from stacks.data_keys import DataKeysStack
from stacks.guardrails import GuardrailsStack
from stacks.identity import IdentityStack
from stacks.log_archive import LogArchiveStack
from stacks.log_landing import LogLandingStack
from stacks.network_association import NetworkAssociationStack
from stacks.network_egress import NetworkEgressStack
from stacks.network_hub import NetworkHubStack
from stacks.network_ingress import NetworkIngressStack
from stacks.network_link_routes import NetworkLinkRoutesStack
from stacks.network_links import NetworkLinksStack
from stacks.network_shared import NetworkSharedStack
from stacks.organization import OrganizationStack
from stacks.organization_delegation import OrganizationDelegationStack
from stacks.workload_network import WorkloadNetworkStack

StackFactory = Callable[[Construct, Variant, str], RoleStack]

STACKS: Mapping[str, StackFactory] = {
    "organization": OrganizationStack,
    "accounts": AccountsStack,
    "organization_delegation": OrganizationDelegationStack,
    "guardrails": GuardrailsStack,
    "alarm_hub": AlarmHubStack,
    "audit_trail": AuditTrailStack,
    "control_tower": ControlTowerStack,
    "control_tower_controls": ControlTowerControlsStack,
    "data_event_trail": DataEventTrailStack,
    "log_archive": LogArchiveStack,
    "log_landing": LogLandingStack,
    "account_baseline": AccountBaselineStack,
    "data_keys": DataKeysStack,
    "backup_vault": BackupVaultStack,
    "bootstrap": BootstrapStack,
    "network_hub": NetworkHubStack,
    "network_shared": NetworkSharedStack,
    "network_egress": NetworkEgressStack,
    "network_ingress": NetworkIngressStack,
    "workload_network": WorkloadNetworkStack,
    "network_association": NetworkAssociationStack,
    "network_links": NetworkLinksStack,
    "network_link_routes": NetworkLinkRoutesStack,
    "identity": IdentityStack,
    "assignments": AssignmentsStack,
}
"""The stack of every role of `landing_zone.plan.roles`, and the bootstrap."""
