"""One file per stack role. A stack reads as a table of contents: it composes constructs and passes plan values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from constructs import Construct

from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from stacks.account_baseline import AccountBaselineStack
from stacks.data_keys import DataKeysStack
from stacks.workload_network import WorkloadNetworkStack

StackFactory = Callable[[Construct, Variant, str], RoleStack]

STACKS: Mapping[str, StackFactory] = {
    "account_baseline": AccountBaselineStack,
    "data_keys": DataKeysStack,
    "workload_network": WorkloadNetworkStack,
}
"""The stack of every role of `landing_zone.plan.roles`."""
