"""What the prover says of a random organization, held against concrete calls."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from landing_zone.proof.guardrails.theorems import Theorem
from tests.proof.guardrails.calls import Call, bad_calls, completed, is_bad, pairs, passes
from tests.proof.guardrails.components import Disagreement
from tests.proof.guardrails.prover import Prover
from tests.proof.guardrails.stacks import ACCOUNTS, CASES, Stack, stack

_NOT_MODELLED = re.compile(r"policy variable|several values|a key compared as|none of the actions")


def judged(prover: Prover, seed: int, counts: Counter[str], most: int = 40) -> None:
    """Judge one random organization. most: calls for each proof and action. Raises Disagreement."""
    differences(prover, stack(Random(seed)), Random(seed), counts, most)


def check_cases(prover: Prover) -> None:
    """Judge what chance brings too seldom. Raises Disagreement."""
    for case in CASES.values():
        differences(prover, case, Random(0), Counter(), 200)


def differences(prover: Prover, case: Stack, random: Random, counts: Counter[str], most: int) -> None:
    """Hold every answer about an organization against calls, and count. Raises Disagreement."""
    decider = prover.decide.Decider()
    asked: list[tuple[str | None, str | None]] = []
    for question in questions(prover, case):
        answer = decider.answer(question)
        asked += (places := _places(question, case.request["where"] == "own"))
        if answer.witness:
            counts["REFUTED"] += 1
            for caller, holder in places:
                call = completed(case, _call(question, answer.witness, caller, holder))
                if not (passes(case, call) and is_bad(case, call)):
                    raise Disagreement(f"refuted by {call}, which is stopped or not bad: {case}")
        elif answer.doubts:
            counts["UNKNOWN"] += 1
            if not all(_NOT_MODELLED.search(doubt) for doubt in answer.doubts):
                raise Disagreement(f"unknown for {answer.doubts}: {case}")
        else:
            counts["PROVED"] += 1
            for call in _bad_calls(case, question, places, random, most):
                counts["calls"] += 1
                counts["bad calls"] += is_bad(case, call)
                if _passes(case, call):
                    raise Disagreement(f"proved, but {call} passes: {case}")
    if sorted(map(str, asked)) != sorted(map(str, pairs(case))):
        raise Disagreement(f"asked of {asked}, meant {pairs(case)}: {case}")


def verdicts(prover: Prover, case: Stack) -> set[str]:
    """The verdicts on a theorem's questions."""
    answers = [prover.decide.Decider().answer(question) for question in questions(prover, case)]
    return {"REFUTED" if one.witness else "UNKNOWN" if one.doubts else "PROVED" for one in answers}


def _passes(case: Stack, call: Call) -> bool:
    """Whether a call passes; not, where an operator for one value meets several: AWS documents no result."""
    try:
        return passes(case, call)
    except ValueError:
        return False


def questions(prover: Prover, case: Stack) -> Iterator[Any]:
    """The prover's questions about an organization."""
    parts = prover.organization
    targets = {
        path: parts.Target(
            path,
            tuple(parts.Policy(f"{path}/scp{at}", one) for at, one in enumerate(level.scps)),
            tuple(parts.Policy(f"{path}/rcp{at}", one) for at, one in enumerate(level.rcps)),
            level.full_access,
        )
        for path, level in case.levels.items()
    }
    accounts = tuple(parts.Account(path.rpartition("/")[2], id, path) for id, path in ACCOUNTS.items())
    theorem = Theorem.model_validate(
        {
            **{"id": "a-theorem", "theorem": "Nobody does it.", "citations": ["164.312(b)"], "basis": "scp"},
            **{"who": case.who, "exempt": list(case.exempt), "requests": [dict(case.request)]},
        },
        strict=False,
    )
    asking = prover.questions.Asking(parts.Organization(targets, accounts, case.values))
    return asking.questions(theorem, theorem.requests)  # type: ignore[no-any-return]


def _places(question: Any, own: bool) -> list[tuple[str | None, str | None]]:
    callers = [one.id for one in question.callers.accounts] if question.callers else [None]
    holders = [one.id for one in question.holders.accounts] if question.holders else [None]
    return [(one, one) for one in callers] if own else [(one, other) for one in callers for other in holders]


def _call(question: Any, witness: Any, caller: str | None, holder: str | None) -> Call:
    """The witness as a call, with the ids of an account that its group stands for."""
    of_caller = (question.callers.id if question.callers else "", caller or "")
    of_holder = (question.holders.id, holder or "") if question.holders else of_caller
    values = {
        key: tuple(text.replace(*(of_holder if key.startswith("aws:resource") else of_caller)) for text in texts)
        for key, texts in witness.values.items()
        if key != "resource"
    }
    resources = tuple(text.replace(*of_holder) for text in witness.values.get("resource", ("*",)))
    if of_caller[0] != of_holder[0]:
        resources = tuple(text.replace(*of_caller) for text in resources)
    return Call(caller, holder, witness.action, resources, values)


def _bad_calls(case: Stack, question: Any, places: Any, random: Random, most: int) -> Iterator[Call]:
    names = question.universe.names
    for action in random.sample(names, min(3, len(names))):
        for caller, holder in random.sample(places, min(most // 20, len(places))):
            yield from bad_calls(case, caller, holder, action, random, most)
