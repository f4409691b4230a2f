"""Retention, Control Tower, switches, budgets and workforce identity from an LZA configuration's settings."""

from __future__ import annotations

from math import ceil
from typing import Any

from landing_zone.lza.convert_draft import Draft
from landing_zone.lza.convert_names import unique
from landing_zone.lza.entry import Entry
from landing_zone.lza.mapping import counterpart, table, walked
from landing_zone.lza.organization import ROOT
from landing_zone.policy_data import policy_data

_DAYS = 366
_SHORTEST, _LONGEST = 6, 10
_ALERTS = 4
_BUDGET = {"type": "COST", "timeUnit": "MONTHLY", "unit": "USD"}
_SET_NAME = 32
_PLAN = "backup.plans.standard.retention_days"
_KEPT = "delete_after_days.@@assign"
_LEAST_DAYS, _MOST_DAYS = 35, 3650
_PHI_HOURS = 4
_CORE_DATA = ("none", "deidentified", "synthetic", "phi")


def add_settings(draft: Draft) -> None:
    """What single values decide: the table's switches, and retention in years."""
    years: dict[str, int] = {}
    for pattern, entry in walked(draft.configuration):
        row = counterpart(pattern, entry)
        if row and "set" in row:
            draft.set(row["to"], row["set"])
        kinds: list[str] = table()["retention"].get(pattern, [])
        if kinds and entry.number is not None:
            kept = min(max(ceil(entry.number / _DAYS), _SHORTEST), _LONGEST)
            asked = ceil(entry.number / _DAYS)
            years.update({kind: max(kept, years.get(kind, 0)) for kind in kinds})
            to = ", ".join(f"retention.{kind}" for kind in kinds)
            if asked == kept:
                draft.ledger.carried(f"{entry.path}: {entry.text} days", to, entry)
            else:
                because = f"{kept} years here: 45 CFR 164.316(b)(2)(i) asks for six, and the manifest takes ten at most"
                draft.ledger.changed(f"{entry.path}: {entry.text} days", to, because, entry)
    if longer := {kind: number for kind, number in years.items() if number != _SHORTEST}:
        draft.set("retention", longer)


def add_control_tower(draft: Draft) -> None:
    """Control Tower, its version, and the OU that versions before 4.0 made themselves."""
    tower = draft.configuration.file("global").get("controlTower")
    enabled = tower.get("enable") if tower else None
    if not tower or not enabled:
        return
    if not enabled.flag():
        draft.ledger.carried("Control Tower off", "control_tower", enabled)
        return
    versions = policy_data("control_tower/landing_zone")["versions"]
    version = tower.get("landingZone", "version")
    text = version.text if version else ""
    archive = next((one for one in draft.tree.accounts if draft.names[one.name] == "log-archive"), None)
    ou = archive.ou if archive and archive.ou != ROOT else "Security"
    known = text in versions
    older = sorted(key for key, row in versions.items() if row["security_ou"] != "ours")
    chosen = text if known else older[-1] if older and "/" not in ou else "4.0"
    row: dict[str, Any] = {"enabled": True, "version": chosen}
    if versions[chosen]["security_ou"] != "ours":
        row["security_ou"] = ou
    draft.set("control_tower", row)
    draft.ledger.carried("Control Tower", "control_tower.enabled", enabled)
    if known:
        draft.ledger.carried("landing zone version", "control_tower.version", version)
    else:
        found = f"version {text} is not one of {', '.join(versions)}" if text else "the configuration names no version"
        because = f"{found}; {chosen} was put in: look it up in Control Tower"
        draft.ledger.changed("landing zone version", "control_tower.version", because, version or enabled)


def add_backup(draft: Draft) -> None:
    """How long the standard plan keeps copies: as long as the longest rule of the backup policies."""
    for policy in draft.configuration.file("organization").each("backupPolicies"):
        path = policy.get("policy")
        file = draft.configuration.policy(path) if path else None
        rules = [entry for entry in file.root.walk() if entry.path.endswith(_KEPT)] if file else []
        days = max((int(entry.number) for entry in rules if entry.number), default=0)
        kept = min(max(days, draft.value(_PLAN) or _LEAST_DAYS), _MOST_DAYS)
        if kept > _LEAST_DAYS:
            draft.set(_PLAN, kept)
        because = (
            "the standard plan replaces it: daily, copied to the recovery Region and the backup account, locked; "
            + (f"copies are kept {kept} days (the longest rule there: {days})" if days else "its rules give no days")
        )
        draft.ledger.changed(f"backup policy {_text(policy, 'name')}", "backup.plans", because, policy)


