"""Resolve CloudFormation's intrinsic functions as far as a template alone decides them.

Never raises on a malformed template: what cannot be decided becomes `Unresolved` with a reason.
Source: AWS CloudFormation user guide, "Intrinsic function reference".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from landing_zone.assurance.values import (
    MISSING,
    Imported,
    Reference,
    Symbolic,
    Unresolved,
    Value,
    Zones,
    named,
    text_of,
)

_DEPTH = 100
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_PSEUDO = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)
_DYNAMIC = "{{resolve:"


class Resolver:
    """Resolves values of one template.

    `given` holds what is known beforehand: values of parameters, of pseudo parameters (`{"AWS::Region": "us-east-1"}`)
    and of other stacks' exports (`{"import:NAME": ...}`).
    A parameter's Default counts only if the caller puts it there.
    """

    def __init__(self, document: Mapping[str, Any], resources: Collection[str], given: Mapping[str, Value]) -> None:
        self._parameters = _section(document, "Parameters")
        self._mappings = _section(document, "Mappings")
        self._conditions = _section(document, "Conditions")
        self._resources = resources
        self._given = given
        self._decided: dict[str, bool | Unresolved] = {}
        self._deciding: list[str] = []
        self._functions: dict[str, Callable[[Any, int], Value]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::GetAZs": self._get_azs,
            "Fn::ImportValue": self._import_value,
        }

    def resolve(self, raw: Any, depth: int = 0) -> Value:
        """The value behind `raw`; maps and lists are resolved inside."""
        if depth > _DEPTH:
            return Unresolved("the value is nested too deeply")
        if isinstance(raw, str):
            return Unresolved("it is a dynamic reference") if _DYNAMIC in raw else raw
        if isinstance(raw, Mapping):
            return self._map(raw, depth)
        if isinstance(raw, list):
            resolved = [self.resolve(item, depth + 1) for item in raw]
            return [item for item in resolved if item is not MISSING]
        if raw is None or isinstance(raw, (bool, int, float)):
            return raw
        return Unresolved(f"a value of type {type(raw).__name__} is no JSON")

    def condition(self, name: object) -> bool | Unresolved:
        """Whether the named condition holds."""
        if not isinstance(name, str):
            return Unresolved("a condition's name is not a text")
        if name in self._decided:
            return self._decided[name]
        if name not in self._conditions:
            return Unresolved(f"condition {name} is not declared")
        if name in self._deciding:
            return Unresolved(f"conditions refer to each other: {' -> '.join([*self._deciding, name])}")
        if len(self._deciding) > _DEPTH:
            return Unresolved("conditions are nested too deeply")
        self._deciding.append(name)
        try:
            verdict = self._holds(self._conditions[name], 0)
        except RecursionError:
            verdict = Unresolved(f"condition {name} is nested too deeply")
        finally:
            self._deciding.pop()
        self._decided[name] = verdict
        return verdict

    def _map(self, raw: Mapping[Any, Any], depth: int) -> Value:
        intrinsics = [key for key in raw if isinstance(key, str) and (key == "Ref" or key.startswith("Fn::"))]
        if not intrinsics:
            entries = ((str(key), self.resolve(item, depth + 1)) for key, item in raw.items())
            return {key: item for key, item in entries if item is not MISSING}
        if len(raw) != 1:
            return Unresolved(f"{intrinsics[0]} stands beside other keys")
        name = intrinsics[0]
        function = self._functions.get(name)
        if function is None:
            return Unresolved(f"{name} is decided at deployment")
        return function(raw[name], depth + 1)

    def _named_value(self, name: str) -> Value:
        if name in self._given:
            return self._given[name]
        if name == "AWS::NoValue":
            return MISSING
        if name in _PSEUDO:
            return Symbolic("${" + name + "}")
        if name in self._parameters:
            return Unresolved(f"it depends on the parameter {name}")
        if name in self._resources:
            return Reference(name)
        return Unresolved(f"{name} is not declared in the template")

    def _ref(self, argument: Any, depth: int) -> Value:
        return self._named_value(argument) if isinstance(argument, str) else Unresolved("Ref names no text")

    def _get_att(self, argument: Any, depth: int) -> Value:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if not isinstance(parts, list) or len(parts) < 2 or not isinstance(parts[0], str):
            return Unresolved("Fn::GetAtt names no resource and attribute")
        attributes = [self.resolve(part, depth + 1) for part in parts[1:]]
        if not all(isinstance(attribute, str) for attribute in attributes):
            return Unresolved("the attribute of Fn::GetAtt is not known")
        return self._attribute(parts[0], ".".join(str(attribute) for attribute in attributes))

    def _attribute(self, logical_id: str, attribute: str) -> Value:
        if logical_id not in self._resources:
            return Unresolved(f"{logical_id} is not declared in the template")
        return Reference(logical_id, attribute)

    def _import_value(self, argument: Any, depth: int) -> Value:
        name = self.resolve(argument, depth + 1)
        unknown = Imported(f"Fn::ImportValue of {name if isinstance(name, str) else named(name)} is decided elsewhere")
        return self._given.get(f"import:{name}", unknown) if isinstance(name, str) else unknown

    def _sub(self, argument: Any, depth: int) -> Value:
        text, variables = (argument, {}) if isinstance(argument, str) else _pair(argument)
        if not isinstance(text, str) or not isinstance(variables, Mapping):
            return Unresolved("Fn::Sub has no text")
        parts: list[Value] = []
        end = 0
        for match in _PLACEHOLDER.finditer(text, 0, text.rfind("}") + 1):  # no search for a brace that never comes
            parts.append(text[end : match.start()])
            end = match.end()
            name = match.group(1)
            if name.startswith("!"):
                parts.append("${" + name[1:] + "}")
            elif name in variables:
                parts.append(self.resolve(variables[name], depth + 1))
            elif "." in name:
                parts.append(self._attribute(*name.split(".", 1)))
            else:
                parts.append(self._named_value(name))
        parts.append(text[end:])
        return _joined("", parts, "Fn::Sub")

    def _join(self, argument: Any, depth: int) -> Value:
        delimiter, items = _pair(argument)
        resolved = self.resolve(items, depth + 1)
        if isinstance(resolved, Unresolved):
            return resolved
        if not isinstance(delimiter, str) or not isinstance(resolved, list):
            return Unresolved("Fn::Join has no delimiter and list")
        return _joined(delimiter, resolved, "Fn::Join")

    def _select(self, argument: Any, depth: int) -> Value:
        raw_index, items = _pair(argument)
        index, resolved = self.resolve(raw_index, depth + 1), self.resolve(items, depth + 1)
        for part in (index, resolved):
            if isinstance(part, Unresolved):
                return part
        if isinstance(index, str) and index.isdecimal():
            index = int(index)
        if not isinstance(index, int) or isinstance(index, bool) or index < 0:
            return Unresolved("the index of Fn::Select is not a number")
        if isinstance(resolved, Zones):
            return Symbolic("${AvailabilityZone " + resolved.region + f" {index}" + "}")
        if not isinstance(resolved, list):
            return Unresolved(f"Fn::Select chooses from {named(resolved)}")
        return resolved[index] if index < len(resolved) else Unresolved("the index of Fn::Select is beyond its list")

    def _split(self, argument: Any, depth: int) -> Value:
        delimiter, source = _pair(argument)
        text = self.resolve(source, depth + 1)
        if isinstance(text, Unresolved):
            return text
        if not isinstance(delimiter, str) or not delimiter or not isinstance(text, str):
            return Unresolved("Fn::Split has no delimiter and text")
        if isinstance(text, Symbolic):
            return Unresolved(f"Fn::Split takes apart {text}, which is known at deployment")
        return list(text.split(delimiter))

    def _find_in_map(self, argument: Any, depth: int) -> Value:
        if not isinstance(argument, list) or len(argument) not in (3, 4):
            return Unresolved("Fn::FindInMap has no three names")
        name, top, second = (self.resolve(part, depth + 1) for part in argument[:3])
        for part in (name, top, second):
            if isinstance(part, Unresolved):
                return part
        if not isinstance(name, str) or not isinstance(second, str) or not isinstance(top, str):
            return Unresolved("Fn::FindInMap has a name that is not a text")
        rows = self._mappings.get(name)
        if not isinstance(rows, Mapping):
            return Unresolved(f"mapping {name} is not declared")
        if isinstance(top, Symbolic) or isinstance(second, Symbolic):
            return Unresolved(f"mapping {name} is looked up by a name known at deployment")
        row = rows.get(top)
        if not isinstance(row, Mapping) or second not in row:
            default = argument[3] if len(argument) == 4 else None
            if isinstance(default, Mapping) and "DefaultValue" in default:
                return self.resolve(default["DefaultValue"], depth + 1)
            return Unresolved(f"mapping {name} has no entry {top}.{second}")
        return self.resolve(row[second], depth + 1)

    def _if(self, argument: Any, depth: int) -> Value:
        if not isinstance(argument, list) or len(argument) != 3:
            return Unresolved("Fn::If has no condition and two branches")
        verdict = self.condition(argument[0])
        if not isinstance(verdict, Unresolved):
            return self.resolve(argument[1 if verdict else 2], depth + 1)
        then, otherwise = (self.resolve(branch, depth + 1) for branch in argument[1:])
        if then == otherwise and not isinstance(then, Unresolved):
            return then
        return Unresolved(f"condition {argument[0]} is open: {verdict.reason}")

    def _get_azs(self, argument: Any, depth: int) -> Value:
        region = self.resolve(argument, depth + 1)
        if isinstance(region, Unresolved):
            return region
        if not isinstance(region, str):
            return Unresolved("Fn::GetAZs names no Region")
        return Zones("${AWS::Region}" if region in ("", "${AWS::Region}") else region)

    def _holds(self, raw: Any, depth: int) -> bool | Unresolved:
        if depth > _DEPTH:
            return Unresolved("the condition is nested too deeply")
        if not isinstance(raw, Mapping) or len(raw) != 1:
            return Unresolved("a condition is not written as one function")
        ((name, argument),) = raw.items()
        if name == "Condition":
            return self.condition(argument)
        if name == "Fn::Equals":
            return self._equal(argument, depth)
        if not isinstance(argument, list) or not argument:
            return Unresolved(f"{name} has no list of conditions")
        if name == "Fn::Not" and len(argument) == 1:
            verdict = self._holds(argument[0], depth + 1)
            return verdict if isinstance(verdict, Unresolved) else not verdict
        if name in ("Fn::And", "Fn::Or"):
            verdicts = [self._holds(part, depth + 1) for part in argument]
            decisive: bool = name == "Fn::Or"
            if decisive in verdicts:
                return decisive
            return next((verdict for verdict in verdicts if isinstance(verdict, Unresolved)), not decisive)
        return Unresolved(f"{name} is no condition function")

    def _equal(self, argument: Any, depth: int) -> bool | Unresolved:
        left, right = (self.resolve(side, depth + 1) for side in _pair(argument))
        for side in (left, right):
            if isinstance(side, Unresolved):
                return side
        texts = text_of(left), text_of(right)
        if None in texts:
            return Unresolved("Fn::Equals compares something other than texts")
        if texts[0] == texts[1]:
            return True
        if any(isinstance(text, Symbolic) for text in texts):
            return Unresolved(f"{texts[0]} and {texts[1]} are compared at deployment")
        return False


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = document.get(name)
    return section if isinstance(section, Mapping) else {}


def _pair(argument: Any) -> tuple[Any, Any]:
    if isinstance(argument, list) and len(argument) == 2:
        return argument[0], argument[1]
    return None, None


def _joined(delimiter: str, parts: list[Value], function: str) -> Value:
    texts: list[str] = []
    for part in parts:
        if isinstance(part, Unresolved):
            return part
        text = text_of(part)
        if text is None:
            return Unresolved(f"{function} joins {named(part)}")
        texts.append(text)
    joined = delimiter.join(texts)
    return Symbolic(joined) if any(isinstance(text, Symbolic) for text in texts) else joined
