"""YAML as a tree of nodes that know their place; hostile or oversized text is refused before anything is built.

The scalars follow the YAML 1.2 core schema (`no` and `010` are text), because the YAML 1.1 rules turn account ids and
country codes into numbers and booleans.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from landing_zone.fault import Fault, InputError, excerpt

MAX_BYTES = 5_000_000
MAX_NODES = 50_000
MAX_DEPTH = 30

Path_ = tuple[str | int, ...]
Scalar = str | int | float | bool | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,2})?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """A value of the document and where it stands (1-based line and column)."""

    line: int
    column: int
    value: Scalar | list[Node] | dict[str, Node]
    size: int = 1
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)

    def plain(self) -> Plain:
        """The value without places, as JSON would hold it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(frozen=True)
class Document:
    """A parsed file: its name as the user gave it, and the root node."""

    file: str
    root: Node

    def fault(self, path: Path_, message: str, hint: str = "", *, at_key: bool = False) -> Fault:
        """A fault at `path`; where the path ends early (a missing key), at the nearest node that exists."""
        node, place = self.root, (self.root.line, self.root.column)
        for position, step in enumerate(path):
            last = position == len(path) - 1
            if isinstance(node.value, dict) and step in node.value:
                if last and at_key:
                    place = node.keys[str(step)]
                    break
                node = node.value[str(step)]
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                break
            place = (node.line, node.column)
        return Fault(self.file, *place, dotted(path), message, hint)


def dotted(path: Path_) -> str:
    """`('accounts', 3, 'ou')` as `accounts[3].ou`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            shown = step if re.fullmatch(r"[\w./+-]{1,80}", step) else excerpt(step)
            text += f".{shown}" if text else shown
    return text


def read_document(path: Path) -> Document:
    """Read a YAML file. Raises InputError with every fault that can be told from the text alone."""
    return parse_document(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The UTF-8 text of a regular file of at most MAX_BYTES. Raises InputError."""
    name = str(path)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        raise InputError([Fault(name, 1, 1, "", f"cannot be read: {_reason(error)}", _MISSING_HINT)]) from None
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise InputError([Fault(name, 1, 1, "", "is not a regular file")])
        try:
            content = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise InputError([Fault(name, 1, 1, "", f"cannot be read: {_reason(error)}")]) from None
    if len(content) > MAX_BYTES:
        raise InputError([Fault(name, 1, 1, "", f"is larger than {MAX_BYTES // 1_000_000} MB; that is refused unread")])
    return _decode(content, name)


_MISSING_HINT = "`hlz init` writes a manifest, -m names another one"


def _reason(error: Exception) -> str:
    return (error.strerror or "unknown reason").lower() if isinstance(error, OSError) else str(error)


