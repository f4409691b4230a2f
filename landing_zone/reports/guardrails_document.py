"""`hlz guardrails` for machines: policies, targets with what is left of their quotas, and one account explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from landing_zone.assurance.controls import controls
from landing_zone.fault import UsageError, excerpt, nearest
from landing_zone.guardrails.compile import Compiled, Policy
from landing_zone.guardrails.model import AUTHORIZATION_TYPES, POLICY_TYPES
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.plan.lock import Lock

MANAGEMENT = "management"


def guardrails_document(manifest: Manifest, lock: Lock, compiled: Compiled, notes: Sequence[str]) -> dict[str, Any]:
    """Everything: policies with content, targets, guardrails, notes."""
    placed = Counter(account.ou for account in tree.accounts(manifest))
    placed.update(dict.fromkeys(lock.unlisted, 1))
    return {
        "policies": [_policy_row(policy, compiled) for policy in compiled.policies],
        "targets": [
            {
                "target": target,
                "profile": profile,
                "accounts": sum(count for unit, count in placed.items() if _is_under(unit, target)),
                "types": _usage(target, compiled),
            }
            for target, profile in compiled.profiles.items()
        ],
        "guardrails": [_guardrail_row(sourced, compiled) for sourced in compiled.guardrails.values()],
        "notes": list(notes),
    }


def account_document(manifest: Manifest, lock: Lock, compiled: Compiled, name: str) -> dict[str, Any]:
    """What holds in one account, and from where. Raises UsageError: there is no such account."""
    target = _home(manifest, lock, compiled, name)
    composition = compiled.composition
    levels = composition.levels(target) if target != "root" else ["root"]
    in_force = composition.in_force(target)
    holders: dict[tuple[str, str], list[str]] = {}
    for policy in compiled.policies:
        for id in policy.guardrails:
            for level in policy.targets:
                holders.setdefault((id, level), []).append(policy.name)
    rows = []
    for id, level in in_force.items():
        sourced = compiled.guardrails[id]
        if name == MANAGEMENT and sourced.type in AUTHORIZATION_TYPES:
            continue  # AWS binds the management account by none of them
        rows.append(
            {
                "id": id,
                "title": sourced.guardrail.title,
                "topic": sourced.topic,
                "type": sourced.type,
                "from": level,
                "policy": ", ".join(holders[id, level]),
                "control": sourced.guardrail.control,
                "citations": list(controls()[sourced.guardrail.control].cfr),
                "basis": sourced.guardrail.basis,
                "exempt": _exempt(sourced, compiled),
            }
        )
    return {
        "account": name,
        "ou": target,
        "levels": [{"target": level, "profile": compiled.profiles[level]} for level in levels],
        "guardrails": rows,
    }


def _home(manifest: Manifest, lock: Lock, compiled: Compiled, name: str) -> str:
    """The target directly above an account, or the account's id where it has a profile of its own."""
    places = {account.name: account.ou for account in tree.accounts(manifest)}
    places |= {id: id if id in compiled.profiles else "root" for id in lock.unlisted}
    places |= {unlisted.name: places[id] for id, unlisted in lock.unlisted.items() if unlisted.name not in places}
    if name not in places:
        hint = nearest(name, sorted(places)) or "`hlz plan` lists the accounts"
        raise UsageError(f"--account {excerpt(name)}: the manifest has no such account", hint=hint)
    return places[name]


def _is_under(unit: str, target: str) -> bool:
    return target == "root" or unit == target or unit.startswith(f"{target}/")


def _exempt(sourced: SourcedGuardrail, compiled: Compiled) -> list[str]:
    return [name for name in sourced.guardrail.exempt if name in compiled.groups]


def _usage(target: str, compiled: Compiled) -> list[dict[str, Any]]:
    rows = []
    for type in POLICY_TYPES:
        here = [policy for policy in compiled.policies if policy.type == type and target in policy.targets]
        if here:
            limit = compiled.limits[type].on(target)
            used = sum(policy.characters for policy in here)
            rows.append(
                {
                    "type": type,
                    "policies": len(here),
                    "quota": limit.policies,
                    "characters": used,
                    "headroom": limit.policies * limit.characters - used,
                }
            )
    return rows


def _policy_row(policy: Policy, compiled: Compiled) -> dict[str, Any]:
    return {
        "name": policy.name,
        "type": policy.type,
        "targets": list(policy.targets),
        "characters": policy.characters,
        "limit": compiled.limits[policy.type].characters,
        "guardrails": list(policy.guardrails),
        "content": policy.content,
    }


def _guardrail_row(sourced: SourcedGuardrail, compiled: Compiled) -> Mapping[str, Any]:
    guardrail = sourced.guardrail
    return {
        "id": guardrail.id,
        "title": guardrail.title,
        "topic": sourced.topic,
        "type": sourced.type,
        "profiles": list(guardrail.profiles),
        "control": guardrail.control,
        "basis": guardrail.basis,
        "invariants": list(guardrail.invariants),
        "exempt": _exempt(sourced, compiled),
        "targets": list(compiled.composition.targets_of(guardrail.id)),
    }
