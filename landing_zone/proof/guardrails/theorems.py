"""Theorems about guardrails: data of `policies/invariants/guardrails/*.yaml`."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from landing_zone.guardrails.model import PolicyType, Texts
from landing_zone.manifest.model.base import Section, ShortText, Slug, Text
from landing_zone.policy_data import policy_data, policy_files

Who = Literal["phi", "phi-accounts", "members", "root-users", "break-glass", "outsiders", "everyone"]
"""phi: every principal of every account under the targets with PHI and of the accounts of delegated administrators.
phi-accounts: without the latter, where only PHI itself is at stake. members: of every member account. root-users: their
root users. break-glass: emergency access, in every member account.
outsiders: principals of no account of the organization, callers without identity. everyone: these and all others."""
Where = Literal["own", "phi", "members", "log-archive", "outside"]
"""Whose resource it is: of the caller's account, of an account with PHI, of any member, of the log archive, of nobody
of the organization."""
Exempt = Literal["pipeline", "break-glass", "backup-service", "settings", "platform"]
"""Principals whom a theorem leaves out; policies/invariants/values.yaml has the value that names them."""
Conditions = dict[str, dict[str, Texts]]


class Request(Section):
    """Requests that nobody may succeed with. `${name}` stands for each text of a value."""

    actions: Annotated[tuple[str, ...], Field(min_length=1)]
    """Patterns of actions, of tomorrow's too where they end in `:*`."""
    besides: tuple[str, ...] = ()
    """Patterns of actions that are not meant."""
    resources: tuple[str, ...] = ()
    """Patterns of ARNs; without it whatever the catalogue says that the action works on.

    Patterns that name optional values alone, none of which is given, name nothing: then nothing is asked.
    """
    within: tuple[str, ...] = ()
    """Patterns of ARNs of which one matches as well: the kind that the actions work on, where a value names several."""
    conditions: Conditions = {}
    """What makes the request bad, in the words of a policy's Condition; a key whose values are optional and not given
    is left out, so that every value of it is meant."""
    needs: tuple[ShortText, ...] = ()
    """Optional values without which nothing is asked."""
    where: Where = "own"
    who: Who | None = None
    """In place of the theorem's."""
    also: tuple[ShortText, ...] = ()
    """Values that name accounts whose principals are meant, too."""
    exempt: tuple[Exempt, ...] = ()
    """In addition to the theorem's."""


class Axiom(Section):
    """What another kind of policy keeps by itself, in every account that is meant."""

    title: ShortText
    policy: PolicyType
    at: Annotated[tuple[str, ...], Field(min_length=1)]
    """Keys down to the value, without inheritance operators."""
    equals: tuple[str, ...]
    otherwise: Annotated[tuple[Request, ...], Field(min_length=1)]
    """What guardrails must stop where the policy is known to be missing."""


class Alternative(Section):
    """Another way to the same end, asked where the first is refuted and templates are known."""

    title: ShortText
    requests: Annotated[tuple[Request, ...], Field(min_length=1)]
    rules: Annotated[tuple[str, ...], Field(min_length=1)]
    """Rules that passed on templates of ours."""


class Twin(Section):
    """A request that has to pass, so that a policy which denies everything proves nothing."""

    id: Slug
    title: ShortText
    principal: Literal["pipeline", "break-glass", "administrator"]
    action: str
    resource: str
    """ARN; `${Account}`, `${Region}` stand for those of the caller."""
    context: dict[str, str | tuple[str, ...]] = {}
    """Condition keys that the request carries, beside those that every request does."""


class Theorem(Section):
    """A sentence about an organization's policies, and the requests that would make it untrue."""

    id: Slug
    theorem: Text
    who: Who
    exempt: tuple[Exempt, ...] = ()
    citations: Annotated[tuple[str, ...], Field(min_length=1)]
    basis: ShortText
    requests: tuple[Request, ...] = ()
    """None: they are derived from the policies (exemptions)."""
    axioms: tuple[Axiom, ...] = ()
    alternative: Alternative | None = None
    twins: tuple[Twin, ...] = ()
    assumptions: tuple[Slug, ...] = ()
    """Of policies/invariants/values.yaml, in addition to those of every theorem."""
    limits: Text | None = None
    """What it does not say, and why."""


@cache
def load_theorems() -> tuple[Theorem, ...]:
    """The project's theorems: sentences of `policies/invariants/theorems.yaml`, with what would make them untrue."""
    formal = {
        row["id"]: row for name in policy_files("invariants/guardrails") for row in policy_data(name)["invariants"]
    }
    said = ("id", "theorem", "citations", "basis")
    rows = policy_data("invariants/theorems")["invariants"]
    merged = [{**{key: row[key] for key in said}, **formal[row["id"]]} for row in rows if row["id"] in formal]
    return TypeAdapter(tuple[Theorem, ...]).validate_python(merged, strict=False)


def value_rows() -> dict[str, Any]:
    """What theorems are parameterized with: title, and whether it may be left out, by name."""
    rows: dict[str, Any] = policy_data("invariants/values")["values"]
    return rows
