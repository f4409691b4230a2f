"""One file per stack role. A stack reads as a table of contents: it composes constructs and passes plan values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from constructs import Construct

from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from stacks.bootstrap import BootstrapStack
from stacks.workload_network import WorkloadNetworkStack

StackFactory = Callable[[Construct, Variant, str], RoleStack]

STACKS: Mapping[str, StackFactory] = {
    "bootstrap": BootstrapStack,
    "workload_network": WorkloadNetworkStack,
}
"""The stack of every role of `landing_zone.plan.roles`, and the bootstrap."""
