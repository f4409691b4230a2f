"""What stands in the way of packets that a proof is about: blackholes, missing routes, firewalls, grouped."""

from __future__ import annotations

from collections.abc import Iterable

from landing_zone.proof.network.atoms import ranges_text
from landing_zone.proof.network.exploration import Exploration, Run
from landing_zone.proof.network.flow import Reached
from landing_zone.proof.network.graph import Graph
from landing_zone.proof.network.model import Hop, Origin

MOST = 5
_ABSENT = "no "


class Blocks:
    """Obstacles by kind: how often, and the first of each."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._found: dict[str, tuple[int, Origin]] = {}

    def add(self, text: str, origin: Origin) -> None:
        """One obstacle more."""
        count, first = self._found.get(text, (0, origin))
        self._found[text] = (count + 1, first)

    def hops(self) -> tuple[Hop, ...]:
        """The most frequent kinds; what is there before what is missing."""
        ranked = sorted(self._found.items(), key=lambda item: (item[0].startswith(_ABSENT), -item[1][0], item[0]))
        return tuple(
            Hop(origin, text if count == 1 else f"{text} ({count} times, here the first)")
            for text, (count, origin) in ranked[:MOST]
        )

    def of(self, exploration: Exploration) -> None:
        """What stopped the packets of an exploration that reached nothing."""
        if not exploration.runs or not any(run.seeds for run, _ in exploration.runs):
            return
        for run, reached in exploration.runs:
            if run.counts:
                self._of_run(run, reached)

    def _of_run(self, run: Run, reached: Reached) -> None:
        graph = self._graph
        for node, mask in reached.items():
            if node.place == "transit":
                self._of_transit(node.key, mask)
            elif node.place == "leaving":
                subnet = graph.network.subnets[node.key]
                table = graph.network.tables.get(subnet.table or "")
                segment = f" of segment {subnet.segment}" if subnet.segment else ""
                if mask & ~graph.vpc_table(subnet.vpc, subnet.table).routed:
                    self.add(
                        f"no route there in route tables of subnets{segment}", table.origin if table else subnet.origin
                    )
            elif run.from_internet and node.place == "vpc":
                vpc = graph.network.vpcs[node.key]
                self.add("no subnet there whose answers its route table leads to the internet gateway", vpc.origin)
            if run.cut.firewalls and node.place in ("leaving", "enter", "transit"):
                for edge in graph.edges(node):
                    if edge.firewall and edge.destinations & mask:
                        held = graph.network.firewalls.get(edge.firewall) or graph.network.attachments[edge.firewall]
                        self.add("every way there passes a firewall", held.origin)

    def _of_transit(self, key: str, mask: int) -> None:
        graph, table = self._graph, self._graph.network.transit_tables[key]
        compiled = graph.transit_table(key)
        name = f"transit gateway route table{f' of segment {table.segment}' if table.segment else ''}"
        for choice in compiled.choices:
            if choice.leads is None and choice.route and choice.destinations & mask:
                self.add(f"blackhole {ranges_text(choice.route.ranges)} in the {name}", choice.route.origin)
        if mask & ~compiled.routed:
            self.add(f"no route there in the {name}", table.origin)

    def of_gateways(self, vpcs: Iterable[str]) -> None:
        """VPCs that no internet gateway belongs to."""
        with_gateway = {one.vpc for one in self._graph.network.gateways.values() if one.kind == "internet-gateway"}
        for key in vpcs:
            if key not in with_gateway and key in self._graph.network.vpcs:
                self.add("the VPC has no internet gateway", self._graph.network.vpcs[key].origin)
