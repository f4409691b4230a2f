"""YAML as a tree of nodes that know their place; hostile or oversized text is refused before anything is built.

The scalars follow the YAML 1.2 core schema, because the YAML 1.1 rules turn country codes into booleans (`no`) and
times into numbers; digits with leading zeros are text as well, because account ids have them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import yaml

from landing_zone.fault import Fault, InputError, excerpt, nearest
from landing_zone.manifest.source_text import place, read_text

MAX_NODES = 50_000
MAX_DEPTH = 30

Path_ = tuple[str | int, ...]
Scalar = str | int | float | bool | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,18}|(0|[1-9][0-9]{0,17})(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,2})?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# Characters that YAML 1.2 does not allow, and those that end a line for YAML 1.1 and for no editor.
_REFUSED = re.compile("[^\t\n\r -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_MAX_REFUSED_SHOWN = 50
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """A value of the document and where it stands (1-based line and column)."""

    line: int
    column: int
    value: Scalar | list[Node] | dict[str, Node]
    size: int = 1
    height: int = 1
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    tag: str = ""

    def child(self, step: str | int) -> Node | None:
        """The value under a key or position, if there is one."""
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            return self.value[step]
        return None

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
        """A fault at `path`; where the path ends early (a missing key), at the nearest node that exists.

        A position in something that is no list, because one item may stand for a list of one, is left out of the key.
        """
        node: Node | None = self.root
        line, column = self.root.line, self.root.column
        shown: list[str | int] = []
        for step in path:
            if isinstance(step, int) and node is not None and not isinstance(node.value, list):
                continue
            shown.append(step)
            child = node.child(step) if node else None
            if node and child:
                at = node.keys[str(step)] if at_key and len(shown) == len(path) else (child.line, child.column)
                line, column = at
            node = child
        return Fault(self.file, line, column, dotted(tuple(shown)), message, hint)

    def node(self, path: Path_) -> Node | None:
        """What stands at `path`, if anything does."""
        node: Node | None = self.root
        for step in path:
            node = node.child(step) if node else None
        return node


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


def read_document(path: Path, *, max_nodes: int = MAX_NODES, remedy: str = "") -> Document:
    """Read a YAML file; `remedy` is what helps when it is missing or empty.

    Raises InputError with every fault that can be told from the text alone.
    """
    return parse_document(read_text(path, remedy), str(path), max_nodes=max_nodes, remedy=remedy)


def parse_document(
    text: str,
    file: str,
    *,
    max_nodes: int = MAX_NODES,
    remedy: str = "",
    tags: Collection[str] = (),
    merge_keys: bool = False,
) -> Document:
    """Parse YAML text into nodes. Raises InputError: syntax, tags, duplicate keys, aliases, size and depth.

    `tags`, e.g. `!include`, are kept in the node instead of refused; the caller gives them their meaning. With
    `merge_keys`, `<<` brings in the keys of the mapping, or of the list of mappings, that it names.
    """
    empty = Fault(file, 1, 1, "", "is empty", remedy)
    if not text.strip():
        raise InputError([empty])
    if refused := [found.start() for found in islice(_REFUSED.finditer(text), _MAX_REFUSED_SHOWN)]:
        raise InputError(
            Fault(file, *place(text, at), "", f"character U+{ord(text[at]):04X} is not allowed", "remove it")
            for at in refused
        )
    composer = _Composer(text, file, max_nodes, tags, merge_keys)
    root = composer.compose()
    if root is None or composer.faults:
        raise InputError(composer.faults or [empty])
    return Document(file, root)


class _Composer:
    """Builds nodes from parser events, so that limits hold before memory is spent."""

    def __init__(self, text: str, file: str, max_nodes: int, tags: Collection[str], merge_keys: bool) -> None:
        self.text = text
        self.file = file
        self.max_nodes = max_nodes
        self.tags = tags
        self.merge_keys = merge_keys
        lines = text.splitlines()
        self.end = (len(lines), len(lines[-1]) + 1)
        self.faults: list[Fault] = []
        self.anchors: dict[str, Node] = {}
        self.count = 0

    def compose(self) -> Node | None:
        """The root node; None when there is none, or the text was refused half-way with the reason in `faults`."""
        try:
            return self._document(iter(yaml.parse(self.text, Loader=_LOADER)))
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except _Refused:
            pass
        return None

    def _document(self, events: Iterator[yaml.Event]) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._stop(event, (), "holds a second document; one is allowed")
                root = self._node(next(events), events, ())
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path_) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        self._grow(1, event, path)
        self._reach(1, event, path)
        tag = self._tag(event, path)
        before = self.count
        node = Node(*self._at(event.start_mark), None, tag=tag)
        if isinstance(event, yaml.ScalarEvent):
            node.value = self._scalar(event, path)
        elif isinstance(event, yaml.SequenceStartEvent):
            node.value = self._sequence(node, events, path)
        else:
            node.value = self._mapping(node, events, path)
        node.size = self.count - before + 1
        if anchor := getattr(event, "anchor", None):
            self.anchors[anchor] = node
        return node

    def _tag(self, event: yaml.Event, path: Path_, allowed: Collection[str] | None = None) -> str:
        tag: str = getattr(event, "tag", None) or ""
        allowed = self.tags if allowed is None else allowed
        if tag and tag not in allowed:
            written = excerpt(tag.replace("tag:yaml.org,2002:", "!!"))
            only = f"only plain values and {', '.join(allowed)} are" if allowed else "only plain values are"
            self._fault(event, path, f"tag {written} is not allowed; {only}", nearest(tag, allowed) or "remove it")
        return tag

    def _alias(self, event: yaml.AliasEvent, path: Path_) -> Node:
        node = self.anchors.get(event.anchor or "")
        if node is None:
            self._stop(event, path, f"alias {excerpt(event.anchor)} refers to itself or to nothing above it")
        self._grow(node.size, event, path)
        self._reach(node.height, event, path)
        return Node(*self._at(event.start_mark), node.value, node.size, node.height, node.keys, node.tag)

    def _scalar(self, event: yaml.ScalarEvent, path: Path_) -> Scalar:
        text: str = event.value
        if found := _REFUSED.search(text):
            self._fault(event, path, f"character U+{ord(found[0]):04X} in a value is not allowed", "remove it")
            return ""
        return text if event.style else resolve_scalar(text)

    def _sequence(self, owner: Node, events: Iterator[yaml.Event], path: Path_) -> list[Node]:
        items: list[Node] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, (*path, len(items))))
            owner.height = max(owner.height, items[-1].height + 1)
        return items

    def _mapping(self, owner: Node, events: Iterator[yaml.Event], path: Path_) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        merged: list[Node] = []
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                self._stop(event, path, "a key must be plain text")
            key: str = event.value
            place = (*path, key)
            at = self._at(event.start_mark)
            self._grow(1, event, place)
            self._tag(event, place, allowed=())
            self._scalar(event, place)
            if event.anchor:
                self.anchors[event.anchor] = Node(*at, key)
            value = self._node(next(events), events, place)
            owner.height = max(owner.height, value.height + 1)
            if key == "<<" and not event.style and self.merge_keys:
                merged += value.value if isinstance(value.value, list) else [value]
                if not all(isinstance(node.value, dict) for node in merged):
                    self._stop(event, place, "must name a mapping or a list of mappings")
            elif key == "<<" and not event.style:
                self._fault(event, place, "merge keys (<<) are not supported", "repeat the keys or use an alias")
            elif key in entries:
                self._fault(event, place, f"key {excerpt(key)} is given twice; first on line {owner.keys[key][0]}")
            else:
                entries[key] = value
                owner.keys[key] = at
        for node in merged:
            assert isinstance(node.value, dict)
            for key, value in node.value.items():
                if key not in entries:
                    entries[key], owner.keys[key] = value, node.keys[key]
        return entries

    def _grow(self, size: int, event: yaml.Event, path: Path_) -> None:
        self.count += size
        if self.count > self.max_nodes:
            self._stop(event, path, f"more than {self.max_nodes:,} values (aliases counted); that is refused")

    def _reach(self, height: int, event: yaml.Event, path: Path_) -> None:
        if len(path) + height > MAX_DEPTH:
            self._stop(event, path, f"is nested deeper than {MAX_DEPTH} levels")

    def _at(self, mark: Any) -> tuple[int, int]:
        """Line and column of a mark; of the last character when it lies behind, as that of a value left empty may."""
        return min((mark.line + 1, mark.column + 1), self.end) if mark else (1, 1)

    def _fault(self, event: yaml.Event, path: Path_, message: str, hint: str = "") -> None:
        self.faults.append(Fault(self.file, *self._at(event.start_mark), dotted(path), message, hint))

    def _stop(self, event: yaml.Event, path: Path_, message: str) -> NoReturn:
        self._fault(event, path, message)
        raise _Refused

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        line, column = self._at(error.problem_mark or error.context_mark)
        if tab := re.match(r"(?: |- )*\t", self.text.splitlines()[line - 1]):
            column, message, hint = tab.end(), "a tab is used for indentation", "use spaces"
        else:
            message = f"is not valid YAML: {error.problem}" + (f" {error.context}" if error.context else "")
            hint = ""
            if error.context_mark and (first := self._at(error.context_mark)[0]) < line:
                message += f" that begins on line {first}"
        self.faults.append(Fault(self.file, line, column, "", message, hint))


class _Refused(Exception):
    pass


def resolve_scalar(text: str) -> Scalar:
    """A plain scalar by the YAML 1.2 core schema; digits with leading zeros and very long numbers stay text."""
    if text in _WORDS:
        return _WORDS[text]
    convert: Callable[[str], Scalar]
    for pattern, convert in ((_INTEGER, int), (_FLOAT, float)):
        if pattern.fullmatch(text):
            return convert(text)
    return text
