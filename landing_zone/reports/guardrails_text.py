"""`hlz guardrails` for people: a table of targets, or one account in a screenful."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from landing_zone.guardrails.compile import SHORT_TYPES

_WIDTH = 118


def guardrails_text(document: Mapping[str, Any], *, brief: bool) -> str:
    """Targets with what is used and left of their quotas, totals, notes; only totals when brief."""
    rows = [("TARGET", "PROFILE", "ACCOUNTS", "TYPE", "POLICIES", "CHARACTERS", "LEFT")]
    for target in document["targets"]:
        shown = (target["target"], target["profile"], str(target["accounts"]))
        for usage in target["types"] or [None]:
            rows.append((*shown, *_usage(usage)))
            shown = ("", "", "")
    policies, guardrails = document["policies"], document["guardrails"]
    characters = sum(policy["characters"] for policy in policies)
    totals = (
        f"{len(guardrails)} guardrails in {len(policies)} policies with {characters:,} characters "
        f"on {len(document['targets'])} targets."
    )
    if brief:
        return totals
    return "\n".join([*_table(rows), "", totals, *(f"note: {note}" for note in document["notes"])])


def account_text(document: Mapping[str, Any]) -> str:
    """OU path, profile for each level, and every guardrail by topic; those alike in all but id share a line."""
    levels = "  ".join(f"{level['target']} ({level['profile']})" for level in document["levels"])
    rows = document["guardrails"]
    lines = [f"{document['account']}: {len(rows)} guardrails", f"levels: {levels}"]
    if document["account"] == "management":
        lines.append("AWS binds the management account by no service or resource control policy.")
    for topic in dict.fromkeys(row["topic"] for row in rows):
        lines += ["", topic]
        alike: dict[str, list[str]] = {}
        for row in rows:
            if row["topic"] == topic:
                alike.setdefault(_terms(row), []).append(row["id"])
        for terms, ids in alike.items():
            text = f"{terms}: {', '.join(ids)}"
            lines += textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join(lines)


def _terms(row: Mapping[str, Any]) -> str:
    exempt = f" but {', '.join(row['exempt'])}" if row["exempt"] else ""
    return f"{SHORT_TYPES[row['type']]} from {row['from']} ({row['policy']}) {row['control']}{exempt}"


def _usage(usage: Mapping[str, Any] | None) -> tuple[str, str, str, str]:
    if usage is None:
        return "", "", "", ""
    policies = f"{usage['policies']} of {usage['quota']}"
    return SHORT_TYPES[usage["type"]], policies, f"{usage['characters']:,}", f"{usage['headroom']:,}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
