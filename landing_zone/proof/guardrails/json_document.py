"""JSON as a tree of nodes that know their place, as `landing_zone.manifest.document` makes it of YAML."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from landing_zone.fault import Fault, InputError, excerpt
from landing_zone.manifest.document import MAX_DEPTH, Document, Node, Path_, Plain, Scalar, dotted, resolve_scalar
from landing_zone.manifest.source_text import place, read_text

MAX_CHARACTERS = 500_000
MAX_VALUES = 10_000
"""Both are more than any policy within its quota has, with generous white space."""
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')
_LINE_END = re.compile(r"\r\n|\n|\r")
_NO_JSON = ("NaN", "Infinity", "-Infinity")


@dataclass(frozen=True)
class Limits:
    """What is refused in a JSON file: more characters, more values; invisible characters in texts unless allowed."""

    characters: int = MAX_CHARACTERS
    values: int = MAX_VALUES
    invisible: bool = False


POLICY = Limits()


def read_json(path: Path) -> Document:
    """Read a JSON file. Raises InputError with every fault that can be told from the text alone."""
    return parse_json(read_text(path), str(path))


def parse_json(text: str, file: str, limits: Limits = POLICY) -> Document:
    """Parse JSON text. Raises InputError: syntax, duplicate keys, invisible characters, size, depth."""
    if len(text) > limits.characters:
        raise InputError(
            [Fault(file, 1, 1, "", f"has {len(text):,} characters; more than {limits.characters:,} are refused")]
        )
    too_deep = Fault(file, 1, 1, "", f"is nested deeper than {MAX_DEPTH} levels")
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        if not text.strip():
            raise InputError([Fault(file, 1, 1, "", "is empty")]) from None
        reason = error.msg[0].lower() + error.msg[1:].removesuffix(" at")
        raise InputError([Fault(file, *place(text, error.pos), "", f"is not valid JSON: {reason}")]) from None
    except RecursionError:
        raise InputError([too_deep]) from None
    tree = _Tree(text, file, limits)
    try:
        root = tree.value(())
    except _Refused:
        raise InputError(tree.faults) from None
    if tree.faults:
        raise InputError(tree.faults)
    return Document(file, root)


def condition_text(scalar: Scalar) -> str:
    """A scalar of JSON as IAM compares it: truth values and numbers as text."""
    return json.dumps(scalar) if isinstance(scalar, bool) else str(scalar)


def plain_mapping(node: Node) -> dict[str, Plain]:
    """The value of a node that holds an object."""
    plain = node.plain()
    return plain if isinstance(plain, dict) else {}


class _Refused(Exception):
    pass


class _Tree:
    """Builds nodes from the parts of a text that is known to be JSON."""

    def __init__(self, text: str, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.parts = [(found.start(), found[0]) for found in _PART.finditer(text)]
        self.starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
        self.at = 0
        self.count = 0
        self.faults: list[Fault] = []

    def value(self, path: Path_) -> Node:
        """The node of the next value. Raises _Refused, with the reason in `faults`."""
        position, part = self._next()
        node = Node(*self._place(position), None)
        self.count += 1
        if self.count > self.limits.values:
            self._stop(position, path, f"more than {self.limits.values:,} values; that is refused")
        if len(path) > MAX_DEPTH:
            self._stop(position, path, f"is nested deeper than {MAX_DEPTH} levels")
        if part == "{":
            node.value = self._members(node, path)
        elif part == "[":
            node.value = self._items(path)
        elif part.startswith('"'):
            node.value = self._text(position, part, path)
        elif part in _NO_JSON:
            self._fault(position, path, f"is not valid JSON: {part} is no number")
        else:
            node.value = resolve_scalar(part)
        return node

    def _members(self, owner: Node, path: Path_) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while (found := self._next())[1] != "}":
            position, part = self._next() if found[1] == "," else found
            key = self._text(position, part, path)
            self._next()
            value = self.value((*path, key))
            if key in entries:
                first = owner.keys[key][0]
                self._fault(position, (*path, key), f"key {excerpt(key)} is given twice; first on line {first}")
            else:
                entries[key], owner.keys[key] = value, self._place(position)
        return entries

    def _items(self, path: Path_) -> list[Node]:
        items: list[Node] = []
        while self.parts[self.at][1] != "]":
            if self.parts[self.at][1] == ",":
                self.at += 1
            items.append(self.value((*path, len(items))))
        self.at += 1
        return items

    def _text(self, position: int, part: str, path: Path_) -> str:
        text: str = json.loads(part)
        invisible = "" if text.isprintable() else next(letter for letter in text if not letter.isprintable())
        if invisible and not self.limits.invisible:
            self._fault(position, path, f"character U+{ord(invisible):04X} in a text is not allowed", "remove it")
        return text

    def _next(self) -> tuple[int, str]:
        self.at += 1
        return self.parts[self.at - 1]

    def _place(self, position: int) -> tuple[int, int]:
        line = bisect_right(self.starts, position)
        return line, position - self.starts[line - 1] + 1

    def _fault(self, position: int, path: Path_, message: str, hint: str = "") -> None:
        self.faults.append(Fault(self.file, *self._place(position), dotted(path), message, hint))

    def _stop(self, position: int, path: Path_, message: str) -> NoReturn:
        self._fault(position, path, message)
        raise _Refused
