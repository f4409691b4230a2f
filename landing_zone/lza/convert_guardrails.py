"""Statements of an LZA configuration's service and resource control policies as guardrails of the user's own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from landing_zone.guardrails.globs import covers
from landing_zone.lza.convert_draft import Draft
from landing_zone.lza.convert_names import unique
from landing_zone.lza.entry import Entry
from landing_zone.lza.mapping import table
from landing_zone.lza.policies import BOUND, Attached, PolicySet
from landing_zone.lza.policy_targets import unit_path, within
from landing_zone.lza.policy_values import ORGANIZATION_ID
from landing_zone.policy_data import POLICIES, policy_data

FOLDER = "policies"
_FILES = {"scp": "service-control-policies.yaml", "rcp": "resource-control-policies.yaml"}
_TYPES = {"scp": "SERVICE_CONTROL_POLICY", "rcp": "RESOURCE_CONTROL_POLICY"}
_SPARING = ("ArnNotLike", "ArnNotEquals", "StringNotLike", "StringNotEquals")
_SPARED = ("pipeline", "stacksets", "settings", "control-tower")
_CONTROL = "LZ-ORG-01"
_ELEMENTS = ("Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
_TITLE = 120


def add_guardrails(draft: Draft, policies: PolicySet) -> None:
    """Every statement: covered by the library, kept as a guardrail, or without counterpart; each in a row."""
    quarantine = draft.configuration.file("organization").get("quarantineNewAccounts", "scpPolicyName")
    ids: set[str] = set(_library_ids())
    for one in policies.policies:
        if one.kind not in BOUND:
            continue
        profiles, why = _profiles(draft, one)
        if quarantine and quarantine.text == one.name:
            profiles, why = ["quarantine"], "attached to new accounts by LZA, to accounts that the manifest lacks here"
        what = f"{one.kind.upper()} {one.name}"
        if one.policy is None or one.file is None:
            reason = "; ".join(fault.message for fault in one.faults) or "AWS's own policy, or no file that can be read"
            draft.ledger.left(what, reason, one.entry)
        elif not profiles:
            draft.ledger.left(what, why or "it is attached to nothing", one.entry)
        else:
            to = f"guardrails of profile {', '.join(profiles)}"
            draft.ledger.changed(what, to, why or "attached by profile; see its statements", one.entry)
            for statement, place in _statements(one):
                _add(draft, one, statement, place, profiles, ids)


def guardrail_files(draft: Draft) -> dict[str, dict[str, Any]]:
    """Files of guardrails by name, as plain values; none for a kind without guardrails."""
    files: dict[str, dict[str, Any]] = {}
    for kind, name in _FILES.items():
        if rows := draft.guardrails[kind]:
            topic = "Carried over from Landing Zone Accelerator"
            files[f"{FOLDER}/{name}"] = {
                "type": _TYPES[kind],
                "topic": topic,
                "as_of": table()["as_of"],
                "guardrails": [row for row, _ in rows],
            }
    return files


def _statements(one: Attached) -> Iterator[tuple[Mapping[str, Any], Entry]]:
    assert one.policy
    assert one.file
    rows = one.file.root.each("Statement")
    for statement in one.policy.statements:
        yield statement.content, rows[statement.number - 1]


def _add(
    draft: Draft, one: Attached, content: Mapping[str, Any], place: Entry, profiles: Sequence[str], ids: set[str]
) -> None:
    sid = content.get("Sid") or f"statement {place.path}"
    what = f"{one.kind.upper()} {one.name}: {sid}"
    if content.get("Effect") != "Deny":
        draft.ledger.left(what, "FullAWSAccess stays attached here, so Allow changes nothing", place)
    elif _accelerators(content):
        draft.ledger.left(what, "it protects LZA's own resources, which are not part of this landing zone", place)
    elif standing := _covered(one.kind, content, profiles):
        because = "our own guardrails deny the same unconditionally; whom they spare is other roles"
        draft.ledger.changed(what, f"covered by {', '.join(standing)}", because, place)
    elif stand_in := next((a.name for a in draft.tree.accounts if a.stand_in and a.id in json.dumps(content)), None):
        draft.ledger.left(what, f"it names the id of account {stand_in}, which the configuration does not give", place)
    else:
        id = unique(f"lza-{one.name}-{sid}", ids)
        ids.add(id)
        statement, spared = _translated(content)
        because = "a guardrail of your own" + ("; it spares our pipeline where it spared LZA's roles" if spared else "")
        conditional = bool(statement.get("Condition"))
        row = {
            "id": id,
            "title": f"{one.name}: {sid}"[:_TITLE],
            "intent": f"Carried over from {_file(one)}; say here what it is for and what to do instead.",
            "profiles": list(profiles),
            "control": _CONTROL,
            "basis": "rcp" if one.kind == "rcp" else "scp" if conditional else "scp-total-deny",
            **({"exempt": list(_SPARED)} if spared else {}),
            "statement": statement,
        }
        note = draft.ledger.changed(what, f"{FOLDER}/{_FILES[one.kind]}: {id}", because, place)
        draft.guardrails[one.kind].append((row, note))


def _file(one: Attached) -> str:
    """The name under which the configuration knows the policy's file."""
    written = one.entry.get("policy")
    return written.text if written else one.name


