"""A variant's template with its value parameters replaced by literals, prepared once and rendered per deployment."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from landing_zone.assembly.json_text import sectioned

_MARK = "\ue000{}\ue001"  # private-use characters: no template text holds them (checked in `prepare`)
_MARKS = re.compile("\ue000([!#]?[A-Za-z0-9]+)\ue001")
_PLAIN_MARKS = re.compile("\ue000([A-Za-z0-9]+)\ue001")
_SUB = re.compile(r"\$\{(!?)([^}]*)\}")


class RenderError(Exception):
    """The template cannot be rendered with the planned values: a bug of a stack or its role."""


@dataclass(frozen=True)
class Rendering:
    """Template text split at the places where values stand: literal, name, literal, name, ..., literal.

    `!name` stands inside an `Fn::Sub` that remains: there `${` in a value would be a reference, and is escaped.
    `#name` is the name of the template parameter that reads the shared parameter whose ARN the value is.
    """

    parts: tuple[str, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """The values that the template uses."""
        return frozenset(part.lstrip("!#") for part in self.parts[1::2])

    def added(self, values: Mapping[str, str]) -> int:
        """Characters that the values bring, at most, compared with the template that refers to them."""
        return sum(2 * len(values[name.lstrip("!#")]) for name in self.parts[1::2])

    def render(self, values: Mapping[str, str]) -> bytes:
        """The template of one deployment, UTF-8; values are escaped for JSON. Raises RenderError: one is missing."""
        if missing := ", ".join(sorted(self.names - values.keys())):
            raise RenderError(f"values are missing: {missing}")
        escaped = {name: json.dumps(text, ensure_ascii=False)[1:-1] for name, text in values.items()}
        escaped |= {f"!{name}": text.replace("${", "${!") for name, text in escaped.items()}
        escaped |= {f"#{name}": reading_parameter(name, text) for name, text in values.items()}
        return "".join(escaped[part] if position % 2 else part for position, part in enumerate(self.parts)).encode()


def reading_parameter(name: str, arn: str) -> str:
    """The template parameter that reads a shared parameter. An update keeps the default of a parameter that it finds
    again, so another ARN needs another name."""
    return f"{name}{hashlib.sha256(arn.encode()).hexdigest()[:8]}"


def prepare(template: Mapping[str, Any], names: Collection[str], shared: Collection[str] = ()) -> Rendering:
    """Replace every reference to the parameters `names` by a mark, drop their declarations, split the text.

    shared: those of them that are ARNs of shared Systems Manager parameters: their declarations stay, and read them.

    Raises RenderError: a parameter is not declared, declared and not planned, or not of type String.
    """
    declared = {
        name: definition
        for name, definition in template.get("Parameters", {}).items()
        if not str(definition.get("Type", "")).startswith("AWS::SSM::Parameter::Value")
    }
    if declared.keys() != set(names):
        wrong = ", ".join(sorted(declared.keys() ^ set(names)))
        raise RenderError(f"planned values and template parameters differ: {wrong}")
    if wrong := ", ".join(sorted(name for name, definition in declared.items() if definition.get("Type") != "String")):
        raise RenderError(f"value parameters must be of type String: {wrong}")
    if "\ue000" in json.dumps(template, ensure_ascii=False):
        raise RenderError("the template holds the private-use character U+E000")
    body = dict(template)
    parameters = {name: entry for name, entry in template.get("Parameters", {}).items() if name not in declared}
    body.pop("Parameters", None)
    marks: dict[str, Any] = {name: _MARK.format(name) for name in names}
    marks |= {name: {"Ref": _MARK.format(f"#{name}")} for name in shared}
    replaced: dict[str, Any] = _replace(body, marks)
    parameters |= {
        _MARK.format(f"#{name}"): {"Type": "AWS::SSM::Parameter::Value<String>", "Default": _MARK.format(name)}
        for name in sorted(shared)
    }
    if parameters:
        replaced["Parameters"] = parameters
    return Rendering(tuple(_MARKS.split(sectioned(replaced))))


def _replace(part: Any, marks: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_replace(entry, marks) for entry in part]
    if not isinstance(part, dict):
        return part
    if len(part) == 1:
        (function, argument), *_ = part.items()
        if function == "Ref" and argument in marks:
            return marks[argument]
        if function == "Fn::Sub":
            return _substitute(argument, marks)
        if function == "Fn::Join":
            return _join(argument, marks)
    return {key: _replace(entry, marks) for key, entry in part.items()}


def _substitute(argument: Any, marks: Mapping[str, Any]) -> Any:
    """`Fn::Sub` with values filled in; the map form shadows names, `${!x}` stays an escape."""
    text, variables = (argument, {}) if isinstance(argument, str) else (argument[0], _replace(argument[1], marks))

    def fill(mark: str) -> str:
        def filled(match: re.Match[str]) -> str:
            escape, name = match.groups()
            if escape or name not in marks or name in variables:
                return match.group()
            if isinstance(marks[name], str):
                return _MARK.format(mark + name)
            return f"${{{marks[name]['Ref']}}}"

        return _SUB.sub(filled, text)

    literal = fill("")
    if all(match.group(1) for match in _SUB.finditer(literal)) and not variables:
        return _SUB.sub(r"${\2}", literal)
    return {"Fn::Sub": [fill("!"), variables] if variables else fill("!")}


def _join(argument: Any, marks: Mapping[str, Any]) -> Any:
    """`Fn::Join` with neighbouring literals merged: a literal if nothing else is left, `Fn::Sub` where one can be."""
    if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list)):
        return {"Fn::Join": _replace(argument, marks)}
    delimiter, entries = argument[0], [_replace(entry, marks) for entry in argument[1]]
    merged: list[Any] = []
    for entry in entries:
        if merged and isinstance(entry, str) and isinstance(merged[-1], str):
            merged[-1] += delimiter + entry
        else:
            merged.append(entry)
    if len(merged) == 1 and isinstance(merged[0], str):
        return merged[0]
    if merged and delimiter == "" and (text := _as_substitution(merged)) is not None:
        return {"Fn::Sub": text}
    return {"Fn::Join": [delimiter, merged]}


def _as_substitution(entries: Sequence[Any]) -> str | None:
    """The text of an `Fn::Sub` for joined literals, `Ref` and `Fn::GetAtt`: half as long, and many templates fit."""
    text = ""
    for entry in entries:
        if isinstance(entry, str):
            text += _PLAIN_MARKS.sub(_MARK.format(r"!\1"), entry.replace("${", "${!"))
        elif isinstance(entry, dict) and isinstance(name := entry.get("Ref"), str):
            text += f"${{{name}}}"
        elif isinstance(entry, dict) and isinstance(path := entry.get("Fn::GetAtt"), list):
            if not all(isinstance(part, str) for part in path):
                return None
            text += f"${{{'.'.join(path)}}}"
        else:
            return None
    return text