def _decode(content: bytes, name: str) -> str:
    if (position := content.find(b"\0")) >= 0:
        raise InputError([_at_byte(content, position, name, "is not text: it holds a NUL byte")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8: byte 0x{content[error.start]:02x}"
        raise InputError([_at_byte(content, error.start, name, message, "save the file as UTF-8")]) from None


def _at_byte(content: bytes, position: int, name: str, message: str, hint: str = "") -> Fault:
    before = content[:position]
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", "replace")) + 1
    return Fault(name, before.count(b"\n") + 1, column, "", message, hint)


def parse_document(text: str, file: str) -> Document:
    """Parse YAML text into nodes. Raises InputError: syntax, tags, duplicate keys, aliases, size and depth."""
    composer = _Composer(text, file)
    root = composer.compose()
    if composer.faults:
        raise InputError(composer.faults)
    assert root is not None
    return Document(file, root)


class _Composer:
    """Builds nodes from parser events, so that limits hold before memory is spent."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.anchors: dict[str, Node] = {}
        self.open_anchors: set[str] = set()
        self.count = 0
        self.text = text

    def compose(self) -> Node | None:
        if not self.text.strip():
            return self._refuse(1, 1, "is empty", "`hlz init` writes a manifest to start from")
        try:
            events = self._events()
            return self._document(events)
        except yaml.YAMLError as error:
            return self._syntax(error)
        except _Refused:
            return None
        except ValueError as error:
            return self._refuse(1, 1, f"is not YAML: {excerpt(error)}")

    def _events(self) -> Iterator[yaml.Event]:
        return iter(yaml.parse(self.text, Loader=_LOADER))

    def _document(self, events: Iterator[yaml.Event]) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    line, column = event.start_mark.line + 1, event.start_mark.column + 1
                    return self._refuse(line, column, "holds a second document; one is allowed")
                root = self._node(next(events), events, 1)
        return root or self._refuse(1, 1, "is empty", "`hlz init` writes a manifest to start from")

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, line, column)
        self._grow(1, line, column)
        if depth > MAX_DEPTH:
            self._stop(line, column, f"is nested deeper than {MAX_DEPTH} levels")
        if getattr(event, "tag", None) not in (None, "!") and not getattr(event, "implicit", None) == (False, True):
            self._fault(line, column, f"tag {excerpt(event.tag)} is not allowed; only plain values are")
        anchor: str | None = event.anchor
        if anchor:
            self.open_anchors.add(anchor)
        before = self.count
        node = Node(line, column, None)
        if isinstance(event, yaml.ScalarEvent):
            node.value = self._scalar(event, line, column)
        elif isinstance(event, yaml.SequenceStartEvent):
            node.value = self._sequence(events, depth)
        else:
            node.value = self._mapping(node, events, depth)
        node.size = self.count - before + 1
        if anchor:
            self.open_anchors.discard(anchor)
            self.anchors[anchor] = node
        return node

    def _alias(self, anchor: str, line: int, column: int) -> Node:
        if anchor in self.open_anchors or anchor not in self.anchors:
            self._stop(line, column, f"alias {excerpt(anchor)} refers to itself or to nothing above it")
        node = self.anchors[anchor]
        self._grow(node.size, line, column)
        return Node(line, column, node.value, node.size, node.keys)

    def _scalar(self, event: yaml.ScalarEvent, line: int, column: int) -> Scalar:
        text: str = event.value
        bad = next((c for c in text if (ord(c) < 32 and c not in "\t\n\r") or 0xD800 <= ord(c) < 0xE000), None)
        if bad is not None:
            self._fault(line, column, f"control character U+{ord(bad):04X} in a value is not allowed")
            return ""
        return text if event.style else resolve_scalar(text)

    def _sequence(self, events: Iterator[yaml.Event], depth: int) -> list[Node]:
        items: list[Node] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, depth + 1))
        return items

    def _mapping(self, owner: Node, events: Iterator[yaml.Event], depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if not isinstance(event, yaml.ScalarEvent):
                self._stop(line, column, "a key must be plain text")
            self._grow(1, line, column)
            key: str = event.value
            self._scalar(event, line, column)
            value = self._node(next(events), events, depth + 1)
            if key == "<<" and not event.style:
                self._fault(line, column, "merge keys (<<) are not supported", "repeat the keys or use an alias")
            elif key in entries:
                first, _ = owner.keys[key]
                self._fault(line, column, f"key {excerpt(key)} is given twice; first on line {first}")
            else:
                entries[key] = value
                owner.keys[key] = (line, column)
        return entries

    def _grow(self, size: int, line: int, column: int) -> None:
        self.count += size
        if self.count > MAX_NODES:
            self._stop(line, column, f"holds more than {MAX_NODES:,} values (aliases counted); that is refused")

    def _fault(self, line: int, column: int, message: str, hint: str = "") -> None:
        self.faults.append(Fault(self.file, line, column, "", message, hint))

    def _refuse(self, line: int, column: int, message: str, hint: str = "") -> None:
        self._fault(line, column, message, hint)

    def _stop(self, line: int, column: int, message: str) -> None:
        self._fault(line, column, message)
        raise _Refused

    def _syntax(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else _place_of_reader_error(error, self.text)
        lines = self.text.splitlines()
        if 0 < line <= len(lines) and "\t" in lines[line - 1][: column + 1]:
            return self._refuse(line, lines[line - 1].index("\t") + 1, "a tab is used for indentation; use spaces")
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
        context = getattr(error, "context", None)
        return self._refuse(line, column, f"is not valid YAML: {problem}" + (f" {context}" if context else ""))


class _Refused(Exception):
    pass


def _place_of_reader_error(error: yaml.YAMLError, text: str) -> tuple[int, int]:
    position = getattr(error, "position", 0) or 0
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def resolve_scalar(text: str) -> Scalar:
    """A plain scalar by the YAML 1.2 core schema; digits with leading zeros and very long numbers stay text."""
    if text in _WORDS:
        return _WORDS[text]
    convert: Callable[[str], Scalar]
    for pattern, convert in ((_INTEGER, int), (_FLOAT, float)):
        if pattern.fullmatch(text):
            return convert(text)
    return text
