"""What the page shows, grouped for reading: what several templates say alike is said once. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landing_zone.assurance.ledger.model import STATUSES, Status
from landing_zone.reports.report_input import ReportInput

Row = Mapping[str, Any]
ORGANIZATION = "organization"
_INVENTORY_FACTS = (
    "kind",
    "role",
    "type",
    "what",
    "encrypted",
    "algorithm",
    "rotation_days",
    "tls_minimum",
    "retention",
    "lock",
    "deletion_policy",
    "why",
    "note",
)


@dataclass(frozen=True)
class Evidence:
    """Evidence of one kind: of rules all that examined the same resources, else one piece."""

    kind: str
    ids: tuple[str, ...]
    resources: tuple[str, ...]
    fact: Row


@dataclass(frozen=True)
class Entry:
    """Entries of a control that say the same of several scopes. No scope: the organization as a whole."""

    status: Status
    reason: str
    scopes: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    open: tuple[Row, ...]


@dataclass(frozen=True)
class Gap:
    """Why controls are not evaluated: one reason, and the controls that it concerns."""

    reason: str
    controls: tuple[str, ...]


@dataclass(frozen=True)
class Acknowledged:
    """Acknowledged findings with the same rule and reason: the resources by template."""

    rule: str
    control: str
    reason: str
    source: str
    owner: str
    expires: str
    places: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Shape:
    """Rows of the inventory that differ in names alone."""

    facts: Mapping[str, Any]
    resources: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class AccessGroup:
    """Accounts of one OU and data class that the same principals may enter: numbers of the access entries."""

    ou: str
    data: str
    entries: tuple[int, ...]
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """A template with the accounts it is deployed in, by Region."""

    id: str
    role: str
    resources: int
    sha256: str
    accounts: Mapping[str, tuple[str, ...]]
    deployments: int
    withheld: int


def entries(control: Row) -> list[Entry]:
    """The entries of a control, worst first; scopes that share all but their name are together."""
    groups: dict[str, tuple[Row, list[str]]] = {}
    for entry in control["entries"]:
        same = json.dumps([entry["status"], entry["reason"], entry["evidence"], entry["open"]])
        key = f"{ORGANIZATION}{same}" if entry["scope"] == ORGANIZATION else same
        groups.setdefault(key, (entry, []))[1].append(entry["scope"])
    found = [
        Entry(
            entry["status"],
            entry["reason"],
            () if entry["scope"] == ORGANIZATION else tuple(scopes),
            _evidence(entry["evidence"]),
            tuple(entry["open"]),
        )
        for entry, scopes in groups.values()
    ]
    return sorted(found, key=lambda entry: STATUSES.index(entry.status))


def _evidence(rows: Iterable[Row]) -> tuple[Evidence, ...]:
    rules: dict[tuple[str, ...], list[Row]] = {}
    others = []
    for row in rows:
        if row["kind"] == "rule":
            rules.setdefault(tuple(row["resources"]), []).append(row)
        else:
            others.append(Evidence(row["kind"], (row["id"],), tuple(row["resources"]), row))
    together = [
        Evidence("rule", tuple(row["id"] for row in found), resources, found[0]) for resources, found in rules.items()
    ]
    return (*together, *others)


def gaps(controls: Iterable[Row]) -> list[Gap]:
    """Why controls are not evaluated, most frequent reason first."""
    found: dict[str, dict[str, None]] = {}
    for control in controls:
        for entry in control["entries"]:
            if entry["status"] == "not evaluated":
                setting = any(evidence["kind"] == "setting" for evidence in entry["evidence"])
                reason = "A setting has not been read back from AWS." if setting else entry["reason"]
                found.setdefault(reason, {})[control["id"]] = None
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Gap(reason, tuple(ids)) for reason, ids in ranked]


def serving(specification: Row, controls: Mapping[str, Row]) -> list[tuple[Status, list[Row]]]:
    """The controls that serve a paragraph, by their status, worst first."""
    rows = [controls[id] for id in specification["controls"] if id in controls]
    by_status = [(status, [row for row in rows if row["status"] == status]) for status in STATUSES]
    return [(status, found) for status, found in by_status if found]


def sections(citations: Iterable[str]) -> str:
    """The sections of the rule that hold these paragraphs, separated by spaces."""
    return " ".join(sorted({citation.partition("(")[0] for citation in citations}))


def acknowledged(rows: Iterable[Row]) -> list[Acknowledged]:
    """Acknowledged findings, grouped by rule and reason."""
    groups: dict[tuple[str, str, str, str, str, str], dict[str, list[str]]] = {}
    for row in rows:
        key = (row["rule"], row["control"], row["reason"], row["source"], row["owner"] or "", row["expires"] or "")
        groups.setdefault(key, {}).setdefault(row["template"], []).append(row["resource"])
    return [
        Acknowledged(*key, {template: tuple(dict.fromkeys(found)) for template, found in sorted(places.items())})
        for key, places in sorted(groups.items())
    ]


def shapes(rows: Iterable[Row], names: Sequence[str] = _INVENTORY_FACTS) -> list[Shape]:
    """Rows of the inventory that agree in these facts, together."""
    groups: dict[str, tuple[Row, dict[str, None], dict[str, None]]] = {}
    for row in rows:
        facts = {name: row.get(name, "") for name in names}
        _, resources, scopes = groups.setdefault(json.dumps(facts), (facts, {}, {}))
        resources[row["resource"]] = None
        scopes.update(dict.fromkeys(row["scopes"]))
    return [Shape(facts, tuple(resources), tuple(scopes)) for facts, resources, scopes in groups.values()]


def access_groups(access: Row) -> list[AccessGroup]:
    """Accounts by who may enter them."""
    groups: dict[tuple[str, str, tuple[int, ...]], list[str]] = {}
    for row in access.get("accounts", ()):
        groups.setdefault((row["ou"], row["data"], tuple(row["entries"])), []).append(row["account"])
    return [AccessGroup(*key, tuple(sorted(accounts))) for key, accounts in sorted(groups.items())]


def scopes(variants: Iterable[Row]) -> list[Scope]:
    """Templates by id, with where they are deployed."""
    return [_scope(row) for row in sorted(variants, key=lambda row: str(row["id"]))]


def _scope(row: Row) -> Scope:
    accounts: dict[str, list[str]] = {}
    for deployment in row["deployments"]:
        accounts.setdefault(deployment["region"], []).append(deployment["account"])
    return Scope(
        row["id"],
        row["role"],
        row["resources"],
        row["sha256"],
        {region: tuple(dict.fromkeys(sorted(names))) for region, names in sorted(accounts.items())},
        len(row["deployments"]),
        sum(bool(deployment["withheld"]) for deployment in row["deployments"]),
    )


def assumptions(theorems: Iterable[Row]) -> list[str]:
    """Every assumption once, in the order in which the theorems name them."""
    return list(dict.fromkeys(text for theorem in theorems for text in theorem["assumptions"]))


def runs(assumptions: Iterable[str], texts: Sequence[str]) -> list[tuple[int, int]]:
    """Numbers of assumptions in the list of all, as runs from first to last."""
    found: list[tuple[int, int]] = []
    for number in sorted({texts.index(text) + 1 for text in assumptions}):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def cannot_see(description: str) -> str:
    """What a rule says that it cannot see; empty where it says nothing."""
    found = [part for part in description.split("\n\n") if part.lstrip().startswith("Cannot see:")]
    return " ".join(" ".join(part.split()).removeprefix("Cannot see:").strip() for part in found)


def most_frequent(values: Iterable[str]) -> str:
    """The value that occurs most often, so that it need be said once; the first of them, "" for none."""
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return max(counts, key=lambda value: counts[value], default="")


def share(counts: Mapping[str, int]) -> Iterator[tuple[str, float, float]]:
    """Status, start and width of each share of a bar that is 100 wide."""
    total = sum(counts.values())
    start = 0.0
    for status, count in counts.items():
        width = 100 * count / total
        yield status, round(start, 3), round(width, 3)
        start += width


def catalogue_dates(source: ReportInput) -> list[tuple[str, Sequence[str]]]:
    """The catalogues that the report rests on, with the dates their rows carry."""
    report = source.report
    return [
        (name, sorted({row["as_of"] for row in report[key] if row.get("as_of")}))
        for name, key in (
            ("Security Rule and related parts of 45 CFR Part 164", "specifications"),
            ("Controls", "controls"),
            ("Evidence that auditors ask for", "artifacts"),
            ("Proposed rule", "proposed"),
        )
    ]
