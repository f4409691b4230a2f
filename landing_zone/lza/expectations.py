"""What a setting of an LZA configuration must be, written as data: `policies/lza/expectations/*.yaml`.

A row looks at places of one file (`at`), asks its question with a `Predicate` of the rules over templates, and says in
one sentence what was found. What is not known is never a gap and never good: it is listed as not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from landing_zone.assurance.controls import controls
from landing_zone.assurance.predicates import Judged, Predicate
from landing_zone.assurance.values import MISSING, Symbolic, Unresolved, Value
from landing_zone.fault import excerpt
from landing_zone.lza.entry import Entry
from landing_zone.lza.gaps import GapSeverity
from landing_zone.policy_data import policy_data, policy_files

if TYPE_CHECKING:
    from landing_zone.lza.configuration import Configuration

FOLDER = "lza/expectations"
_NAMES = ("name", "alarmName", "logGroupName", "username", "filterName", "account")


class Expectation(BaseModel):
    """One row.

    file: the short name of the file, e.g. `global`. at: dotted path of the judged place; `key[]` is each item of a
    list, `*` each value of a mapping, `key@` the content of the JSON file that the value names; empty for the whole
    file. A place without items is not judged; one that is not written is judged as nothing.
    given: what other files (or this one) must say for the row to apply; when: what the place must say.
    As `gap` a place that is not as expected is one, as `fact` it is told and weighs nothing, as `not_understood` nobody
    can say from the files. found: the sentence; `{value}` is what stands there, `{name}` the name of the judged thing.
    control: whose citations the row has, unless it names a part of them itself. source: where the keys are documented.
    good, bad, silent: whole files by short name (or JSON by path) in which the row holds, does not, and is not asked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(pattern=r"^LZA-[A-Z]{3}-\d{3}$")
    control: str = ""
    cited: tuple[str, ...] = ()
    file: str
    at: str = ""
    severity: GapSeverity = "error"
    said_as: Literal["gap", "fact", "not_understood"] = Field(default="gap", alias="as")
    given: Mapping[str, Predicate] = Field(default_factory=dict)
    when: tuple[Predicate, ...] = ()
    expect: Predicate
    found: str
    why: str
    fix: str
    source: str
    good: tuple[Mapping[str, Any], ...] = Field(min_length=1)
    bad: tuple[Mapping[str, Any], ...] = Field(min_length=1)
    silent: tuple[Mapping[str, Any], ...] = ()

    @property
    def citations(self) -> tuple[str, ...]:
        """The sections of 45 CFR that the row bears on; none for a fact without a control."""
        return self.cited or (controls()[self.control].cfr if self.control else ())


@dataclass(frozen=True)
class Place:
    """A place that a row judges: `value` is what stands there, `entry` the nearest thing that is written."""

    entry: Entry
    value: Value
    written: Entry | None

    def nearest(self, path: str) -> Entry:
        """The deepest entry on a dotted path below the place."""
        found = self.written or self.entry
        for step in path.split(".") if path and self.written else ():
            below = _below(found, step)
            if below is None:
                break
            found = below
        return found


@dataclass(frozen=True)
class Verdict:
    """What a row found at a place: not as expected, or not to be decided (`open` says why)."""

    row: Expectation
    entry: Entry
    sentence: str
    open: str = ""


@cache
def expectations() -> tuple[Expectation, ...]:
    """Every row, by id. A fault in one, or an id given twice, is a bug of the project and raises ValueError."""
    rows = [Expectation.model_validate(row) for name in policy_files(FOLDER) for row in policy_data(name) or ()]
    if len({row.id for row in rows}) < len(rows):
        raise ValueError("an id is given twice in policies/lza/expectations")
    return tuple(sorted(rows, key=lambda row: row.id))


def value_of(entry: Entry | None) -> Value:
    """An entry as predicates read it: null is nothing, a text with a part that is not known is not known."""
    if entry is None or entry.value is None:
        return MISSING
    if isinstance(entry.value, dict):
        return {key: value_of(item) for key, item in entry.value.items()}
    if isinstance(entry.value, list):
        return [value_of(item) for item in entry.value]
    if isinstance(entry.value, str) and entry.unresolved:
        whole = re.fullmatch(r"\s*(\{\{[^{}]*\}\}|\$\{[^{}]*\})\s*", entry.value)
        return Unresolved(f"{excerpt(entry.value)} has no value here") if whole else Symbolic(entry.value)
    return entry.value


def judge(row: Expectation, configuration: Configuration) -> Iterator[Verdict]:
    """What the row finds in a configuration; nothing where its file is not there or could not be read."""
    if row.file not in configuration.files:
        return
    root = configuration.files[row.file]
    for file, condition in row.given.items():
        known = file in configuration.files
        truth = condition.judge(value_of(configuration.file(file))).truth if known else Unresolved("it was not read")
        if isinstance(truth, Unresolved):
            yield Verdict(row, root, "", f"{row.id} could not be judged: {file}-config.yaml: {truth.reason}")
        if truth is not True:
            return
    for place in places(configuration, root, row.at):
        verdict = _judged(row, place)
        if verdict:
            yield verdict


def _judged(row: Expectation, place: Place) -> Verdict | None:
    for condition in row.when:
        judged = condition.judge(place.value)
        if isinstance(judged.truth, Unresolved):
            return _open(row, place, judged, judged.truth)
        if not judged.truth:
            return None
    judged = row.expect.judge(place.value)
    if isinstance(judged.truth, Unresolved):
        return _open(row, place, judged, judged.truth)
    if judged.truth:
        return None
    return Verdict(row, place.nearest(judged.path), _sentence(row, place, judged))


def _open(row: Expectation, place: Place, judged: Judged, reason: Unresolved) -> Verdict:
    return Verdict(row, place.nearest(judged.path), "", f"{row.id} could not be judged: {reason.reason}")


def _sentence(row: Expectation, place: Place, judged: Judged) -> str:
    value = judged.value
    text = str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int | float | str) else ""
    named = next((found.text for key in _NAMES if (found := place.entry.get(key)) and found.text), "")
    name = excerpt(named or place.entry.text or place.entry.path.rpartition(".")[2])
    return row.found.replace("{value}", excerpt(text)[1:-1] or "not set").replace("{name}", name)


def places(configuration: Configuration, root: Entry, at: str) -> Iterator[Place]:
    """The places of a file that a path leads to (`Expectation.at`)."""
    yield from _places(configuration, root, [step for step in at.split(".") if step])


def _places(configuration: Configuration, entry: Entry, steps: list[str]) -> Iterator[Place]:
    if not steps:
        yield Place(entry, value_of(entry), entry)
        return
    if isinstance(value := value_of(entry), Unresolved):
        yield Place(entry, value, entry)
        return
    step, rest = steps[0], steps[1:]
    if step == "*":
        for _, item in entry.items():
            yield from _places(configuration, item, rest)
        return
    found = entry.get(step.rstrip("[]@"))
    if step.endswith("[]"):
        for item in found.each() if found else ():
            yield from _places(configuration, item, rest)
    elif step.endswith("@"):
        document = configuration.policy(found) if found else None
        if document:
            yield from _places(configuration, document.root, rest)
    elif found:
        yield from _places(configuration, found, rest)
    elif not any(step.endswith(("[]", "@")) or step == "*" for step in rest):
        yield Place(entry, MISSING, None)


def _below(entry: Entry, step: str) -> Entry | None:
    if isinstance(entry.value, dict):
        return entry.value.get(step)
    if isinstance(entry.value, list) and step.isdecimal() and int(step) < len(entry.value):
        return entry.value[int(step)]
    return None
