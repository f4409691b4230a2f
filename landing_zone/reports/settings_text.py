"""What `hlz settings` found and did: JSON for machines, a table for people."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from landing_zone.operations.settings.execute import Result, Status, missing
from landing_zone.operations.settings.journal import shown
from landing_zone.operations.settings.steps import Json, Step

SHOWN_PLACES = 6
LONGEST_DIFFERENCE = 100  # characters
_COUNTED: dict[str, tuple[Status, ...]] = {
    "unchanged": ("unchanged",),
    "changed": ("change", "waits", "applied"),
    "failed": ("failed",),
    "unknown": ("unknown",),
    "skipped": ("skipped",),
    "done": ("done",),
}
_WORDS: dict[Status, str] = {
    "change": "would change",
    "waits": "would change",
    "applied": "changed",
    "failed": "FAILED",
    "unknown": "UNKNOWN",
    "skipped": "SKIPPED",
}


def settings_document(results: Sequence[Result], journal: Path | None, *, offline: bool = False) -> Json:
    """The `--json` document. Offline nothing was read, so a step says only what is wanted."""
    statuses = Counter(result.status for result in results)
    counts = {name: sum(statuses[status] for status in group) for name, group in _COUNTED.items()}
    return {
        "settings": len({result.step.setting.id for result in results}),
        "steps": [_row(result, offline) for result in results],
        **({name: 0 for name in counts} if offline else counts),
        "journal": str(journal) if journal else None,
    }


def _row(result: Result, offline: bool) -> Json:
    step = result.step
    row: Json = {
        "setting": step.name,
        "title": step.setting.title,
        "control": step.setting.control,
        "account": step.account,
        "account_id": step.account_id,
        "region": step.region,
        "status": "desired" if offline else result.status,
        "desired": shown(step, step.desired),
    }
    if offline:
        return row
    return row | {
        "before": shown(step, result.before),
        "after": shown(step, result.after),
        "reason": result.reason,
        "request_ids": list(result.request_ids),
    }


def settings_text(results: Sequence[Result], document: Json, *, applied: bool, brief: bool) -> str:
    """What differs, setting by setting; then totals, and what to do next."""
    groups: dict[tuple[str, Status, str], list[Step]] = defaultdict(list)
    for result in results:
        if result.status in _WORDS:
            groups[result.step.name, result.status, result.reason or _difference(result)].append(result.step)
    lines = []
    for (name, status, reason), steps in _unreachable_first(groups):
        if brief and status in ("change", "waits", "applied"):
            continue
        lines.append(f"{_WORDS[status]:12}  {name}  {_places(steps)}" + (f"\n              {reason}" if reason else ""))
    if lines:
        lines.append("")
    done = f", {document['done']} done by the run before" if document["done"] else ""
    skipped = f", {document['skipped']} skipped" if document["skipped"] else ""
    verb = "changed" if applied else "would change"
    lines.append(
        f"{len(results)} steps of {document['settings']} settings: {document['unchanged']} as desired, "
        f"{document['changed']} {verb}, {document['failed']} failed, {document['unknown']} unknown{skipped}{done}."
    )
    if document["journal"]:
        lines.append(f"Recorded in {document['journal']}.")
        if document["failed"] or document["unknown"] or document["skipped"]:
            lines.append("The same command repeats only what is not done.")
    elif document["changed"]:
        lines.append("Nothing was changed: --apply does it.")
    return "\n".join(lines)


def _difference(result: Result) -> str:
    """What changes, if it fits on a line and is nobody's address."""
    step = result.step
    if step.setting.private or result.status not in ("change", "applied"):
        return ""
    if step.setting.compare == "includes":
        return f"lacks {', '.join(map(str, missing(result.before, step.desired)))}"
    text = f"{json.dumps(result.before)} -> {json.dumps(step.desired)}"
    return text if len(text) <= LONGEST_DIFFERENCE else ""


def _unreachable_first(groups: dict[tuple[str, Status, str], list[Step]]) -> Iterable[tuple[Any, list[Step]]]:
    """Steps that failed for one and the same reason in one account are one line, not twenty."""
    by_reason: dict[tuple[Status, str], list[tuple[str, list[Step]]]] = defaultdict(list)
    for (name, status, reason), steps in groups.items():
        by_reason[status, reason].append((name, steps))
    for (status, reason), entries in by_reason.items():
        if status in ("failed", "unknown", "skipped") and len(entries) > 3:
            yield (f"{len(entries)} settings", status, reason), [step for _, steps in entries for step in steps]
        else:
            for name, steps in entries:
                yield (name, status, reason), steps


def _places(steps: Iterable[Step]) -> str:
    regions: dict[str, list[str]] = defaultdict(list)
    for step in steps:
        if step.region not in regions[step.account]:
            regions[step.account].append(step.region)
    shown_places = [f"{account} {'+'.join(found)}" for account, found in list(regions.items())[:SHOWN_PLACES]]
    more = len(regions) - SHOWN_PLACES
    return ", ".join(shown_places) + (f" and {more} accounts more" if more > 0 else "")


def offline_text(steps: Sequence[Step], *, brief: bool) -> str:
    """The settings and in how many places each is wanted, without having asked AWS."""
    by_setting: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_setting[step.setting.id].append(step)
    lines = []
    if not brief:
        rows = [("SETTING", "WHERE", "WHAT")]
        rows += [(id, _where(found), found[0].setting.title) for id, found in by_setting.items()]
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        lines = [f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}" for row in rows]
        lines.append("")
    accounts = len({step.account for step in steps})
    lines.append(
        f"{len(steps)} steps of {len(by_setting)} settings in {accounts} accounts. AWS was not asked; "
        "--plan compares, --apply makes it so."
    )
    return "\n".join(lines)


def _where(steps: Sequence[Step]) -> str:
    accounts = list(dict.fromkeys(step.account for step in steps))
    regions = list(dict.fromkeys(step.region for step in steps))
    where = accounts[0] if len(accounts) == 1 else f"{len(accounts)} accounts"
    return f"{where} x {len(regions)} Regions" if len(regions) > 1 else where
