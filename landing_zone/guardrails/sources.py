"""Read guardrails: the project's own `policies/` and folders of the user's, with the place of every fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from landing_zone.fault import Fault, InputError
from landing_zone.guardrails.model import Guardrail, GuardrailFile, PolicyType
from landing_zone.guardrails.verdicts import Verdicts
from landing_zone.manifest.document import Document, Path_, read_document
from landing_zone.manifest.explain import faults_of
from landing_zone.manifest.load import validated
from landing_zone.manifest.source_text import read_text
from landing_zone.policy_data import POLICIES

FOLDERS = ("scp", "rcp", "declarative")
"""Folders of `policies/` that hold guardrails."""


@dataclass(frozen=True)
class SourcedGuardrail:
    """A guardrail, its type and topic, and where it is written."""

    guardrail: Guardrail
    type: PolicyType
    topic: str
    as_of: str
    path: Path
    index: int
    own: bool
    """Whether it is the project's own, and not the user's."""

    @property
    def document(self) -> Document:
        """The file, read with the places of its values."""
        return _document(self.path)

    def fault(self, path: Path_, message: str, hint: str = "", *, at_key: bool = False) -> Fault:
        """A fault at a place inside the guardrail."""
        return self.document.fault(("guardrails", self.index, *path), message, hint, at_key=at_key)


def load_guardrails(folders: Sequence[Path] = (), verdicts: Verdicts | None = None) -> tuple[SourcedGuardrail, ...]:
    """The project's guardrails, then those of `folders`, in the order of file names. Raises InputError.

    verdicts: memory by which the project's own files need not be read with their places every time.
    """
    faults = [Fault(str(folder), 1, 1, "", problem) for folder in folders if (problem := folder_problem(folder))]
    files = [(path, True) for name in FOLDERS for path in _files(POLICIES / name)]
    files += [(path, False) for folder in folders for path in _files(folder)]
    guardrails: list[SourcedGuardrail] = []
    for path, own in files:
        try:
            guardrails += _read(path, own, verdicts if own else None)
        except InputError as error:
            faults += error.faults
    faults += _repeated(guardrails)
    if faults:
        raise InputError(faults)
    return tuple(guardrails)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def folder_problem(folder: Path) -> str:
    """Why a folder gives no guardrails, or not all that it holds; empty if it does."""
    if not folder.is_dir():
        return "is no folder beside the manifest"
    if not _files(folder):
        return "holds no file NAME.yaml, so it has no guardrails"
    unread = sorted(path.name for path in folder.iterdir() if path.suffix in (".yml", ".json", ".YAML"))
    return f"holds {', '.join(unread)}, which nobody reads; guardrails are in files NAME.yaml" if unread else ""


def _document(path: Path) -> Document:
    state = path.stat() if path.is_file() else None
    return _read_once(path, state and (state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=64)
def _read_once(path: Path, state: tuple[int, int] | None) -> Document:
    return read_document(path)


def _read(path: Path, own: bool, verdicts: Verdicts | None) -> Iterable[SourcedGuardrail]:
    text = read_text(path, "") if verdicts else ""
    known = verdicts.parsed(text) if verdicts else None
    plain = _document(path).root.plain() if known is None else known
    try:
        file = validated(GuardrailFile, plain)
    except ValidationError as error:
        raise InputError(faults_of(error.errors(include_url=False), _document(path), GuardrailFile)) from None
    if verdicts and known is None:
        verdicts.keep_parsed(text, plain)
    return [
        SourcedGuardrail(guardrail, file.type, file.topic, file.as_of, path, index, own)
        for index, guardrail in enumerate(file.guardrails)
    ]


def _repeated(guardrails: Iterable[SourcedGuardrail]) -> Iterable[Fault]:
    holders: dict[str, SourcedGuardrail] = {}
    for sourced in guardrails:
        id = sourced.guardrail.id
        other = holders.setdefault(_statement_id(id), sourced)
        if other is not sourced:
            alike = "" if other.guardrail.id == id else f", as '{other.guardrail.id}', from which AWS cannot tell it"
            yield sourced.fault(("id",), f"guardrail '{id}' is already in {other.path}{alike}")


def _statement_id(id: str) -> str:
    return id.replace("-", "").lower()
