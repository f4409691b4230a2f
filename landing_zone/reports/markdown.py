"""Markdown for a pull request: what was found and where, short enough for a comment.

Text of others (names, reasons) is escaped: no HTML, no links, no mentions of people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from landing_zone.reports.check_results import CheckResults, Row, printable

MARKDOWN_FILE = "report.md"
LIMIT = 60_000
"""Bytes. GitHub takes 65,536 characters in a comment, and people read less."""
_CELL = 400
_SEVERITIES = ("error", "warning", "note")
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$])")


def markdown(results: CheckResults, title: str) -> bytes:
    """The text, UTF-8, at most LIMIT bytes; what was cut is said."""
    text = _Text(LIMIT - 600)
    text.add([f"## {escaped(title)}", "", _verdict(results), "", *_totals(results), ""])
    findings = sorted(results.findings, key=lambda row: _SEVERITIES.index(row["severity"]))
    if findings:
        text.table(("severity", "where", "what", "fix"), findings, lambda row: _finding(row, results), "findings")
    folded: tuple[tuple[str, Sequence[Row], Callable[[Row], Sequence[str]]], ...] = (
        ("not evaluated", results.not_evaluated, _open),
        ("acknowledged or excepted", results.suppressed, _suppressed),
    )
    for name, rows, cells in folded:
        if rows:
            text.fold(f"{len(rows)} {name}", ("rule", "where", "why"), rows, cells)
    return text.whole().encode()


def escaped(text: object, limit: int = _CELL) -> str:
    """Text that Markdown shows as it stands, in one line, cut at `limit` characters."""
    shown = " ".join(_INVISIBLE.sub("", printable(text)).split())
    shown = shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = _SPECIAL.sub(r"\\\1", shown)
    # Neither an address nor a person: services link both wherever they find them.
    return shown.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "@&#8203;")


def _verdict(results: CheckResults) -> str:
    if results.failing:
        number = len(results.failing)
        return f"**{number} findings stop the output.**" if number > 1 else "**1 finding stops the output.**"
    if not results.rules_run:
        return "**No rule examined anything.** That is not a pass."
    return "**No finding stops the output.** Rules are evidence toward a citation; none satisfies it by itself."


def _totals(results: CheckResults) -> list[str]:
    counts = {
        **{name: sum(row["severity"] == name for row in results.findings) for name in _SEVERITIES},
        "not evaluated": len(results.not_evaluated),
        "acknowledged": results.acknowledged,
        "rules run": results.rules_run,
        "resources": results.resources,
    }
    return [f"| {' | '.join(counts)} |", "|" + "---:|" * len(counts), f"| {' | '.join(map(str, counts.values()))} |"]


def _finding(row: Row, results: CheckResults) -> Sequence[str]:
    cited = f" (45 CFR {', '.join(row['citations'])})" if row["citations"] else ""
    what = f"{row['rule']}: {row['message']}{cited}"
    line = f":{row['line']}" if row.get("line") else ""
    place = f"{results.place(row['template'])}{line} {row['resource']}" if row["template"] else row["resource"]
    return row["severity"], place, what, row["fix"]


def _open(row: Row) -> Sequence[str]:
    return row["rule"], f"{row['template']} {row['resource']}", row["reason"]


def _suppressed(row: Row) -> Sequence[str]:
    until = f" Until {row['expires']}." if row.get("expires") else ""
    return row["rule"], f"{row['template']} {row['resource']}", f"{row.get('reason', '')}{until}"


class _Text:
    """Lines up to a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._lines: list[str] = []

    def add(self, lines: Iterable[str]) -> bool:
        """Whether there was room: all of the lines, or none."""
        lines = list(lines)
        size = sum(len(line.encode()) + 1 for line in lines)
        if size > self._left:
            return False
        self._left -= size
        self._lines += lines
        return True

    def table(
        self, header: Sequence[str], rows: Sequence[Row], cells: Callable[[Row], Sequence[str]], name: str = "rows"
    ) -> None:
        """As many rows as there is room for, and how many there was none for."""
        self.add([f"| {' | '.join(header)} |", "|" + "---|" * len(header)])
        for number, row in enumerate(rows):
            if not self.add([f"| {' | '.join(escaped(cell) for cell in cells(row))} |"]):
                self._lines += ["", f"{len(rows) - number} more {name} are not shown; the JSON report has them all."]
                break
        self._lines.append("")

    def fold(
        self, title: str, header: Sequence[str], rows: Sequence[Row], cells: Callable[[Row], Sequence[str]]
    ) -> None:
        """A table that is closed at first."""
        if self.add(["<details>", f"<summary>{title}</summary>", ""]):
            self.table(header, rows, cells)
            self._lines += ["</details>", ""]
        else:
            self._lines += [f"{title}: not shown; the JSON report has them.", ""]

    def whole(self) -> str:
        """The text."""
        return "\n".join(self._lines).rstrip() + "\n"
