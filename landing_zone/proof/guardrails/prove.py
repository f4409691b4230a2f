"""Prove every theorem about an organization's policies: theorems, their twins, and what exemptions ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.axioms import Rests, rests
from landing_zone.proof.guardrails.closure import LEFT_OUT, Exemption, exemptions, obligations
from landing_zone.proof.guardrails.decide import Answer, Decider
from landing_zone.proof.guardrails.keys import PRINCIPAL
from landing_zone.proof.guardrails.organization import Organization
from landing_zone.proof.guardrails.questions import Asking, Missing, Question
from landing_zone.proof.guardrails.results import Kind, Result, nearest_denial, request_of, sentence
from landing_zone.proof.guardrails.search import Case, Passing
from landing_zone.proof.guardrails.theorems import Request, Theorem, Twin, load_theorems
from landing_zone.proof.guardrails.twins import twin_questions

CLOSURE = "exemptions-closed"
_ALWAYS_ASSUMED = ("unbound", "management", "attached", "catalogue", "keys")
_FEW = 3


@dataclass
class Prover:
    """Proves theorems about one organization, and remembers.

    rules_passed: ids of the rules that passed on the organization's own templates; None: nobody looked.
    """

    organization: Organization
    rules_passed: frozenset[str] | None = None
    decider: Decider = field(default_factory=Decider)

    def __post_init__(self) -> None:
        self.asking = Asking(self.organization)

    def results(self, theorems: Sequence[Theorem] | None = None) -> list[Result]:
        """Every theorem, then what exemptions ask for, then the twins."""
        asked = load_theorems() if theorems is None else theorems
        closures = self.closures(asked)
        found = [self.theorem(one) for one in asked if one.id != CLOSURE]
        found += [self._closed(one, closures) for one in asked if one.id == CLOSURE]
        twins = [self.twin(theorem, twin) for theorem in asked for twin in theorem.twins if self._is_to_pass(twin)]
        if twins and all(twin.verdict == "REFUTED" for twin in twins):
            found = [_vacuous(one) for one in found]
        order = [theorem.id for theorem in asked]
        return [*sorted(found, key=lambda one: order.index(one.id)), *closures, *twins]

    def theorem(self, theorem: Theorem) -> Result:
        """A theorem, and, where it fails and there is another way to the same end, that one.

        The other way rests on templates: as long as nobody looked at any, it leaves the theorem open.
        """
        result = self._judged(theorem, theorem.requests)
        other = theorem.alternative
        if result.verdict == "PROVED" or other is None:
            return result
        second = self._judged(theorem.model_copy(update={"axioms": ()}), other.requests)
        if second.verdict != "PROVED":
            return result
        if self.rules_passed is None:
            half = f"only the half about policies is proved of: {other.title}"
            reason = f"{half}; no templates were examined, where {', '.join(other.rules)} would have to pass"
            return replace(result, verdict="UNKNOWN", witness=None, reason=reason)
        if not self.rules_passed.issuperset(other.rules):
            return result
        rules = f"{', '.join(other.rules)} passed on the templates that the pipeline deploys"
        return replace(second, assumptions=(*second.assumptions, rules), reason=other.title)

    def asked(self, id: str) -> Iterator[list[Question]]:
        """What a theorem or exemption of that id asks, for each way to prove it. Nothing, if there is none such."""
        for theorem in load_theorems():
            ways = [theorem.requests, *([theorem.alternative.requests] if theorem.alternative else [])]
            if theorem.id == CLOSURE:
                found = exemptions(self.organization)
                wanted = [one for one in found if id in (CLOSURE, f"{CLOSURE}:{one.pattern}")]
                ways = []
                if wanted:
                    yield [question for one in wanted for question in obligations(self.asking, theorem, one)]
            for requests in ways if theorem.id == id else ():
                with suppress(Missing):
                    yield list(self.asking.questions(theorem, [*requests, *self._rests(theorem).requests]))

    def closures(self, theorems: Sequence[Theorem]) -> list[Result]:
        """For each exemption: nobody else makes, changes, tags, passes or re-trusts what it spares."""
        theorem = next((one for one in theorems if one.id == CLOSURE), None)
        return [self._closure(theorem, one) for one in exemptions(self.organization)] if theorem else []

    def twin(self, theorem: Theorem, twin: Twin) -> Result:
        """Whether a request that has to pass does, in every kind of account with PHI."""
        base = self._result(theorem, twin.id, "liveness", twin.title, self._assumed(theorem))
        try:
            questions = list(twin_questions(self.asking, twin))
        except Missing as missing:
            return _missing(base, missing)
        if not questions:
            return replace(base, reason="no account with PHI")
        passing: Passing | None = None
        for question in questions:
            found = self.decider.lives(question)
            if isinstance(found, Case):
                stopped = (
                    ", ".join(sorted({clause.name for clause in found.clauses})) or "nobody could make such a request"
                )
                return replace(
                    base, verdict="REFUTED", reason=f"{twin.action} in {question.place} is stopped by {stopped}"
                )
            if not isinstance(found, Passing):
                return replace(base, reason=_some(found))
            passing = passing or found
        return replace(base, verdict="PROVED")

    def _is_to_pass(self, twin: Twin) -> bool:
        """Whether its service may be used at all; of others eligible-services-only asks that they be denied."""
        eligible = self.organization.values.get("eligible_services", ())
        return not eligible or twin.action.partition(":")[0] in eligible

    def _judged(self, theorem: Theorem, requests: Sequence[Request]) -> Result:
        base = self._result(theorem, theorem.id, "guardrail", theorem.theorem, self._assumed(theorem))
        try:
            found = self._rests(theorem)
            questions = list(self.asking.questions(theorem, [*requests, *found.requests]))
        except Missing as missing:
            return _missing(base, missing)
        base = replace(base, assumptions=(*base.assumptions, *found.assumed))
        if not questions:
            return replace(base, reason="nobody is meant")
        return self._answered(base, questions, found.missing)

    def _rests(self, theorem: Theorem) -> Rests:
        return rests(self.organization, theorem.axioms, self.asking.accounts(theorem.who) if theorem.axioms else ())

    def _answered(self, base: Result, questions: Iterable[Question], missing: Sequence[str] = ()) -> Result:
        answers: list[Answer] = []
        for question in questions:
            answer = self.decider.answer(question)
            answers.append(answer)
            if answer.witness:
                request = request_of(answer.witness)
                denial = nearest_denial(answer.witness, self.decider)
                told = "; ".join((sentence(request), *missing))
                shown = {**request, "should_have_stopped": denial, "missing": list(missing)}
                return replace(base, verdict="REFUTED", witness=shown, reason=told)
        if doubts := [doubt for answer in answers for doubt in answer.doubts]:
            return replace(base, reason=_some(doubts))
        return replace(base, verdict="PROVED", answers=tuple(answers))

    def _closure(self, theorem: Theorem, exemption: Exemption) -> Result:
        title = f"Nobody but the pipeline makes, changes, tags, passes or re-trusts what {_named(exemption)} spares"
        base = self._result(theorem, f"{CLOSURE}:{exemption.pattern}", "closure", title, self._assumed(theorem))
        if exemption.chosen:
            policies = ", ".join(sorted(exemption.policies))
            reason = f"every principal chooses {exemption.key} itself, and {policies} spares by it"
            return replace(base, verdict="REFUTED", reason=reason, witness={"principal": "*", "chooses": exemption.key})
        try:
            questions = list(obligations(self.asking, theorem, exemption))
        except Missing as missing:
            return _missing(base, missing)
        return self._answered(base, questions)

    def _closed(self, theorem: Theorem, closures: Sequence[Result]) -> Result:
        base = self._result(theorem, theorem.id, "guardrail", theorem.theorem, self._assumed(theorem))
        try:
            self.asking.values(*LEFT_OUT)
        except Missing as missing:
            return _missing(base, missing)
        for verdict in ("REFUTED", "UNKNOWN"):
            failed = [one for one in closures if one.verdict == verdict]
            if failed:
                return replace(
                    base, verdict=verdict, witness=failed[0].witness, reason=f"{failed[0].id}: {failed[0].reason}"
                )
        answers = tuple(answer for one in closures for answer in one.answers)
        reason = "" if closures else "no policy exempts a principal that could be made"
        return replace(base, verdict="PROVED", answers=answers, reason=reason)

    def _result(self, theorem: Theorem, id: str, kind: Kind, text: str, assumed: tuple[str, ...]) -> Result:
        return Result(id, kind, "UNKNOWN", text, theorem.basis, theorem.citations, assumed)

    def _assumed(self, theorem: Theorem) -> tuple[str, ...]:
        sentences: Mapping[str, str] = policy_data("invariants/values")["assumptions"]
        exempt = ("exempt",) if theorem.exempt else ()
        paths = ("paths",) if self.asking.comparison == "StringLike" else ()
        names = (*_ALWAYS_ASSUMED, *exempt, *paths, *theorem.assumptions)
        return tuple(sentences[name] for name in dict.fromkeys(names))


def _vacuous(result: Result) -> Result:
    """Where nothing at all passes, every theorem is true and none says anything."""
    if result.verdict != "PROVED":
        return result
    return replace(result, verdict="UNKNOWN", reason="vacuous: these policies let nothing pass, not even what must")


def _named(exemption: Exemption) -> str:
    return exemption.pattern if exemption.key == PRINCIPAL else f"a Deny that looks at {exemption.key}"


def _missing(base: Result, missing: Missing) -> Result:
    return replace(base, reason=f"not given: {', '.join(missing.names)} (docs/guardrail-proofs.md lists the values)")


def _some(doubts: Iterable[str]) -> str:
    listed = list(dict.fromkeys(doubts))
    more = f"; and {len(listed) - _FEW} more" if len(listed) > _FEW else ""
    return f"not understood: {'; '.join(listed[:_FEW])}{more}"


def unproved(results: Iterable[Result]) -> Iterator[Result]:
    """Those that are refuted or unknown."""
    return (one for one in results if one.verdict != "PROVED")
