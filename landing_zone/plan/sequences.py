"""Safe sequences: moving and closing accounts, OUs that left the manifest, accounts that it does not list.

The texts are in policies/organization/sequences.yaml; here is decided which of them hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.plan.guardrails import profiles
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.roles.accounts import accounts_name, is_made_here
from landing_zone.plan.roles.guardrails import guardrails_name
from landing_zone.plan.roles.organization import ACCOUNT, organization_name
from landing_zone.policy_data import policy_data

ROOT = "root"
_UNKNOWN = "not known yet"


@dataclass(frozen=True)
class SafeSequence:
    """What to do, in order. account, origin, target: whom it is about, from where to where (OU paths), if anywhere."""

    kind: str
    title: str
    account: str | None
    origin: str | None
    target: str | None
    steps: tuple[str, ...]


def safe_sequences(known: Knowledge) -> tuple[SafeSequence, ...]:
    """Every sequence that the manifest and what the lock knows of AWS call for: accounts, OUs, unlisted accounts."""
    of_accounts = sorted(_accounts(known), key=lambda sequence: (sequence.kind, sequence.account))
    return (*of_accounts, *_units(known), *_unlisted(known))


def _accounts(known: Knowledge) -> Iterator[SafeSequence]:
    listed = {account.name: account for account in tree.accounts(known.manifest)}
    profile_of = profiles(known.manifest, known.lock)
    stack_of = {name: number for number, names in known.lock.vending.items() for name in names}
    for name, locked in known.lock.accounts.items():
        account = listed.get(name)
        target = account.ou if account else None
        moves = account is not None and locked.ou is not None and locked.ou != account.ou
        closing = account is None or profile_of.get(account.ou) == "quarantine"
        if name == ACCOUNT or not (moves or closing):
            continue
        made_here = is_made_here(account, known) if account else not locked.adopted
        facts = {
            "left": account is None,
            "listed": account is not None,
            "made_here": made_here,
            "adopted": not made_here,
            "to_be_moved": moves,
            "target_is_new": target is not None and target not in known.lock.units,
            "control_tower": known.manifest.control_tower.enabled,
        }
        texts = {
            "account": name,
            "id": locked.id,
            "owner": account.owner if account else "whoever owned it",
            "from": locked.ou or _UNKNOWN,
            "from_id": _target_id(locked.ou, known),
            "from_profile": profile_of.get(locked.ou or "", _UNKNOWN),
            "to": target or "suspended",
            "to_id": _target_id(target, known),
            "to_profile": profile_of.get(target or "", _UNKNOWN),
            "organization_stack": organization_name(known),
            "accounts_stack": accounts_name(known, stack_of.get(name, "")),
            "guardrails_stacks": guardrails_name(known, "*"),
        }
        yield _sequence("decommission" if closing else "move", texts, facts, name, locked.ou, target)


def _units(known: Knowledge) -> Iterator[SafeSequence]:
    """OUs of the lock that the manifest lacks. `to`: an OU of the same name that the lock does not know yet."""
    wanted = tree.units(known.manifest)
    for path, locked in known.lock.units.items():
        if path in wanted:
            continue
        name = path.rpartition("/")[2]
        renamed = [other for other in wanted if other not in known.lock.units and other.rpartition("/")[2] == name]
        target = renamed[0] if len(renamed) == 1 else None
        inside = sorted(account for account, entry in known.lock.accounts.items() if entry.ou == path)
        texts = {"from": path, "from_id": locked.id, "to": target or "", "accounts": ", ".join(inside)}
        facts = {"renamed": target is not None, "inhabited": bool(inside)}
        yield _sequence("unit", texts, facts, None, path, target)


def _unlisted(known: Knowledge) -> Iterator[SafeSequence]:
    treatment = known.manifest.guardrails.unlisted_accounts
    for id, account in sorted(known.lock.unlisted.items()):
        texts = {"id": id, "account": account.name, "from": account.ou}
        yield _sequence("unlisted", texts, {treatment: True}, id, account.ou, None)


def _sequence(
    kind: str,
    texts: Mapping[str, str],
    facts: Mapping[str, bool],
    account: str | None,
    origin: str | None,
    target: str | None,
) -> SafeSequence:
    row = policy_data("organization/sequences")["sequences"][kind]
    title, *_ = _holding(row["titles"], texts, facts)
    return SafeSequence(kind, title, account, origin, target, tuple(_holding(row["steps"], texts, facts)))


def _holding(rows: Iterable[Mapping[str, Any]], texts: Mapping[str, str], facts: Mapping[str, bool]) -> Iterator[str]:
    """The texts of the rows whose facts hold, filled in."""
    for row in rows:
        if all(facts.get(fact) for fact in row.get("when", ())):
            yield Template(row["text"]).substitute(texts)


def _target_id(path: str | None, known: Knowledge) -> str:
    """The id of the root or an OU as a command needs it, or its path in angle brackets."""
    if path == ROOT and known.lock.organization.root:
        return known.lock.organization.root
    if path in known.lock.units:
        return known.lock.units[path].id
    return f"<id of {path or 'its OU'}>"
