"""What `hlz adopt` learned: JSON for machines, grouped lines for people."""

from __future__ import annotations

from collections.abc import Sequence

from landing_zone.fault import excerpt
from landing_zone.manifest.model import Manifest
from landing_zone.operations.adopt.findings import SHOWN_NAMES, Findings, Json, several
from landing_zone.operations.adopt.observe import Seen
from landing_zone.plan.make import Planned
from landing_zone.plan.vending import MANAGEMENT

SHOWN_ROWS = 10
_WORDS = {"unit": "OU", "account": "account", "key": "key", "group": "group", "transit": "hub id"}


def adopt_document(seen: Seen, before: Planned, after: Planned, findings: Findings, written: str | None) -> Json:
    """The `--json` document."""
    return {
        "written": written,
        "organization": {
            "id": seen.id or None,
            "root": seen.root or None,
            "management_account": seen.management,
            "units": len(seen.units),
            "accounts": len(seen.accounts),
        },
        "learned": findings.learned,
        "changed": findings.changed,
        "missing": findings.missing,
        "unlisted": findings.unlisted,
        "notes": findings.notes,
        "withheld_before": len(before.plan.withheld),
        "withheld_after": len(after.plan.withheld),
    }


def adopt_text(document: Json, manifest: Manifest, after: Planned, *, up_to_date: bool, brief: bool) -> str:
    """Groups with what matters first, then totals. brief: without what was learned."""
    about = document["organization"]
    title = f"Organization {about['id']} (root {about['root']})" if about["id"] else "No organization yet"
    counted = f"{about['units']} OUs, {about['accounts']} accounts"
    lines = [f"{title}, management account {about['management_account']}: {counted}."]
    if not brief:
        lines += _group("Learned", _learned(document["learned"]))
        lines += _group("Changed", _changed(document["changed"]))
    lines += _group("Not in AWS yet", _missing(document["missing"]))
    lines += _group("Not in the manifest", _unlisted(document["unlisted"], manifest, after))
    notes = document["notes"]
    lines += _group("Needs a person", [row["message"] for row in notes if row["kind"] == "person"])
    if not brief:
        lines += _group("Notes", [row["message"] for row in notes if row["kind"] != "person"])
    lines += [
        "",
        f"{document['withheld_before']} deployments are withheld now, {document['withheld_after']} with this.",
    ]
    if document["written"]:
        lines.append(f"Wrote {document['written']}; commit it.")
    elif up_to_date:
        lines.append("The lock says all of this already.")
    else:
        lines.append("Nothing was written: --write does it.")
    return "\n".join(lines)


def _group(title: str, rows: Sequence[str]) -> list[str]:
    shown = [f"  {row}" for row in rows[:SHOWN_ROWS]]
    if len(rows) > SHOWN_ROWS:
        shown.append(f"  and {len(rows) - SHOWN_ROWS} more; --json lists all")
    return ["", title, *shown] if rows else []


def _learned(rows: Sequence[Json]) -> list[str]:
    lines = [f"{row['kind']} {row['id']}" for row in rows if row["kind"] in ("organization", "root")]
    lines += [f"management account {row['id']}" for row in rows if _is_management(row)]
    lines += [f"Identity Center {row['name']} {row['id']}" for row in rows if row["kind"] == "identity"]
    for kind in ("unit", "account"):
        for adopted, how in ((True, "there before, adopted"), (False, "made by our stacks")):
            names = [
                row["name"]
                for row in rows
                if row["kind"] == kind and row["adopted"] is adopted and not _is_management(row)
            ]
            if names:
                lines.append(f"{_counted(names, kind)} {how}: {several(names)}")
    for kind in ("key", "group", "transit"):
        if names := [row["name"] for row in rows if row["kind"] == kind]:
            lines.append(f"{_counted(names, kind)}: {several(names)}")
    return lines


def _is_management(row: Json) -> bool:
    return bool(row["kind"] == "account" and row["name"] == MANAGEMENT)


def _counted(names: Sequence[str], kind: str) -> str:
    return f"{len(names)} {_WORDS[kind]}{'s' if len(names) > 1 else ''}"


def _changed(rows: Sequence[Json]) -> list[str]:
    lines = []
    for row in rows:
        why = f" ({row['why']})" if row["why"] else ""
        lines.append(f"{row['kind']} '{row['name']}': {row['field']} {row['before']} -> {row['after']}{why}")
    return lines


def _missing(rows: Sequence[Json]) -> list[str]:
    lines = []
    for kind in ("unit", "account", "group"):
        if names := [row["name"] for row in rows if row["kind"] == kind]:
            what = "not in the identity store yet" if kind == "group" else "made by the next deploy"
            lines.append(f"{_counted(names, kind)}, {what}: {several(names)}")
    return lines


def _unlisted(rows: Sequence[Json], manifest: Manifest, after: Planned) -> list[str]:
    """Who they are, and what becomes of them at the next deploy."""
    if not rows:
        return []
    closing = [f"{excerpt(row['name'])} {row['id']}" for row in rows if row["guardrails"] == "none"]
    others = [row for row in rows if row["guardrails"] != "none"]
    lines = [f"{excerpt(row['name'])} {row['id']} in {excerpt(row['ou'])}" for row in others[:SHOWN_NAMES]]
    if len(others) > SHOWN_NAMES:
        lines.append(f"and {len(others) - SHOWN_NAMES} more")
    if closing:
        lines.append(f"being closed, left alone: {several(closing)}")
    if others and manifest.guardrails.unlisted_accounts == "quarantine":
        lines += [*_quarantine([row["id"] for row in others], after), _SWITCH]
    elif others:
        lines.append("Nothing is attached to them: guardrails.unlisted_accounts is report.")
    return lines


_SWITCH = (
    "Before that, list under accounts whom you want to keep working, or set guardrails.unlisted_accounts: report, "
    "which attaches nothing."
)


def _quarantine(ids: Sequence[str], after: Planned) -> list[str]:
    """What is attached to these accounts, from the compiled guardrails."""
    policies = [policy for policy in after.guardrails.policies if not set(ids).isdisjoint(policy.targets)]
    titles = sorted(
        {after.guardrails.guardrails[id].guardrail.title for policy in policies for id in policy.guardrails}
    )
    what = f": {several(titles)}" if titles else ""
    accounts = f"these {len(ids)} accounts" if len(ids) > 1 else "this account"
    return [f"WARNING: with this in the lock, the next deploy attaches the quarantine guardrails to {accounts}{what}."]
