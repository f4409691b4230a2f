"""Templates that take an entry of the table to one of its outcomes, made from the entry itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from landing_zone.assurance.inventory.keys import KeyIndex
from landing_zone.assurance.inventory.rows import Row, rows_of
from landing_zone.assurance.inventory.table import NEXT, Entry, Step, inventory_table
from landing_zone.assurance.template import Template
from tests.assurance.arrange import Json, document, resource

TABLE = inventory_table()
KEY_ARN: Json = {"Fn::GetAtt": ["Key", "Arn"]}
UNKNOWN: Json = {"Ref": "Stage"}
KEY = resource("AWS::KMS::Key", {"EnableKeyRotation": True, "RotationPeriodInDays": 90}, DeletionPolicy="Retain")


def title(entry: Entry) -> str:
    return f"{entry.type} {entry.kind}: {entry.what}"


def rows(**resources: Json) -> list[Row]:
    return rows_knowing((), (), **resources)


def rows_knowing(exports: Sequence[str], parameters: Sequence[str], /, **resources: Json) -> list[Row]:
    """The rows when these exports are our keys and these parameters are judged values."""
    template = Template.from_json(document(**resources), name="stores", judged_parameters=parameters)
    return list(rows_of(template, TABLE, KeyIndex.of([template], exports)))


def row(entry: Entry, properties: Json) -> Row:
    """The row of this entry for one resource beside a key."""
    found = rows(Key=KEY, It=resource(entry.type, properties))
    (one,) = [row for row in found if (row.kind, row.what) == (entry.kind, entry.what)]
    return one


def minimal(entry: Entry) -> Json:
    """Properties with which the entry applies: what `when` and `only` ask for, and one item of `each`."""
    properties: Json = {}
    if entry.when:
        place(properties, entry.when.at, sample(entry.when.like) if entry.when.like != "*" else {"Filled": "x"})
    if entry.only:
        place(properties, full(entry, entry.only.at), sample(entry.only.like) if entry.only.like != "*" else {})
    elif entry.each:
        place(properties, (*entry.each, "0"), {})
    return properties


def led_to(entry: Entry, step: Step) -> Json:
    """Minimal properties with which the steps before this one do not decide."""
    properties = minimal(entry)
    for before in entry.encryption[: entry.encryption.index(step)]:
        onward = [value for value, outcome in before.values.items() if outcome == NEXT]
        if before.absent != NEXT and onward:
            place(properties, full(entry, before.at), sample(onward[0]))
    return properties


def outcomes(entry: Entry) -> Iterator[tuple[Step, str, str]]:
    """Each step, value and outcome that decides; a value "" means that the property is absent."""
    for step in entry.encryption:
        for value, outcome in step.values.items():
            if outcome != NEXT:
                yield step, value, outcome
        if step.at and step.absent != NEXT:
            yield step, "", step.absent
        if step.then:
            yield step, "", step.then


def full(entry: Entry, path: Sequence[str]) -> tuple[str, ...]:
    """A path of the entry from the resource's properties on."""
    if path[:1] == ("/",):
        return tuple(path[1:])
    return (*entry.each, "0", *path) if entry.each else tuple(path)


def sample(pattern: str) -> Any:
    """A value that matches a pattern of the table."""
    return {"true": True, "false": False}.get(pattern, pattern.replace("*", "x"))


def place(properties: Json, path: Sequence[str], value: Any) -> None:
    """Put a value at a path; lists are made where the path has a number."""
    here: Any = properties
    for part, following in zip(path, (*path[1:], None), strict=True):
        fresh: Any = value if following is None else [] if following.isdecimal() else {}
        if isinstance(here, list):
            if not here:
                here.append(fresh)
            elif following is None:
                here[0] = value
            here = here[0]
        else:
            if following is None or not isinstance(here.get(part), (dict, list)):
                here[part] = fresh
            here = here[part]
