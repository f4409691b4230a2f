"""Exemptions that somebody could give himself: every exempt principal must be closed where it is exempt.

Closed: guardrails in force there deny everybody else to make, change or borrow it. Whom these exempt must be closed in
turn, which is asked of each of them in the same way; that the pipeline alone changes the pipeline is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from landing_zone.action_catalogue import matching
from landing_zone.fault import Fault
from landing_zone.guardrails.checks.grammar import RCP, SCP
from landing_zone.guardrails.checks.subject import Subject
from landing_zone.guardrails.composition import ROOT
from landing_zone.guardrails.conditions import operator
from landing_zone.guardrails.evaluate import Request, covers_action, fires, one_or_more
from landing_zone.guardrails.globs import arn_covers, arns_intersect
from landing_zone.guardrails.parameters import filled
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.guardrails.statements import PRINCIPAL
from landing_zone.manifest.document import Path_
from landing_zone.policy_data import policy_data

_TAG = "aws:principaltag/"
_SHOWN = 4
_STRANGER = "999999999999"
_ABOUT_STRANGERS = ("aws:principalorgid", "aws:principalaccount", "aws:principalisawsservice")
_OWN = ("OrganizationId", "ManagementAccountId", "LogArchiveAccountId", "SecurityAccountId", "BackupAccountId")


@dataclass(frozen=True)
class Exemption:
    """What spares a principal. pattern: of its ARN, or the key of its tag in lower case. group: whose it is, if any."""

    path: Path_
    pattern: str
    group: str = ""

    @property
    def by_tag(self) -> bool:
        """Whether a tag spares, and not an ARN."""
        return self.pattern.startswith(_TAG)


def exemption_faults(subject: Subject) -> Iterator[Fault]:
    """A fault for each exemption that is open on some target."""
    seen: set[tuple[str, str]] = set()
    for target, ids in subject.composition.attached.items():
        for id in ids:
            sourced = subject.composition.guardrails[id]
            if sourced.guardrail.statement is None:
                continue
            reach = ROOT if sourced.type == RCP else target  # an RCP meets principals of the whole organization
            in_force = frozenset(subject.composition.in_force(reach))
            for exemption in exemptions(subject, sourced):
                reason = _open_to_strangers(subject, target, sourced, exemption)
                reason = reason or _Closing(subject, in_force).reason(exemption)
                if reason and (id, exemption.pattern) not in seen:
                    seen.add((id, exemption.pattern))
                    message = f"anybody on {target} could be {_named(exemption)}: {reason[0]}"
                    yield sourced.fault(exemption.path, message, reason[1])


def exemptions(subject: Subject, sourced: SourcedGuardrail) -> Iterator[Exemption]:
    """Whom a Deny spares: by its groups, and by conditions on the principal."""
    for index, name in enumerate(sourced.guardrail.exempt):
        for pattern in filled(subject.groups[name].principals, subject.parameters):
            yield Exemption(("exempt", index), pattern, name)
    chosen = {key.lower() for key in _data()["chosen_by_the_principal"]}
    for name, key, values in subject.conditions(sourced):
        found, lower = operator(name), key.lower()
        assert found is not None
        at = ("statement", "Condition", name, key)
        if lower == PRINCIPAL.lower() and found.negated:
            yield from (Exemption((*at, index), value) for index, value in enumerate(values))
        elif lower.startswith(_TAG) or (lower in chosen and found.negated):
            yield Exemption(at, lower)


def _named(exemption: Exemption) -> str:
    return f"exempt as {exemption.group} ({exemption.pattern})" if exemption.group else f"exempt by {exemption.pattern}"


def _open_to_strangers(
    subject: Subject, target: str, sourced: SourcedGuardrail, exemption: Exemption
) -> tuple[str, str] | None:
    """Of an RCP: in other organizations, which these guardrails do not bind, anybody may make such a role.

    It is closed by an account in the ARN, or where other RCPs in force deny strangers the same actions anyway.
    """
    account = exemption.pattern.split(":")[4:5]
    if sourced.type != RCP or exemption.by_tag or (account and account[0] and "*" not in account[0]):
        return None
    others = [
        subject.statement(id)
        for id in subject.composition.in_force(target)
        if id != sourced.guardrail.id and subject.composition.guardrails[id].type == RCP
    ]
    statement = subject.statement(sourced.guardrail.id)
    about_strangers = {
        name: {key: values for key, values in keys.items() if key.lower() in _ABOUT_STRANGERS}
        for name, keys in statement.get("Condition", {}).items()
    }
    for request in _of_strangers(statement, exemption):
        bound = fires({**statement, "Condition": about_strangers}, request)
        if bound and not any(fires(other, request) for other in others):
            return (
                "a resource control policy binds other organizations too, and there anybody may make such a role, "
                f"which is then denied {request.action} by nothing else",
                "name the account in the ARN, or give the policy that refuses strangers a profile that holds there",
            )
    return None


def _of_strangers(statement: Mapping[str, Any], exemption: Exemption) -> Iterator[Request]:
    """Requests of a principal that fits the exemption, in an account of another organization and of none."""
    arn = exemption.pattern.split(":", 5)
    principal = ":".join((*arn[:4], _STRANGER, *arn[5:])).replace("*", "x") if len(arn) == 6 else _STRANGER
    own = {name: f"own-{name}" for name in _OWN}
    for pattern in one_or_more(statement["Action"]):
        for action in matching(pattern):
            resource = action.resources[0].replace("*", "x") if action.resources else "*"
            for context in ({}, {"aws:PrincipalOrgID": "o-stranger"}):
                yield Request(principal, action.name, resource, {**own, **context, "aws:SecureTransport": "true"})


@dataclass(frozen=True)
class _Closing:
    """Whether exemptions are closed by what is in force together."""

    subject: Subject
    in_force: frozenset[str]

    def reason(self, exemption: Exemption) -> tuple[str, str] | None:
        """Why an exemption is open, and what to do; None if it is closed."""
        if exemption.by_tag:
            return self._of_tag(exemption)
        if ":" not in exemption.pattern or not exemption.pattern.startswith("arn:"):
            return "every principal chooses this key itself", "exempt roles by their ARN"
        group = self.subject.groups.get(exemption.group)
        if group and group.closed_by_aws:
            return None
        if any(arn_covers(row["pattern"], exemption.pattern) for row in _data()["made_by_aws"]):
            return None
        if ":role/" not in exemption.pattern:
            return "only roles can be closed", "exempt roles"
        closer = group.closed_by if group else None
        if closer and closer not in self.in_force:
            known = closer in self.subject.composition.guardrails
            return (
                f"'{closer}', which keeps everybody else from it, {'is not in force there' if known else 'is missing'}",
                f"give '{closer}' a profile that holds there, or leave the group out",
            )
        return self._uncovered(exemption, _data()["roles"]["closing"], closer)

    def _of_tag(self, exemption: Exemption) -> tuple[str, str] | None:
        return self._uncovered(exemption, _data()["tags"]["closing"], None)

    def _uncovered(self, exemption: Exemption, actions: list[str], first: str | None) -> tuple[str, str] | None:
        order = sorted(self.in_force, key=lambda id: (id != first, id))
        closers = [id for id in order if self._may_close(id, exemption)]
        denials = [self.subject.statement(id) for id in closers]
        open = [action for action in actions if not any(covers_action(denial, action) for denial in denials)]
        if not open:
            return None
        shown = ", ".join(open[:_SHOWN]) + (f" and {len(open) - _SHOWN} more" if len(open) > _SHOWN else "")
        by = f"'{first}' leaves it" if first else "no guardrail in force there denies it"
        return (
            f"{by} to others by {shown}",
            "a Deny of these actions on it, exempting none but closed groups, closes it",
        )

    def _may_close(self, id: str, exemption: Exemption) -> bool:
        sourced = self.subject.composition.guardrails[id]
        if sourced.type != SCP or sourced.guardrail.statement is None:
            return False
        statement = self.subject.statement(id)
        conditions = [(name, key) for name, keys in statement.get("Condition", {}).items() for key in keys]
        others = [key.lower() for name, key in conditions if not _spares_principals(name, key)]
        if exemption.by_tag:
            tag = exemption.pattern.removeprefix(_TAG)
            return all(_is_about_tag(key, tag, statement) for key in others)
        return not others and _covers(statement, exemption.pattern)


def _spares_principals(name: str, key: str) -> bool:
    found = operator(name)
    return key.lower() == PRINCIPAL.lower() and found is not None and found.negated


def _is_about_tag(key: str, tag: str, statement: Mapping[str, Any]) -> bool:
    if key == f"aws:requesttag/{tag}":
        return True
    named = [
        value.lower()
        for keys in statement["Condition"].values()
        for other, values in keys.items()
        if other.lower() == key == "aws:tagkeys"
        for value in one_or_more(values)
    ]
    return tag in named


def _covers(statement: Mapping[str, Any], pattern: str) -> bool:
    if "NotResource" in statement:
        return not any(text == "*" or arns_intersect(text, pattern) for text in one_or_more(statement["NotResource"]))
    return any(arn_covers(text, pattern) for text in one_or_more(statement["Resource"]))


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = policy_data("guardrails/closing")
    return data
