"""A CloudFormation template from a file: JSON or YAML, short-form functions expanded, with the place of each key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landing_zone.assurance.template_json import parse_json
from landing_zone.assurance.template_yaml import parse_yaml
from landing_zone.assurance.values import named
from landing_zone.fault import Fault, InputError, nearest
from landing_zone.manifest.source_text import read_text

SECTIONS = (
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
)


@dataclass(frozen=True)
class TemplateFile:
    """The template as plain values; line and column of each key or item by its path (`Resources/Key/Properties`)."""

    document: Mapping[str, Any]
    lines: Mapping[str, int]
    columns: Mapping[str, int] = field(default_factory=dict)


def read_template(file: Path) -> TemplateFile:
    """Read a template. Raises InputError: unreadable, too large, too deep, hostile, malformed, no template."""
    return parse_template(read_text(file), str(file))


def parse_template(text: str, file: str) -> TemplateFile:
    """The template in a text. Raises InputError as `read_template` does."""
    value, places = _parsed(text, file)
    if not isinstance(value, dict):
        raise InputError([Fault(file, 1, 1, "", f"is no CloudFormation template: it is {named(value)}, no map")])
    resources = value.get("Resources")
    if not isinstance(resources, dict):
        place = places.get("Resources", (1, 1))
        if "Resources" in value:
            raise InputError([Fault(file, *place, "Resources", f"is {named(resources)} where a map is meant")])
        near = next((key for key in value if key not in SECTIONS and nearest(key, ["Resources"])), "")
        hint = f"'{near}' is written where 'Resources' is meant?" if near else ""
        message = "is no CloudFormation template: it has no Resources"
        raise InputError([Fault(file, *places.get(near, (1, 1)), "", message, hint)])
    lines = {path: line for path, (line, _) in places.items()}
    return TemplateFile(value, lines, {path: column for path, (_, column) in places.items()})


def _parsed(text: str, file: str) -> tuple[Any, Mapping[str, tuple[int, int]]]:
    """JSON where it is JSON, else YAML, of which JSON-like maps with comments are a part."""
    if text.lstrip()[:1] not in ("{", "["):
        return parse_yaml(text, file)
    try:
        return parse_json(text, file)
    except InputError as not_json:
        if file.lower().endswith(".json") or "nested" in str(not_json) or "twice" in str(not_json):
            raise
        try:
            return parse_yaml(text, file)
        except InputError:
            raise not_json from None
