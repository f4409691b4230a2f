"""An LZA configuration as it is written: its files, replacements and policies, and what could not be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from landing_zone.fault import Fault, InputError, nearest
from landing_zone.lza.accounts import accounts_of
from landing_zone.lza.entry import NOTHING, Entry
from landing_zone.lza.folders import CONFIGURATION_FILES, OPTIONAL_FILES, configuration_folder, inside
from landing_zone.lza.gaps import NotUnderstood
from landing_zone.lza.known_values import configuration_values, policy_values, replacement_values, usage_faults
from landing_zone.lza.reader import Reader
from landing_zone.lza.replacements import Value, render_policy
from landing_zone.lza.spellings import kind_faults, normalised, unknown_keys
from landing_zone.manifest.document import Node, Plain
from landing_zone.proof.guardrails.json_document import parse_json

__all__ = ["Configuration", "Entry", "PolicyFile", "read_configuration"]


@dataclass(frozen=True)
class PolicyFile:
    """A JSON file that the configuration names: its name, its values with places, and its plain content.

    unresolved: variables that stay in place because their value is not known offline, e.g. `${ORG_ID}`.
    """

    file: str
    root: Entry
    content: Plain
    unresolved: tuple[str, ...] = ()


@dataclass
class Configuration:
    """What could be read of a configuration.

    files: by short name (`accounts`, `global`, ...), only those that could be read. faults: what could not be read or
    resolved, which makes the result a partial one; `policy` and `located` add to them. absent: files that LZA
    requires and that are not there. replacements: values by key, without those that are looked up at deployment.
    not_understood: files and top-level keys that LZA does not have.
    """

    folder: Path
    files: Mapping[str, Entry]
    absent: tuple[str, ...]
    replacements: Mapping[str, Value]
    not_understood: tuple[NotUnderstood, ...]
    _reader: Reader = field(repr=False)
    _folders: tuple[Path, ...] = field(repr=False)
    _variables: Callable[[str], Value] = field(repr=False)
    _policies: dict[Path, PolicyFile | None] = field(default_factory=dict, repr=False)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault until now, once, in the order of places."""
        return tuple(sorted(set(self._reader.faults)))

    def file(self, name: str) -> Entry:
        """A file by its short name; an empty mapping at line 1 if it could not be read. Raises KeyError: no such."""
        return self.files.get(name) or Entry({}, CONFIGURATION_FILES[name], 1, 1, "")

    def located(self, entry: Entry) -> Path | None:
        """The file that a path in the configuration names, e.g. a template; None with a fault when there is none."""
        found = self._located(entry)
        return found[0] if found else None

    def policy(self, entry: Entry) -> PolicyFile | None:
        """The JSON file that a path in the configuration names; None with a fault when it cannot be read."""
        found = self._located(entry)
        if found is None:
            return None
        path, folder = found
        if path not in self._policies:
            self._policies[path] = self._read_policy(path, folder)
        return self._policies[path]

    def _located(self, entry: Entry) -> tuple[Path, Path] | None:
        reason = ""
        for folder in reversed(self._folders):
            found = inside(entry.text, [folder], folder)
            if isinstance(found, Path):
                return found, folder
            reason = found
        self._reader.faults.append(entry.fault(reason))
        return None

    def _read_policy(self, path: Path, folder: Path) -> PolicyFile | None:
        text = self._reader.text_of(path, folder)
        if text is None:
            return None
        file = self._reader.name(path, folder)
        rendering = render_policy(text, self._variables)
        node = self._reader.parse(rendering, file, parse_json)
        if node is None:
            return None

        def placed(node: Node, at: str) -> Entry:
            line, column = rendering.original(node.line, node.column)
            if isinstance(node.value, dict):
                below = {key: placed(child, f"{at}.{key}" if at else key) for key, child in node.value.items()}
                return Entry(below, file, line, column, at)
            if isinstance(node.value, list):
                items = [placed(child, f"{at}[{position}]") for position, child in enumerate(node.value)]
                return Entry(items, file, line, column, at)
            return Entry(node.value, file, line, column, at)

        left = {f"${{{usage.key}}}" for usage in rendering.usages if self._variables(usage.key) is None}
        return PolicyFile(file, placed(node, ""), node.plain(), tuple(sorted(left)))


def read_configuration(folder: Path, *overlays: Path) -> Configuration:
    """Read a configuration; of a file that several folders have, the last one counts.

    A folder may also be one above, e.g. of a repository that keeps its configuration in `config/`. Raises InputError
    when nothing can be read at all: no folder, or no configuration file in it.
    """
    folders = tuple(configuration_folder(path) for path in (folder, *overlays))
    reader = Reader(several=len(folders) > 1)
    where = {
        name: next((base for base in reversed(folders) if os.path.lexists(base / file)), None)
        for name, file in CONFIGURATION_FILES.items()
    }
    files: dict[str, Entry] = {}
    not_understood: list[NotUnderstood] = []

    def read(name: str) -> None:
        base = where[name]
        content = reader.read(base / CONFIGURATION_FILES[name], base) if base else None
        if content and content.value is None:
            if name not in OPTIONAL_FILES:
                reader.faults.append(content.fault("is empty"))
        elif content and not isinstance(content.value, dict):
            reader.faults.append(content.fault("must be a mapping of settings"))
        elif content:
            not_understood.extend(unknown_keys(name, content))
            reader.faults.extend(kind_faults(name, content))
            files[name] = normalised(name, content)

    read("accounts")
    read("replacements")
    accounts = accounts_of(files.get("accounts", NOTHING))
    reader.faults += [
        Fault(file, usage.line, usage.column, "", "Landing Zone Accelerator replaces nothing in this file")
        for file, usage in reader.usages
        if not usage.in_comment
    ]
    replacements = replacement_values(files.get("replacements", NOTHING), reader.faults)
    reader.replace_by(configuration_values(replacements, accounts))
    for name in CONFIGURATION_FILES:
        if name not in ("accounts", "replacements"):
            read(name)
    not_understood += [row for base in folders for row in _unknown_files(base, reader)]
    reader.faults += usage_faults(reader.usages, reader.value_of, replacements)
    if not files and reader.faults:
        raise InputError(reader.faults)
    return Configuration(
        folder=folders[0],
        files=files,
        absent=tuple(
            file for name, file in CONFIGURATION_FILES.items() if where[name] is None and name not in OPTIONAL_FILES
        ),
        replacements={key: value for key, value in replacements.items() if value is not None},
        not_understood=tuple(sorted(not_understood)),
        _reader=reader,
        _folders=folders,
        _variables=policy_values(replacements, accounts, files.get("global", NOTHING)),
    )


def _unknown_files(folder: Path, reader: Reader) -> Iterator[NotUnderstood]:
    """Files that are named like a part of the configuration and are none."""
    for path in sorted(folder.glob("*-config.yaml")):
        if path.name not in CONFIGURATION_FILES.values():
            hint = nearest(path.name, CONFIGURATION_FILES.values())
            message = "is not a file that Landing Zone Accelerator reads" + (f" ({hint})" if hint else "")
            yield NotUnderstood(reader.name(path, folder), 1, message)
