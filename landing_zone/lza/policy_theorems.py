"""Theorems about the organization that a configuration describes: what is proved, what does not hold and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from landing_zone.fault import Fault
from landing_zone.lza.configuration import Configuration
from landing_zone.lza.gaps import Gap, NotUnderstood
from landing_zone.lza.policies import BOUND, Attached, PolicySet
from landing_zone.lza.policy_values import ORGANIZATION_ID
from landing_zone.manifest.document import Node
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.actions import listed
from landing_zone.proof.guardrails.organization import Organization, Statement
from landing_zone.proof.guardrails.prove import CLOSURE, Prover
from landing_zone.proof.guardrails.results import Result, sentence
from landing_zone.proof.guardrails.theorems import Theorem, load_theorems

_SHOWN = 3
_ELSEWHERE = ("Resource ", "ArnLike aws:principalarn", "StringLike aws:principalarn", "ArnEquals aws:principalarn")
_NOBODY = "nobody is meant"


@dataclass(frozen=True)
class Proved:
    """What came of the theorems. rows: of all of them, as `hlz prove` has them, those of exemptions included."""

    gaps: tuple[Gap, ...]
    not_understood: tuple[NotUnderstood, ...]
    rows: tuple[dict[str, Any], ...]
    liveness: tuple[dict[str, Any], ...]


def prove_policies(configuration: Configuration, policies: PolicySet) -> Proved:
    """Ask every theorem that applies. One that a policy which cannot be read might still keep is not called a gap."""
    results = Prover(policies.organization).results(
        [_sparing(one) for one in load_theorems() if _applies(one, policies)]
    )
    unread = [one.name for one in policies.policies if one.kind in BOUND and one.paths and _unread(one)]
    results = [nearer_denial(one, policies.organization) for one in results]
    place = _Places(configuration, policies)
    gaps: list[Gap] = []
    open_: list[NotUnderstood] = []
    unasked: list[str] = []
    for one in results:
        # An exemption that is not closed is told by itself, at its own line, and not for the theorem that sums up.
        summed = one.id == CLOSURE and any(other.kind == "closure" for other in results)
        if one.kind == "liveness" or one.verdict == "PROVED" or summed:
            continue
        at = place.of(one)
        if one.reason == _NOBODY:
            unasked.append(one.id)
        elif one.verdict == "UNKNOWN":
            open_.append(NotUnderstood(at.file, at.line, f"{one.id} ({one.theorem}): {one.reason}"))
        elif unread:
            without = f"refuted, but without {', '.join(unread)}, which could not be read"
            open_.append(NotUnderstood(at.file, at.line, f"{one.id} ({one.theorem}): {without}"))
        else:
            gaps.append(theorem_gap(one, at))
    if unasked:
        message = f"no account is known that may hold PHI, so these are not asked: {', '.join(unasked)}"
        open_.append(NotUnderstood(configuration.file("organization").file, 1, message))
    rows = [(one.kind == "liveness", one.row) for one in results]
    return Proved(
        tuple(gaps),
        tuple(open_),
        tuple(row for alive, row in rows if not alive),
        tuple(row for alive, row in rows if alive),
    )


def nearer_denial(result: Result, organization: Organization) -> Result:
    """With a Deny in force that names the action, where the nearest is about every action and of something else."""
    nearest = (result.witness or {}).get("should_have_stopped")
    if not result.witness or not nearest:
        return result
    levels = organization.levels(result.witness["place"])
    statements = [one for level in levels for one in (*level.scp_denies, *level.rcp_denies)]
    broad = any(one.name == nearest["name"] and _is_broad(one) for one in statements)
    elsewhere = any(text.startswith(_ELSEWHERE) for text in nearest["does_not_fire"])
    if not (broad and elsewhere):
        return result
    found = next((one for one in statements if _names(one, result.witness["action"])), None)
    told = {"policy": found.policy, "name": found.name, "title": found.title, "does_not_fire": []} if found else None
    return replace(result, witness={**result.witness, "should_have_stopped": told})


def _is_broad(statement: Statement) -> bool:
    return "NotAction" in statement.content or "*" in listed(statement.content.get("Action", ()))


def _names(statement: Statement, action: str) -> bool:
    """Whether a Deny names an action, or a pattern of such."""
    return not _is_broad(statement) and any(
        fnmatchcase(action.lower(), text.lower()) for text in listed(statement.content["Action"])
    )


def _applies(theorem: Theorem, policies: PolicySet) -> bool:
    """Whether there is anybody that it speaks of."""
    return theorem.who != "break-glass" or bool(policies.organization.values.get("break_glass_principals"))


def _sparing(theorem: Theorem) -> Theorem:
    """Leave out the accelerator's own roles, as the assumption says: they set up and change what guardrails protect."""
    if theorem.who not in ("phi", "phi-accounts", "members") or "pipeline" in theorem.exempt:
        return theorem
    return theorem.model_copy(update={"exempt": (*theorem.exempt, "pipeline")})


