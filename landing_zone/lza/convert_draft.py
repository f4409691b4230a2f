"""The manifest while it is made: its values, notes on them, and what may be taken out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from landing_zone.fault import Fault
from landing_zone.lza.configuration import Configuration
from landing_zone.lza.mapping import Ledger, Note
from landing_zone.lza.organization import OrganizationTree

_OPTIONAL = (
    "network.hybrid",
    "network.dns.forwarded_domains",
    "network.inspection.allowed_domains",
    "identity.assignments",
    "identity.permission_sets",
    "budgets",
    "regions.additional",
)


@dataclass
class Draft:
    """What the parts of a conversion share.

    manifest: plain values, as the YAML will have them. notes: of the items of an optional list, by its path, or of an
    optional mapping's values, by path and key. ous, names: the manifest's paths of OUs and names of accounts by LZA's.
    networks: ranges that stay, by Region and account. ids: of accounts. profiles: of OUs by LZA's path. guardrails: by
    kind of policy.
    """

    configuration: Configuration
    tree: OrganizationTree
    phi: tuple[str, ...]
    phi_reason: str
    ledger: Ledger
    manifest: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, list[Note]] = field(default_factory=dict)
    ous: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    networks: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    profiles: dict[str, str] = field(default_factory=dict)
    guardrails: dict[str, list[tuple[dict[str, Any], Note]]] = field(default_factory=lambda: {"scp": [], "rcp": []})

    def set(self, path: str, value: Any) -> None:
        """Set a value of the manifest by its dotted path."""
        *above, last = path.split(".")
        place = self.manifest
        for step in above:
            place = place.setdefault(step, {})
        place[last] = value

    def value(self, path: str) -> Any:
        """A value of the manifest by its dotted path; None where there is none."""
        found: Any = self.manifest
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        return found

    def add(self, path: str, item: Mapping[str, Any] | str, note: Note) -> None:
        """Add an item to an optional list of the manifest."""
        items = self.value(path)
        if items is None:
            self.set(path, items := [])
        items.append(item)
        self.notes.setdefault(path, []).append(note)

    def put(self, path: str, key: str, item: Mapping[str, Any] | Sequence[str], note: Note) -> None:
        """Add a value to an optional mapping of the manifest."""
        items = self.value(path)
        if items is None:
            self.set(path, items := {})
        items[key] = item
        self.notes[f"{path}.{key}"] = [note]

    def take_out(self, faults: Sequence[Fault]) -> bool:
        """Take out the optional items that faults of the manifest are about, and say why; whether there were any."""
        doomed: dict[tuple[str, int | str], str] = {}
        for fault in faults:
            for path in _OPTIONAL:
                below = fault.key.removeprefix(path)
                if below == fault.key or not below:
                    continue
                items = self.value(path)
                if below.startswith("[") and isinstance(items, list):
                    doomed.setdefault((path, int(below[1:].partition("]")[0])), fault.message)
                elif below.startswith(".") and isinstance(items, dict):
                    key = next((key for key in items if _names(below[1:], key)), None)
                    if key:
                        doomed.setdefault((path, key), fault.message)
        last_first = sorted(doomed, key=lambda place: (place[0], str(place[1]).zfill(9)), reverse=True)
        for path, at in last_first:
            reason = doomed[path, at]
            if isinstance(at, int):
                self.notes[path].pop(at).refuse(reason)
                self.value(path).pop(at)
            else:
                self.notes.pop(f"{path}.{at}")[0].refuse(reason)
                self.value(path).pop(at)
        return bool(doomed)


def _names(below: str, key: str) -> bool:
    """Whether a path of a fault begins with a key, which stands in quotes where it is no plain word."""
    return any(f"{below}.".startswith((f"{text}.", f"{text}[")) for text in (key, f"'{key}'", f'"{key}"'))
