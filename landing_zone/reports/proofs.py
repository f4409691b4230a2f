"""What proofs say: the `--json` document of `hlz prove`, and the text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from landing_zone.proof.network.model import Hop, Network, Result
from landing_zone.reports.guardrail_requests import request_lines


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


def joined(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Documents about guardrails and networks as one: lists one after the other."""
    both: dict[str, Any] = {"results": [], "not_evaluated": []}
    for document in documents:
        for key, part in document.items():
            both[key] = [*both.get(key, []), *part] if isinstance(part, list) else part
    return both


def _hop(hop: Hop) -> dict[str, str]:
    return {**_place(hop.origin), "text": hop.text}


def _place(origin: Any) -> dict[str, str]:
    return {"template": origin.template, "resource": origin.logical_id}


def proofs_text(document: Mapping[str, Any], *, brief: bool, explain: str | None = None) -> str:
    """A line for each theorem; how each fails that does not hold; with `explain`, everything about one.

    Of twins and exemptions, which are many, those that fail have a line, and a count says how many hold.
    """
    rows = document["results"]
    if explain:
        explained = [_explained(row, document) for row in rows if row["id"] == explain]
        return "\n\n".join(explained or (_skipped(row) for row in document["not_evaluated"] if row["id"] == explain))
    listed = [row for row in rows if row["kind"] not in _COUNTED or row["verdict"] != "PROVED" or "blocked" in row]
    width = max((len(row["id"]) for row in listed), default=0)
    lines = [f"{row['verdict']:<8} {row['id']:<{width}}  {row['theorem']}" for row in listed]
    counted = Counter(row["kind"] for row in rows if row not in listed)
    lines += [f"{'PROVED':<8} {_COUNTED[kind].format(count)}" for kind, count in sorted(counted.items())]
    lines += _failures(rows)
    lines += [f"\n{row['id']}: PROVED: {row['reason']}" for row in rows if row["verdict"] == "PROVED" and row["reason"]]
    if document["not_evaluated"] and not brief:
        lines.append("")
        lines += [_skipped(row) for row in document["not_evaluated"]]
    lines += [] if brief else _small_print(document)
    return "\n".join([*lines, "", *_notes(document), *_totals(document)])


_COUNTED = {
    "closure": "{} exemptions: nobody but the pipeline makes, changes or borrows whom they spare",
    "liveness": "{} requests that must pass do",
}


def _small_print(document: Mapping[str, Any]) -> list[str]:
    """Assumptions of everything that is proved, and statements on which nothing that is proved rests."""
    lines: list[str] = []
    groups = {
        "Proved of the guardrails under these assumptions (--explain ID shows those of one theorem):": False,
        "Proved of the network from the templates alone, under these assumptions:": True,
    }
    for title, of_network in groups.items():
        rows = (row for row in document["results"] if ("blocked" in row) == of_network and row["verdict"] == "PROVED")
        assumed = list(dict.fromkeys(text for row in rows for text in row["assumptions"]))
        if assumed:
            lines += ["", title, *(f"  A{number}. {text}" for number, text in enumerate(assumed, start=1))]
    if idle := document.get("guardrails", {}).get("idle"):
        lines += ["", "Statements that stop nothing of what a proved theorem forbids:"]
        lines += [f"  {_statement(row)}" for row in idle]
    return lines


def _statement(row: Mapping[str, Any]) -> str:
    return f"{row['statement']} ({', '.join(row['guardrails'])})" if row.get("guardrails") else str(row["statement"])


def _notes(document: Mapping[str, Any]) -> list[str]:
    return [f"note: {row['file']}: {row['message']}" for row in document.get("notes", ())]


def _skipped(row: Mapping[str, Any]) -> str:
    return f"not evaluated: {row['id']}: {row['reason']}"


