"""Concrete calls: which of them a theorem calls bad, and which of them policies let pass.

Said a second time, over `landing_zone.guardrails.evaluate`, without a line of the prover.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import product
from random import Random
from typing import Any

from landing_zone.action_catalogue import actions, rcp_services
from landing_zone.guardrails.conditions import matches_arn, matches_glob, resolved
from landing_zone.guardrails.evaluate import (
    Request,
    condition_holds,
    covers_action,
    covers_resource,
    meets,
    one_or_more,
)
from tests.proof.guardrails.stacks import ACCOUNTS, KEYS, MANAGEMENT, ORGANIZATION, STRANGER, TRUSTED, Level, Stack

Values = Mapping[str, tuple[str, ...]]
INSIDE = (*ACCOUNTS, MANAGEMENT, TRUSTED)
_KEYS = {key.name.lower(): key for key in KEYS}
_STRUCTURE = ("aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalisawsservice")
_OF_RESOURCE = ("aws:resourceaccount", "aws:resourceorgid")
_MAY_LACK = ("aws:principalarn", "aws:principalaccount")
_FILLERS = ("q-a", "x", "q1:b")


@dataclass(frozen=True)
class Call:
    """caller, holder: ids of accounts; None: of no account inside. values: by key in lower case; missing: absent.

    resources: what the call works on, all of it.
    """

    caller: str | None
    holder: str | None
    action: str
    resources: tuple[str, ...]
    values: Values

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """One for each resource, as the evaluator sees them."""
        derived = ("aws:principalservicename", *_STRUCTURE)
        context = {**{key: () for key in derived}, **self.values}
        return tuple(Request("", self.action, resource, context) for resource in self.resources)


def passes(stack: Stack, call: Call) -> bool:
    """Whether the policies let a call pass: no Deny anywhere, an Allow at every level without FullAWSAccess."""
    return all(bound(stack, call.caller, call.holder, call.action).passes(request) for request in call.requests)


@dataclass(frozen=True)
class _Bound:
    """The statements that a call of an action by an account on resources of an account meets."""

    denies: list[dict[str, Any]] = field(default_factory=list)
    allows: list[list[dict[str, Any]]] = field(default_factory=list)

    def passes(self, request: Request) -> bool:
        if any(_fires(one, request) for one in self.denies):
            return False
        return all(any(_fires(one, request) for one in level) for level in self.allows)


def _fires(statement: dict[str, Any], request: Request) -> bool:
    return covers_resource(statement, request) and meets(statement, request)


_bounds: dict[tuple[int, str | None, str | None, str], tuple[Stack, _Bound]] = {}


def bound(stack: Stack, caller: str | None, holder: str | None, action: str) -> _Bound:
    """What a call of an action by an account on resources of an account meets."""
    key = (id(stack), caller, holder, action)
    if key not in _bounds or _bounds[key][0] is not stack:
        if len(_bounds) > 1000:
            _bounds.clear()
        found = _Bound()
        for level in _levels(stack, caller):
            covering = [one for one in _statements(level.scps) if covers_action(one, action)]
            found.denies.extend(one for one in covering if one["Effect"] == "Deny")
            if not level.full_access:
                found.allows.append([one for one in covering if one["Effect"] == "Allow"])
        service = action.partition(":")[0].lower()
        if service in rcp_services() and action.lower() != "kms:retiregrant":
            for level in _levels(stack, holder):
                found.denies.extend(one for one in _statements(level.rcps) if covers_action(one, action))
        _bounds[key] = (stack, found)
    return _bounds[key][1]


def _levels(stack: Stack, account: str | None) -> Iterator[Level]:
    steps = ACCOUNTS[account].split("/") if account else []
    for count in range(1, len(steps) + 1):
        yield stack.levels.get("/".join(steps[:count]), Level())


def _statements(policies: tuple[dict[str, Any], ...]) -> Iterator[dict[str, Any]]:
    return (statement for policy in policies for statement in policy["Statement"])


def pairs(stack: Stack) -> list[tuple[str | None, str | None]]:
    """Which accounts call on resources of which."""
    phi = [id for id, path in ACCOUNTS.items() if path.startswith("Root/PHI/")]
    callers: list[str | None] = [None]
    if stack.who == "phi":
        callers = [*dict.fromkeys((*phi, *stack.values["security_account"]))]
    elif stack.who not in ("outsiders", "everyone"):
        callers = [*ACCOUNTS]
    holders: Mapping[str, list[str | None]] = {"phi": [*phi], "members": [*ACCOUNTS], "outside": [None]}
    return [(one, other) for one in callers for other in holders.get(stack.request["where"], [one])]


def is_bad(stack: Stack, call: Call) -> bool:
    """Whether the theorem says that nobody may succeed with a call."""
    request = call.requests[0]
    return (
        _is_meant(stack, call.action)
        and all(_is_possible(stack, call.caller, call.holder, key, call.values.get(key, ())) for key in _keys(stack))
        and all(_is_bad_resource(stack, call, resource) for resource in call.resources)
        and meets({"Condition": stack.request.get("conditions", {})}, request)
    )


def _is_meant(stack: Stack, action: str) -> bool:
    patterns = {"Action": list(stack.request["actions"])}, {"Action": list(stack.request.get("besides", ()))}
    return covers_action(patterns[0], action) and not covers_action(patterns[1], action)


def _is_possible(stack: Stack, caller: str | None, holder: str | None, key: str, values: tuple[str, ...]) -> bool:
    """Whether a bad request can carry these values of a key."""
    only = values[0] if values else None
    pool = _KEYS.get(key)
    if pool and not values and pool.always and (caller or key not in _MAY_LACK):
        return False
    if pool and pool.family == "bool" and only not in (None, "true", "false"):
        return False
    if key == "aws:principalarn":
        exempt = [text for name in stack.exempt for text in stack.values[f"{name.replace('-', '_')}_principals"]]
        if only and any(matches_arn(only, resolved(text, {}) or "") for text in exempt):
            return False
        return caller is None or bool(only and re.fullmatch(_principal(stack.who, caller), only, re.DOTALL))
    if key in _OF_RESOURCE and stack.request["where"] == "outside":
        return only not in (ORGANIZATION, *INSIDE)
    if key in _OF_RESOURCE and holder:
        return only in (None, ORGANIZATION if key.endswith("orgid") else holder)
    if key == "aws:principalisawsservice" and (caller or stack.who == "outsiders"):
        return only == "false"
    if key in ("aws:principalaccount", "aws:principalorgid"):
        if caller:
            return only == (ORGANIZATION if key.endswith("orgid") else caller)
        return stack.who == "everyone" or only not in (ORGANIZATION, *INSIDE)
    return True


def _principal(who: str, caller: str) -> str:
    if who == "root-users":
        return f"arn:aws:iam::{caller}:root"
    if who == "break-glass":
        return f"arn:aws:iam::{caller}:role/glass"
    return f"arn:aws:iam::{caller}:(role/.+|user/.+|root)|arn:aws:sts::{caller}:federated-user/.+"


def _is_bad_resource(stack: Stack, call: Call, resource: str) -> bool:
    if patterns := stack.request.get("resources", ()):
        marked = (resolved(_in_account(text, call.holder), {}) or "" for text in patterns)
        return any(matches_glob(resource, text) for text in marked)
    forms = _forms(call.action)
    return not forms or any(_has_form(resource, form, call.holder) for group in forms for form in group)


def _in_account(arn: str, account: str | None) -> str:
    parts = arn.split(":")
    if len(parts) > 5 and parts[4] == "*" and account:
        parts[4] = account
    return ":".join(parts)


def _has_form(resource: str, form: str, holder: str | None) -> bool:
    if form == "*":
        return resource == "*"
    text = _in_account(form.replace("arn:*:", "arn:aws:"), holder)
    return bool(re.fullmatch(re.escape(text).replace(r"\*", ".+"), resource, re.DOTALL))


@cache
def _forms(action: str) -> tuple[tuple[str, ...], ...]:
    """Groups of ARN forms: a call names one ARN of each group."""
    service, _, name = action.partition(":")
    found = actions(service).get(name.lower())
    if found is None:
        return ()
    return tuple((form,) for form in found.required) or (("*", *found.resources),)


@cache
def _written(text: str) -> tuple[str, ...]:
    """A pattern's ARNs, roughly."""
    return tuple(text.replace("?", "e").replace("*", filler) for filler in _FILLERS)