def add_budgets(draft: Draft) -> None:
    """Monthly budgets of cost in US dollars."""
    for entry in draft.configuration.file("global").each("reports", "budgets"):
        what, amount = f"budget {_text(entry, 'name')}", entry.get("amount")
        kind = [_text(entry, key, default) for key, default in _BUDGET.items()]
        if kind != [*_BUDGET.values()] or amount is None or not isinstance(amount.number, int | float):
            draft.ledger.left(what, f"a budget is of cost, monthly and in USD; this is {', '.join(kind)}", entry)
            continue
        targets = draft.tree.targets_of(entry)
        row: dict[str, Any] = {"monthly_usd": max(1, ceil(amount.number))}
        ous = [draft.ous[path] for path in targets.units if path in draft.ous]
        accounts = [draft.names[name] for name in targets.accounts if draft.names.get(name) != "management"]
        scopes = [{"ou": ou} for ou in ous] + [{"account": name} for name in accounts]
        if ROOT in targets.units or len(targets.accounts) > len(accounts):
            scopes = [{}]
        percents = sorted({int(p) for n in entry.each("notifications") if (p := _percent(n))}, reverse=True)
        if kept := sorted(percents[:_ALERTS]):
            row["alert_percent"] = kept
        because = "one limit for all that it reaches, told to operations; what counts as cost is not a choice"
        if len(percents) > _ALERTS:
            because += f"; of its {len(percents)} percentages the highest {_ALERTS}"
        for scope in scopes or [{}]:
            draft.add("budgets", row | scope, draft.ledger.changed(what, "budgets", because, entry))


def _percent(notification: Entry) -> int | None:
    threshold = notification.get("threshold")
    number = threshold.number if threshold else None
    forecast = _text(notification, "type", "ACTUAL") == "FORECASTED"
    return int(number) if number and not forecast and _text(notification, "thresholdType") != "ABSOLUTE_VALUE" else None


def add_identity(draft: Draft) -> None:
    """Permission sets with AWS managed policies, and their assignments to groups."""
    center = draft.configuration.file("iam").get("identityCenter")
    if center is None:
        return
    names: dict[str, str] = {}
    assignments = [(one, _text(one, "permissionSetName")) for one in center.each("identityCenterAssignments")]
    data_of = {row["name"]: row["data"] for row in draft.manifest["accounts"]}
    for entry in center.each("identityCenterPermissionSets"):
        written = _text(entry, "name")
        names[written] = name = unique(written, names.values(), _SET_NAME)
        managed = [one.text for one in entry.each("policies", "awsManaged")]
        other = [key for key, _ in (entry.get("policies") or entry).items() if key not in ("awsManaged", "name")]
        if not managed:
            because = "it has no AWS managed policy; write its statements under identity.permission_sets"
            draft.ledger.left(f"permission set {written}", because, entry)
            continue
        reached = {one.name for row, of in assignments if of == written for one in draft.tree.targets_of(row).deployed}
        data = max((data_of[draft.names[one]] for one in reached), key=_CORE_DATA.index, default="none")
        minutes = entry.get("sessionDuration")
        asked = ceil(minutes.number / 60) if minutes and minutes.number else 1
        hours = min(max(asked, 1), _PHI_HOURS if data == "phi" else 12)
        row = {
            "description": f"{written} of Landing Zone Accelerator",
            "managed_policies": managed,
            "session_hours": hours,
            "data": data,
        }
        core = set(table()["core_accounts"].values())
        if any(draft.names[one] in core for one in reached):
            row["core_accounts"] = True
        because = f"data class {data} by its assignments" + (f"; {', '.join(other)} not carried" if other else "")
        because += f"; sessions of {hours} instead of {asked} hours" if hours != asked else ""
        to = f"identity.permission_sets.{name}"
        note = draft.ledger.changed(f"permission set {written}", to, because, entry)
        draft.put("identity.permission_sets", name, row, note)
    for entry, of in assignments:
        _assign(draft, entry, names.get(of, unique(of, (), _SET_NAME)))


def _assign(draft: Draft, entry: Entry, permission_set: str) -> None:
    what = f"assignment {_text(entry, 'name')}"
    groups = [_text(one, "name") for one in entry.each("principals") if _text(one, "type").upper() == "GROUP"]
    targets = draft.tree.targets_of(entry)
    ous = {**draft.ous, ROOT: "root"}
    places = [{"ou": ous[path]} for path in targets.units]
    places += [{"account": draft.names[name]} for name in targets.accounts if name in draft.names]
    if not [one for one in groups if one] or not places:
        draft.ledger.left(what, "only groups named by their display name can be assigned, to OUs and accounts", entry)
        return
    because = "of its principals the groups; with an OU the OUs below it are meant, too, and nothing in it is left out"
    for group in filter(None, groups):
        for place in places:
            note = draft.ledger.changed(what, "identity.assignments", because, entry)
            draft.add("identity.assignments", {"group": group, "permission_set": permission_set, **place}, note)


def _text(entry: Entry, key: str, default: str = "") -> str:
    found = entry.get(key)
    return found.text if found else default
