"""Prove, let the checker replay every proof, and say what rests on what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from landing_zone.action_catalogue import catalogue_version
from landing_zone.fault import excerpt
from landing_zone.proof.guardrails.certificate import certificate_of, task_digest, task_of
from landing_zone.proof.guardrails.checker import Checker
from landing_zone.proof.guardrails.load_bearing import Load, load
from landing_zone.proof.guardrails.organization import Organization
from landing_zone.proof.guardrails.prove import Prover
from landing_zone.proof.guardrails.results import Result

Certificate = Mapping[str, Any]
"""`theorem`, `catalogue`, and `questions`: for each `place`, the hash of what was asked (`task`) and the `proofs`."""

_NAMED = ("place", "task")
"""What a question of a certificate says beside its proofs."""


@dataclass(frozen=True)
class GuardrailProofs:
    """Verdicts; for each theorem that is proved its certificate; and which statement bears which theorem."""

    results: tuple[Result, ...]
    certificates: Mapping[str, Certificate]
    load: Load


def prove_guardrails(
    organization: Organization, rules_passed: frozenset[str] | None = None, *, bearing: bool = True
) -> GuardrailProofs:
    """Prove every theorem. What the checker does not accept is UNKNOWN.

    rules_passed: ids of the rules that passed on the organization's own templates; None: nobody looked. bearing: say
    which statement bears what, too, which takes proofs without each of them.
    """
    prover, checker = Prover(organization, rules_passed), Checker()
    results: list[Result] = []
    certificates: dict[str, Certificate] = {}
    for result in prover.results():
        if result.answers:
            certificate, problems = _checked(result, checker)
            if problems:
                result = replace(result, verdict="UNKNOWN", answers=(), reason=f"refused by the checker: {problems[0]}")
            else:
                certificates[result.id] = certificate
        results.append(result)
    borne = load(organization, results, prover.decider) if bearing else Load({}, ())
    return GuardrailProofs(tuple(results), certificates, borne)


def problems_of(organization: Organization, certificate: Any) -> list[str]:
    """What speaks against a stored certificate; nothing, if it proves its theorem of these policies."""
    if not isinstance(certificate, Mapping) or not isinstance(certificate.get("questions"), list):
        return ["it is no certificate"]
    theorem, rows = certificate.get("theorem"), certificate["questions"]
    asked = Prover(organization).asked(str(theorem))
    found = [[(question, task_of(question)) for question in questions] for questions in asked]
    if not found:
        return [f"{excerpt(str(theorem))} is no theorem about these policies"]
    named = [row.get("task") if isinstance(row, Mapping) else None for row in rows]
    tasks = next((tasks for tasks in found if [task_digest(*pair) for pair in tasks] == named), None)
    if tasks is None:
        written = certificate.get("catalogue")
        other = "" if written == catalogue_version() else f", with the catalogue {excerpt(str(written))}"
        return [f"it was written for other policies, values or theorems{other}"]
    checker = Checker()
    return [text for (_, task), row in zip(tasks, rows, strict=True) for text in checker.check(task, _proofs(row))]


def _proofs(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the checker reads of a question of a certificate."""
    return {key: part for key, part in row.items() if key not in _NAMED}


def _checked(result: Result, checker: Checker) -> tuple[Certificate, list[str]]:
    questions: list[dict[str, Any]] = []
    problems: list[str] = []
    for answer in result.answers:
        task, proof = task_of(answer.question, answer.proofs), certificate_of(answer)
        problems += checker.check(task, proof)
        questions.append({"place": answer.question.place, "task": task_digest(answer.question, task), **proof})
    return {"theorem": result.id, "catalogue": catalogue_version(), "questions": questions}, problems