def completed(stack: Stack, call: Call) -> Call:
    """The call with some value of each key that it says nothing of."""
    missing = [key for key in _keys(stack) if key not in call.values]
    values = {key: next(iter(_domain(stack, call.caller, call.holder, key)), ()) for key in missing}
    return replace(call, values={**call.values, **values})


def _keys(stack: Stack) -> list[str]:
    """The keys that matter to an organization and a theorem, in lower case."""
    blocks = [stack.request.get("conditions", {})]
    for level in stack.levels.values():
        blocks += [one.get("Condition", {}) for one in _statements((*level.scps, *level.rcps))]
    named = (key.lower() for block in blocks for rows in block.values() for key in rows)
    other = ["aws:principaltag/other"] if "PrincipalTag/other" in str(stack.levels) else []
    return list(dict.fromkeys((*_STRUCTURE, *_OF_RESOURCE, *named, *other)))


def bad_calls(
    stack: Stack, caller: str | None, holder: str | None, action: str, random: Random, most: int
) -> Iterator[Call]:
    """Calls of an action that the theorem calls bad: all of the few there are, or as many at random."""
    keys = _keys(stack)
    domains = [_domain(stack, caller, holder, key) for key in keys]
    resources = _resources(stack, caller, holder, action)
    if not (_is_meant(stack, action) and resources and all(domains)):
        return
    total = len(resources)
    for domain in domains:
        total *= len(domain)
    if total <= most:
        chosen: Iterator[tuple[Any, ...]] = iter(product(resources, *domains))
    else:
        chosen = ((random.choice(resources), *map(random.choice, domains)) for _ in range(most))
    for on, *values in chosen:
        yield Call(caller, holder, action, on, dict(zip(keys, values, strict=True)))


