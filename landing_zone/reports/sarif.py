"""SARIF 2.1.0 (OASIS): findings as code scanning tools read them.

What was not evaluated is a notification of the run, not a result: services that turn results into alerts do not look at
a result's kind, and nobody could fix such an alert.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from landing_zone.reports.check_results import CheckResults, Row, printable

SARIF_FILE = "findings.sarif"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
TOOL = "healthcare-landing-zone"
TAGS = 20
"""GitHub rejects more tags on a rule."""


def sarif(results: CheckResults, version: str, root: PurePath | None = None) -> bytes:
    """The SARIF log. `version` is the toolkit's; absolute files below `root` become relative to it."""
    rows = [*((row, False) for row in results.findings), *((row, True) for row in results.suppressed)]
    ids = _rule_ids(results)
    index = {id: number for number, id in enumerate(ids)}
    places = _Places(results, root)
    prints = _fingerprints(row for row, _ in rows)
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": TOOL,
                        "version": version,
                        "rules": [_rule(id, results.rules.get(id), _level_of(id, rows)) for id in ids],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
                "invocations": [_invocation(results, index, places)],
                "results": [
                    _result(row, suppressed, index, places, fingerprint)
                    for (row, suppressed), fingerprint in zip(rows, prints, strict=True)
                ],
            }
        ],
    }
    return (json.dumps(log, indent=1, ensure_ascii=False) + "\n").encode()


def base_rule(id: str) -> str:
    """The rule of a finding's id: cdk-nag adds `[finding]` where a rule reports several on one resource."""
    return id.partition("[")[0]


def _rule_ids(results: CheckResults) -> list[str]:
    """Rules that examined something or are mentioned, known ones in the catalogue's order, then others by id."""
    mentioned = {base_rule(row["rule"]) for row in (*results.findings, *results.suppressed, *results.not_evaluated)}
    mentioned.update(*(rules for rules in results.examined.values()))
    return [id for id in results.rules if id in mentioned] + sorted(mentioned - results.rules.keys())


def _level_of(id: str, rows: Iterable[tuple[Row, bool]]) -> str:
    return next((str(row["severity"]) for row, _ in rows if base_rule(row["rule"]) == id), "warning")


def _rule(id: str, row: Row | None, level: str) -> dict[str, Any]:
    if row is None:
        return {"id": printable(id), "defaultConfiguration": {"level": level}}
    citations = ", ".join(row["citations"])
    why = row["description"] or row["title"]
    paragraphs = [why, f"Fix: {row['fix']}", f"Control {row['control']}, 45 CFR {citations}."]
    return {
        "id": printable(id),
        "shortDescription": _text(row["title"]),
        "fullDescription": _text(why),
        "help": {
            "text": printable("\n\n".join(paragraphs)),
            "markdown": printable("\n\n".join(_markdown(text) for text in paragraphs)),
        },
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": [printable(tag) for tag in ("security", row["control"], *_cited(row["citations"]))][:TAGS]
        },
    }


def _cited(citations: Iterable[str]) -> Iterator[str]:
    return (f"45 CFR {citation}" for citation in citations)


def _text(text: object) -> dict[str, str]:
    return {"text": printable(text)}


def _markdown(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>&#|~" else letter for letter in text)


class _Places:
    """Locations of rows."""

    def __init__(self, results: CheckResults, root: PurePath | None) -> None:
        self._place = results.place
        self._columns = results.columns
        self._root = root

    def of(self, row: Row) -> list[dict[str, Any]]:
        name = ".".join(part for part in (row["template"], row["resource"]) if part)
        location: dict[str, Any] = {}
        if row["template"]:
            region = {"startLine": max(row.get("line") or 1, 1)}
            if column := self._columns.get((row["template"], row.get("path", ""))):
                region["startColumn"] = column
            location["physicalLocation"] = {
                "artifactLocation": self._artifact(self._place(row["template"])),
                "region": region,
            }
        if row["resource"]:
            logical = {"name": row["resource"], "fullyQualifiedName": name, "kind": "resource"}
            location["logicalLocations"] = [{key: printable(value) for key, value in logical.items()}]
        return [location] if location else []

    def _artifact(self, file: str) -> dict[str, str]:
        path = PurePath(printable(file))
        if self._root is not None and path.is_relative_to(self._root):
            path = path.relative_to(self._root)
        if path.is_absolute():
            return {"uri": f"file://{quote(path.as_posix())}"}
        return {"uri": quote(path.as_posix()), "uriBaseId": ROOT}


def _fingerprints(rows: Iterable[Row]) -> list[str]:
    """What a finding is, whatever its line: rule, template's file name, resource and path, and which of several."""
    seen: Counter[str] = Counter()
    found = []
    for row in rows:
        parts = (row["rule"], PurePath(row["template"]).name, row["resource"], row["path"])
        digest = sha256(json.dumps(parts).encode()).hexdigest()[:32]
        seen[digest] += 1
        found.append(f"{digest}:{seen[digest]}")
    return found


def _result(row: Row, suppressed: bool, index: Mapping[str, int], places: _Places, fingerprint: str) -> dict[str, Any]:
    id, _, detail = row["rule"].partition("[")
    result: dict[str, Any] = {
        "ruleId": printable(f"{id}/{detail.removesuffix(']')}" if detail else id),
        "ruleIndex": index[id],
        "level": row["severity"],
        "message": _text(" ".join(part for part in (row["message"], row["fix"] and f"Fix: {row['fix']}") if part)),
        "locations": places.of(row),
        # The second name is the only one that GitHub compares.
        "partialFingerprints": {"hlzFinding/v1": fingerprint, "primaryLocationLineHash": fingerprint},
        "properties": {
            "control": printable(row["control"]),
            "citations": [printable(citation) for citation in row["citations"]],
            "path": printable(row["path"]),
        },
    }
    if suppressed:
        result["suppressions"] = [_suppression(row)]
    return result


def _suppression(row: Row) -> dict[str, Any]:
    until = f" Until {row['expires']}." if row.get("expires") else ""
    by = f" ({row['owner']})" if row.get("owner") else ""
    text = f"{row.get('reason', '')}{by}{until}".strip()
    return {"kind": "external", "status": "accepted", "justification": printable(text)}


def _invocation(results: CheckResults, index: Mapping[str, int], places: _Places) -> dict[str, Any]:
    return {
        "executionSuccessful": True,
        "exitCode": 1 if results.failing else 0,
        "toolExecutionNotifications": [_notification(row, index, places) for row in _distinct(results.not_evaluated)],
    }


def _distinct(rows: Sequence[Row]) -> list[Row]:
    """Each row once: SARIF does not allow equal notifications."""
    return list({(row["rule"], row["template"], row["resource"], row["reason"]): row for row in rows}.values())


def _notification(row: Row, index: Mapping[str, int], places: _Places) -> dict[str, Any]:
    id = base_rule(row["rule"])
    return {
        "descriptor": {"id": "not-evaluated"},
        "associatedRule": {"id": printable(id), "index": index[id]},
        "level": "note",
        "message": _text(f"Not evaluated: {row['reason']}"),
        "locations": places.of(row),
    }
