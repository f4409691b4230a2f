"""What proofs say: the `--json` document of `hlz prove`, and the text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from landing_zone.proof.network.model import Hop, Network, Result


def proofs_document(network: Network, results: Iterable[Result], skipped: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Every theorem with its verdict, and those that nothing was there for."""
    return {
        "results": [
            {
                "id": result.id,
                "kind": result.kind,
                "verdict": result.verdict,
                "theorem": result.theorem,
                "basis": result.basis,
                "citations": list(result.citations),
                "assumptions": list(result.assumptions),
                "witness": [_hop(hop) for hop in result.witness],
                "blocked": [_hop(hop) for hop in result.blocked],
                "reason": result.reason,
            }
            for result in results
        ],
        "not_evaluated": [{"id": id, "reason": reason} for id, reason in skipped],
        "network": {
            "vpcs": len(network.vpcs),
            "subnets": len(network.subnets),
            "transit_gateways": len(network.transit_gateways),
            "unknown": [{**_place(unknown.origin), "reason": unknown.reason} for unknown in network.unknowns],
        },
    }


def _hop(hop: Hop) -> dict[str, str]:
    return {**_place(hop.origin), "text": hop.text}


def _place(origin: Any) -> dict[str, str]:
    return {"template": origin.template, "resource": origin.logical_id}


def proofs_text(document: Mapping[str, Any], *, brief: bool, explain: str | None = None) -> str:
    """A line for each theorem; the path of each that does not hold; with `explain`, everything about one."""
    rows = document["results"]
    if explain:
        explained = [_explained(row) for row in rows if row["id"] == explain]
        return "\n\n".join(explained or (_skipped(row) for row in document["not_evaluated"] if row["id"] == explain))
    width = max((len(row["id"]) for row in rows), default=0)
    lines = [f"{row['verdict']:<8} {row['id']:<{width}}  {row['theorem']}" for row in rows]
    for row in rows:
        if row["verdict"] != "PROVED":
            lines += ["", _failed(row)]
    if document["not_evaluated"] and not brief:
        lines.append("")
        lines += [_skipped(row) for row in document["not_evaluated"]]
    assumed = list(dict.fromkeys(text for row in rows for text in row["assumptions"]))
    if assumed and not brief:
        lines += ["", "Proved from the templates alone, under these assumptions:"]
        lines += [f"  A{number}. {text}" for number, text in enumerate(assumed, start=1)]
    lines += ["", _totals(document)]
    return "\n".join(lines)


def _skipped(row: Mapping[str, Any]) -> str:
    return f"not evaluated: {row['id']}: {row['reason']}"


def _failed(row: Mapping[str, Any]) -> str:
    head = f"{row['id']}: {row['verdict']}" + (f": {row['reason']}" if row["reason"] else "")
    return "\n".join([head, *_path(row["witness"])])


def _path(hops: Sequence[Mapping[str, str]]) -> list[str]:
    return [
        f"  {number}. {hop['text']}  [{hop['template']}/{hop['resource']}]" for number, hop in enumerate(hops, start=1)
    ]


def _explained(row: Mapping[str, Any]) -> str:
    lines = [f"{row['verdict']}  {row['id']}", f"Theorem: {row['theorem']}", f"Basis: {row['basis']}"]
    lines.append(f"Citations: {', '.join(row['citations'])} (45 CFR)")
    lines += [f"Assumption: {text}" for text in row["assumptions"]]
    if row["reason"]:
        lines.append(f"Reason: {row['reason']}")
    if row["witness"]:
        lines += ["Path:", *_path(row["witness"])]
    if row["blocked"]:
        lines += ["What blocks:", *_path(row["blocked"])]
    return "\n".join(lines)


def _totals(document: Mapping[str, Any]) -> str:
    counts = Counter(row["verdict"] for row in document["results"])
    network = document["network"]
    verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("PROVED", "REFUTED", "UNKNOWN"))
    return (
        f"{verdicts}; {network['vpcs']} VPCs, {network['subnets']} subnets, "
        f"{network['transit_gateways']} transit gateways."
    )
