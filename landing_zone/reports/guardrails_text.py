"""`hlz guardrails` for people: a table of targets, or one account in a screenful."""

from __future__ import annotations

import string
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from landing_zone.guardrails.compile import SHORT_TYPES

_WIDTH = 118
_MARKS = (*string.ascii_lowercase, *string.ascii_uppercase)


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
    return "\n".join([*_table(rows), "", totals, *map(_note, document["notes"])])


def account_text(document: Mapping[str, Any]) -> str:
    """OU path, profile for each level, and every guardrail by topic.

    Behind each a letter says in which policy it is and from where, in brackets are its control and whom it exempts.
    """
    levels = "  ".join(f"{level['target']} ({level['profile']})" for level in document["levels"])
    rows = document["guardrails"]
    lines = [f"{document['account']}: {len(rows)} guardrails", f"levels: {levels}"]
    if document["account"] == "management":
        lines.append("AWS binds the management account by no service or resource control policy.")
    places = list(dict.fromkeys(f"{row['policy']} from {row['from']}" for row in rows))
    marks = {place: mark for mark, place in zip(_MARKS, places, strict=False)}
    lines += _wrapped("policies: " + ", ".join(f"{marks.get(place, '-')} {place}" for place in places))
    for topic in dict.fromkeys(row["topic"] for row in rows):
        alike: dict[tuple[str, ...], list[str]] = {}
        for row in rows:
            if row["topic"] == topic:
                mark = marks.get(f"{row['policy']} from {row['from']}", "-")
                alike.setdefault((row["control"], *row["exempt"]), []).append(f"{row['id']} {mark}")
        lines += _wrapped(f"{topic}: " + "; ".join(_alike(*terms, ids=ids) for terms, ids in alike.items()))
    return "\n".join(lines)


def _alike(control: str, *exempt: str, ids: Sequence[str]) -> str:
    return f"{', '.join(ids)} ({control}{', not ' if exempt else ''}{', '.join(exempt)})"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)


def _note(note: str) -> str:
    return note if note.startswith(("note:", "warning:")) else f"note: {note}"


def _usage(usage: Mapping[str, Any] | None) -> tuple[str, str, str, str]:
    if usage is None:
        return "", "", "", ""
    policies = f"{usage['policies']} of {usage['quota']}"
    return SHORT_TYPES[usage["type"]], policies, f"{usage['characters']:,}", f"{usage['headroom']:,}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
