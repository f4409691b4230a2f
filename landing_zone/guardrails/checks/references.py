"""Names that a guardrail uses: control, theorems, exempt groups, parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.guardrails.checks.subject import Subject
from landing_zone.guardrails.parameters import TOKEN
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.manifest.document import Path_


def reference_faults(subject: Subject, sourced: SourcedGuardrail) -> Iterator[Fault]:
    """A fault for each name that nothing has."""
    guardrail = sourced.guardrail
    if guardrail.control not in subject.controls:
        hint = nearest(guardrail.control, sorted(subject.controls)) or "see policies/controls"
        yield sourced.fault(("control",), f"unknown control {excerpt(guardrail.control)}", hint)
    for index, id in enumerate(guardrail.invariants):
        if id not in subject.theorems:
            hint = nearest(id, sorted(subject.theorems)) or "see policies/invariants/theorems.yaml"
            yield sourced.fault(("invariants", index), f"unknown invariant {excerpt(id)}", hint)
    for index, name in enumerate(guardrail.exempt):
        if name not in subject.groups:
            allowed = ", ".join(sorted(subject.groups))
            message = f"unknown group {excerpt(name)}; known: {allowed}"
            yield sourced.fault(("exempt", index), message, nearest(name, sorted(subject.groups)))
    for path, text in _written_texts(sourced):
        for name in TOKEN.findall(text):
            if name not in subject.parameters.names:
                known = ", ".join(sorted(subject.parameters.names))
                hint = nearest(name, sorted(subject.parameters.names)) or (
                    f"give it as guardrails.parameters.{name} in the manifest"
                )
                yield sourced.fault(path, f"unknown parameter ${{{name}}}; known: {known}", hint)
            elif subject.parameters.known.get(name) == ():
                message = f"parameter ${{{name}}} is an empty list here, so this statement could never match"
                yield sourced.fault(path, message, "give it a value in the manifest, or set `when`")


def _written_texts(sourced: SourcedGuardrail) -> Iterator[tuple[Path_, str]]:
    guardrail = sourced.guardrail
    if guardrail.statement is not None:
        yield from texts_in(guardrail.statement.model_dump(exclude_none=True, exclude_defaults=True), ("statement",))
    if guardrail.content is not None:
        yield from texts_in(guardrail.content, ("content",))


def texts_in(part: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    """Every text in a part of a document, and where."""
    if isinstance(part, str):
        yield path, part
    elif isinstance(part, Mapping):
        for key, entry in part.items():
            yield from texts_in(entry, (*path, key))
    elif isinstance(part, list | tuple):
        for index, entry in enumerate(part):
            yield from texts_in(entry, (*path, index))
