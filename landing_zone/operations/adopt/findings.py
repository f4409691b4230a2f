"""What a comparison found: what is new, what is different, what is not there, and what stands against it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from landing_zone.fault import Fault

Json = dict[str, Any]
SHOWN_NAMES = 6
LONGEST_TEXT = 1024  # characters of an AwsName in the lock


@dataclass
class Findings:
    """Rows of the `--json` document, and the faults that keep anything from being written.

    notes: `{"kind", "message"}`; kind `person`: somebody has to decide or do something; `note`: good to know.
    """

    learned: list[Json] = field(default_factory=list)
    changed: list[Json] = field(default_factory=list)
    missing: list[Json] = field(default_factory=list)
    unlisted: list[Json] = field(default_factory=list)
    notes: list[Json] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def learn(self, kind: str, name: str, id: str, **more: Any) -> None:
        """Something the lock did not know."""
        self.learned.append({"kind": kind, "name": name, "id": id, **more})

    def change(self, kind: str, name: str, field: str, before: Any, after: Any, why: str = "") -> None:
        """Something the lock said differently."""
        row = {"kind": kind, "name": name, "field": field, "before": before, "after": after, "why": why}
        self.changed.append(row)

    def miss(self, kind: str, name: str, **more: Any) -> None:
        """Something the manifest asks for and AWS does not have."""
        self.missing.append({"kind": kind, "name": name, **more})

    def ask(self, message: str) -> None:
        """Something that a person has to decide or do."""
        self.notes.append({"kind": "person", "message": message})

    def note(self, message: str) -> None:
        """Something that is good to know."""
        self.notes.append({"kind": "note", "message": message})


def several(names: Collection[str], limit: int = SHOWN_NAMES) -> str:
    """`a, b, c and 9 more`."""
    shown = ", ".join(list(names)[:limit])
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown


def lock_text(text: str) -> str:
    """A text of AWS's, which may hold any character, as the lock can hold it."""
    text = "".join(c if c.isprintable() else " " for c in text).strip() or "(blank)"
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def path_text(names: Iterable[str]) -> str:
    """Names of OUs from the root on as a path; a `/` within a name is written as `\\/`."""
    return lock_text("/".join(name.replace("/", "\\/") for name in names))


def as_slug(name: str) -> str:
    """A name as it would be spelled in the manifest: `Log Archive` is near to `log-archive`."""
    return re.sub(r"[\s_.]+", "-", name.strip().lower())
