"""Read guardrails: the project's own `policies/` and folders of the user's, with the place of every fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from landing_zone.fault import Fault, InputError
from landing_zone.guardrails.model import Guardrail, GuardrailFile, PolicyType
from landing_zone.manifest.document import Document, Path_, read_document
from landing_zone.manifest.explain import faults_of
from landing_zone.manifest.load import validated
from landing_zone.policy_data import POLICIES

FOLDERS = ("scp", "rcp", "declarative")
"""Folders of `policies/` that hold guardrails."""


@dataclass(frozen=True)
class SourcedGuardrail:
    """A guardrail, its type and topic, and where it is written."""

    guardrail: Guardrail
    type: PolicyType
    topic: str
    document: Document
    index: int
    own: bool
    """Whether it is the project's own, and not the user's."""

    def fault(self, path: Path_, message: str, hint: str = "", *, at_key: bool = False) -> Fault:
        """A fault at a place inside the guardrail."""
        return self.document.fault(("guardrails", self.index, *path), message, hint, at_key=at_key)


def load_guardrails(folders: Sequence[Path] = ()) -> tuple[SourcedGuardrail, ...]:
    """The project's guardrails, then those of `folders`, in the order of file names. Raises InputError."""
    files = [(path, True) for name in FOLDERS for path in _files(POLICIES / name)]
    files += [(path, False) for folder in folders for path in _files(folder)]
    guardrails: list[SourcedGuardrail] = []
    faults: list[Fault] = []
    for path, own in files:
        try:
            guardrails += _read(path, own)
        except InputError as error:
            faults += error.faults
    faults += _repeated(guardrails)
    if faults:
        raise InputError(faults)
    return tuple(guardrails)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def _read(path: Path, own: bool) -> Iterable[SourcedGuardrail]:
    document = read_document(path)
    try:
        file = validated(GuardrailFile, document.root.plain())
    except ValidationError as error:
        raise InputError(faults_of(error.errors(include_url=False), document, GuardrailFile)) from None
    return [
        SourcedGuardrail(guardrail, file.type, file.topic, document, index, own)
        for index, guardrail in enumerate(file.guardrails)
    ]


def _repeated(guardrails: Iterable[SourcedGuardrail]) -> Iterable[Fault]:
    holders: dict[str, SourcedGuardrail] = {}
    for sourced in guardrails:
        other = holders.setdefault(sourced.guardrail.id, sourced)
        if other is not sourced:
            yield sourced.fault(("id",), f"guardrail '{sourced.guardrail.id}' is already in {other.document.file}")
