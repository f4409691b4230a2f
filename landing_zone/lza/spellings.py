"""Older spellings as the newest, and keys that no version has, after `policies/lza/spellings.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.lza.entry import Entry
from landing_zone.lza.gaps import NotUnderstood
from landing_zone.policy_data import policy_data

_TABLE = "lza/spellings"
_EACH = "[]"
_ITEM = {"list": "mapping", "texts": "text"}
_NAMES = {"list": "list of mappings", "texts": "list of texts", "flag": "truth value, true or false"}


def unknown_keys(name: str, file: Entry) -> Iterator[NotUnderstood]:
    """The top-level keys of a file, by its short name, that LZA does not have."""
    known: dict[str, str] = policy_data(_TABLE)["top_level"][name]
    older = [row["was"].partition(".")[0] for row in policy_data(_TABLE)["renamed"] if row["file"] == name]
    for key, entry in file.items():
        if key not in known and key not in older:
            hint = nearest(key, known)
            message = f"setting {excerpt(key)} is not one of Landing Zone Accelerator's and is not assessed"
            yield NotUnderstood(entry.file, entry.line, f"{message} ({hint})" if hint else message)


def kind_faults(name: str, file: Entry) -> Iterator[Fault]:
    """A fault for each value at the top of a file, by its short name, that is not of the kind LZA has there."""
    for key, kind in policy_data(_TABLE)["top_level"][name].items():
        entry = file.get(key)
        if entry is None or entry.unresolved or _is(entry, kind):
            continue
        wrong = [item for item in entry.each() if not _is(item, _ITEM[kind])] if kind in _ITEM else []
        if wrong and isinstance(entry.value, list):
            yield from (item.fault(f"must be a {_ITEM[kind]}") for item in wrong if not item.unresolved)
        else:
            yield entry.fault(f"must be a {_NAMES.get(kind, kind)}")


def _is(entry: Entry, kind: str) -> bool:
    if kind in _ITEM:
        return isinstance(entry.value, list) and all(_is(item, _ITEM[kind]) for item in entry.value)
    if kind == "mapping":
        return isinstance(entry.value, dict)
    if kind == "flag":
        return entry.text.lower() in ("true", "false")
    return entry.number is not None if kind == "number" else entry.text != ""


def normalised(name: str, file: Entry) -> Entry:
    """A file with older spellings as the newest ones; values keep the place and path they are written at."""
    for row in policy_data(_TABLE)["renamed"]:
        if row["file"] == name:
            steps = [step for step in row["at"].replace(_EACH, f".{_EACH}").split(".") if step]
            file = _renamed(file, steps, row["was"].split("."), row["now"].split("."))
    return file


def _renamed(entry: Entry, at: Sequence[str], was: Sequence[str], now: Sequence[str]) -> Entry:
    if at and at[0] == _EACH and isinstance(entry.value, list):
        return replace(entry, value=[_renamed(item, at[1:], was, now) for item in entry.value])
    if not isinstance(entry.value, dict):
        return entry
    if at:
        below = entry.value.get(at[0])
        if below is None:
            return entry
        return replace(entry, value={**entry.value, at[0]: _renamed(below, at[1:], was, now)})
    moved = entry.get(*was)
    if moved is None:
        return entry
    left = _without(entry, was)
    return left if entry.get(*now) else _with(left, now, moved)


def _without(entry: Entry, steps: Sequence[str]) -> Entry:
    assert isinstance(entry.value, dict)
    kept = {key: child for key, child in entry.value.items() if key != steps[0]}
    if len(steps) > 1 and len(entry.value[steps[0]].items()) > 1:
        kept[steps[0]] = _without(entry.value[steps[0]], steps[1:])
    return replace(entry, value=kept)


def _with(entry: Entry, steps: Sequence[str], value: Entry) -> Entry:
    if not steps:
        return value
    held = dict(entry.items())
    below = held.get(steps[0]) or replace(value, value={})
    held[steps[0]] = _with(below, steps[1:], value)
    return replace(entry, value=held)
