"""A set of guardrails that denies the landing zone's own roles what they must do.

A Deny counts where it fires whatever the role chooses: keys that are not known and that the action offers (tags,
encryption, network) are taken as chosen so that the request passes, if one choice passes all that is in force.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from landing_zone.action_catalogue import matching
from landing_zone.fault import Fault
from landing_zone.guardrails.checks.conditions import always_present, is_global
from landing_zone.guardrails.checks.contradictions import Condition, candidates
from landing_zone.guardrails.checks.subject import Subject
from landing_zone.guardrails.conditions import holds, operator, resolved
from landing_zone.guardrails.evaluate import Request, covers_action, covers_resource, one_or_more
from landing_zone.guardrails.model import AUTHORIZATION_TYPES
from landing_zone.guardrails.parameters import Parameters, filled

_NEVER_CARRIED = ("aws:principaltag/",)
"""Keys that the landing zone's own roles do not carry: nothing tags their sessions."""
OpenKey = tuple[str, tuple[Condition, ...]]


@dataclass(frozen=True)
class Need:
    """Something that a role of the landing zone must be able to do.

    who: the role, in words. group: the group by which guardrails exempt it. request: `${Account}` and `${Region}` in it
    stand for each account and Region. account: the late parameter that names the only account in which it is needed.
    not_in: those of accounts in which it is not.
    """

    who: str
    group: str
    request: Request
    account: str = ""
    not_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """Where needs are asked for.

    ids: account ids by late parameter, `""` for any other account; what stands for the organization's id is among
    them. accounts: late parameters of the accounts directly under a target. regions: the home Region first.
    """

    ids: Mapping[str, str]
    accounts: Mapping[str, tuple[str, ...]]
    regions: tuple[str, ...]