def _translated(content: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The statement in our words, and whether it spared LZA's roles."""
    text = json.dumps({key: content[key] for key in _ELEMENTS if key in content})
    statement: dict[str, Any] = json.loads(text.replace(ORGANIZATION_ID, "${OrganizationId}"))
    spared, conditions = False, {}
    for operator, keys in statement.pop("Condition", {}).items():
        kept = {}
        for key, value in keys.items():
            values = value if isinstance(value, list) else [value]
            if operator.removesuffix("IfExists") in _SPARING and key.lower() == "aws:principalarn":
                others = [one for one in values if not _speaks(one, "accelerator_principals")]
                spared = spared or len(others) < len(values)
                values = others
            if values:
                kept[key] = values if len(values) > 1 else values[0]
        if kept:
            conditions[operator] = kept
    if statement.get("Resource") in ("*", ["*"]):
        del statement["Resource"]
    return {**statement, **({"Condition": conditions} if conditions else {})}, spared


def _accelerators(content: Mapping[str, Any]) -> bool:
    """Whether every resource that a statement names is LZA's own."""
    named = content.get("Resource")
    resources = named if isinstance(named, list) else [named] if named else []
    return bool(resources) and all(_speaks(one, "accelerator_resources") for one in resources)


def _speaks(text: str, words: str) -> bool:
    return any(word in text.lower() for word in table()[words])


def _profiles(draft: Draft, one: Attached) -> tuple[list[str], str]:
    """Profiles whose OUs a policy is for, and what differs; none where it is attached to nothing."""
    reached = {path for path in draft.profiles if within(unit_path(path), one.paths)}
    reached |= {account.ou for account in draft.tree.accounts if account.name in one.targets.accounts}
    if unit_path("Root") in one.paths:
        return ["foundation"], ""
    found = {draft.profiles[path] for path in reached if path in draft.profiles}
    ordinary = {path for path, profile in draft.profiles.items() if profile not in ("quarantine", "sandbox")}
    if "foundation" in found and ordinary <= reached:
        return ["foundation"], "attached to the root, so it reaches every account"
    left = sorted(path for path in reached if draft.profiles.get(path) == "foundation")
    profiles = sorted(found - {"foundation"})
    more = sorted(path for path, profile in draft.profiles.items() if profile in profiles and path not in reached)
    said = ["attached by profile"] if profiles else []
    said += [f"it now reaches {', '.join(more)} as well"] if more else []
    said += [f"not {', '.join(left)}, which only a policy for every account would reach"] if left else []
    said += [f"it was for accounts {', '.join(one.targets.accounts)}"] if one.targets.accounts else []
    return profiles, "; ".join(said)


def _covered(kind: str, content: Mapping[str, Any], profiles: Sequence[str]) -> list[str]:
    """Our guardrails that deny every action of a statement without condition; none if one action is left."""
    named = content.get("Action")
    actions = named if isinstance(named, list) else [named] if named else []
    found: dict[str, None] = {}
    for action in actions:
        standing = next(
            (
                id
                for id, patterns, where in _library(kind)
                if ("foundation" in where or set(profiles) <= set(where))
                and any(covers(pattern, action.lower()) for pattern in patterns)
            ),
            None,
        )
        if standing is None:
            return []
        found[standing] = None
    return list(found)


@cache
def _library(kind: str) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """Id, actions and profiles of our guardrails that deny without condition, on every resource, always."""
    found = []
    for row in _rows(kind):
        statement = row["statement"]
        wide = statement.get("Resource", "*") == "*" and "NotResource" not in statement
        if wide and not statement.get("Condition") and not row.get("when") and "Action" in statement:
            action = statement["Action"]
            texts = action if isinstance(action, list) else [action]
            found.append((row["id"], tuple(text.lower() for text in texts), tuple(row["profiles"])))
    return tuple(found)


def _library_ids() -> Iterator[str]:
    for kind in BOUND:
        yield from (row["id"] for row in _rows(kind))


def _rows(kind: str) -> Iterator[Mapping[str, Any]]:
    for path in sorted((POLICIES / kind).glob("*.yaml")):
        yield from policy_data(f"{kind}/{path.stem}")["guardrails"]
