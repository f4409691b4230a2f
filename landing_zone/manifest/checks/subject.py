"""What is examined, and what a check says about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from landing_zone.fault import closest, excerpt, nearest
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.document import Document, Path_
from landing_zone.manifest.model import Manifest

SHOWN = 12
"""How many known names a message lists."""


@dataclass(frozen=True)
class Remark:
    """What is wrong, and where; `at_key` when the key is meant and not its value."""

    path: Path_
    message: str
    hint: str = ""
    at_key: bool = False


@dataclass(frozen=True)
class Subject:
    """The model, its places, and the paths in the document whose values are malformed and have a stand-in here."""

    manifest: Manifest
    document: Document
    broken: frozenset[Path_] = frozenset()

    @cached_property
    def _above_broken(self) -> frozenset[Path_]:
        return frozenset(path[:length] for path in self.broken for length in range(len(path)))

    def sound(self, *path: str | int) -> bool:
        """Whether the value at a path is what the user wrote."""
        return not self.broken or not any(path[:length] in self.broken for length in range(1, len(path) + 1))

    def complete(self, *path: str | int) -> bool:
        """Whether the value at a path and everything in it is what the user wrote."""
        return self.sound(*path) and path not in self._above_broken

    @cached_property
    def account_names(self) -> tuple[str, ...]:
        """Every account name that may be referred to, sorted."""
        return tuple(sorted({account.name for account in self.manifest.accounts} | tree.CORE_ACCOUNTS.keys()))

    @cached_property
    def _known_accounts(self) -> frozenset[str]:
        return frozenset(self.account_names)

    @cached_property
    def _malformed_names(self) -> list[str | None]:
        """The malformed names of accounts; None for one that is missing or no text."""
        places = (("accounts", index, "name") for index in range(len(self.manifest.accounts)))
        nodes = [self.document.node(path) for path in places if not self.sound(*path)]
        texts = [node.value if node and isinstance(node.value, str) else None for node in nodes]
        return texts if self.sound("accounts") else [None]

    def is_account(self, name: str) -> bool:
        """Whether a name is that of an account, or may be once malformed and missing names are corrected."""
        if name in self._known_accounts or None in self._malformed_names:
            return True
        return closest(name, [malformed for malformed in self._malformed_names if malformed]) is not None

    @cached_property
    def units(self) -> dict[str, tree.Unit]:
        """Every OU by path."""
        return tree.units(self.manifest)

    @cached_property
    def unit_paths(self) -> tuple[str, ...]:
        """The path of every OU, sorted."""
        return tuple(self.units)

    @cached_property
    def units_are_known(self) -> bool:
        """Whether no OU is lost because the part of the tree that names it is malformed."""
        kept = ("description", "data", "guardrails")
        return not any(path[0] == "organizational_units" and path[-1] not in kept for path in self.broken)

    def unit_is_sound(self, path: str) -> bool:
        """Whether what an OU says and inherits is what the user wrote."""
        steps = path.split("/")
        above = ("/".join(steps[:length]) for length in range(1, len(steps) + 1))
        return self.units_are_known and all(
            self.sound(*unit_place(unit), key) for unit in above for key in ("data", "guardrails")
        )

    @cached_property
    def region_codes(self) -> tuple[str, ...]:
        """Home, recovery and additional Regions."""
        chosen = self.manifest.regions
        return tuple(dict.fromkeys((chosen.home, chosen.recovery, *chosen.additional)))

    def line(self, path: Path_) -> int:
        """The line on which a value stands."""
        return self.document.fault(path, "").line


@dataclass(frozen=True)
class Check:
    """A check and the parts of the manifest without which it would say something wrong."""

    run: Callable[[Subject], Iterator[Remark]]
    needs: tuple[Path_, ...] = ()


def unit_place(path: str) -> Path_:
    """Where an OU stands in the manifest."""
    return tuple(step for name in path.split("/") for step in ("organizational_units", name))


def repeated(subject: Subject, rows: Iterable[tuple[str, Path_]]) -> Iterator[tuple[str, Path_, int]]:
    """Each value that stands more than once: the value, the later path, the line of the first."""
    first: dict[str, Path_] = {}
    for value, path in rows:
        if not subject.sound(*path):
            continue
        if value in first:
            yield value, path, subject.line(first[value])
        first.setdefault(value, path)


def listed(names: Iterable[str]) -> str:
    """The first names of many."""
    known = list(names)
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(known[:SHOWN]) + more


def unknown(path: Path_, what: str, found: str, known: tuple[str, ...], *, at_key: bool = False) -> Remark:
    """A reference to something that does not exist."""
    message = f"unknown {what} {excerpt(found)}; known: {listed(known) or 'none'}"
    return Remark(path, message, nearest(found, known), at_key)


def unknown_account(subject: Subject, path: Path_, name: str | None) -> Iterator[Remark]:
    """A remark when no account has this name."""
    if name is not None and not subject.is_account(name):
        yield unknown(path, "account", name, subject.account_names)


def unknown_unit(subject: Subject, path: Path_, unit: str | None, *, at_key: bool = False) -> Iterator[Remark]:
    """A remark when no OU has this path; `root` is known."""
    if unit not in (None, "root") and unit not in subject.units and subject.units_are_known:
        yield unknown(path, "OU", str(unit), subject.unit_paths, at_key=at_key)


def target_resolves(subject: Subject, path: Path_, ou: str | None, account: str | None) -> Iterator[Remark]:
    """Remarks about what has an OU or an account as its target: not both, and one that exists."""
    if ou and account:
        yield Remark(path, "takes ou or account, not both")
    yield from unknown_unit(subject, (*path, "ou"), ou)
    yield from unknown_account(subject, (*path, "account"), account)


def unknown_region(subject: Subject, path: Path_, code: str, *, at_key: bool = False) -> Iterator[Remark]:
    """A remark when the landing zone does not use this Region."""
    if code not in subject.region_codes and subject.complete("regions"):
        message = f"Region {excerpt(code)} is not one of this landing zone: {', '.join(subject.region_codes)}"
        yield Remark(path, message, "regions.additional takes further ones", at_key)
