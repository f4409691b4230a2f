"""Reads YAML files of a configuration as LZA does: replacements in the text, then YAML, then `!include`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from landing_zone.fault import Fault, InputError, excerpt
from landing_zone.lza.entry import Entry
from landing_zone.lza.folders import inside
from landing_zone.lza.replacements import Rendering, Usage, Value, render_configuration, shown
from landing_zone.manifest.document import Document, Node, parse_document
from landing_zone.manifest.source_text import read_text

MAX_NODES = 200_000
"""Values of a file, and of a configuration with all that its files include; aliases counted."""
MAX_INCLUDES = 500
MAX_CHAIN = 20
"""Files that include one another."""

_INCLUDE = "!include"
_TAGS = (_INCLUDE,)


class Reader:
    """Reads the files of one configuration; what cannot be read is a fault, and the rest is read."""

    def __init__(self, several: bool) -> None:
        self.several = several
        self.faults: list[Fault] = []
        self.usages: list[tuple[str, Usage]] = []
        self.value_of: Callable[[str], Value] = lambda key: None
        self._parsed: dict[Path, tuple[Rendering, Node] | None] = {}
        self._nodes = 0
        self._includes = 0

    def read(self, path: Path, folder: Path) -> Entry | None:
        """The content of a file; None when it cannot be read, with the reason in `faults`."""
        found = inside(path.name, [path.parent], folder)
        if isinstance(found, str):
            self.faults.append(Fault(self.name(path, folder), 1, 1, "", found))
            return None
        return self._content(found, folder, "", (found.resolve(),))

    def name(self, path: Path, folder: Path) -> str:
        """A file as it is named to users: relative to the configuration's folder, if there is only one."""
        relative = path.relative_to(folder) if path.is_relative_to(folder) else path
        return (folder / relative if self.several else relative).as_posix()

    def replace_by(self, value_of: Callable[[str], Value]) -> None:
        """From now on, take the values of replacements from here, also for files that were included before."""
        self.value_of = value_of
        self.usages.clear()
        self._parsed.clear()

    def text_of(self, path: Path, folder: Path) -> str | None:
        """The text of a file; None when it cannot be read, with the reason in `faults`."""
        try:
            return read_text(path)
        except InputError as error:
            self.faults += [replace(fault, file=self.name(path, folder)) for fault in error.faults]
            return None

    def parse(self, rendering: Rendering, file: str, parser: Callable[[str, str], Document]) -> Node | None:
        """The nodes of rendered text; None when it is not valid, with the reasons in `faults`."""
        try:
            return parser(rendering.text, file).root
        except InputError as error:
            for fault in error.faults:
                line, column = rendering.original(fault.line, fault.column)
                self.faults.append(
                    replace(fault, line=line, column=column, key=shown(fault.key), message=shown(fault.message))
                )
            return None

    def _content(self, path: Path, folder: Path, at: str, chain: tuple[Path, ...]) -> Entry | None:
        file = self.name(path, folder)
        if path not in self._parsed:
            self._parsed[path] = None
            if (text := self.text_of(path, folder)) is not None:
                rendering = render_configuration(text, self.value_of)
                self.usages += [(file, usage) for usage in rendering.usages]
                if not _is_blank(text):
                    root = self.parse(rendering, file, _parse_yaml)
                    self._parsed[path] = (rendering, root) if root else None
                else:
                    self._parsed[path] = (rendering, Node(1, 1, None))
        parsed = self._parsed[path]
        if parsed is None:
            return None
        rendering, root = parsed
        self._nodes += root.size
        if self._nodes > MAX_NODES:
            message = f"the configuration has more than {MAX_NODES:,} values (includes counted); the rest is not read"
            self.faults.append(Fault(file, 1, 1, "", message))
            return None
        return self._entry(root, at, (rendering, path, folder, file, chain))

    def _entry(self, node: Node, at: str, source: tuple[Rendering, Path, Path, str, tuple[Path, ...]]) -> Entry:
        if node.tag == _INCLUDE:
            return self._include(node, at, source)
        rendering, file = source[0], source[3]
        value = node.value
        line, column = rendering.original(node.line, node.column)
        if isinstance(value, dict):
            entries: dict[str, Entry] = {}
            for key, child in value.items():
                name = shown(key)
                entries[name] = self._entry(child, f"{at}.{name}" if at else name, source)
            return Entry(entries, file, line, column, at)
        if isinstance(value, list):
            items: list[Entry] = []
            for position, child in enumerate(value):
                item = self._entry(child, f"{at}[{position}]", source)
                if child.tag == _INCLUDE and isinstance(item.value, list):
                    hint = "let the list be one `!include` of a file with all items, or include one item per file"
                    message = "the included file is a list, which LZA does not join with the list around it"
                    place = Entry(None, file, *rendering.original(child.line, child.column), f"{at}[{position}]")
                    self.faults.append(place.fault(message, hint))
                    items += item.value
                else:
                    items.append(item)
            return Entry(items, file, line, column, at)
        return Entry(shown(value) if isinstance(value, str) else value, file, line, column, at)

    def _include(self, node: Node, at: str, source: tuple[Rendering, Path, Path, str, tuple[Path, ...]]) -> Entry:
        rendering, path, folder, file, chain = source
        place = Entry(None, file, *rendering.original(node.line, node.column), at)
        written = node.value if isinstance(node.value, str) else ""
        # LZA's text says relative to the main file, its example of a nested include is relative to the including one.
        found = inside(shown(written), [folder, path.parent], folder)
        self._includes += 1
        if isinstance(found, str):
            self.faults.append(place.fault(f"{_INCLUDE} {found}"))
        elif found.resolve() in chain:
            names = [self.name(step, folder.resolve()) for step in (*chain, found.resolve())]
            self.faults.append(place.fault(f"{_INCLUDE} goes round in a circle: {' -> '.join(names)}"))
        elif len(chain) > MAX_CHAIN:
            self.faults.append(place.fault(f"more than {MAX_CHAIN} files include one another; the rest is not read"))
        elif self._includes > MAX_INCLUDES:
            if self._includes == MAX_INCLUDES + 1:
                self.faults.append(place.fault(f"more than {MAX_INCLUDES} includes; the rest is not read"))
        else:
            content = self._content(found, folder, at, (*chain, found.resolve()))
            if content:
                return content
            self.faults.append(place.fault(f"{_INCLUDE} {excerpt(written)} could not be read, so this part is missing"))
        return place


def _parse_yaml(text: str, file: str) -> Document:
    return parse_document(text, file, max_nodes=MAX_NODES, tags=_TAGS, merge_keys=True)


def _is_blank(text: str) -> bool:
    """Whether there is nothing but comments and the marks of a document."""
    return all(not line.strip() or line.lstrip().startswith("#") or line.strip() == "---" for line in text.splitlines())
