"""Theorems asked of an organization: for each kind of account, what a bad request is and which policies it meets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from landing_zone.proof.guardrails import keys
from landing_zone.proof.guardrails.actions import Universe, universe
from landing_zone.proof.guardrails.constraints import RESOURCE, Literal
from landing_zone.proof.guardrails.operators import operator
from landing_zone.proof.guardrails.organization import Account, Organization, Policy, Target
from landing_zone.proof.guardrails.theorems import Exempt, Request, Theorem, Where, Who, value_rows

_TOKEN = re.compile(r"\$\{([a-z_]+)\}")
_TWELVE_DIGITS = re.compile(r"\d{12}")
_PARTLY = re.compile(r"[0-9*?]*[*?][0-9*?]*")
ADMINISTRATOR = "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_0123456789abcdef"
_SERVICE_LINKED = "role/aws-service-role/"
"""Roles that no service control policy binds, whatever it says of them: theorems speak of all others."""
_GROUP_VALUES: Mapping[Exempt, str] = {
    "pipeline": "pipeline_principals",
    "break-glass": "break_glass_principals",
    "backup-service": "backup_service_principals",
    "settings": "settings_principals",
    "platform": "platform_principals",
}


class Missing(Exception):
    """Values that are asked for and not given; their names."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(dict.fromkeys(names))
        super().__init__(", ".join(self.names))


@dataclass(frozen=True)
class Group:
    """Accounts that policies cannot tell apart. id: stands for those of all of them."""

    id: str
    accounts: tuple[Account, ...]
    levels: tuple[Target, ...]

    @property
    def name(self) -> str:
        """Path of the first, and how many more."""
        more = len(self.accounts) - 1
        return self.accounts[0].target + (f" and {more} like it" if more else "")


@dataclass(frozen=True)
class Question:
    """Whether anybody of a group can make a bad request and no policy stops it.

    callers: None: they are in no account of the organization, so no service control policy binds them. holders: whose
    account the resource is in, and so which resource control policies. said: what is known of the request. constants:
    values of condition keys that do not vary. universe: the bad actions. formats: whether the catalogue says what the
    actions work on. uncertain: keys that such a request may lack though others carry them always.
    """

    callers: Group | None
    holders: Group | None
    universe: Universe
    said: tuple[Literal, ...]
    constants: Mapping[str, str]
    formats: bool
    uncertain: frozenset[str] = field(default_factory=frozenset)

    @property
    def place(self) -> str:
        """Where it is asked, for people."""
        called = self.callers.name if self.callers else "outside the organization"
        held = self.holders.name if self.holders else "outside the organization"
        return called if called == held else f"{called}, on resources of {held}"

    @property
    def account(self) -> str:
        """Id of the account that the resource is in; empty: of none of the organization."""
        return self.holders.id if self.holders else ""

    def certain(self, key: str) -> tuple[Literal, ...]:
        """What holds of a condition key in every such request."""
        if key == RESOURCE or key in self.uncertain:
            return ()
        absent = keys.is_of_services(key) and Literal(keys.SERVICE_CALLS, "Bool", ("false",)) in self.said
        return (*keys.certain(key), *((Literal(key, "Null", ("true",)),) if absent else ()))


