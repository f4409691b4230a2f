"""A template's stores and transit paths, one row each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase

from landing_zone.assurance.inventory.keys import KeyIndex, NamedKey
from landing_zone.assurance.inventory.subject import Subject
from landing_zone.assurance.inventory.table import NEXT, NOT_KNOWN, Entry, Period, Step, Table, verdict_class
from landing_zone.assurance.inventory.tls_policy import tls_outcome
from landing_zone.assurance.template import Template
from landing_zone.assurance.values import MISSING, Reference, Symbolic, Unresolved, Value, named, text_of

SHOWN_TAGS = ("hlz:log-kind", "hlz:purpose", "hlz:data", "hlz:encryption")
_DAYS = {"days": 1.0, "years": 365.0, "months": 28.0, "hours": 1 / 24, "seconds": 1 / 86400}
"""The least that a unit lasts, in days."""


@dataclass(frozen=True)
class Row:
    """One store or transit path. Texts say `not known` where the template does not decide, and `why` says why.

    item: the place in a list inside the resource, or "". data: its `hlz:` tags. encrypted: one of the table's classes.
    algorithm_basis: id of the table's statement on the algorithm. retention_days: None where it is no number of days.
    """

    kind: str
    type: str
    resource: str
    item: str
    what: str
    name: str
    data: str
    encrypted: str
    key: str
    rotation_days: str
    algorithm: str
    algorithm_basis: str
    tls_minimum: str
    retention: str
    retention_days: int | None
    lock: str
    expiry: str
    deletion_policy: str
    details: str
    why: str
    note: str

    @property
    def order(self) -> tuple[str, ...]:
        """What rows are sorted by: kind, type, resource, then every other column as text."""
        return tuple(str(getattr(self, column.name)) for column in fields(self))


def rows_of(template: Template, table: Table, keys: KeyIndex) -> Iterator[Row]:
    """Every store and transit path that the table knows."""
    for resource in template.resources.values():
        for entry in table.by_type.get(resource.type, ()):
            whole = Subject(template, resource)
            if not whole.meets(entry.when):
                continue
            found = False
            for subject in whole.items(entry):
                found = True
                yield _row(entry, subject, table, _verdict(entry.encryption, subject, table, keys))
            if not found and entry.none_listed:
                yield _row(entry, whole, table, _said(entry.none_listed))


def _row(entry: Entry, subject: Subject, table: Table, verdict: NamedKey) -> Row:
    resource = subject.resource
    retention, days = _retention(entry, subject)
    encrypted = verdict_class(verdict.encrypted)
    tls = verdict.encrypted.removeprefix("TLS ") if encrypted == "TLS" else ""
    reasons = [
        verdict.why,
        f"it exists only if its condition holds: {resource.conditional}" if resource.conditional else "",
    ]
    return Row(
        kind=entry.kind,
        type=resource.type,
        resource=resource.logical_id,
        item=".".join(subject.item),
        what=entry.what,
        name=_text(subject.value(("/", *entry.name))) if entry.name else "",
        data=_tags(subject.value(("/", *entry.tags))),
        encrypted=encrypted,
        key=verdict.key,
        rotation_days=verdict.rotation,
        algorithm=_algorithm(entry, subject, table, encrypted),
        algorithm_basis=entry.algorithm if encrypted not in ("none", NOT_KNOWN) else "",
        tls_minimum="not stated" if tls == "TLS" else tls,
        retention=retention,
        retention_days=days,
        lock=_periods(entry.lock, subject),
        expiry=_periods(entry.expiry, subject),
        deletion_policy=_text(resource.deletion_policy) or ("Delete (default)" if entry.kind == "store" else ""),
        details=_details(entry, subject),
        why="; ".join(filter(None, reasons)),
        note=entry.note,
    )


def _verdict(steps: Sequence[Step], subject: Subject, table: Table, keys: KeyIndex, depth: int = 0) -> NamedKey:
    for step in steps:
        verdict = _judged(step, subject, table, keys, depth)
        if verdict is not None:
            return verdict
    return NamedKey(NOT_KNOWN, why="the table of the inventory does not decide it")


def _judged(step: Step, subject: Subject, table: Table, keys: KeyIndex, depth: int) -> NamedKey | None:
    if step.then:
        return _said(step.then)
    if step.tls_policy:
        return _said(tls_outcome(step.tls_policy, subject))
    value = subject.value(step.at)
    place = ".".join((*subject.item, *step.at)).removeprefix("/.")
    if value is MISSING:
        return _outcome(step.absent, place)
    if step.key and text_of(value) not in step.values:
        return keys.named(value, subject.raw(step.at), subject.template)
    if isinstance(value, Unresolved):
        return NamedKey(NOT_KNOWN, why=f"{place} is not known: {value.reason}")
    if step.inherits:
        return _inherited(value, place, subject, table, keys, depth)
    text = text_of(value)
    if text is None:
        return NamedKey(NOT_KNOWN, why=f"{place} is {named(value)}")
    for pattern, outcome in step.values.items():
        if fnmatchcase(text.lower() if text.lower() in ("true", "false") else text, pattern):
            return _outcome(outcome, place)
    said = "decided at deployment" if isinstance(value, Symbolic) else text
    return NamedKey(NOT_KNOWN, why=f"{place} is {said}, which the table of the inventory does not list")


def _inherited(value: Value, place: str, subject: Subject, table: Table, keys: KeyIndex, depth: int) -> NamedKey:
    """The encryption of the resource that is taken over, when the same template declares it."""
    target = subject.template.resources.get(value.logical_id) if isinstance(value, Reference) else None
    entries = [entry for entry in table.by_type.get(target.type, ()) if entry.kind == "store"] if target else []
    if target is None or not entries or depth > len(subject.template.resources):
        return NamedKey(NOT_KNOWN, why=f"it is inherited from what {place} names")
    return _verdict(entries[0].encryption, Subject(subject.template, target), table, keys, depth + 1)


def _outcome(outcome: str, place: str = "") -> NamedKey | None:
    """What the table says, as a verdict; None for `next`."""
    return None if outcome == NEXT else _said(outcome, place)


def _said(outcome: str, place: str = "") -> NamedKey:
    if verdict_class(outcome) != NOT_KNOWN:
        return NamedKey(outcome)
    reason = outcome.partition(": ")[2]
    return NamedKey(NOT_KNOWN, why=f"{place}: {reason}" if place else reason)


def _algorithm(entry: Entry, subject: Subject, table: Table, encrypted: str) -> str:
    if encrypted in ("none", NOT_KNOWN):
        return encrypted
    if entry.algorithm_at:
        return ", ".join(_text(value) for value in subject.values(entry.algorithm_at)) or "not stated"
    if entry.algorithm:
        return table.algorithms[entry.algorithm].text
    return "not stated" if entry.kind == "store" else ""


def _retention(entry: Entry, subject: Subject) -> tuple[str, int | None]:
    for period in entry.retention:
        for value in subject.values(period.at, period.where):
            return _period(period, value), _days(period, value)
    return entry.retention_absent, None


def _periods(periods: Sequence[Period], subject: Subject) -> str:
    """All periods that are there. Of several values the shortest counts; one that is unknown makes it unknown."""
    texts = []
    for period in periods:
        values = subject.values(period.at, period.where)
        values.sort(key=lambda value: (not isinstance(value, Unresolved), _number(value) or 0, _text(value)))
        texts += [_period(period, value) for value in values[:1]]
    return ", ".join(texts)


def _period(period: Period, value: Value) -> str:
    number = _number(value)
    if number is None:
        text = _text(value)
    elif number == 0 and period.zero:
        text = period.zero
    else:
        text = f"{number} {period.unit}"
    return f"{period.label} {text}".strip()


def _days(period: Period, value: Value) -> int | None:
    number = _number(value)
    return None if number is None or (number == 0 and period.zero) else int(number * _DAYS[period.unit])


def _number(value: Value) -> int | None:
    text = text_of(value)
    return int(text) if text is not None and not isinstance(value, bool) and text.isdecimal() else None


def _details(entry: Entry, subject: Subject) -> str:
    shown = {label: ", ".join(_text(value) for value in subject.values(path)) for label, path in entry.details.items()}
    return "; ".join(f"{label}: {text}" for label, text in shown.items() if text)


def _tags(value: Value) -> str:
    if isinstance(value, Unresolved):
        return f"{NOT_KNOWN}: {value.reason}"
    pairs: dict[str, str] = {}
    if isinstance(value, Mapping):
        pairs = {name: _text(item) for name, item in value.items()}
    elif isinstance(value, list):
        pairs = {
            name: _text(tag.get("Value", MISSING))
            for tag in value
            if isinstance(tag, Mapping) and isinstance(name := tag.get("Key"), str)
        }
    return ", ".join(f"{name.removeprefix('hlz:')}={pairs[name]}" for name in SHOWN_TAGS if name in pairs)


def _text(value: Value) -> str:
    if value is MISSING or value is None:
        return ""
    if isinstance(value, Unresolved):
        return f"{NOT_KNOWN}: {value.reason}"
    return text_of(value) or named(value)
