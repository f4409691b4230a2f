"""The prover against Z3, an independent solver: one query for each action. Z3 is no dependency of this project.

To run it: make an environment with the project's development tools, `pip install z3-solver` into it, and start pytest
on this file there. HLZ_PROOF_STACKS: how many random organizations (80).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

import pytest

from landing_zone.guardrails.conditions import operator
from landing_zone.guardrails.evaluate import one_or_more
from tests.proof.guardrails.calls import bound
from tests.proof.guardrails.differences import questions
from tests.proof.guardrails.prover import prover
from tests.proof.guardrails.stacks import Stack, stack

z3: Any = pytest.importorskip("z3")
COUNT = int(os.environ.get("HLZ_PROOF_STACKS", "80"))
TIMEOUT_MS = 10_000
RELATIONS: Mapping[str, Any] = {
    "=": lambda one, other: one == other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _expression(text: str, kind: str) -> Any:
    """A regular expression of Z3 for a pattern."""
    everything = z3.AllChar(z3.ReSort(z3.StringSort()))
    inside = z3.Diff(everything, z3.Re(":"))
    letters = text.replace("${*}", "\1").replace("${?}", "\2").replace("${$}", "$")
    parts = letters.split(":", 5)
    if kind == "arn" and letters != "*" and len(parts) < 6:
        return z3.Empty(z3.ReSort(z3.StringSort()))
    found = [z3.Re("")]
    for number, part in enumerate(parts):
        for at, letter in enumerate(part):
            free = kind == "glob" or number == len(parts) - 1
            free = free or (kind == "resource" and (letter == "?" or at == len(part) - 1))
            one = everything if free else inside
            exact = z3.Re({"\1": "*", "\2": "?"}.get(letter, letter))
            found.append(z3.Star(one) if letter == "*" else one if letter == "?" else exact)
        if number < len(parts) - 1:
            found.append(z3.Re(":"))
    return z3.Concat(*found) if len(found) > 1 else found[0]


def _any_case(text: str) -> Any:
    letters = [z3.Union(z3.Re(one.lower()), z3.Re(one.upper())) for one in text]
    return z3.Concat(z3.Re(""), z3.Re(""), *letters)


def _compared(kind: str, key: str, text: str) -> Any:
    """Whether a key's value matches a text of a policy."""
    if kind.startswith("number"):
        number = z3.Real(f"number of {key}")
        return z3.And(z3.Bool(f"{key} is a number"), RELATIONS[kind.split()[1]](number, z3.RealVal(text)))
    value = z3.String(f"value of {key}")
    plain = text.replace("${*}", "*").replace("${?}", "?").replace("${$}", "$")
    if kind == "text":
        return value == z3.StringVal(plain)
    return z3.InRe(value, _any_case(plain) if kind == "text without case" else _expression(text, kind))


def _condition(name: str, key: str, wanted: Iterable[str]) -> Any:
    present = z3.Bool(f"{key} is there")
    if name in ("Resource", "NotResource"):
        matched = z3.Or([_compared("resource", "resource", text) for text in wanted])
        return matched if name == "Resource" else z3.Not(matched)
    found = operator(name)
    assert found
    if found.name == "Null":
        return z3.Or([z3.Not(present) if text == "true" else present for text in wanted])
    matched = z3.Or([_compared(found.kind, key, text) for text in wanted])
    holds = z3.Not(matched) if found.negated else matched
    if found.set_operator == "ForAnyValue:":
        return z3.And(present, holds)
    absent = found.negated or found.if_exists or found.set_operator == "ForAllValues:"
    return z3.Or(z3.Not(present), holds) if absent else z3.And(present, holds)


def _fires(statement: Mapping[str, Any]) -> Any:
    rows = [
        (name, "resource", one_or_more(statement[name])) for name in ("Resource", "NotResource") if name in statement
    ]
    for name, keys in statement.get("Condition", {}).items():
        rows += [(name, key.lower(), one_or_more(texts)) for key, texts in keys.items()]
    return z3.And([_condition(*row) for row in rows])


def _passes(case: Stack, question: Any, action: str, form: tuple[str, ...] | None, decide: Any) -> str:
    """Whether a bad request exists that passes: sat, unsat or unknown."""
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT_MS)
    caller = question.callers.accounts[0].id if question.callers else None
    holder = question.holders.accounts[0].id if question.holders else None
    met = bound(case, caller, holder, action)
    solver.add(*(z3.Not(_fires(one)) for one in met.denies))
    solver.add(*(z3.Or([_fires(one) for one in level]) for level in met.allows))
    certain = [one for key in _keys(case) for one in question.certain(key)]
    for one in (*question.said, *certain, *decide.resource_literals(form, question.account)):
        if one.attribute == "resource":
            holds = z3.Or([_compared("glob", "resource", text) for text in one.texts])
        else:
            holds = _condition(one.operator, one.attribute, one.texts)
        solver.add(holds if one.holds else z3.Not(holds))
    return str(solver.check())


def _keys(case: Stack) -> set[str]:
    policies = [one for level in case.levels.values() for one in (*level.scps, *level.rcps)]
    blocks = [statement.get("Condition", {}) for policy in policies for statement in policy["Statement"]]
    blocks.append(case.request.get("conditions", {}))
    return {key.lower() for block in blocks for rows in block.values() for key in rows} | {"aws:principalarn"}


def _is_encoded(case: Stack) -> bool:
    """Whether all of it is said to Z3, too: dates, addresses, several values and policy variables are not."""
    text = f"{case.levels} {case.request}"
    return not any(word in text for word in ("Date", "IpAddress", "CalledVia", "${aws:"))


def test_z3_and_the_prover_find_the_same() -> None:
    counts: Counter[str] = Counter()
    with prover() as fresh:
        decide, forms_of = fresh.decide, fresh.actions.resource_forms
    for seed in range(COUNT):
        case = stack(Random(seed))
        if not _is_encoded(case):
            continue
        counts["organizations"] += 1
        for question in questions(fresh, case):
            answer = decide.Decider().answer(question)
            names = question.universe.names
            refuted = answer.witness.action if answer.witness else None
            for action in [refuted] if refuted else Random(seed).sample(names, min(2, len(names))):
                forms = (forms_of(action) if question.formats else ()) or (None,)
                found = [_passes(case, question, action, form, decide) for form in forms]
                if answer.doubts or "unknown" in found:
                    counts["undecided"] += 1
                    continue
                expected = "sat" in found if refuted else "unsat" not in found
                assert expected == bool(refuted), (seed, action, found, answer, case)
                counts["REFUTED" if refuted else "PROVED"] += 1
    print(dict(counts))
    assert counts["PROVED"] > COUNT // 10
    assert counts["undecided"] < (counts["PROVED"] + counts["REFUTED"]) // 10
