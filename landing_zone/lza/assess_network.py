"""What the network of an LZA configuration protects and does not: theorems on its model, checks of its build."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from landing_zone.lza.configuration import Configuration
from landing_zone.lza.entry import Entry
from landing_zone.lza.gaps import Gap, NotUnderstood
from landing_zone.lza.network import network_of
from landing_zone.lza.network_gaps import worded
from landing_zone.lza.network_paths import Paths
from landing_zone.lza.network_reading import line_of, rows
from landing_zone.lza.network_records import Records
from landing_zone.policy_data import policy_data
from landing_zone.proof.network.model import Hop, Network, Result, Subnet
from landing_zone.proof.network.prove import load_theorems, not_evaluated, prove_network
from landing_zone.proof.network.theorems import Theorem, hubs

_PLACE = re.compile(r"(\.ya?ml)/([0-9]+):")


class NetworkAssessment(NamedTuple):
    """Gaps and what is not understood, sorted. facts: `theorems` (rows of verdicts), `assumed`, `segments`."""

    gaps: tuple[Gap, ...]
    not_understood: tuple[NotUnderstood, ...]
    facts: dict[str, Any]


def assess_network(configuration: Configuration, phi: Sequence[str] = ()) -> NetworkAssessment:
    """Assess network-config.yaml. phi: OUs and accounts that hold PHI; left out, names tell, which `assumed` says."""
    if "network" not in configuration.files:
        return NetworkAssessment((), (), {"theorems": [], "assumed": [], "segments": {}})
    network, reading = configuration.file("network"), network_of(configuration, phi)
    left_out: dict[str, str] = policy_data("lza/network")["theorems"]["left_out"]
    theorems = [one for one in load_theorems() if one.id not in left_out]
    results = _proved(reading.network, theorems)
    gaps = [*worded(Paths(network, reading).findings()), *worded(Records(configuration, network).findings())]
    gaps += [_refuted(result, network) for result in results if result.verdict == "REFUTED"]
    unknown = [_unknown(result, network) for result in results if result.verdict == "UNKNOWN"]
    silent = [*left_out.items(), *not_evaluated(reading.network, theorems)]
    facts = {
        "theorems": [_row(result) for result in results],
        "not_evaluated": [{"id": id, "reason": reason} for id, reason in silent],
        "assumed": list(reading.assumptions),
        "segments": {str(one): one.segment for one in reading.instances.values()},
    }
    return NetworkAssessment(tuple(sorted(set(gaps))), tuple(sorted({*reading.not_understood, *unknown})), facts)


def _proved(network: Network, theorems: Sequence[Theorem]) -> list[Result]:
    """Verdicts; of what must work nothing is asked of VPCs that have subnets for their attachment alone."""
    results = prove_network(network, [one for one in theorems if one.kind == "network"])
    inner = {key for one in network.attachments.values() for key in one.subnets}
    peopled = {subnet.vpc for key, subnet in network.subnets.items() if key not in inner or subnet.segment in hubs()}
    asked = {
        key: subnet if subnet.vpc in peopled or _has_routes(network, subnet) else replace(subnet, segment=None)
        for key, subnet in network.subnets.items()
    }
    live = prove_network(replace(network, subnets=asked), [one for one in theorems if one.kind == "liveness"])
    return [*results, *(one for one in live if one.kind == "liveness")]


def _has_routes(network: Network, subnet: Subnet) -> bool:
    table = network.tables.get(subnet.table or "")
    return table is not None and bool(table.routes)


def _row(result: Result) -> dict[str, Any]:
    return {
        "id": result.id,
        "kind": result.kind,
        "verdict": result.verdict,
        "theorem": result.theorem,
        "basis": "configuration",
        "citations": list(result.citations),
        "assumptions": list(result.assumptions),
        "witness": [_hop(hop) for hop in result.witness] if result.verdict == "REFUTED" else [],
        "reason": _readable(result.reason),
    }


def _refuted(result: Result, network: Entry) -> Gap:
    """The gap at the line that decides: the route of a transit gateway, else the last route, else the first hop."""
    file, line, column = _place(result, network)
    data = policy_data("lza/network")["theorems"]
    hops = "; ".join(_hop(hop, file) for hop in result.witness)
    why = "; ".join(part for part in (hops, _readable(result.reason)) if part)
    message = f"Does not hold: {result.theorem} Shown by: {why}"
    fix = data["fixes"].get(result.id, data["fixes"]["otherwise"])
    severity = data["severity"].get(result.id, "error")
    return Gap(f"LZA-THM-{result.id}", result.citations, file, line, column, message, fix, severity)


def _unknown(result: Result, network: Entry) -> NotUnderstood:
    return NotUnderstood(network.file, network.line, f"Theorem {result.id} is neither proved nor refuted: "
                         f"{_readable(result.reason) or 'its premises are not known'}")  # fmt: skip


def _place(result: Result, network: Entry) -> tuple[str, int, int]:
    if result.id == "no-default-tables":
        for gateway in rows(network, "transitGateways"):
            for key in ("defaultRouteTableAssociation", "defaultRouteTablePropagation"):
                switch = gateway.get(key)
                if switch is None or switch.text != "disable":
                    at = switch or gateway
                    return at.file, at.line, at.column
    hop = _decisive(result.witness)
    if hop is None:
        return network.file, network.line, network.column
    file, line, _ = line_of(hop.origin)
    return file, line, 1


def _decisive(witness: Sequence[Hop]) -> Hop | None:
    transit = [hop for hop in witness if hop.text.startswith("transit gateway route table")]
    routes = [hop for hop in witness if hop.text.startswith("route ")]
    for some in (transit, routes, witness):
        if some:
            return some[-1] if some is routes else some[0]
    return None


def _hop(hop: Hop, near: str = "") -> str:
    """A hop with its line; the file is left out where it is that of the gap."""
    file, line, label = line_of(hop.origin)
    where = f"line {line}" if file == near else f"{file}:{line}"
    return f"{where} {hop.text}" if label.startswith("subnet ") else f"{where} {label}: {hop.text}"


def _readable(reason: str) -> str:
    return _PLACE.sub(r"\1:\2 ", reason)
