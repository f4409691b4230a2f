"""The JSON files of a folder that its attachments list, each read once, and what declarative ones come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landing_zone.fault import Fault, InputError, excerpt, nearest
from landing_zone.guardrails.documents import conflicts, merged
from landing_zone.manifest.document import Document, Path_, dotted
from landing_zone.proof.guardrails.attachments import Attachments, Listed, upwards
from landing_zone.proof.guardrails.declarative_documents import declarative_faults, declarative_type, in_force
from landing_zone.proof.guardrails.json_document import plain_mapping, read_json
from landing_zone.proof.guardrails.organization import Policy
from landing_zone.proof.guardrails.policy_grammar import Kind, policy_content, policy_faults, policy_notes

_SUFFIX = ".json"


@dataclass
class PolicyFiles:
    """The JSON files of a folder. Faults of theirs go to the attachments'."""

    folder: Path
    attachments: Attachments
    used: set[Path] = field(default_factory=set)
    policies: dict[tuple[Path, Kind], tuple[Policy, Document] | None] = field(default_factory=dict)
    documents: dict[Path, Document | None] = field(default_factory=dict)

    def attached(self, listed: Listed, kind: Kind) -> tuple[Policy, ...]:
        """The policies of a kind that are listed on a target."""
        policies = (self._policy(path, kind) for path, _ in self._paths(listed, kind))
        return tuple(policy for policy in policies if policy)

    def declarative_in_force(self) -> dict[str, dict[str, Mapping[str, Any]]]:
        """What declarative policies come to on each target, those of the levels above included, by type."""
        own: dict[str, dict[str, Mapping[str, Any]]] = {}
        for path, listed in self.attachments.targets.items():
            for file, at in self._paths(listed, "declarative"):
                document = self._declarative(file)
                if document is None:
                    continue
                type_, content = declarative_type(document), plain_mapping(document.root)
                before = own.setdefault(path, {}).get(type_, {})
                for place, _, _ in conflicts(before, content):
                    message = f"{file.name} contradicts another {type_} of this target at {dotted(place)}"
                    self.attachments.fault(at, message, "which of them holds is not certain")
                own[path][type_] = merged([before, content])
        found: dict[str, dict[str, Mapping[str, Any]]] = {}
        for path in self.attachments.targets:
            levels = [own[above] for above in upwards(path) if above in own]
            types = sorted({type_ for level in levels for type_ in level})
            found[path] = {type_: in_force([level[type_] for level in levels if type_ in level]) for type_ in types}
        return found

    def notes(self) -> Iterator[Fault]:
        """What is likely a mistake in a file; files that are attached to nothing."""
        for (_, kind), read in self.policies.items():
            if read:
                yield from policy_notes(read[1], kind)
        folders = {self.folder, *(self.folder / path.relative_to(self._root).parent for path in self.used)}
        for path in sorted(path for folder in folders for path in folder.glob(f"*{_SUFFIX}")):
            if path.is_file() and path.resolve() not in self.used:
                yield Fault(
                    str(path), 1, 1, "", "is attached to nothing, so no theorem rests on it", "list it on a target"
                )

    @property
    def _root(self) -> Path:
        return self.folder.resolve()

    def _paths(self, listed: Listed, key: str) -> Iterator[tuple[Path, Path_]]:
        """The files of a list, in the folder and each once, and their place in it."""
        seen: set[Path] = set()
        for name, at in listed.files.get(key, ()):
            path = self._inside(name, at)
            if path and path in seen:
                self.attachments.fault(at, f"{excerpt(name)} is listed twice on this target")
            elif path:
                seen.add(path)
                yield path, at

    def _inside(self, name: str, at: Path_) -> Path | None:
        """The file of that name, if it is one of the folder."""
        message, hint = "", ""
        try:
            path = (self._root / name).resolve()
            if not path.is_relative_to(self._root):
                message = "is outside the folder"
            elif not name.endswith(_SUFFIX):
                message = f"is no {_SUFFIX} file"
            elif not path.exists():
                message = "is not in the folder"
                hint = nearest(name, sorted(one.name for one in self._root.glob(f"*{_SUFFIX}")))
            elif not path.is_file():
                message = "is no regular file"
        except (OSError, RuntimeError, ValueError):  # a name that is too long, links that go round
            message, path = "cannot be found", self._root
        if message:
            self.attachments.fault(at, f"{excerpt(name)} {message}", hint)
            return None
        self.used.add(path)
        return path

    def _policy(self, path: Path, kind: Kind) -> Policy | None:
        if (path, kind) not in self.policies:
            document = self._document(path)
            faults = list(policy_faults(document, kind)) if document else []
            self.attachments.faults += faults
            name = path.relative_to(self._root).with_suffix("").as_posix()
            sound = document if not faults else None
            self.policies[path, kind] = (Policy(name, policy_content(sound)), sound) if sound else None
        read = self.policies[path, kind]
        return read[0] if read else None

    def _declarative(self, path: Path) -> Document | None:
        document = self._document(path)
        faults = list(declarative_faults(document)) if document else []
        self.attachments.faults += faults
        return document if not faults else None

    def _document(self, path: Path) -> Document | None:
        if path not in self.documents:
            self.documents[path] = None
            try:
                self.documents[path] = read_json(self.folder / path.relative_to(self._root))
            except InputError as error:
                self.attachments.faults += error.faults
        return self.documents[path]