def _domain(stack: Stack, caller: str | None, holder: str | None, key: str) -> list[tuple[str, ...]]:
    """Values of a key, as far as it alone makes a call bad or not."""
    pool = _KEYS[key].values if key in _KEYS else (("a",),)
    if key == "aws:principalarn" and caller:
        pool = tuple((re.sub(r"\d{12}", caller, value[0]),) for value in pool)
    wanted = [
        (name, text)
        for name, rows in stack.request.get("conditions", {}).items()
        for named, text in rows.items()
        if named.lower() == key
    ]
    return [
        values
        for values in ((), *pool)
        if _is_possible(stack, caller, holder, key, values)
        and all(condition_holds(name, key, text, Request("", "", "", {**_BLANK, key: values})) for name, text in wanted)
    ]


_BLANK: dict[str, str | tuple[str, ...]] = {key: () for key in _STRUCTURE}


def _resources(stack: Stack, caller: str | None, holder: str | None, action: str) -> list[tuple[str, ...]]:
    """What a bad call of an action can work on: an ARN of each form that it asks for, or one that the theorem names."""
    texts = [*stack.request.get("resources", ()), *(form for group in _forms(action) for form in group)]
    for level in stack.levels.values():
        for one in _statements((*level.scps, *level.rcps)):
            texts += one_or_more(one.get("Resource", one.get("NotResource", ())))
    texts = [text.replace("${aws:PrincipalAccount}", caller or STRANGER) for text in texts]
    texts = [_in_account(text.replace("arn:*:", "arn:aws:"), holder or STRANGER) for text in texts]
    pool = list(dict.fromkeys(("*", *(arn for text in texts for arn in _written(text)))))
    if stack.request.get("resources"):
        call = Call(caller, holder, action, (), {})
        return [(arn,) for arn in pool if _is_bad_resource(stack, call, arn)]
    groups = [[arn for arn in pool if any(_has_form(arn, form, holder) for form in group)] for group in _forms(action)]
    return list(product(*groups)) if groups else [(arn,) for arn in pool]