def _unread(one: Attached) -> bool:
    return one.policy is None and not one.faults


def theorem_gap(result: Result, at: Fault) -> Gap:
    """The gap of a theorem that is refuted, with the request and what comes nearest to stopping it."""
    said = policy_data("lza/policies")["theorems"]
    closure = result.kind == "closure"
    message = said["message"].format(theorem=_sentence(result.theorem), why=_request(result))
    nearest = (result.witness or {}).get("should_have_stopped")
    if nearest:
        unmet = "; ".join(nearest["does_not_fire"][:_SHOWN])
        title = nearest.get("title") or f"{nearest['policy']}/{nearest['statement']}"
        message += said["nearest" if unmet else "about"].format(statement=title, unmet=unmet)
    return Gap(
        id=f"LZA-THM-{CLOSURE if closure else result.id}",
        citations=result.citations,
        file=at.file,
        line=at.line,
        column=at.column,
        message=message,
        fix=said["exemption_fix" if closure else "fix"],
        severity="error",
    )


def _request(result: Result) -> str:
    """What nobody stops, as a sentence, without the id that stands for the organization's own."""
    if result.witness is None or "context" not in result.witness:
        return result.reason
    context = {key: text for key, text in result.witness["context"].items() if text != ORGANIZATION_ID}
    return "; ".join((sentence({**result.witness, "context": context}), *result.witness["missing"]))


def _sentence(theorem: str) -> str:
    return theorem[0].lower() + theorem[1:]


@dataclass(frozen=True)
class _Places:
    configuration: Configuration
    policies: PolicySet

    def of(self, result: Result) -> Fault:
        """Where a request should have been stopped: at the nearest Deny, else where policies are attached."""
        nearest: Mapping[str, Any] = (result.witness or {}).get("should_have_stopped") or {}
        if result.kind == "closure":
            found = self._exemption(result.id.removeprefix(f"{CLOSURE}:"))
        else:
            found = self._statement(nearest.get("name", ""))
        return found or self._attachments("rcp" if result.basis.startswith("rcp") else "scp")

    def _statement(self, name: str) -> Fault | None:
        policy, _, number = name.rpartition("/")
        for one in self.policies.policies:
            if name and one.name == policy and one.document:
                return one.document.fault(("Statement", int(number) - 1), "")
        return None

    def _exemption(self, pattern: str) -> Fault | None:
        bound = (one.document for one in self.policies.policies if one.kind in BOUND and one.paths and one.document)
        for document in bound:
            for node in _nodes(document.root):
                if isinstance(node.value, str) and node.value.replace("arn:aws-us-gov:", "arn:aws:") == pattern:
                    return Fault(document.file, node.line, node.column, "", "")
                for key, (line, column) in node.keys.items():
                    if key.lower() == pattern:
                        return Fault(document.file, line, column, "", "")
        return None

    def _attachments(self, kind: str) -> Fault:
        file = self.configuration.file("organization")
        key = "resourceControlPolicies" if kind == "rcp" else "serviceControlPolicies"
        return (file.get(key) or file.get("serviceControlPolicies") or file).fault("")


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    below = node.value.values() if isinstance(node.value, dict) else node.value if isinstance(node.value, list) else ()
    for one in below:
        yield from _nodes(one)
