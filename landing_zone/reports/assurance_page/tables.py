"""A register (a JSON document with rows) as facts, tables and records, whatever its columns. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RECORD_COLUMNS = 6
"""Rows with more columns are records, each under its own heading, while there are few of them."""
_CAPITALS = {"aws": "AWS", "phi": "PHI", "ou": "OU"}
FEW = 100
FEW_REFERENCES = 1000
"""Rows up to which an id of another row stands as the title of that row."""
SPARSE = 0.25
"""Share of rows below which columns of a wide table are one column, with the name of each before its value."""
LARGE = 300_000
"""Characters above which a text that is long and frequent stands once, as a note below the table."""
LONG, FREQUENT = 48, 8


@dataclass(frozen=True)
class Cell:
    """A text, or the number of the note that has it."""

    text: str
    note: int = 0


@dataclass(frozen=True)
class Table:
    """Rows of one list of a document. constant: columns with one value in every row, said once; empty: without any."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    constant: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    empty: tuple[str, ...]

    @property
    def as_records(self) -> bool:
        """Whether a row is too wide for a line."""
        return len(self.columns) > RECORD_COLUMNS and len(self.rows) <= FEW


@dataclass(frozen=True)
class Register:
    """A document: what it says of itself, and its tables."""

    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


def register(name: str, document: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Register:
    """The facts and tables of a document, or of a list by this name: lists of objects are tables, the rest facts."""
    if not isinstance(document, Mapping):
        document = {name: document}
    facts: list[tuple[str, str]] = []
    tables: list[Table] = []
    lists = {key: value for key, value in document.items() if _is_rows(value)}
    titles = {row["id"]: row["title"] for rows in lists.values() for row in rows if {"id", "title"} <= row.keys()}
    for key, value in document.items():
        if key in lists:
            tables.append(_table(label(key), value, titles if len(value) <= FEW_REFERENCES else {}))
        elif isinstance(value, Mapping):
            facts += [(label(name), shown(inner)) for name, inner in value.items() if shown(inner)]
        elif shown(value) and key != "version":
            facts.append((label(key), shown(value)))
    return Register(tuple(facts), tuple(tables))


def label(key: str) -> str:
    """A key of a document as words."""
    words = " ".join(_CAPITALS.get(word, word) for word in key.split("_"))
    return words[:1].upper() + words[1:]


def shown(value: Any) -> str:
    """A JSON value as text; empty for what is not there."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{label(str(key))}: {text}" for key, inner in value.items() if (text := shown(inner)))
    if isinstance(value, Sequence) and not isinstance(value, str):
        texts = [text for inner in value if (text := shown(inner))]
        sentences = any(isinstance(inner, Mapping) for inner in value) or any(text.endswith(".") for text in texts)
        return ("\n" if sentences else ", ").join(texts)
    return f"{value:,}" if isinstance(value, int) and value > 9999 else str(value)


def _is_rows(value: Any) -> bool:
    return isinstance(value, Sequence) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _table(name: str, rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> Table:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    texts = {key: [shown(row.get(key)) for row in rows] for key in keys}
    for key in keys:
        if key != "id":
            texts[key] = [titles.get(text, text) for text in texts[key]]
    constant = [key for key in keys if len(rows) > 2 and len(set(texts[key])) == 1]
    varying = [key for key in keys if key not in constant and any(texts[key])]
    varying, texts = _narrowed(varying, texts)
    notes = _notes([text for key in varying for text in texts[key]])
    numbers = {text: number for number, text in enumerate(notes, 1)}
    return Table(
        name,
        tuple(label(key) for key in varying),
        tuple(
            tuple(Cell(texts[key][index], numbers.get(texts[key][index], 0)) for key in varying)
            for index in range(len(rows))
        ),
        tuple((label(key), texts[key][0]) for key in constant if texts[key][0]),
        tuple(notes),
        tuple(label(key) for key in keys if not any(texts[key])),
    )


def _narrowed(keys: list[str], texts: dict[str, list[str]]) -> tuple[list[str], dict[str, list[str]]]:
    """A wide table with its sparse columns as one, the last."""
    sparse = [key for key in keys if sum(map(bool, texts[key])) < SPARSE * len(texts[key])]
    if len(keys) <= RECORD_COLUMNS or len(sparse) < 2:
        return keys, texts
    values = zip(*(texts[key] for key in sparse), strict=True)
    together = [
        "; ".join(f"{label(key)}: {text}" for key, text in zip(sparse, row, strict=True) if text) for row in values
    ]
    named = ", ".join(label(key) for key in sparse)
    return [*(key for key in keys if key not in sparse), named], {**texts, named: together}


def _notes(texts: Sequence[str]) -> list[str]:
    """Texts that stand once below a table which would be very large with them in every row."""
    if sum(map(len, texts)) < LARGE:
        return []
    counts = Counter(text for text in texts if len(text) > LONG)
    return [text for text, count in counts.items() if count >= FREQUENT]
