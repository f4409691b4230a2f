"""What is said of a theorem, and requests that refute one in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from landing_zone.proof.guardrails.actions import FUTURE
from landing_zone.proof.guardrails.constraints import RESOURCE, is_satisfied
from landing_zone.proof.guardrails.decide import Answer, Decider, Witness, rcp_mask
from landing_zone.proof.guardrails.globs import Undecided
from landing_zone.proof.guardrails.keys import (
    ACCOUNT,
    ORGANIZATION,
    PRINCIPAL,
    RESOURCE_ACCOUNT,
    RESOURCE_ORGANIZATION,
    SERVICE_CALLS,
)
from landing_zone.proof.guardrails.organization import Statement
from landing_zone.proof.guardrails.questions import Question

Kind = Literal["guardrail", "liveness", "closure"]
Verdict = Literal["PROVED", "REFUTED", "UNKNOWN"]
_ANONYMOUS = "a caller without identity"
_OUTSIDE = "outside the organization"
_SHOWN_CONTEXT = 8
_OF_RESOURCES = frozenset((RESOURCE_ACCOUNT, RESOURCE_ORGANIZATION))


@dataclass(frozen=True)
class Result:
    """A theorem and its verdict.

    assumptions: sentences. witness: the request that refutes it, or (liveness) that passes. reason: why it is refuted
    or unknown, or what a proof rests on beside policies. answers: what was asked and came of it.
    """

    id: str
    kind: Kind
    verdict: Verdict
    theorem: str
    basis: str
    citations: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    witness: Mapping[str, Any] | None = None
    reason: str = ""
    answers: tuple[Answer, ...] = field(default=(), repr=False)

    @property
    def statements(self) -> tuple[str, ...]:
        """Names of the Denies and levels that its proof uses."""
        clauses = {one for answer in self.answers for proof in answer.proofs for one in proof.case.clauses}
        return tuple(sorted(clause.name for clause in clauses))

    @property
    def cases(self) -> int:
        """How many cases its proof distinguishes."""
        return sum(proof.case.size for answer in self.answers for proof in answer.proofs)

    @property
    def row(self) -> dict[str, Any]:
        """The row of the `prove --json` document."""
        return {
            "id": self.id,
            "kind": self.kind,
            "verdict": self.verdict,
            "theorem": self.theorem,
            "basis": self.basis,
            "citations": list(self.citations),
            "assumptions": list(self.assumptions),
            "witness": self.witness,
            "reason": self.reason,
        }


def request_of(witness: Witness) -> dict[str, Any]:
    """A request in plain data: principal, action, resource, context, and the account and place it is made in.

    Of the context what a statement about the action or the theorem looks at, and whose organization it is. owner: of
    the resource, where it is not the caller's account.
    """
    group, holders = witness.question.callers, witness.question.holders
    account = group.accounts[0] if group else None
    owner = holders.accounts[0].target if holders else _OUTSIDE

    def told(text: str) -> str:
        return text.replace(group.id, account.id) if group and account else text

    matter = _keys_that_matter(witness)
    values = {key: tuple(map(told, texts)) for key, texts in witness.values.items() if texts and key in matter}
    principal = values.pop(PRINCIPAL, (_ANONYMOUS,))[0]
    resource = values.pop(RESOURCE, ("*",))[0]
    absent = sorted(key for key, texts in witness.values.items() if not texts and key in matter - _OF_RESOURCES)
    return {
        "account": account.id if account else "",
        "place": account.target if account else _OUTSIDE,
        "principal": principal,
        "action": witness.action.replace(FUTURE, "(any action or service of tomorrow)"),
        "resource": resource,
        "owner": "" if holders is group else owner,
        "context": {key: list(texts) if len(texts) > 1 else texts[0] for key, texts in sorted(values.items())},
        "absent": absent,
    }


def _keys_that_matter(witness: Witness) -> frozenset[str]:
    question = witness.question
    named = {literal.attribute for literal in question.said}
    if question.callers is question.holders:
        named -= _OF_RESOURCES
    for statement in _about(question, witness.action):
        named |= {key.lower() for keys in statement.content.get("Condition", {}).values() for key in keys}
    follow = {ACCOUNT, SERVICE_CALLS} if question.callers else set[str]()  # from the principal
    return frozenset((named | {PRINCIPAL, RESOURCE, ORGANIZATION}) - follow)


def sentence(request: Mapping[str, Any]) -> str:
    """A request as a sentence."""
    context = [
        f"{key} {value if isinstance(value, str) else ', '.join(value)}" for key, value in request["context"].items()
    ]
    parts = [f"with {'; '.join(context[:_SHOWN_CONTEXT])}"] if context else []
    parts += [f"without {', '.join(request['absent'])}"] if request["absent"] else []
    told = f", {', '.join(parts)}" if parts else ""
    resource = request["resource"] + (f" of {request['owner']}" if request["owner"] else "")
    inside = f" in {request['place']}" if request["account"] else " (outside the organization)"
    return f"{request['principal']}{inside} may {request['action']} on {resource}{told}"


def nearest_denial(witness: Witness, decider: Decider) -> dict[str, Any] | None:
    """The Deny that comes nearest to stopping a request: its statement, and what of it the request does not meet.

    None: no Deny in force is about the action.
    """
    question = witness.question
    found: list[tuple[int, Statement, list[str]]] = []
    for statement in (one for one in _about(question, witness.action) if one.denies):
        terms = decider.terms(statement, question.constants)
        unmet = [
            _unmet(literal.attribute, literal.operator, literal.texts)
            for literal in terms.literals
            if not _met(literal, witness)
        ]
        unmet += [f"{doubt}, which is not understood" for doubt in terms.doubts]
        found.append((len(unmet), statement, unmet))
    if not found:
        return None
    _, statement, unmet = min(found, key=lambda row: row[0])
    return {
        "policy": statement.policy,
        "statement": statement.title.removeprefix(f"{statement.policy}/"),
        "name": statement.name,
        "does_not_fire": unmet,
    }


def _about(question: Question, action: str) -> list[Statement]:
    """The statements in force that cover an action."""
    at = 1 << question.universe.names.index(action)
    called = question.callers.levels if question.callers else ()
    held = question.holders.levels if question.holders and rcp_mask(question.universe) & at else ()
    policies = [*(one for level in called for one in level.scps), *(one for level in held for one in level.rcps)]
    return [one for policy in policies for one in policy.statements if question.universe.covered(one) & at]


def _met(literal: Any, witness: Witness) -> bool:
    try:
        return is_satisfied(literal, witness.values.get(literal.attribute, ()))
    except Undecided:
        return False


def _unmet(attribute: str, name: str, texts: tuple[str, ...]) -> str:
    shown = ", ".join(texts[:3]) + (f" and {len(texts) - 3} more" if len(texts) > 3 else "")
    return f"{name} {shown}" if attribute == "resource" else f"{name} {attribute} {shown}"
