"""A small report made by hand, with every status and somebody's hostile names, and the same for 800 accounts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from landing_zone.assurance.ledger.model import STATUSES
from landing_zone.reports.report_input import ReportInput

Row = dict[str, Any]
SCRIPT = "<script>window.hacked = 1</script>"
RIGHT_TO_LEFT = "owner \u202egnp.exe"
LONG = "L" * 400
DATES = {"basis": "the rule's text", "as_of": "2026-11-01"}
MAP = (
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="network" viewBox="0 0 9 9"><style>.x{fill:red}'
    '</style><rect class="x" width="9" height="9"/></svg>'
)


def specification(citation: str, status: str, controls: Sequence[str] = (), **more: Any) -> Row:
    return {
        **DATES,
        "citation": citation,
        "name": f"Name of {citation}",
        "kind": "standard",
        "obligation": "required",
        "paraphrase": "Do something.",
        "work": "customer",
        "also": [],
        "standards": [],
        "nist_800_53r5": ["AC-1"],
        "evidence": ["network-map"],
        "customer": "",
        "aws": "",
        "verification": "checked",
        "section": citation.partition("(")[0],
        "status": status,
        "controls": list(controls),
        "proposed": ["nprm:164.312(a)"],
        **more,
    }


def entry(scope: str, status: str, reason: str = "because", **more: Any) -> Row:
    return {"scope": scope, "status": status, "reason": reason, "evidence": [], "open": [], **more}


def evidence(kind: str, id: str, **more: Any) -> Row:
    return {"kind": kind, "id": id, "resources": [], "targets": [], "held_by": [], "verdict": "", "on": "", **more}


def control(id: str, status: str, entries: Sequence[Row], cfr: str = "164.312(a)(1)") -> Row:
    return {
        "id": id,
        "title": f"Title of {id}",
        "expectation": "a property",
        "as_of": "2026-11-02",
        "citations": [{"cfr": cfr, "basis": "Access control", "source": "own"}],
        "nist_800_53r5": [],
        "nprm": [],
        "enforced_by": {"config_rules": [{"id": "A_RULE", "parameters": {}}]},
        "remediation": "",
        "live_probe": "",
        "done_by": "",
        "note": "",
        "status": status,
        "counts": {status: len(entries)},
        "entries": list(entries),
    }


def variant(id: str, *accounts: str) -> Row:
    rows = [{"name": f"hlz-{id}-{name}", "account": name, "region": "us-east-1", "withheld": ""} for name in accounts]
    return {"id": id, "role": "keys", "resources": 2, "sha256": "0" * 64, "deployments": rows}


def account(name: str, ou: str, **more: Any) -> Row:
    return {
        "name": name,
        "ou": ou,
        "owner": "platform",
        "data": "phi",
        "environment": "production",
        "recovery": "none",
        "regions": ["us-east-1"],
        "deployments": 1,
        **more,
    }


def report(**more: Any) -> Row:
    """Two paragraphs by controls and one for each other status; two templates in two accounts."""
    checked = entry("keys-a", "checked", evidence=[evidence("rule", "HLZ-KEY-1", resources=["KeyOne", "KeyTwo"])])
    failed = entry(
        "keys-b",
        "failed",
        SCRIPT,
        open=[{"kind": "finding", "rule": "HLZ-KEY-1", "resource": "KeyThree", "text": f"bad {SCRIPT}"}],
    )
    proved = entry("organization", "proved", evidence=[evidence("theorem", "no-way-in", verdict="PROVED")])
    controls = [
        control("LZ-KEY-01", "failed", [checked, failed]),
        control("LZ-NET-01", "proved", [proved], "164.308(a)(1)(i)"),
    ]
    rows = [
        specification("164.308(a)(1)(i)", "proved", ["LZ-NET-01"]),
        specification("164.312(a)(1)", "failed", ["LZ-KEY-01"]),
        *(specification(f"164.316(b)({n})", status) for n, status in enumerate(STATUSES, 1)),
    ]
    sections = sorted({row["section"] for row in rows})
    return {
        "version": 1,
        "as_of": "2026-11-23",
        "organization": f"Clinic {SCRIPT}",
        "provenance": {"manifest_sha256": "1" * 64, "tools": {"cdk-nag": "3"}},
        "totals": {
            "specifications": {status: 1 for status in STATUSES},
            "controls": {"failed": 1, "proved": 1},
            "accounts": 2,
            "environments": 2,
            "variants": 2,
            "deployments": 2,
            "withheld": 1,
            "resources": 4,
            "rules": 1,
            "rules_run": 1,
            "evaluations": 3,
            "findings": 1,
            "acknowledged": {"toolkit": 1},
            "not_evaluated": 1,
            "theorems": {"PROVED": 1},
        },
        "sections": [{"id": id, "title": "Heading", "specifications": [], "counts": {"failed": 1}} for id in sections],
        "specifications": rows,
        "controls": controls,
        "accounts": [account("alpha", "phi/production", owner=RIGHT_TO_LEFT), account("beta", "phi", owner=LONG)],
        "variants": [variant("keys-a", "alpha"), variant("keys-b", "beta")],
        "rules": [_rule()],
        "theorems": [_theorem()],
        "findings": [_finding(message=SCRIPT)],
        "acknowledged": [_finding(reason="not here", source="toolkit", owner="toolkit", expires=None)],
        "not_evaluated": [{"rule": "HLZ-KEY-1", "template": "keys-a", "resource": "KeyTwo", "reason": "a parameter"}],
        "withheld": [{"name": "hlz-later", "reason": "account id"}],
        "artifacts": [_artifact()],
        "proposed": [_proposal()],
        "exceptions": {
            "basis": "164.306(d)(3)",
            "totals": {"exceptions": 1},
            "exceptions": [{"control": "LZ-KEY-01", "reason": SCRIPT, "owner": None, "accounts": ["alpha"]}],
        },
        **more,
    }


def _rule() -> Row:
    return {
        "id": "HLZ-KEY-1",
        "title": "Keys rotate",
        "control": "LZ-KEY-01",
        "citations": ["164.312(a)(1)"],
        "description": "Each key rotates.\n\nCannot see: keys made\nby hand.",
        "fix": "Rotate.",
        "examined": 3,
    }


def _theorem() -> Row:
    return {
        "id": "no-way-in",
        "kind": "network",
        "verdict": "PROVED",
        "theorem": "No packet arrives.",
        "basis": "templates",
        "citations": ["164.308(a)(1)(i)"],
        "assumptions": ["AWS runs it", "Ports are ports"],
        "witness": [],
        "blocked": [{"template": "keys-a", "resource": "Wall", "text": "stands"}],
        "reason": "",
    }


def _finding(**more: Any) -> Row:
    return {
        "rule": "HLZ-KEY-1",
        "control": "LZ-KEY-01",
        "citations": ["164.312(a)(1)"],
        "severity": "error",
        "template": "keys-b",
        "resource": "KeyThree",
        "message": "does not rotate",
        "fix": "Rotate.",
        **more,
    }


def _artifact() -> Row:
    return {
        **DATES,
        "id": "network-map",
        "title": "Network map",
        "contents": "subnets",
        "citations": ["164.312(a)(1)"],
        "legal_tie": "implied",
        "why": "Commonly asked for",
        "produced_in": [],
        "customer": "",
    }


def _proposal() -> Row:
    return {
        **DATES,
        "id": "nprm:164.312(a)",
        "name": "Access control",
        "paraphrase": "Proposed: more.",
        "interval": "",
        "current": ["164.312(a)(1)"],
        "confidence": "read",
        "controls": ["LZ-KEY-01"],
    }


def report_input(maps: Mapping[str, str] | None = None, **more: Any) -> ReportInput:
    """That report with an inventory, an access matrix and a map."""
    store = {"kind": "store", "role": "keys", "type": "AWS::S3::Bucket", "what": "object store", "encrypted": "none"}
    inventory = {
        "totals": {
            "stores": 1,
            "stores_deployed": 1,
            "stores_by_encryption": {"none": 1},
            "transit_paths": 0,
            "transit_paths_by_protection": {},
            "all_stores_with_customer_managed_key": False,
        },
        "exceptions": [],
        "rows": [{**store, "resource": "Bucket", "scopes": ["keys-a"]}],
        "keys": [],
        "not_covered": [],
    }
    principal = {
        "number": 0,
        "kind": "group",
        "principal": SCRIPT,
        "via": "set",
        "can": "read",
        "session_hours": 4,
        "mfa": "",
        "waits_for": "",
        "targets": ["phi"],
        "accounts": 2,
    }
    access = {
        "totals": {"accounts": 2, "groups": 1, "assignments": 2},
        "entries": [principal],
        "accounts": [{"account": name, "ou": "phi", "data": "phi", "entries": [0]} for name in ("alpha", "beta")],
        "empty": [],
        "not_covered": ["who is in a group"],
    }
    drawn = {"network.svg": MAP, "network-us-east-1.svg": MAP} if maps is None else maps
    return ReportInput(report(**more), inventory, access, {}, {"reports": {"ledger.json": "2" * 64}}, drawn)


def large_input() -> ReportInput:
    """800 accounts in two Regions: as many templates as the planner makes of them, 110 controls, 3,000 rows of risk."""
    names = [f"clinical-system-{number:04}" for number in range(800)]
    ids = [f"workload-network-us-east-1-{number:08x}" for number in range(60)]
    variants = [variant(id, *names[number % 4 :: 4]) for number, id in enumerate(ids)]
    resources = [f"NetworkApplication{number}SubnetC8EB6E74" for number in range(12)]
    rules = [evidence("rule", f"HIPAA.Security-SomeRatherLongName{n}", resources=resources[n * 4 :]) for n in range(3)]
    controls = [
        control(f"LZ-TST-{number:03}", "checked", [entry(id, "checked", f"{id}", evidence=rules) for id in ids[:8]])
        for number in range(110)
    ]
    risk = [
        {"id": f"{name}.{threat}", "asset": name, "threat": f"threat-{threat}", "state": "unanswered", "note": "x" * 60}
        for name in names
        for threat in range(4)
    ]
    picture = MAP.replace("</svg>", "<g>" + "<rect/>" * 20_000 + "</g></svg>")
    source = report_input(
        accounts=[account(name, "phi/production") for name in names],
        variants=variants,
        controls=controls,
        specifications=[specification(f"164.308(a)({n})", "checked", [f"LZ-TST-{n:03}"]) for n in range(101)],
        risk_analysis={"rows": risk},
    )
    return replace(source, maps={"network.svg": picture, "network-us-east-1.svg": picture * 5})


def written(source: str, folder: Path) -> Path:
    """The page as a file."""
    path = folder / "report.html"
    path.write_text(source, encoding="utf-8")
    return path


def copied(source: ReportInput) -> ReportInput:
    """The same, read anew from JSON."""
    return replace(source, report=json.loads(json.dumps(source.report)))