@dataclass(frozen=True)
class Asking:
    """Questions about one organization."""

    organization: Organization
    _grouped: dict[tuple[str, tuple[str, ...]], list[Group]] = field(default_factory=dict, repr=False)

    def questions(self, theorem: Theorem, requests: Sequence[Request]) -> Iterator[Question]:
        """Every question that requests of a theorem ask. Raises Missing."""
        for request in requests:
            yield from self._of_request(theorem, request)

    def values(self, *names: str) -> tuple[str, ...]:
        """Texts of values together. Raises Missing."""
        given, rows = self.organization.values, value_rows()
        if missing := [name for name in names if name not in given and not rows[name].get("optional")]:
            raise Missing(missing)
        found = (given.get(name, rows[name].get("default", ())) for name in names)
        return tuple(dict.fromkeys(text for texts in found for text in texts))

    def grouped(self, who: Who | Where, also: Sequence[str] = ()) -> list[Group]:
        """The accounts that a theorem means, by what binds them. Raises Missing."""
        key = (who, tuple(also))
        if key not in self._grouped:
            self._grouped[key] = self.groups(self.accounts(who, also))
        return self._grouped[key]

    def groups(self, accounts: Iterable[Account]) -> list[Group]:
        """Accounts by what binds them."""
        found: dict[tuple[str, tuple[object, ...]], list[Account]] = {}
        for account in accounts:
            id = account.id if self._is_named(account.id) else self._stand_in
            levels = self.organization.levels(account.target)
            bound = tuple((level.scps, level.rcps, level.full_access) for level in levels if _binds(level))
            found.setdefault((id, bound), []).append(account)
        return [
            Group(id, tuple(members), self.organization.levels(members[0].target)) for (id, _), members in found.items()
        ]

    def accounts(self, who: Who | Where, also: Sequence[str] = ()) -> list[Account]:
        """The accounts that a theorem means. Raises Missing."""
        if who in ("phi", "phi-accounts"):
            found = [*self.organization.under(self.values("phi_targets"))]
        elif who == "log-archive":
            found = self._named("log_archive_account")
        else:
            found = [*self.organization.accounts]
        return list(dict.fromkeys((*found, *(one for name in also for one in self._named(name)))))

    def _named(self, value: str) -> list[Account]:
        found = (self.organization.account(name) for name in self.values(value))
        return [account for account in found if account]

    def _of_request(self, theorem: Theorem, request: Request) -> Iterator[Question]:
        who = request.who or theorem.who
        bad = self._bad(theorem, request)
        if not all(self.values(name) for name in request.needs):
            return
        actions = universe(self._filled(request.actions), self._filled(request.besides))
        patterns = self._filled(request.resources)
        nobody = who == "break-glass" and not self.values("break_glass_principals")
        if nobody or (request.resources and not patterns):
            return
        inside = who not in ("outsiders", "everyone")
        callers: Sequence[Group | None] = [None]
        if inside:
            delegated = ("security_account",) if who == "phi" else ()
            callers = self.grouped(who, (*delegated, *request.also))
        for group in callers:
            holders: Sequence[Group | None] = [None if request.where == "outside" else group]
            if request.where not in ("own", "outside"):
                holders = self.grouped(request.where)
            for holder in holders:
                said = [*self._of_callers(who, group), *bad, *self._of_holders(request.where, holder)]
                said += [*_resources(patterns, holder), *_resources(request.within, holder)]
                constants = self.constants(group)
                if group and request.where != "own" and not _is_told_apart(group, holder):
                    del constants[keys.ACCOUNT]
                uncertain = frozenset() if inside else frozenset((keys.PRINCIPAL, keys.ACCOUNT, "aws:principaltype"))
                yield Question(group, holder, actions, tuple(said), constants, not patterns, uncertain)

    def _bad(self, theorem: Theorem, request: Request) -> list[Literal]:
        """Conditions of a bad request, and whom it does not mean."""
        exempt = self.values(*(_GROUP_VALUES[name] for name in (*theorem.exempt, *request.exempt)))
        said = [
            Literal(key.lower(), name, filled_texts)
            for name, rows in request.conditions.items()
            for key, texts in rows.items()
            if (filled_texts := self._filled(texts))
        ]
        return [*said, Literal(keys.PRINCIPAL, self.comparison, exempt, False)] if exempt else said

    def _of_callers(self, who: Who, group: Group | None) -> Iterator[Literal]:
        given = self.organization.values
        if group is None:
            if who == "outsiders":
                own = (*(one.id for one in self.organization.accounts), *given.get("management_account", ()))
                yield Literal(keys.ORGANIZATION, "StringNotEquals", self.values("organization_id"))
                yield Literal(keys.ACCOUNT, "StringNotEquals", (*own, *given.get("trusted_accounts", ())))
                yield Literal(keys.SERVICE_CALLS, "Bool", ("false",))
            return
        if who == "root-users":
            yield Literal(keys.PRINCIPAL, "StringEquals", (f"arn:aws:iam::{group.id}:root",))
        else:
            yield Literal(keys.PRINCIPAL, "StringLike", _principals(group.id))
        if who == "break-glass":
            yield Literal(keys.PRINCIPAL, "ArnLike", self.values("break_glass_principals"))
        if _SERVICE_LINKED in self._text:
            yield Literal(keys.PRINCIPAL, "ArnLike", (f"arn:aws:iam::*:{_SERVICE_LINKED}*",), False)
        yield Literal(keys.ACCOUNT, "StringEquals", (group.id,))
        yield Literal(keys.SERVICE_CALLS, "Bool", ("false",))
        if organization := given.get("organization_id"):
            yield Literal(keys.ORGANIZATION, "StringEquals", organization)

    def _of_holders(self, where: Where, group: Group | None) -> Iterator[Literal]:
        given = self.organization.values
        if where == "outside":
            inside = (*(one.id for one in self.organization.accounts), *given.get("management_account", ()))
            yield Literal(keys.RESOURCE_ORGANIZATION, "StringNotEquals", self.values("organization_id"))
            yield Literal(keys.RESOURCE_ACCOUNT, "StringNotEquals", (*inside, *given.get("trusted_accounts", ())))
        elif group:
            yield Literal(keys.RESOURCE_ACCOUNT, "StringEqualsIfExists", (group.id,))
            if organization := given.get("organization_id"):
                yield Literal(keys.RESOURCE_ORGANIZATION, "StringEqualsIfExists", organization)

    def constants(self, callers: Group | None) -> dict[str, str]:
        """Condition keys whose value is the same in every request of some callers."""
        found = {keys.ACCOUNT: callers.id} if callers else {}
        organization = self.organization.values.get("organization_id", ())
        return {**found, keys.ORGANIZATION: organization[0]} if callers and organization else found

    def _filled(self, texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(one for text in texts for one in filled(text, self.values))

    def _is_named(self, id: str) -> bool:
        return id in self._named_ids or any(pattern.fullmatch(id) for pattern in self._partial_ids)

    @cached_property
    def comparison(self) -> str:
        """How principals are compared with the patterns of those who are left out: as the policies spare them.

        By a String operator, whose wildcards reach over colons (a path may have some), if one of them does.
        """
        as_text = any(
            key.lower() == keys.PRINCIPAL
            and (parsed := operator(name))
            and parsed.bare == "StringLike"
            and parsed.negated
            for policy in self._policies
            for statement in policy.statements
            for name, rows in statement.content.get("Condition", {}).items()
            for key in rows
        )
        return "StringLike" if as_text else "ArnLike"

    @cached_property
    def _stand_in(self) -> str:
        """Id of some account that no policy names."""
        return next(one.id for one in self.organization.accounts if not self._is_named(one.id))

    @cached_property
    def _text(self) -> str:
        contents = [policy.content for policy in self._policies]
        return json.dumps([contents, dict(self.organization.values)])

    @cached_property
    def _policies(self) -> Sequence[Policy]:
        levels = self.organization.targets.values()
        return list(dict.fromkeys(policy for level in levels for policy in (*level.scps, *level.rcps)))

    @cached_property
    def _named_ids(self) -> frozenset[str]:
        return frozenset(_TWELVE_DIGITS.findall(self._text))

    @cached_property
    def _partial_ids(self) -> Sequence[re.Pattern[str]]:
        found = {text for text in _PARTLY.findall(self._text) if any(letter.isdigit() for letter in text)}
        return [re.compile(text.replace("?", ".").replace("*", ".*")) for text in sorted(found)]


def filled(text: str, values: Any) -> Iterator[str]:
    """The text for each text of the values that it names. values: gives the texts of a name."""
    found = _TOKEN.search(text)
    if found is None:
        yield text
        return
    for one in values(found[1]):
        yield from filled(text[: found.start()] + one + text[found.end() :], values)


def principal_values(group: Exempt) -> str:
    """The value that names a group of principals."""
    return _GROUP_VALUES[group]


def _is_told_apart(callers: Group, holders: Group | None) -> bool:
    """Whether ids say if caller and resource are of one account; not, where one id stands for several accounts."""
    if holders is None or callers.id != holders.id:
        return True
    return len({*callers.accounts, *holders.accounts}) == 1


def _binds(level: Target) -> bool:
    return bool(level.scps or level.rcps or not level.full_access)


def _principals(id: str) -> tuple[str, ...]:
    """Every ARN that aws:PrincipalArn can be in an account; the first is one that people know."""
    names = ("role/?*", "user/?*", "root")
    return (
        f"arn:aws:iam::{id}:{ADMINISTRATOR}",
        *(f"arn:aws:iam::{id}:{name}" for name in names),
        f"arn:aws:sts::{id}:federated-user/?*",
    )


def _resources(patterns: Sequence[str], holder: Group | None) -> list[Literal]:
    if not patterns:
        return []
    return [Literal(RESOURCE, "StringLike", tuple(in_account(text, holder.id if holder else "") for text in patterns))]


def in_account(arn: str, id: str) -> str:
    """The pattern of an ARN with the id of an account in its place, where it leaves that open."""
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[4] == "*" and id:
        parts[4] = id
    return ":".join(parts)