def _failures(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """How each theorem fails that does not hold; those that fail for the same reason together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["verdict"] == "PROVED":
            continue
        if row["witness"]:
            yield f"\n{_failed(row)}"
        else:
            alike.setdefault((row["verdict"], row["reason"]), []).append(row["id"])
    for (verdict, reason), ids in alike.items():
        yield f"\n{', '.join(ids)}: {verdict}" + (f": {reason}" if reason else "")


def _failed(row: Mapping[str, Any]) -> str:
    if isinstance(row["witness"], Mapping):
        return "\n".join([f"{row['id']}: {row['verdict']}", *request_lines(row["witness"])])
    head = f"{row['id']}: {row['verdict']}" + (f": {row['reason']}" if row["reason"] else "")
    return "\n".join([head, *_path(row["witness"])])


def _path(hops: Sequence[Mapping[str, str]]) -> list[str]:
    return [
        f"  {number}. {hop['text']}  [{hop['template']}/{hop['resource']}]" for number, hop in enumerate(hops, start=1)
    ]


def _explained(row: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    section = document.get("guardrails", {})
    said = section.get("theorems", {}).get(row["id"], {})
    lines = [f"{row['verdict']}  {row['id']}", f"Theorem: {row['theorem']}"]
    lines += [f"Of whom: {said['who']}"] if said else []
    lines += [f"Basis: {row['basis']}", f"Citations: {', '.join(row['citations'])} (45 CFR)"]
    lines += [f"Limits: {said['limits']}"] if said.get("limits") else []
    lines += [f"Actions that are not meant: {', '.join(said['not_meant'])}"] if said.get("not_meant") else []
    lines += [f"Assumption A{number}: {text}" for number, text in enumerate(row["assumptions"], start=1)]
    if row["reason"] and not isinstance(row["witness"], Mapping):
        lines.append(f"Reason: {row['reason']}")
    if isinstance(row["witness"], Mapping):
        return "\n".join([*lines, "Request:", *request_lines(row["witness"])])
    if row["witness"]:
        lines += ["Path:", *_path(row["witness"])]
    if row.get("blocked"):
        lines += ["What blocks:", *_path(row["blocked"])]
    return "\n".join([*lines, *_certified(row, section)])


def _certified(row: Mapping[str, Any], section: Mapping[str, Any]) -> list[str]:
    """What a proof of guardrails rests on."""
    certificate = section.get("certificates", {}).get(row["id"])
    if certificate is None:
        return []
    bearing = section["load_bearing"].get(row["id"], [])
    return [
        "Statements used: " + ", ".join(certificate["statements"]),
        "Not proved without any one of: " + (", ".join(map(_statement, bearing)) or "none (each is backed by another)"),
        f"Certificate: {certificate['cases']} cases, {certificate['bytes']} bytes, sha256 {certificate['sha256']}; "
        "replayed by the checker",
        _wording(row["assumptions"], section),
    ]


def _wording(assumptions: Sequence[str], section: Mapping[str, Any]) -> str:
    count = len(assumptions)
    under = f"assumptions A1..A{count}" if count > 1 else "assumption A1"
    catalogue = section["catalogue"]
    return (
        f"Proved under {under}, from the policies of {section['source']} (sha256 {section['policies_sha256'][:16]}), "
        f"with the catalogue of {catalogue['date']} ({catalogue['package']})."
    )


def _totals(document: Mapping[str, Any]) -> list[str]:
    counts = Counter(row["verdict"] for row in document["results"])
    about = ""
    if section := document.get("guardrails"):
        policies, accounts = len(section["policies"]), section["accounts"]
        about += f"; {policies} {'policy' if policies == 1 else 'policies'} over {accounts} "
        about += "account" if accounts == 1 else "accounts"
    if network := document.get("network"):
        gateways = network["transit_gateways"]
        about += f"; {network['vpcs']} VPCs, {network['subnets']} subnets, {gateways} transit gateways"
    lines = [", ".join(f"{counts[verdict]} {verdict}" for verdict in ("PROVED", "REFUTED", "UNKNOWN")) + about + "."]
    return lines if not section else [*lines, _provenance(section)]


def _provenance(section: Mapping[str, Any]) -> str:
    count = len(section["certificates"])
    replayed = f"{count} certificates, each replayed by the checker" if count else "no certificate"
    return (
        f"From the policies of {section['source']} (sha256 {section['policies_sha256'][:16]}), with the catalogue of "
        f"{section['catalogue']['date']}; {replayed}."
    )