@dataclass(frozen=True)
class _Denial:
    """A Deny with what only the deployment knows filled in, and on what its answer may depend."""

    id: str
    statement: Mapping[str, Any]
    text: str = field(repr=False)

    @cached_property
    def by_region(self) -> bool:
        """Whether it may answer differently in different Regions."""
        resources = one_or_more(self.statement.get("Resource") or self.statement.get("NotResource", ()))
        return "requestedregion" in self.text or any(arn.split(":")[3:4] not in ([], ["*"], [""]) for arn in resources)

    @cached_property
    def conditions(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Operator, key and values; conditions on the principal first, because they decide soonest."""
        rows = [
            (name, key, tuple(one_or_more(values)))
            for name, keys in self.statement.get("Condition", {}).items()
            for key, values in keys.items()
        ]
        return tuple(sorted(rows, key=lambda row: row[1].lower() != "aws:principalarn"))


def lockout_faults(subject: Subject, needs: Sequence[Need], ground: Ground) -> Iterator[Fault]:
    """A fault at each guardrail that locks a role out, with the first request that fails."""
    inquiry = _Inquiry(ground, {denial.id: denial for denial in _denials(subject, ground)})
    lost: dict[str, list[tuple[Need, Request, str]]] = {}
    covering = [(need, inquiry.covering(need)) for need in needs]
    for ids, target in subject.composition.paths.items():
        accounts = _accounts(subject, ids, ground)
        for need, denials in covering:
            here = [denial for denial in denials if denial.id in ids]
            for request in inquiry.requests(need, here, accounts):
                if blocking := inquiry.blocking(here, request):
                    lost.setdefault(blocking[0].id, []).append((need, request, target))
                    break
    for id, rows in lost.items():
        need, request, target = rows[0]
        more = f", and {len(rows) - 1} more requests" if len(rows) > 1 else ""
        message = (
            f"locks out {need.who}: {request.principal} may not {request.action} on {request.resource} in an account "
            f"under {target}{more}"
        )
        hint = f"exempt the group '{need.group}', or narrow the statement"
        yield subject.composition.guardrails[id].fault(("statement",), message, hint)


def _accounts(subject: Subject, ids: frozenset[str], ground: Ground) -> frozenset[str]:
    """Late parameters of the accounts in which exactly these guardrails are in force."""
    places = (place for place in ground.accounts if frozenset(subject.composition.in_force(place)) == ids)
    return frozenset(name for place in places for name in ground.accounts[place])


def _denials(subject: Subject, ground: Ground) -> Iterator[_Denial]:
    known = Parameters({name: id for name, id in ground.ids.items() if name})
    for id, sourced in subject.composition.guardrails.items():
        if sourced.type in AUTHORIZATION_TYPES:
            statement = filled(subject.statement(id), known)
            yield _Denial(id, statement, json.dumps(statement).lower())


@dataclass
class _Inquiry:
    """Requests and what each Deny says of them, asked once though OUs have most of them in common."""

    ground: Ground
    denials: Mapping[str, _Denial]
    made: dict[tuple[int, str, str], Request] = field(default_factory=dict)
    answers: dict[tuple[str, int], list[OpenKey] | None] = field(default_factory=dict)

    def covering(self, need: Need) -> list[_Denial]:
        """The denials that cover a need's action."""
        action = need.request.action
        return [denial for denial in self.denials.values() if covers_action(denial.statement, action)]

    def requests(self, need: Need, denials: Sequence[_Denial], named: frozenset[str]) -> Iterator[Request]:
        """The need in every account and Region in which the denials may answer differently."""
        if not denials:
            return
        special = sorted(named - {*need.not_in})
        if need.account:
            accounts = [need.account] if need.account in special else []
        else:
            ids = self.ground.ids
            accounts = ["", *(name for name in special if any(ids[name] in denial.text for denial in denials))]
        regions = self.ground.regions if any(denial.by_region for denial in denials) else self.ground.regions[:1]
        for account in accounts:
            for region in regions:
                key = (id(need), account, region)
                if key not in self.made:
                    self.made[key] = _in_place(need.request, self.ground.ids[account], region)
                yield self.made[key]

    def blocking(self, denials: Sequence[_Denial], request: Request) -> list[_Denial]:
        """The denials that together leave no way for the request; none where there is one."""
        uncertain: list[tuple[_Denial, list[OpenKey]]] = []
        for denial in denials:
            key = (denial.id, id(request))
            if key not in self.answers:
                self.answers[key] = _open_keys(denial, request)
            open = self.answers[key]
            if open == []:
                return [denial]
            if open:
                uncertain.append((denial, open))
        if not uncertain or _passes([open for _, open in uncertain], {}):
            return []
        return [denial for denial, _ in uncertain]


def _in_place(request: Request, account: str, region: str) -> Request:
    def put(text: str) -> str:
        return text.replace("${Account}", account).replace("${Region}", region)

    context = {
        key: put(value) if isinstance(value, str) else tuple(map(put, value)) for key, value in request.context.items()
    }
    return replace(request, principal=put(request.principal), resource=put(request.resource), context=context)


def _open_keys(denial: _Denial, request: Request) -> list[OpenKey] | None:
    """The keys on which it depends whether a Deny fires: none, it fires; None, it does not."""
    if not covers_resource(denial.statement, request):
        return None
    open: dict[str, list[Condition]] = {}
    for name, key, wanted in denial.conditions:
        found, lower = operator(name), key.lower()
        assert found is not None
        patterns = tuple(text for value in wanted if (text := resolved(value, request.values)) is not None)
        if lower in request.values or not _offered(request.action, lower):
            if not holds(found, request.values.get(lower, ()), patterns):
                return None
        else:
            open.setdefault(lower, []).append((found, wanted))
    return [(key, tuple(conditions)) for key, conditions in open.items()]


def _offered(action: str, key: str) -> bool:
    if key.startswith(_NEVER_CARRIED):
        return False
    return is_global(key) or any(known.knows(key) for known in matching(action))


def _passes(statements: Sequence[Sequence[OpenKey]], chosen: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether values of the open keys exist with which none of the statements fires."""
    if not statements:
        return True
    first, rest = statements[0], statements[1:]
    if any(key in chosen and not _all_hold(conditions, chosen[key]) for key, conditions in first):
        return _passes(rest, chosen)
    for key, conditions in first:
        if key in chosen:
            continue
        others = [condition for statement in rest for other, found in statement if other == key for condition in found]
        for value in _choices(key, [*conditions, *others]):
            if not _all_hold(conditions, value) and _passes(rest, {**chosen, key: value}):
                return True
    return False


def _choices(key: str, conditions: Sequence[Condition]) -> Iterator[tuple[str, ...]]:
    if key not in always_present():
        yield ()
    yield from ((value,) for value in candidates(conditions))


def _all_hold(conditions: Sequence[Condition], given: tuple[str, ...]) -> bool:
    return all(
        holds(found, given, tuple(text for value in wanted if (text := resolved(value, {})) is not None))
        for found, wanted in conditions
    )
