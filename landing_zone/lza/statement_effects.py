"""Statements of service and resource control policies that never match, or do not reach what they seem to.

What requests look like comes from the catalogue of actions and the list of global condition keys; what conditions mean
from the prover. A statement is called dead only if nothing that these know of could match it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal as Literal_

from landing_zone.action_catalogue import Action, condition_keys, matching, services
from landing_zone.fault import excerpt, nearest
from landing_zone.manifest.document import Path_
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.actions import listed
from landing_zone.proof.guardrails.condition_forms import arn_reason
from landing_zone.proof.guardrails.constraints import RESOURCE, Literal, assigned
from landing_zone.proof.guardrails.globs import Undecided, Union, text_of
from landing_zone.proof.guardrails.keys import PRINCIPAL, certain, is_global, is_multivalued, key_type
from landing_zone.proof.guardrails.operators import Operator, operator
from landing_zone.proof.guardrails.organization import Policy, Statement
from landing_zone.proof.guardrails.policy_grammar import Kind
from landing_zone.proof.guardrails.statements import terms

DEAD, PART, UNREACHED, MAY_BE_MISSING = "LZA-POL-003", "LZA-POL-004", "LZA-POL-006", "LZA-POL-007"
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]+|.*[*?$].*")
_SHOWN = 3
_MORE_COLONS = Union("glob", (":".join("*" * 7),), False)
"""No more parts than an ARN has at least."""


@dataclass(frozen=True)
class Mistake:
    """Something without effect. id: of policies/lza/policies.yaml. at: its place. details: words of its message."""

    id: str
    statement: Statement
    at: Path_
    details: Mapping[str, str]
    at_key: bool = False


def mistakes(policy: Policy, kind: Kind, partition: str = "aws") -> Iterator[Mistake]:
    """What of a policy has no effect. partition: of the organization."""
    for statement in policy.statements:
        yield from _Reading(statement, kind, partition).mistakes()


@dataclass(frozen=True)
class _Reading:
    statement: Statement
    kind: Kind
    partition: str

    def mistakes(self) -> Iterator[Mistake]:
        """One for each cause."""
        for name in ("NotAction", "NotResource"):
            if "*" in listed(self.statement.content.get(name, ())):
                yield self._mistake(DEAD, (name,), why=f"{name} * leaves nothing")
        yield from self._resources()
        told: set[str] = set()
        for name, keys in self.statement.content.get("Condition", {}).items():
            parsed = operator(name)
            for key, value in keys.items():
                found = list(self._key(parsed, ("Condition", name, key), listed(value))) if parsed else []
                told |= {key.lower()} if any(one.id == DEAD for one in found) else set()
                yield from found
        yield from self._contradictions(told)

    def _mistake(self, id: str, at: Path_, **details: str) -> Mistake:
        place: Path_ = ("Statement", self.statement.number - 1, *at)
        text = isinstance(at[-1], str) and at[0] == "Condition"
        return Mistake(id, self.statement, place, {"statement": self.statement.title, **details}, at_key=text)

    @cached_property
    def _covered(self) -> Mapping[str, Sequence[Action]] | None:
        """The known actions of each pattern; None where actions of any service may be meant."""
        patterns = listed(self.statement.content.get("Action", ("*",)))
        if any({"*", "?"} & {*text.partition(":")[0]} for text in patterns):
            return None
        return {text: matching(text) for text in patterns}

    @cached_property
    def _forms(self) -> frozenset[str]:
        """Forms of what the actions work on."""
        return frozenset(form for found in (self._covered or {}).values() for one in found for form in one.resources)

    def _resources(self) -> Iterator[Mistake]:
        texts = listed(self.statement.content.get("Resource", ()))
        dead = {number: why for number, text in enumerate(texts) if (why := self._dead_resource(text))}
        if dead and len(dead) == len(texts):
            yield self._mistake(DEAD, ("Resource", 0), why="; ".join([*dead.values()][:_SHOWN]))
            return
        for number, why in dead.items():
            yield self._mistake(PART, ("Resource", number), why=why)

    def _dead_resource(self, text: str) -> str:
        if text == "*":
            return ""
        if reason := self._malformed(text, wildcard=True):
            return reason
        known = self._covered is not None and any(self._covered.values())
        if not known or any(_meets(_VARIABLE.sub("*", text), form) for form in self._forms):
            return ""
        some = sorted(self._forms)[:_SHOWN]
        what = f"they work on {', '.join(some)}" if some else "they work on no resource and match * alone"
        return f"no action of the statement works on {excerpt(text)}; {what}"

    def _malformed(self, text: str, *, wildcard: bool = False) -> str:
        if text == "*":
            return ""
        if reason := arn_reason(text, wildcard=wildcard):
            return f"{excerpt(text)} is no {reason}"
        return self._elsewhere(text)

    def _elsewhere(self, text: str) -> str:
        """Why an ARN is of another partition; a text that a String operator compares may be no ARN."""
        start, _, rest = _VARIABLE.sub("*", text).partition(":")
        partition = rest.partition(":")[0]
        if start == "arn" and not {"*", "?"} & {*partition} and partition != self.partition:
            return f"{excerpt(text)} is of the partition {partition}, and the organization is in {self.partition}"
        return ""

    def _key(self, parsed: Operator, at: Path_, texts: Sequence[str]) -> Iterator[Mistake]:
        name, key = str(at[1]), str(at[2])
        without = parsed.without_key if parsed.bare != "Null" else "true" in {text.lower() for text in texts}
        lacking = self._lacking(key)
        if lacking is None:
            why, hint = f"no request carries {key}", nearest(key, sorted(_known_keys(key)))
            if key_type(key.lower()) is None:
                why = f"{key} is no condition key that is known{f' ({hint})' if hint else ''}"
            else:
                why += f" with {self._named(self._covered or ())}"
            after = ", so the condition always holds" if without else f", and {name} needs it"
            yield self._mistake(PART if without else DEAD, at, why=why + after)
            return
        if lacking and not without:
            yield self._mistake(UNREACHED, at, actions=self._named(lacking), key=key)
        present = Literal(key.lower(), "Null", ("false",)) in certain(key.lower())
        optional = is_global(key.lower()) and not present
        if parsed.bare == "Bool" and not without and optional and self.statement.denies and "false" in texts:
            yield self._mistake(MAY_BE_MISSING, at, key=key, operator=name)
        yield from self._values(parsed, at, texts)

    def _lacking(self, key: str) -> list[str] | None:
        """Patterns of actions none of which knows a key; None: no action of the statement does."""
        if key_type(key.lower()) is None:
            return None
        if is_global(key.lower()) or self._covered is None:
            return []
        found = {text: known for text, known in self._covered.items() if known}
        lacking = [text for text, known in found.items() if not any(one.knows(key) for one in known)]
        return lacking if len(lacking) < len(found) or not found else None

    def _values(self, parsed: Operator, at: Path_, texts: Sequence[str]) -> Iterator[Mistake]:
        """ARNs that are none, and principals and Regions that there cannot be."""
        if not parsed.bare.startswith(("Arn", "String")):
            return
        arns, principal = parsed.bare.startswith("Arn"), str(at[2]).lower() == PRINCIPAL
        dead: dict[int, str] = {}
        for number, text in enumerate(texts):
            why = self._malformed(text) if arns else self._elsewhere(text) if principal else ""
            if not why and principal and not _is_principal(parsed, _VARIABLE.sub("*", text)):
                why = f"{excerpt(text)} is nobody's {at[2]}: a role, a user, a federated user or root is wanted"
            if str(at[2]).lower() == "aws:requestedregion" and not _REGION.fullmatch(text.lower()):
                why = f"{excerpt(text)} is the name of no Region"
            if why:
                dead[number] = why
        if dead and len(dead) == len(texts) and not (parsed.negated or parsed.if_exists):
            yield self._mistake(DEAD, (*at, 0), why="; ".join([*dead.values()][:_SHOWN]))
            return
        for number, why in dead.items():
            yield self._mistake(PART, (*at, number), why=why + (", so it exempts nobody" if parsed.negated else ""))

    def _contradictions(self, told: set[str]) -> Iterator[Mistake]:
        found: dict[str, list[Literal]] = {}
        for literal in terms(self.statement.content, {}).literals:
            found.setdefault(literal.attribute, []).append(literal)
        for key, literals in found.items():
            if key == RESOURCE or key in told or len(literals) < 2:
                continue
            try:
                possible = assigned([*literals, *certain(key)], multivalued=is_multivalued(key))
            except Undecided:
                continue
            if possible is None:
                said = " and ".join(sorted({literal.operator for literal in literals}))
                yield self._mistake(DEAD, ("Condition",), why=f"{said} of {key} contradict each other")

    def _named(self, patterns: Iterable[str]) -> str:
        texts = list(patterns)
        more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
        return ", ".join(texts[:_SHOWN]) + more


def _is_principal(parsed: Operator, text: str) -> bool:
    kind: Literal_["arn", "glob"] = "arn" if parsed.bare.startswith("Arn") else "glob"
    return any(_overlap(kind, text, form) for form in _principal_forms())


def _principal_forms() -> tuple[str, ...]:
    names = ("role/?*", "user/?*", "root")
    return (*(f"arn:*:iam::*:{name}" for name in names), "arn:*:sts::*:federated-user/?*")


@lru_cache(maxsize=4096)
def _meets(text: str, form: str) -> bool:
    """Whether an ARN of a form matches a pattern of Resource."""
    one, other = text.split(":")[2:3], form.split(":")[2:3]
    if one and other and not {"*", "?"} & {*one[0], *other[0]} and one != other:
        return False
    return _meet(Union("resource", (text,), True), form, colons=other != ["iam"])


@lru_cache(maxsize=1024)
def _overlap(kind: Literal_["arn", "glob"], text: str, form: str) -> bool:
    """Whether a principal's ARN of a form matches a pattern."""
    return _meet(Union(kind, (text,), True), form, colons=False)


def _meet(pattern: Union, form: str, *, colons: bool) -> bool:
    """Whether some ARN is of a form and matches. colons: its last part may have some; names in IAM have none."""
    try:
        return text_of([pattern, Union("arn", (form,), True), *([] if colons else [_MORE_COLONS])]) is not None
    except Undecided:
        return True


def _known_keys(key: str) -> set[str]:
    service = key.lower().partition(":")[0]
    own = condition_keys(service) if service in services() else {}
    return {*own, *policy_data("guardrails/global_keys")["types"]}
