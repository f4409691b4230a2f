"""Verdicts of theorems about a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from landing_zone.proof.network import structure
from landing_zone.proof.network.atoms import union
from landing_zone.proof.network.blocks import Blocks
from landing_zone.proof.network.exploration import Exploration, Goal, Hit, gateways_of
from landing_zone.proof.network.flow import (
    WHOLE,
    Cut,
    Seed,
    routed,
    seeds_of_internet,
    seeds_of_links,
    seeds_of_subnets,
)
from landing_zone.proof.network.flow import subnets_reached as delivered
from landing_zone.proof.network.gaps import gaps
from landing_zone.proof.network.graph import Graph
from landing_zone.proof.network.labels import HYBRID, INTERNET, Labels
from landing_zone.proof.network.liveness import outcome
from landing_zone.proof.network.model import Hop, Network, Ranges, Result, Unknown, Verdict
from landing_zone.proof.network.theorems import Theorem, aliases, hubs, load_theorems, reach
from landing_zone.proof.network.witness import hops, subnet_text

__all__ = ["Permission", "load_theorems", "not_evaluated", "permitted", "prove_network"]

_FEW = 3
_LABELLED, _LABELLED_TEXT = "segments-are-labelled", "Every theorem about segments needs subnets that say theirs."
_ENTRY_WORDS = {"hospital_entries": "hospital", "internet_entries": "internet"}
_STRUCTURE = {
    "default-tables": structure.default_tables,
    "overlaps": structure.overlaps,
    "symmetry": structure.symmetry,
}


@dataclass(frozen=True, slots=True)
class Permission:
    """Routes lead from one segment to another: to which addresses, and whether every way passes a firewall."""

    ranges: Ranges
    inspected: bool


@dataclass(frozen=True, slots=True)
class _Judgement:
    verdict: Verdict
    witness: tuple[Hop, ...] = ()
    blocked: tuple[Hop, ...] = ()
    reason: str = ""


def prove_network(network: Network, theorems: Sequence[Theorem] | None = None) -> list[Result]:
    """A verdict on every theorem that says something about this network.

    PROVED becomes UNKNOWN as long as anything in the network is not known, and so does the absence of a path.
    """
    labels = _labels(network)
    asked = load_theorems() if theorems is None else list(theorems)
    applying = [theorem for theorem in asked if theorem.why_not(labels) is None]
    judged = _judged(applying, labels)
    missing = gaps(network)
    if (not labels.by_segment or (missing and not judged)) and any(theorem.sources for theorem in asked):
        why = "no theorem speaks of these segments" if labels.by_segment else "no subnet is labelled with a segment"
        reason = _with_gaps(_Judgement("UNKNOWN", reason=why), missing).reason
        judged.insert(0, Result(_LABELLED, "network", "UNKNOWN", _LABELLED_TEXT, "templates", (), (), reason=reason))
    return judged


def not_evaluated(network: Network, theorems: Sequence[Theorem] | None = None) -> list[tuple[str, str]]:
    """Theorems that say nothing about this network, and why."""
    labels = _labels(network)
    asked = load_theorems() if theorems is None else theorems
    return [(theorem.id, why) for theorem in asked if (why := theorem.why_not(labels)) is not None]


def permitted(network: Network) -> Mapping[tuple[str, str], Permission]:
    """Which segment's packets routes lead to which, `internet` and `hybrid` included; not what stays in a VPC.

    Network ACLs are not looked at.
    """
    labels = _labels(network)
    graph = labels.graph
    found: dict[tuple[str, str], Permission] = {}
    for source in sorted({*labels.occurring, INTERNET} - hubs()):
        reached = _segments_reached(labels, source)
        bare = _segments_reached(labels, source, Cut(firewalls=True))
        for target, mask in reached.items():
            if target not in hubs() and (target != source or target not in (INTERNET, HYBRID)):
                found[source, target] = Permission(graph.atoms.ranges(mask), not bare.get(target))
    return found


def _segments_reached(labels: Labels, source: str, cut: Cut = WHOLE) -> dict[str, int]:
    graph = labels.graph
    if source == INTERNET:
        return _reached_from_internet(labels, cut)
    reached = routed(graph, _seeds(labels, source), graph.atoms.everything, cut)
    by_vpc = delivered(graph, reached, foreign=True)
    found: dict[str, int] = {}
    for segment, keys in labels.by_segment.items():
        mask = union(by_vpc.get(graph.network.subnets[key].vpc, 0) & graph.subnet_masks[key] for key in keys)
        if mask:
            found[segment] = mask
    for place, name in (("internet", INTERNET), ("hybrid", HYBRID)):
        mask = union(mask for node, mask in reached.items() if node.place == place)
        if mask:
            found[name] = mask
    return found


def _reached_from_internet(labels: Labels, cut: Cut) -> dict[str, int]:
    """Segments with subnets that answer to the internet, which is what it takes to be reached from there."""
    found: dict[str, int] = {}
    seeds = seeds_of_internet(labels.graph)
    for segment, keys in labels.by_segment.items():
        near = [key for key in keys if labels.graph.network.subnets[key].vpc in gateways_of(labels.graph.network)]
        goal = _goal(labels, near, False, False, False)
        hits = Exploration(labels.graph, goal, relayed=False).by_routes(seeds, from_internet=True, cut=cut)
        if mask := union(hit.arrival[1][3] for hit in hits):
            found[segment] = mask
    return found


def _labels(network: Network, strict: bool = False, like: Graph | None = None) -> Labels:
    return Labels(Graph(network, strict, like.atoms if like else None), aliases())


def _judged(theorems: Sequence[Theorem], labels: Labels) -> list[Result]:
    missing = gaps(labels.graph.network)
    strict: Labels | None = None
    results = []
    for theorem in theorems:
        if theorem.check == "routes":
            judgement = _routes(theorem, labels)
        elif theorem.check == "liveness":
            strict = strict or _labels(labels.graph.network, strict=True, like=labels.graph)
            judgement = _lives(theorem, strict)
        else:
            judgement = _built(_STRUCTURE[theorem.check](labels.graph))
        results.append(_result(theorem, _doubted(theorem, judgement, missing), labels.graph.network.assumptions))
    return results


def _doubted(theorem: Theorem, judgement: _Judgement, missing: Sequence[Unknown]) -> _Judgement:
    if not missing or (judgement.verdict == "REFUTED" and theorem.kind == "network"):
        return judgement
    return _with_gaps(judgement, missing)


def _with_gaps(judgement: _Judgement, missing: Sequence[Unknown]) -> _Judgement:
    if not missing:
        return judgement
    some = "; ".join(f"{one.origin}: {one.reason}" for one in missing[:_FEW])
    more = f"; and {len(missing) - _FEW} more" if len(missing) > _FEW else ""
    before = f"{judgement.reason}; " if judgement.reason else ""
    return _Judgement("UNKNOWN", judgement.witness, reason=f"{before}{len(missing)} unknown: {some}{more}")


def _result(theorem: Theorem, judgement: _Judgement, assumptions: tuple[str, ...] = ()) -> Result:
    return Result(
        id=theorem.id,
        kind=theorem.kind,
        verdict=judgement.verdict,
        theorem=theorem.theorem,
        basis=theorem.basis,
        citations=theorem.citations,
        assumptions=(*theorem.assumptions, *assumptions),
        witness=judgement.witness,
        blocked=judgement.blocked,
        reason=judgement.reason,
    )


def _routes(theorem: Theorem, labels: Labels) -> _Judgement:
    graph, blocks, unsure = labels.graph, Blocks(labels.graph), list[str]()
    cut = Cut(theorem.firewall, theorem.without_peering)
    for source, goal in _questions(theorem, labels):
        seeds = _seeds(labels, source)
        exploration = Exploration(graph, goal, theorem.relays_through, relayed=not theorem.firewall)
        hit = exploration.run(seeds, from_internet=source == INTERNET, cut=cut)
        if hit:
            return _Judgement("REFUTED", _witness(graph, hit, theorem))
        blocks.of(exploration)
        if source == INTERNET:
            blocks.of_gateways(goal.subnets)
        if theorem.only and labels.unlabelled:
            unsure += _unlabelled(labels, seeds, source)
    if unsure:
        return _Judgement("UNKNOWN", reason=unsure[0])
    return _Judgement("PROVED", blocked=blocks.hops())


def _witness(graph: Graph, hit: Hit, theorem: Theorem) -> tuple[Hop, ...]:
    path = hops(graph, hit)
    if theorem.firewall or hit.run.cut.firewalls:
        return (*path, Hop(path[-1].origin, "no firewall on this path")) if path else path
    return path


def _questions(theorem: Theorem, labels: Labels) -> Iterator[tuple[str, Goal]]:
    """Each source with what it must not reach."""
    if theorem.only:
        for source in theorem.sources:
            if source in labels.occurring and source in reach():
                for goal in _beyond(labels, source, theorem.besides):
                    yield source, goal
        return
    ways = [(theorem.sources, theorem.targets)]
    ways += [(theorem.targets, theorem.sources)] if theorem.both_ways else []
    for sources, targets in ways:
        keys = [key for one in targets for key in labels.by_segment.get(one, ())]
        goal = _goal(labels, keys, INTERNET in targets, theorem.between_vpcs, HYBRID in targets)
        for source in sources:
            if source in labels.occurring or source == INTERNET:
                yield source, goal


def _beyond(labels: Labels, source: str, besides: Sequence[str]) -> Iterator[Goal]:
    """What segments.yaml does not let a segment reach. Links do not count for links: hospitals are their own matter."""
    words = {*reach()[source], *besides}
    allowed = words | hubs()
    entries = {_ENTRY_WORDS[word] for word in words if word in _ENTRY_WORDS}
    network = labels.graph.network
    keys = [
        key
        for segment, members in labels.by_segment.items()
        if segment not in allowed and segment != source
        for key in members
        if not entries & labels.entries(network.subnets[key])
    ]
    yield _goal(labels, keys, INTERNET not in words, False, HYBRID not in words and source != HYBRID)
    if source not in allowed and source != HYBRID:
        yield _goal(labels, labels.by_segment.get(source, ()), False, True, False)


def _goal(labels: Labels, keys: Sequence[str], internet: bool, between: bool, hybrid: bool) -> Goal:
    graph, subnets = labels.graph, dict[str, int]()
    for key in keys:
        vpc = graph.network.subnets[key].vpc
        subnets[vpc] = subnets.get(vpc, 0) | graph.subnet_masks[key]
    return Goal(subnets, frozenset(keys), internet, hybrid, between)


def _seeds(labels: Labels, source: str) -> list[Seed]:
    if source == INTERNET:
        return seeds_of_internet(labels.graph)
    subnets = seeds_of_subnets(labels.graph, labels.by_segment.get(source, ()))
    return [*subnets, *seeds_of_links(labels.graph, source)]


def _unlabelled(labels: Labels, seeds: list[Seed], source: str) -> Iterator[str]:
    """Whether a segment may reach networks of which nobody says what they are."""
    exploration = Exploration(labels.graph, _goal(labels, labels.unlabelled, False, False, False))
    hit = exploration.run(seeds)
    if hit:
        subnet = labels.graph.network.subnets[hit.arrival[0].key]
        text = f"{subnet_text(subnet)} ({subnet.origin}), which has no segment"
        yield f"networks of segment {source} reach {text}"


def _lives(theorem: Theorem, labels: Labels) -> _Judgement:
    found = outcome(theorem, labels)
    if found.failed:
        names = ", ".join(f"{subnets[0].origin} ({subnets[0].zone})" for subnets in found.failed[:_FEW])
        reason = f"{len(found.failed)} of {found.units} zones of networks reach nothing of it: {names}"
        return _Judgement("REFUTED", found.path, reason=reason)
    if not found.units:
        return _Judgement("UNKNOWN", reason="no network has a target in the Region that is asked for")
    return _Judgement("PROVED", found.path)


def _built(judged: structure.Judged) -> _Judgement:
    if judged.faults:
        more = len(judged.faults) - 1
        return _Judgement("REFUTED", judged.faults[0], reason=f"{more} more like it" if more else "")
    if judged.unsure:
        reason = "; ".join(f"{hop.origin}: {hop.text}" for hop in judged.unsure[:_FEW])
        return _Judgement("UNKNOWN", reason=reason)
    return _Judgement("PROVED")
