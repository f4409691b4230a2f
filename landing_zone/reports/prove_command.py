"""`hlz prove`: guardrails and networks, of the manifest or of what somebody else wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landing_zone.fault import UsageError, excerpt, nearest
from landing_zone.manifest.load import load_manifest
from landing_zone.outcome import FINDINGS, GOOD, Outcome
from landing_zone.plan.lock import read_lock
from landing_zone.plan.make import make_plan
from landing_zone.proof.guardrails.closure import exemptions
from landing_zone.proof.guardrails.of_plan import organization_of
from landing_zone.proof.guardrails.organization import Organization
from landing_zone.proof.guardrails.policy_folder import read_policy_folder
from landing_zone.proof.guardrails.proofs import GuardrailProofs, prove_guardrails
from landing_zone.proof.guardrails.prove import CLOSURE
from landing_zone.proof.guardrails.theorems import load_theorems as guardrail_theorems
from landing_zone.proof.network.collection import without_collection
from landing_zone.proof.network.prove import load_theorems as network_theorems
from landing_zone.proof.network.prove import not_evaluated, prove_network
from landing_zone.reports.examined import Examined
from landing_zone.reports.guardrail_proofs import (
    guardrail_rows,
    guardrails_section,
    write_proofs,
)
from landing_zone.reports.proofs import joined, proofs_document, proofs_text
from landing_zone.reports.verified_certificates import verified


@dataclass(frozen=True)
class Options:
    """What was asked.

    network, policies: folders to prove over in place of the manifest. examine: reads the network of the manifest or
    of `network`; an outcome if the manifest's templates have findings.
    """

    manifest: Path
    network: Path | None
    policies: Path | None
    explain: str | None
    output: Path | None
    verify: Path | None
    brief: bool
    examine: Callable[[], Examined | Outcome]


def prove_command(asked: Options) -> Outcome:
    """Prove what was asked for. Raises InputError."""
    _usable(asked)
    with without_collection():
        organization, notes = _organization(asked)
        _known(asked, organization)
        if asked.verify and organization:
            return verified(organization, asked.verify)
        examined = None if asked.policies and not asked.network else asked.examine()
        if isinstance(examined, Outcome):
            return examined
        documents: list[Mapping[str, Any]] = []
        proofs: GuardrailProofs | None = None
        if organization:
            proofs = prove_guardrails(organization, examined.rules if examined and not asked.policies else None)
            section = guardrails_section(organization, proofs, "this folder" if asked.policies else "this commit")
            documents.append({"results": guardrail_rows(proofs), "guardrails": section, "notes": notes})
        if examined:
            rows = prove_network(examined.network, network_theorems())
            documents.append(proofs_document(examined.network, rows, not_evaluated(examined.network)))
    document = joined(documents)
    text = proofs_text(document, brief=asked.brief, explain=asked.explain)
    if asked.output:
        written = write_proofs(document, proofs.certificates if proofs else {}, asked.output)
        text += f"\nWrote {asked.output} (verdicts and {len(written) - 1} certificates)."
    proved = all(row["verdict"] == "PROVED" for row in document["results"])
    return Outcome(GOOD if proved else FINDINGS, document, text)


def _usable(asked: Options) -> None:
    """Refuse what contradicts itself before anything is proved."""
    if asked.verify and asked.network:
        raise UsageError("--verify is about guardrails, --network about networks", hint="leave one out")
    if asked.verify and (asked.explain or asked.output):
        other = "--explain" if asked.explain else "--output"
        raise UsageError(f"--verify proves nothing anew, so {other} has nothing to show", hint="leave one out")
    if asked.output and asked.output.exists() and not asked.output.is_dir():
        raise UsageError("is no folder", file=str(asked.output))


def _known(asked: Options, organization: Organization | None) -> None:
    """Refuse to explain what is not asked here."""
    guardrails = [id for one in guardrail_theorems() for id in (one.id, *(twin.id for twin in one.twins))]
    networks = [one.id for one in network_theorems()]
    if organization:
        guardrails += [f"{CLOSURE}:{one.pattern}" for one in exemptions(organization)]
    ids = [*(guardrails if organization else ()), *(networks if asked.network or not asked.policies else ())]
    if asked.explain is None or asked.explain in ids:
        return
    if asked.explain in (*guardrails, *networks):
        what = "networks, not guardrails" if asked.explain in networks else "guardrails, not networks"
        hint = "add --network DIR" if asked.explain in networks else "use --policies DIR, or leave --network out"
        raise UsageError(f"--explain {asked.explain}: is about {what}", hint=hint)
    raise UsageError(f"--explain {excerpt(asked.explain)}: no such theorem", hint=nearest(asked.explain, sorted(ids)))


def _organization(asked: Options) -> tuple[Organization | None, list[dict[str, Any]]]:
    """The policies to prove over, and what is to be said of their files."""
    if asked.policies:
        folder = read_policy_folder(asked.policies)
        return folder.organization, [fault.as_json() for fault in folder.notes]
    if asked.network:
        return None, []
    loaded = load_manifest(asked.manifest)
    planned = make_plan(loaded, read_lock(asked.manifest))
    return organization_of(loaded.manifest, planned.lock, planned.guardrails), []
