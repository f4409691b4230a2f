"""Which subnets belong to which segment, and from where they may be entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from landing_zone.proof.network.flow import links
from landing_zone.proof.network.graph import Graph
from landing_zone.proof.network.model import Subnet

INTERNET, HYBRID = "internet", "hybrid"


@dataclass(frozen=True)
class Labels:
    """Segments of a network's subnets. aliases: segments that mean another one with entries, such as `phi-entry`."""

    graph: Graph
    aliases: Mapping[str, tuple[str, frozenset[str]]]

    @cached_property
    def by_segment(self) -> dict[str, list[str]]:
        """Keys of subnets by segment; None of them is unlabelled."""
        found: dict[str, list[str]] = {}
        for subnet in self.graph.network.subnets.values():
            if subnet.segment is not None:
                found.setdefault(self.segment(subnet) or "", []).append(subnet.key)
        return found

    @cached_property
    def unlabelled(self) -> list[str]:
        """Keys of subnets without a segment."""
        return [key for key, subnet in self.graph.network.subnets.items() if subnet.segment is None]

    @cached_property
    def occurring(self) -> frozenset[str]:
        """Segments that occur, `hybrid` among them if there is a link or VPN gateway."""
        network = self.graph.network
        found = set(self.by_segment) | {one.segment or HYBRID for one in links(self.graph)}
        if any(gateway.kind == "vpn-gateway" for gateway in network.gateways.values()):
            found.add(HYBRID)
        return frozenset(found)

    def segment(self, subnet: Subnet) -> str | None:
        """A subnet's segment, aliases resolved."""
        if subnet.segment is None:
            return None
        return self.aliases[subnet.segment][0] if subnet.segment in self.aliases else subnet.segment

    def entries(self, subnet: Subnet) -> frozenset[str]:
        """From where a subnet may be entered."""
        vpc = self.graph.network.vpcs.get(subnet.vpc)
        _, own = self.aliases.get(subnet.segment or "", ("", frozenset[str]()))
        return own | (vpc.entries if vpc else frozenset())

    def region(self, subnet: str) -> str:
        """The Region of a subnet's VPC."""
        vpc = self.graph.network.vpcs.get(self.graph.network.subnets[subnet].vpc)
        return vpc.region if vpc else ""
