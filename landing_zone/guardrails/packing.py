"""Pack what a target gets into few policies, so that a small change of the data is a small change of policies.

First fit in declared order: what is added last moves nothing. Only where that takes more policies than the quota, the
largest come first and lists of denied actions are cut to fill what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from landing_zone.guardrails.documents import merged
from landing_zone.guardrails.evaluate import one_or_more
from landing_zone.guardrails.limits import Limit
from landing_zone.guardrails.parameters import Parameters
from landing_zone.guardrails.statements import POLICY_VERSION, characters, minified, one_or_many

Statement = Mapping[str, Any]
_FRAME = len(minified({"Version": POLICY_VERSION, "Statement": []}))


@dataclass
class Draft:
    """A policy being filled. statements: by what they share, so that another Deny on the same terms joins in."""

    parameters: Parameters
    statements: dict[str, dict[str, Any]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    held: dict[str, list[str]] = field(default_factory=dict)

    @property
    def content(self) -> dict[str, Any]:
        """The policy document."""
        return {"Version": POLICY_VERSION, "Statement": list(self.statements.values())}

    @property
    def sids(self) -> dict[str, tuple[str, ...]]:
        """Ids of the guardrails in each statement, by Sid."""
        return {self.statements[key]["Sid"]: tuple(ids) for key, ids in self.held.items()}

    @property
    def characters(self) -> int:
        """Characters of the document."""
        return _FRAME + sum(self.sizes.values()) + max(len(self.sizes) - 1, 0)

    def with_statement(self, statement: Statement) -> int:
        """Characters of the document with one more statement."""
        key = _terms(statement)
        joined = characters(self._joined(key, statement), self.parameters)
        return self.characters + joined - self.sizes.get(key, 0) + (1 if self.sizes and key not in self.sizes else 0)

    def add(self, id: str, statement: Statement) -> None:
        """Add a guardrail's statement, or the part of it that fits here."""
        key = _terms(statement)
        self.statements[key] = self._joined(key, statement)
        self.sizes[key] = characters(self.statements[key], self.parameters)
        self.held.setdefault(key, []).append(id)

    def _joined(self, key: str, statement: Statement) -> dict[str, Any]:
        if key not in self.statements:
            return dict(statement)
        before = self.statements[key]
        actions = dict.fromkeys((*one_or_more(before["Action"]), *one_or_more(statement["Action"])))
        return {**before, "Action": one_or_many(list(actions))}


def _terms(statement: Statement) -> str:
    """What two statements must share to become one: all but Sid and Action. A Deny with NotAction stays alone."""
    alone = statement["Effect"] != "Deny" or "Action" not in statement
    return minified({key: part for key, part in statement.items() if alone or key not in ("Sid", "Action")})


def packed_statements(statements: Mapping[str, Statement], limit: Limit, parameters: Parameters) -> list[Draft]:
    """Drafts for statements by guardrail id. They may be more than the quota, or longer: the caller says so."""
    drafts = _first_fit(list(statements.items()), limit, parameters)
    if len(drafts) <= limit.policies:
        return drafts
    tight = _tight(statements, limit, parameters)
    return tight if len(tight) < len(drafts) else drafts


def _first_fit(items: Sequence[tuple[str, Statement]], limit: Limit, parameters: Parameters) -> list[Draft]:
    drafts: list[Draft] = []
    for id, whole in items:
        parts = [whole]
        if Draft(parameters).with_statement(whole) > limit.characters:
            parts = list(_cut(whole, limit.characters, parameters))
        for part in parts:
            draft = next((d for d in drafts if d.with_statement(part) <= limit.characters), None)
            if draft is None:
                drafts.append(draft := Draft(parameters))
            draft.add(id, part)
    return drafts


def _tight(statements: Mapping[str, Statement], limit: Limit, parameters: Parameters) -> list[Draft]:
    """Statements on the same terms side by side, the largest terms first, cut where the rest of a policy is free."""
    terms: dict[str, list[tuple[str, Statement]]] = {}
    for id, statement in statements.items():
        terms.setdefault(_terms(statement), []).append((id, statement))
    weights = {key: sum(characters(s, parameters) for _, s in members) for key, members in terms.items()}
    drafts: list[Draft] = []
    for key in sorted(terms, key=lambda key: -weights[key]):
        for id, statement in terms[key]:
            rest: Statement | None = statement
            for draft in drafts:
                rest = _fill(draft, id, rest, limit.characters) if rest else None
            while rest:
                drafts.append(Draft(parameters))
                before = rest
                rest = _fill(drafts[-1], id, rest, limit.characters)
                if rest == before:
                    drafts[-1].add(id, rest)  # too long for any policy, and nothing can be cut
                    rest = None
    return drafts


def _fill(draft: Draft, id: str, statement: Statement, limit: int) -> Statement | None:
    """Put as much of a statement as fits into a draft; what is left of it."""
    if draft.with_statement(statement) <= limit:
        draft.add(id, statement)
        return None
    taken, rest = _divided(statement, draft, limit)
    if taken:
        draft.add(id, taken)
    return rest


def _cut(statement: Statement, limit: int, parameters: Parameters) -> Iterator[Statement]:
    """A Deny with a list of actions in parts that fit into a policy each; anything else stays whole."""
    rest: Statement | None = statement
    while rest:
        draft = Draft(parameters)
        if draft.with_statement(rest) <= limit:
            yield rest
            return
        taken, rest = _divided(rest, draft, limit)
        if not taken:
            yield rest
            return
        yield taken


def _divided(statement: Statement, draft: Draft, limit: int) -> tuple[Statement | None, Statement]:
    """The first actions of a Deny that fit into a draft, and the others; nothing and all where that is not possible."""
    actions = one_or_more(statement.get("Action", ()))
    if statement["Effect"] != "Deny" or len(actions) < 2:
        return None, statement
    low, high = 0, len(actions) - 1  # the most that fits; one more is always left over
    while low < high:
        middle = (low + high + 1) // 2
        part = {**statement, "Action": one_or_many(list(actions[:middle]))}
        low, high = (middle, high) if draft.with_statement(part) <= limit else (low, middle - 1)
    if not low:
        return None, statement
    first, rest = (one_or_many(list(part)) for part in (actions[:low], actions[low:]))
    return {**statement, "Action": first}, {**statement, "Action": rest}


def packed_documents(
    documents: Mapping[str, Mapping[str, Any]], limit: Limit, parameters: Parameters
) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Ids and content of the policies for documents by guardrail id: one, or as many as their length asks for."""
    groups: list[list[str]] = []
    for id in documents:
        for group in groups:
            longer = merged([documents[other] for other in (*group, id)])
            if characters(longer, parameters) <= limit.characters:
                group.append(id)
                break
        else:
            groups.append([id])
    return [(tuple(group), merged([documents[id] for id in group])) for group in groups]
