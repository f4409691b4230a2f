"""CloudFormation's YAML with the place of each key and item: YAML 1.1, short-form functions, aliases within limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from landing_zone.fault import Fault, InputError, excerpt, nearest

MAX_DEPTH = 100
MAX_VALUES = 250_000
"""Aliases counted; a template of 1 MB, the most that CloudFormation takes, has a tenth of that."""

TEXT_OF_A_VALUE = 64
"""Characters of a text that count as a value of their own; more than any file that is read has on average."""

Places = dict[str, tuple[int, int]]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_IMPLICIT = yaml.SafeLoader.yaml_implicit_resolvers
_STANDARD = "tag:yaml.org,2002:"
_CONSTRUCT = yaml.constructor.SafeConstructor()
_CONSTRUCTED = {
    f"{_STANDARD}{name}": getattr(_CONSTRUCT, f"construct_yaml_{name}") for name in ("bool", "int", "float", "null")
}
_PLAIN_TAGS = frozenset({f"{_STANDARD}{name}" for name in ("str", "seq", "map", "timestamp", "value")})
FUNCTIONS = {
    "Ref": "Ref",
    "Condition": "Condition",
    **{name: f"Fn::{name}" for name in ("And", "Equals", "If", "Not", "Or")},
    **{name: f"Fn::{name}" for name in ("Base64", "Cidr", "FindInMap", "GetAtt", "GetAZs", "GetStackOutput")},
    **{name: f"Fn::{name}" for name in ("ImportValue", "Join", "Length", "Select", "Split", "Sub", "ToJsonString")},
    **{name: f"Fn::{name}" for name in ("Contains", "EachMemberEquals", "EachMemberIn", "RefAll", "Transform")},
    **{name: f"Fn::{name}" for name in ("ValueOf", "ValueOfAll")},
}
"""Short forms (after the `!`), and what each stands for.

