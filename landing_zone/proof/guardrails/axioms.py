"""What other organization policies keep by themselves: whether they are attached, and what it means if not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landing_zone.proof.guardrails.organization import Account, Organization
from landing_zone.proof.guardrails.theorems import Axiom, Request


@dataclass(frozen=True)
class Rests:
    """On what a theorem rests beside guardrails. assumed: sentences. requests: what guardrails must stop after all.

    missing: where an axiom does not hold.
    """

    assumed: tuple[str, ...]
    requests: tuple[Request, ...]
    missing: tuple[str, ...]


def rests(organization: Organization, axioms: Sequence[Axiom], accounts: Iterable[Account]) -> Rests:
    """Look at the policies in force for each account, where anything is known of them."""
    assumed: list[str] = []
    requests: list[Request] = []
    missing: list[str] = []
    listed = list(accounts)
    for axiom in axioms:
        if not organization.declarative:
            assumed.append(f"{axiom.title} ({axiom.policy}; not listed, so not checked)")
            continue
        without = [one for one in listed if not _holds(organization, axiom, one)]
        if without:
            requests += axiom.otherwise
            missing.append(f"{axiom.policy} does not say so for {without[0].target}: {axiom.title}")
        else:
            assumed.append(f"{axiom.title} ({axiom.policy}, attached to every account that is meant)")
    return Rests(tuple(assumed), tuple(requests), tuple(missing))


def _holds(organization: Organization, axiom: Axiom, account: Account) -> bool:
    known = [level for level in organization.levels(account.target) if level.path in organization.targets]
    content: Any = known[-1].declarative.get(axiom.policy, {}) if known else {}
    for key in axiom.at:
        content = content.get(key) if isinstance(content, Mapping) else None
    return content in axiom.equals
