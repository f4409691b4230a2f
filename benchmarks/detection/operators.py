"""The operators, `operators/*.yaml`: which control, which resource, what is done to it, and the same done right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from benchmarks.detection.mutation import Edit, NotApplicable, edited, target_in

FOLDER = Path(__file__).parent
TEMPLATES = tuple(sorted((FOLDER / "templates").glob("*.yaml")))


class Group(BaseModel):
    """Defects of one expectation on one type, which share the twin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    control: str
    target: str
    where: Mapping[str, Any] = Field(default_factory=dict)
    twin: Edit
    defects: Mapping[str, tuple[str, Edit]]


@dataclass(frozen=True)
class Operator:
    """One way to break a control's expectation. `family` is the file it stands in."""

    id: str
    control: str
    family: str
    does: str
    group: Group
    defect: Edit


@dataclass(frozen=True)
class Mutant:
    """A good template with one operator applied, and its twin."""

    operator: Operator
    template: str
    target: str
    defect: Mapping[str, Any]
    twin: Mapping[str, Any]


@cache
def operators() -> tuple[Operator, ...]:
    """Every operator, in the order of files and rows."""
    return tuple(_read())


def _read() -> Iterator[Operator]:
    for file in sorted((FOLDER / "operators").glob("*.yaml")):
        for row in yaml.safe_load(file.read_text(encoding="utf-8")):
            group = Group.model_validate(row)
            for id_, (does, defect) in group.defects.items():
                yield Operator(id_, group.control, file.stem, does, group, defect)


@cache
def good_templates() -> Mapping[str, Mapping[str, Any]]:
    """The good templates by name, as plain values."""
    return {file.stem: yaml.load(file.read_bytes(), _ShortForms) for file in TEMPLATES}


class _ShortForms(yaml.CSafeLoader):
    """YAML with CloudFormation's short forms; `read_template` takes a second for each of these files."""

    def function(self, name: str, node: yaml.Node) -> dict[str, Any]:
        """`!Name argument` in its long form."""
        if isinstance(node, yaml.ScalarNode):
            argument: Any = self.construct_scalar(node)
        elif isinstance(node, yaml.SequenceNode):
            argument = self.construct_sequence(node, deep=True)
        else:
            assert isinstance(node, yaml.MappingNode)
            argument = self.construct_mapping(node, deep=True)
        if name == "GetAtt" and isinstance(argument, str):
            argument = argument.split(".", 1)
        return {name if name in ("Ref", "Condition") else f"Fn::{name}": argument}


_ShortForms.add_multi_constructor("!", _ShortForms.function)


def mutants(operator: Operator) -> Iterator[Mutant]:
    """The operator applied to each template that has its target."""
    for name, document in good_templates().items():
        target = target_in(document, operator.group.target, operator.group.where)
        if target is None:
            continue
        try:
            defect = edited(document, target, operator.defect)
            twin = edited(document, target, operator.group.twin)
        except NotApplicable:
            continue
        yield Mutant(operator, name, target, defect, twin)