Source: the intrinsic and rule-specific function references of the CloudFormation user guide; cfn-lint's lists.
"""


def parse_yaml(text: str, file: str) -> tuple[Any, Places]:
    """The value, and line and column by path (`Resources/Key/Properties/Tags/0`).

    Timestamps stay text, keys are the text they are written as. Raises InputError: no YAML, unknown tags, keys given
    twice, deeper than MAX_DEPTH levels, more than MAX_VALUES values with aliases counted, a value inside of itself.
    """
    composer = _Composer(text, file)
    try:
        value = composer.document(iter(yaml.parse(text, Loader=_LOADER)))
    except yaml.MarkedYAMLError as error:
        composer.faults.append(_syntax(error, file))
    except yaml.reader.ReaderError as error:
        at = text[: error.position] if isinstance(error.position, int) else ""
        line, column = at.count("\n") + 1, len(at) - at.rfind("\n")
        message = f"is no YAML: character U+{_code(error.character):04X} is not allowed"
        composer.faults.append(Fault(file, line, column, "", message, "remove it"))
    except yaml.YAMLError as error:
        composer.faults.append(Fault(file, 1, 1, "", f"is no YAML: {error}"))
    except _Refused:
        pass
    if composer.faults:
        raise InputError(composer.faults)
    return value, composer.places


class _Refused(Exception):
    pass


class _Composer:
    """Builds plain values from parser events, so that limits hold before memory is spent."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.places: Places = {}
        self.faults: list[Fault] = []
        self._count = 0
        self._anchors: dict[str, tuple[Any, int]] = {}

    def document(self, events: Iterator[Any]) -> Any:
        """The value of the only document; None where the text is empty."""
        value: Any = None
        seen = False
        for event in events:
            if type(event) is yaml.DocumentStartEvent:
                if seen:
                    self._stop(event, "", "holds a second document; a template is one")
                seen = True
                value = self._value(next(events), events, "", 0)
        return value

    def _value(self, event: Any, events: Iterator[Any], path: str, depth: int) -> Any:
        self._count += 1
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event, path)
        before = self._count
        if depth > MAX_DEPTH:
            self._stop(event, path, f"is nested deeper than {MAX_DEPTH} levels")
        if self._count > MAX_VALUES:
            self._stop(event, path, f"holds more than {MAX_VALUES:,} values (aliases counted); that is refused")
        anchor, tag = event.anchor, event.tag
        if kind is yaml.ScalarEvent:
            self._count += len(event.value) // TEXT_OF_A_VALUE
            value = event.value if tag and tag[0] == "!" else self._scalar(event, path)
        elif kind is yaml.SequenceStartEvent:
            value = self._sequence(events, path, depth + 1)
        else:
            value = self._mapping(events, path, depth + 1)
        if tag and tag != "!":
            value = self._tagged(tag, value, event, path)
        if anchor:
            self._anchors[anchor] = (value, self._count - before + 1)
        return value

    def _sequence(self, events: Iterator[Any], path: str, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if type(event) is yaml.SequenceEndEvent:
                break
            below = f"{path}/{len(items)}" if path else str(len(items))
            self.places[below] = _place(event)
            items.append(self._value(event, events, below, depth))
        return items

    def _mapping(self, events: Iterator[Any], path: str, depth: int) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        merged: list[Any] = []
        for event in events:
            kind = type(event)
            if kind is yaml.MappingEndEvent:
                break
            if kind is not yaml.ScalarEvent:
                self._stop(event, path, "a key must be plain text")
            key = str(event.value)
            below = f"{path}/{key}" if path else key
            if key == "<<" and not event.style:
                merged.append(self._value(next(events), events, below, depth))
                continue
            if key in entries:
                message = f"key {excerpt(key)} is given twice; first on line {self.places[below][0]}"
                self._fault(event, below, message)
            self.places.setdefault(below, _place(event))
            if event.anchor:
                self._anchors[event.anchor] = (key, 1)
            entries[key] = self._value(next(events), events, below, depth)
        for source in merged:
            for one in source if isinstance(source, list) else [source]:
                if isinstance(one, dict):
                    entries = {**one, **entries}
        return entries

    def _alias(self, event: Any, path: str) -> Any:
        if event.anchor not in self._anchors:
            self._stop(event, path, f"alias {excerpt(event.anchor)} refers to itself or to nothing above it")
        value, size = self._anchors[event.anchor]
        self._count += size
        if self._count > MAX_VALUES:
            self._stop(event, path, f"holds more than {MAX_VALUES:,} values (aliases counted); that is refused")
        return value

    def _scalar(self, event: Any, path: str) -> Any:
        text: str = event.value
        tag = event.tag
        if tag is None:
            if event.style:
                return text
            tag = next((name for name, pattern in _IMPLICIT.get(text[:1], ()) if pattern.match(text)), "")
        construct = _CONSTRUCTED.get(tag)
        if construct is None:
            return text
        try:
            return construct(yaml.ScalarNode(tag, text))
        except (ValueError, KeyError):
            if event.tag:
                self._fault(event, path, f"{excerpt(text)} is no {tag.removeprefix(_STANDARD)}")
            return text  # such as a number of more digits than a number has

    def _tagged(self, tag: str, value: Any, event: Any, path: str) -> Any:
        if not tag.startswith("!"):
            if tag not in _CONSTRUCTED and tag not in _PLAIN_TAGS:
                shown = excerpt(tag.replace(_STANDARD, "!!"))
                self._fault(event, path, f"tag {shown} is not allowed; plain values and CloudFormation's functions are")
            return value
        function = FUNCTIONS.get(tag[1:])
        if function is None:
            hint = nearest(tag[1:], FUNCTIONS).replace("'", "'!", 1)
            self._fault(event, path, f"function {excerpt(tag)} is not one of CloudFormation's", hint)
            return value
        if function == "Fn::GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {function: value}

    def _fault(self, event: Any, path: str, message: str, hint: str = "") -> None:
        self.faults.append(Fault(self.file, *_place(event), path.replace("/", "."), message, hint))

    def _stop(self, event: Any, path: str, message: str) -> NoReturn:
        self._fault(event, path[:200], message)
        raise _Refused


def _place(event: Any) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _code(character: Any) -> int:
    return character if isinstance(character, int) else ord(str(character)[:1] or "\0")


def _syntax(error: yaml.MarkedYAMLError, file: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    message = f"is no template: it is no YAML: {error.problem}" + (f" {error.context}" if error.context else "")
    if error.context_mark and error.context_mark.line + 1 < place[0]:
        message += f" that begins on line {error.context_mark.line + 1}"
    return Fault(file, *place, "", message)
