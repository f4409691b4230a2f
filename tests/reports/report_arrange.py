"""A small report, made from a ledger by hand: every status of a control, hostile names, and the registers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from landing_zone.assurance.ledger.model import (
    ControlEntries,
    Deployment,
    Entry,
    Evidence,
    Ledger,
    Open,
    Status,
    VariantScope,
)
from landing_zone.manifest.model import Manifest
from landing_zone.reports.assurance_document import assurance_document
from landing_zone.reports.report_input import ReportInput
from tests.arrangement import Json, clinic

SCHEMAS = Path(__file__).parent / "schemas"
AS_OF = date(2026, 11, 22)
VARIANT, OTHER = "workload-network-us-east-1-17b6e0a2", "network-hub-us-east-1-29954c62"
HOSTILE = (
    '=cmd|"/c calc"!A1 <script>alert(1)</script> ]]> \u202e\x00\x1b[31m `x` **b** {{ insert: param, p }} | @team\n#1'
)
FAILED, OPEN, CHECKED, PROVED, EVIDENCED = "LZ-KMS-02", "LZ-IAM-01", "LZ-AVL-02", "LZ-NET-01", "LZ-LOG-01"


def finding(**fields: Any) -> Json:
    """A finding of a rule of ours, at a line of a template."""
    return {
        "rule": "HLZ-KMS-001",
        "control": FAILED,
        "citations": ["164.312(a)(2)(iv)"],
        "severity": "error",
        "template": VARIANT,
        "resource": "Key",
        "path": "Resources/Key/Properties/EnableKeyRotation",
        "line": 7,
        "message": "The key is not rotated.",
        "fix": "Set EnableKeyRotation to true.",
    } | fields


def acknowledged(**fields: Any) -> Json:
    """A finding that was acknowledged."""
    said = {"reason": "The key signs, and AWS rotates no such key.", "source": "manifest", "owner": "security"}
    return finding(resource="SigningKey") | said | {"expires": None} | fields


def not_evaluated(**fields: str) -> dict[str, str]:
    """Something that a rule could not judge."""
    return {
        "rule": "HLZ-IAM-001",
        "resource": "Role",
        "template": VARIANT,
        "reason": "the value of a parameter is not known",
    } | fields


@cache
def source(hostile: str = "", status: Status = "failed") -> ReportInput:
    """The report's input. `hostile` stands where others' text goes; `status` is that of the control FAILED."""
    ledger = _ledger(hostile, status)
    report = assurance_document(ledger, {"rows": [], "keys": [], "scopes": []}, AS_OF)
    report |= _registers(hostile or "A reason of more than twenty characters.")
    return ReportInput(report=report, inventory=_inventory(hostile), access={}, proofs={}, index=_index(), maps={})


def _ledger(hostile: str, status: Status) -> Ledger:
    manifest = Manifest.model_validate_json(json.dumps(clinic()))
    name = hostile or "Key"
    opened = (Open(kind="finding", rule="HLZ-KMS-001", resource=name, text=hostile or "The key is not rotated."),)
    bad = Entry(scope=VARIANT, status=status, reason=hostile or "1 finding.", open=opened)
    good = _entry(OTHER, "checked", Evidence(kind="rule", id="HLZ-KMS-001", resources=("Key", "Other")))
    unread = _entry("organization", "not evaluated", Evidence(kind="setting", id="ebs-encryption"))
    controls = {
        FAILED: (bad, good),
        OPEN: (unread,),
        CHECKED: (_entry(VARIANT, "checked", Evidence(kind="rule", id="HLZ-NET-007", resources=("Vpc",))),),
        PROVED: (_entry("organization", "proved", Evidence(kind="theorem", id="phi-alone", verdict="PROVED")),),
        EVIDENCED: (_entry("organization", "evidenced", Evidence(kind="reading", id="trail", on="2026-11-20")),),
    }
    return Ledger(
        organization=hostile or "riverside-clinic",
        provenance={f"{name}_sha256": "ab" * 32 for name in ("manifest", "lock", "sources", "policies")}
        | {"tools": {"cdk-nag": "3.0.2"}},
        manifest=manifest.model_dump(mode="json"),
        account_ids={},
        controls=tuple(ControlEntries(id=id, entries=entries) for id, entries in sorted(controls.items())),
        variants=tuple(_variant(id) for id in (OTHER, VARIANT)),
        theorems=(_theorem(),),
        findings=(finding(resource=name, message=hostile or "The key is not rotated."),),
        acknowledged=(acknowledged(**({"reason": hostile} if hostile else {})),),
        excepted=(),
        not_evaluated=(not_evaluated(**({"reason": hostile, "resource": hostile} if hostile else {})),),
        rules={"HLZ-KMS-001": 2, "HLZ-NET-007": 1},
        withheld={},
    )


def _entry(scope: str, status: Status, evidence: Evidence) -> Entry:
    return Entry(scope=scope, status=status, reason="1 rule examined 1 resource.", evidence=(evidence,))


def _variant(id: str) -> VariantScope:
    deployments = tuple(
        Deployment(name=f"hlz-{id}-{account}", account=account, region="us-east-1")
        for account in ("ehr-production", "ehr-training")
    )
    return VariantScope(id=id, role=id.split("-us-")[0], resources=3, sha256="cd" * 32, deployments=deployments)


def _theorem() -> Json:
    texts = {"kind": "network", "verdict": "PROVED", "theorem": "Nobody arrives.", "basis": "templates", "reason": ""}
    return {"id": "phi-alone", **texts, "citations": [], "assumptions": [], "witness": [], "blocked": []}


def _index() -> Json:
    return {
        "deployments": {
            f"hlz-{id}-{account}": {"variant": id, "template": f"hlz-{id}.template.json"}
            for id in (OTHER, VARIANT)
            for account in ("ehr-production", "ehr-training")
        }
    }


def _inventory(hostile: str) -> Json:
    row = {"role": "workload_network", "kind": "store", "type": "AWS::S3::Bucket", "resource": hostile or "Logs"}
    scope = {"id": VARIANT, "deployments": 2, "accounts": ["ehr-production", "ehr-training"], "regions": ["us-east-1"]}
    return {"rows": [row | {"scopes": [VARIANT]}], "scopes": [scope]}


def _registers(text: str) -> Mapping[str, Any]:
    """What exceptions, agreements and the risk analysis add to the report."""
    exception = {
        "control": OPEN,
        "title": "Sign-in",
        "scope": "sandbox",
        "accounts": ["developer-sandbox"],
        "specifications": [
            {"citation": "164.312(a)(2)(iii)", "name": "Logoff", "designation": "addressable", "paraphrase": "-"}
        ],
        "not_excepted": [],
        "assessment": text,
        "equivalent_measure": text,
        "owner": "platform",
        "approver": "security",
        "approved": "2026-10-01",
        "reviewed": None,
        "expires": "2027-03-01",
        "days_left": 99,
        "state": "in force",
        "issue": None,
        "resource_types": [],
        "resources": [],
    }
    ended = exception | {"scope": "nonphi", "state": "expired", "expires": "2026-11-01", "days_left": -21}
    agreement = {"party": text, "kind": "aws", "state": "in force", "signed": "2026-01-01", "services": []}
    asset = {"id": "workload", "title": text, "data": "phi", "accounts": ["ehr-production"]}
    threat = {"id": "insider", "title": text, "controls": [{"id": OPEN, "title": "-", "status": "not evaluated"}]}
    row = {"id": "workload.insider", "asset": "workload", "threat": "insider", "state": "unanswered"}
    return {
        "exceptions": {"basis": "-", "totals": {}, "exceptions": [exception, ended], "acknowledgements": []},
        "agreements": {"basis": "-", "totals": {}, "agreements": [agreement], "accounts": [], "services": []},
        "risk_analysis": {"basis": "-", "totals": {}, "assets": [asset], "threats": [threat], "rows": [row]},
    }
