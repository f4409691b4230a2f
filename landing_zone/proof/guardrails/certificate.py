"""What a proof leaves behind: the task, and why it is so, both as plain data that `checker` reads.

    task         {"place", "actions": [name], "said": [literal], "certain": {key: [literal]}, "multivalued": [key],
                  "forms": {action: [[form]]} or null, where it matters, "account", "constants": {key: text},
                  "levels": [{"path", "full_access", "statements": [[name, content]]}], "resource_levels": the same,
                  "bound_by_rcps": [name of an action]}
    literal      [attribute, operator, [text], whether it holds]
    certificate  {"proofs": [{"forms": [form] or null, "case": case}]}
    case         {"deny": "policy/number", "cases": [case or null]}, one for each condition of the Deny, in its order,
                 or {"level": path, "cases": {"policy/number": case or null}}, one for each Allow that matters,
                 or {"contradiction": true}; null stands for what contradicts itself at once

The order of a statement's conditions matters: write them with the order that they have.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from landing_zone.action_catalogue import catalogue_version
from landing_zone.proof.guardrails.actions import Universe, resource_forms
from landing_zone.proof.guardrails.constraints import RESOURCE, Literal
from landing_zone.proof.guardrails.decide import Answer, Proof, rcp_mask
from landing_zone.proof.guardrails.keys import is_multivalued
from landing_zone.proof.guardrails.organization import Statement, Target, digest
from landing_zone.proof.guardrails.questions import Question
from landing_zone.proof.guardrails.search import Case

_LONG = ("actions", "forms", "bound_by_rcps", "levels", "resource_levels")


def task_of(question: Question, proofs: Iterable[Proof] | None = None) -> dict[str, Any]:
    """What has to be proved for a question. Lists that are long are shared between tasks: they are not for changing.

    proofs: those that are to be checked; forms of resources are given for the actions alone of which they speak.
    """
    called = question.callers.levels if question.callers else ()
    held = question.holders.levels if question.holders else ()
    levels = [_level(one, [row for policy in one.scps for row in policy.statements]) for one in called]
    resource_levels = [_level(one, [row for policy in one.rcps for row in policy.statements]) for one in held]
    keys = {literal.attribute for literal in question.said} - {RESOURCE}
    keys |= {
        key for level in (*levels, *resource_levels) for _, content in level["statements"] for key in _keys(content)
    }
    bound = _bound(question.universe)
    speaking = question.universe.all
    if proofs is not None:
        speaking = sum({proof.actions for proof in proofs if proof.formats})
    return {
        "place": question.place,
        "actions": list(question.universe.names),
        "said": _literals(question.said),
        "certain": {key: _literals(question.certain(key)) for key in sorted(keys)},
        "multivalued": sorted(filter(is_multivalued, keys)),
        "forms": {name: _forms(name) for name in question.universe.of(speaking)} if question.formats else None,
        "account": question.account,
        "constants": dict(question.constants),
        "levels": levels,
        "resource_levels": resource_levels,
        "bound_by_rcps": bound if any(level["statements"] for level in resource_levels) else [],
    }


def task_digest(question: Question, task: Mapping[str, Any]) -> str:
    """SHA-256 of a question's task; of what is long the digests, and not what follows from actions and catalogue."""
    called = question.callers.levels if question.callers else ()
    held = question.holders.levels if question.holders else ()
    about = {key: part for key, part in task.items() if key not in _LONG}
    about["actions"] = question.universe.sha256
    about["catalogue"] = [catalogue_version(), question.formats]
    about["levels"] = [[one.path, one.full_access, [policy.sha256 for policy in one.scps]] for one in called]
    about["resource_levels"] = [[one.path, [policy.sha256 for policy in one.rcps]] for one in held]
    return digest(about)


def certificate_of(answer: Answer) -> dict[str, Any]:
    """Why a proved answer is right; of what is not proved it has no proofs."""
    callers = answer.question.callers
    paths = frozenset(level.path for level in callers.levels) if callers else frozenset[str]()
    proofs = {(id(proof.case), proof.formats): proof for proof in answer.proofs}.values()
    entries = [
        {"forms": proof.formats if proof.formats is None else list(proof.formats), "case": _case(proof.case, paths)}
        for proof in proofs
    ]
    return {"proofs": list({json.dumps(entry): entry for entry in entries}.values())}


def _case(case: Case, paths: frozenset[str]) -> dict[str, Any]:
    if case.clause is None:
        return {"contradiction": True}
    name, allows = case.clause.name, case.clause.allows
    cases = [one and _case(one, paths) for one in case.alternatives]
    if allows or name in paths:
        return {"level": name, "cases": dict(zip(allows, cases, strict=True))}
    return {"deny": name, "cases": cases}


def _level(level: Target, statements: Iterable[Statement]) -> dict[str, Any]:
    rows = [[one.name, one.content] for one in statements]
    return {"path": level.path, "full_access": level.full_access, "statements": rows}


def _keys(content: Mapping[str, Any]) -> set[str]:
    return {key.lower() for keys in content.get("Condition", {}).values() for key in keys}


def _literals(literals: Iterable[Literal]) -> list[list[Any]]:
    return [[one.attribute, one.operator, list(one.texts), one.holds] for one in literals]


@cache
def _forms(name: str) -> list[list[str]]:
    return [list(form) for form in resource_forms(name)]


@lru_cache(maxsize=64)
def _bound(actions: Universe) -> list[str]:
    """The actions that resource control policies bind."""
    return actions.of(rcp_mask(actions))
