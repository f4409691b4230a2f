"""What CloudFormation makes of a template before it deploys it: SAM, Fn::ForEach; what cannot be known is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from landing_zone.assurance.finding import NotEvaluated
from landing_zone.assurance.serverless import SERVERLESS, made_of
from landing_zone.assurance.template_file import TemplateFile
from landing_zone.fault import Fault, InputError, excerpt, nearest
from landing_zone.manifest.source_text import MAX_BYTES
from landing_zone.policy_data import policy_data

RULE = "HLZ-TPL-003"
"""The rule that the template can be read as it will be deployed; what is open here is what it could not judge."""

MOST_RESOURCES = 2_000
"""CloudFormation allows 500; a loop that makes more than this is not expanded."""

TOO_MUCH = "more than is expanded"
"""In the reason why a loop is not evaluated that could keep a tool busy for hours which expands it all the same."""

_LOOP = "Fn::ForEach::"
_MODULE = "::MODULE"
_EMBEDDED = "Fn::Transform"
_GLOBAL, _DEEPEST = 2, 5
"""Steps of `Globals/Function` and of `Resources/F/Properties/Policies/0`."""


@dataclass(frozen=True)
class Expanded:
    """The template as far as it is known, without its `Transform`; `open`: what is not, by resource or for all."""

    source: TemplateFile
    open: tuple[NotEvaluated, ...]


def expanded(source: TemplateFile, file: str) -> Expanded:
    """The template after its transforms. Raises InputError: a transform of AWS that does not exist."""
    resources = source.document["Resources"]
    types = {str(row.get("Type")) for row in resources.values() if isinstance(row, Mapping)}
    looped = any(str(name).startswith("Fn::") for name in resources)
    modules = any(type_.endswith(_MODULE) for type_ in types)
    if not (looped or modules or "Transform" in source.document or _EMBEDDED in str(source.document)):
        return Expanded(source, ())
    names = list(_names(source, file))
    work = _Work(source, file)
    work.note_macros(names)
    if "AWS::LanguageExtensions" in names:
        work.unroll()
    if any(name.startswith("AWS::Serverless-") for name in names):
        work.translate()
    work.note_rest()
    return work.result()


def _names(source: TemplateFile, file: str) -> Iterator[str]:
    """Names of the transforms of the whole template."""
    hosted = policy_data("transforms/serverless")["hosted"]
    declared = source.document.get("Transform")
    for one in declared if isinstance(declared, list) else [declared]:
        name = one.get("Name") if isinstance(one, Mapping) else one
        if one is None:
            continue
        place = (source.lines.get("Transform", 1), source.columns.get("Transform", 1))
        if not isinstance(name, str):
            raise InputError([Fault(file, *place, "Transform", f"{excerpt(one)} is no name of a transform")])
        if name.startswith("AWS::") and name not in hosted:
            message = f"transform {excerpt(name)} is none that CloudFormation hosts; {', '.join(sorted(hosted))} are"
            raise InputError([Fault(file, *place, "Transform", message, nearest(name, hosted))])
        yield name


class _Work:
    """One template while it is expanded."""

    def __init__(self, source: TemplateFile, file: str) -> None:
        self._document = {key: value for key, value in source.document.items() if key != "Transform"}
        self._resources: dict[str, Any] = dict(source.document["Resources"])
        self._lines, self._columns = dict(source.lines), dict(source.columns)
        self._file = file
        self._open: list[NotEvaluated] = []
        self._length = 0  # of what loops made

    def note_macros(self, names: list[str]) -> None:
        hosted = policy_data("transforms/serverless")["hosted"]
        for name in names:
            if not hosted.get(name, {}).get("harmless"):
                self._note("", f"the transform {excerpt(name)} may rewrite the template before deployment")

    def unroll(self) -> None:
        """Every loop over resources whose collection is known, loops inside of loops included."""
        while loops := [name for name in self._resources if name.startswith(_LOOP)]:
            for name in loops:
                made = self._unrolled(name, self._resources.pop(name))
                if isinstance(made, str):
                    self._note(name, f"{name} loops over {made}; the resources it makes are not evaluated")
                else:
                    self._resources.update(made)

    def _unrolled(self, name: str, body: Any) -> dict[str, Any] | str:
        """The resources of a loop, or over what it loops that cannot be unrolled."""
        unknown = "a collection that is not known"
        if not (isinstance(body, list) and len(body) == 3 and isinstance(body[2], Mapping)):
            return unknown
        identifier, values = str(body[0]), self._collection(body[1])
        if values is None:
            return unknown
        if len(self._resources) + len(values) * len(body[2]) > MOST_RESOURCES:
            return f"{TOO_MUCH}: over {MOST_RESOURCES:,} resources"
        self._length += len(values) * len(str(body[2]))
        if self._length > MAX_BYTES:
            return f"{TOO_MUCH}: over {MAX_BYTES // 1_000_000} MB"
        made: dict[str, Any] = {}
        for key, row in body[2].items():
            moved: dict[str, str] = {}
            for value in values:
                plain = re.sub(r"[^A-Za-z0-9]", "", value)
                id_ = key.replace("${" + identifier + "}", value).replace("&{" + identifier + "}", plain)
                if id_ in self._resources or id_ in made:
                    return "values that make one name twice"
                made[id_] = _filled(row, identifier, value)
                moved[f"Resources/{id_}"] = f"Resources/{name}/2/{key}"
            self._move(moved)
        return made

    def _collection(self, written: Any) -> list[str] | None:
        """The values of a loop: written out, or the default of a parameter."""
        if isinstance(written, Mapping) and set(written) == {"Ref"}:
            parameters = self._document.get("Parameters")
            parameter = parameters.get(written["Ref"]) if isinstance(parameters, Mapping) else None
            default = parameter.get("Default") if isinstance(parameter, Mapping) else None
            if isinstance(default, str):
                self._note("", f"loops over parameter {written['Ref']} are read with its default")
                return [part.strip() for part in default.split(",")]
        if isinstance(written, list) and all(isinstance(one, str | int) for one in written):
            return [str(one) for one in written]
        return None

    def translate(self) -> None:
        """SAM's resources as what SAM makes of them, as far as that is known."""
        globals_ = self._document.pop("Globals", None)
        made: dict[str, Any] = {}
        written: dict[str, list[str]] = {}
        for logical_id, row in self._resources.items():
            known = made_of(logical_id, row, globals_ if isinstance(globals_, Mapping) else {})
            if known is None:
                made[logical_id] = row
                continue
            made.update(known.resources)
            others = {f"Resources/{other}": f"Resources/{logical_id}" for other in known.resources}
            self._move(others, below=False)
            for new, old in known.places.items():
                written.setdefault(old, []).append(new)
            if known.left:
                left = ", ".join(known.left)
                self._note(logical_id, f"what {SERVERLESS} makes of {left} is not evaluated")
        self._resources = made
        self._place_below(written)

    def note_rest(self) -> None:
        """What nothing here can expand: modules, embedded transforms, SAM's other types, resources of macros."""
        for section, content in self._document.items():
            if section != "Resources" and (section == _EMBEDDED or _EMBEDDED in str(content)):
                where = "the template" if section == _EMBEDDED else section
                self._note("", f"{_EMBEDDED} in {where} is expanded by a macro before deployment")
        for logical_id, row in list(self._resources.items()):
            type_ = str(row.get("Type")) if isinstance(row, Mapping) else ""
            if logical_id.startswith("Fn::"):
                del self._resources[logical_id]
                loop = "is a loop, but the template does not declare the transform AWS::LanguageExtensions"
                macro = "is expanded by a macro before deployment"
                said = loop if logical_id.startswith(_LOOP) else macro
                self._note(logical_id, f"{logical_id} {said}; the resources it makes are not evaluated")
            elif type_.endswith(_MODULE):
                self._note(logical_id, f"what the module {type_} holds is in CloudFormation's registry; not evaluated")
            elif type_.startswith("AWS::Serverless::"):
                self._note(logical_id, f"what {SERVERLESS} makes of {type_} is not evaluated")
            elif _EMBEDDED in str(row):
                self._note(logical_id, f"{_EMBEDDED} is expanded by a macro before deployment")

    def result(self) -> Expanded:
        document = {**self._document, "Resources": self._resources}
        return Expanded(TemplateFile(document, self._lines, self._columns), tuple(dict.fromkeys(self._open)))

    def _note(self, resource: str, reason: str) -> None:
        self._open.append(NotEvaluated(RULE, resource, self._file, reason))

    def _move(self, moved: Mapping[str, str], *, below: bool = True) -> None:
        """Give what stands at new paths now the place of the one old path where it was written."""
        for old in set(moved.values()):
            for places in (self._lines, self._columns):
                written = [path for path in places if path.startswith(f"{old}/")] if below else []
                written += [old] if old in places else []
                places.update({new + path[len(old) :]: places[path] for new in moved for path in written})

    def _place_below(self, written: Mapping[str, list[str]]) -> None:
        """Give what becomes of a path and of all below it that path's place, where nothing is written itself."""
        for places in (self._lines, self._columns):
            for path, place in list(places.items()):
                steps = path.split("/")
                for depth in range(2, min(len(steps), _DEEPEST) + 1):
                    for new in written.get("/".join(steps[:depth]), ()):
                        if depth != _GLOBAL or len(steps) > depth:  # not the place of `Globals` for all properties
                            places.setdefault("/".join([new, *steps[depth:]]), place)


def _filled(part: Any, identifier: str, value: str) -> Any:
    """A loop's body with its identifier replaced."""
    if isinstance(part, Mapping):
        if set(part) == {"Ref"} and part["Ref"] == identifier:
            return value
        return {_filled(key, identifier, value): _filled(entry, identifier, value) for key, entry in part.items()}
    if isinstance(part, list):
        return [_filled(entry, identifier, value) for entry in part]
    if isinstance(part, str):
        return part.replace("${" + identifier + "}", value).replace("&{" + identifier + "}", value)
    return part
