"""OUs and accounts of an LZA configuration as targets of policies, and which of them hold PHI."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from landing_zone.fault import UsageError, excerpt, nearest
from landing_zone.lza.accounts import Account, accounts_of
from landing_zone.lza.configuration import Configuration
from landing_zone.lza.entry import Entry
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.organization import ROOT

MANAGEMENT = "Management"
"""LZA's fixed name of the management account."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True)
class Tree:
    """Paths from the root down. units: where each OU is written, by path (`Root/Clinical`). accounts: all of them."""

    units: Mapping[str, Entry]
    accounts: tuple[Account, ...]

    @cached_property
    def members(self) -> tuple[Account, ...]:
        """All but the management account."""
        return tuple(one for one in self.accounts if one.name != MANAGEMENT)

    def path(self, account: Account) -> str:
        """Path of an account itself."""
        return f"{self.unit(account.ou)}/{account.name}"

    def unit(self, name: str) -> str:
        """Path of an OU as LZA names it."""
        return ROOT if name in ("", ROOT) else f"{ROOT}/{name.removeprefix(f'{ROOT}/')}"

    def targets(self, entry: Entry) -> tuple[tuple[str, ...], tuple[Entry, ...]]:
        """Paths that the deploymentTargets of a policy name, and the names that are nowhere listed."""
        paths: list[str] = []
        unknown: list[Entry] = []
        places = entry.get("deploymentTargets")
        for one in places.each("organizationalUnits") if places else ():
            path = self.unit(one.text.strip("/"))
            known = path == ROOT or path in self.units
            (paths if known else unknown).append(path if known else one)  # type: ignore[arg-type]
        accounts = {one.name: self.path(one) for one in self.accounts}
        for one in places.each("accounts") if places else ():
            (paths if one.text in accounts else unknown).append(accounts.get(one.text, one))  # type: ignore[arg-type]
        return tuple(dict.fromkeys(paths)), tuple(unknown)


def tree_of(configuration: Configuration) -> Tree:
    """OUs as listed, and those that accounts are in."""
    settings = configuration.file("organization")
    units: dict[str, Entry] = {}
    tree = Tree(units, accounts_of(configuration.file("accounts")))
    for entry in settings.each("organizationalUnits"):
        name = entry.get("name") or entry
        if name.text and tree.unit(name.text.strip("/")) != ROOT:
            units.setdefault(tree.unit(name.text.strip("/")), entry)
    return tree


def phi_targets(tree: Tree, given: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Paths that hold PHI, the topmost, and the sentence that says why. Raises UsageError: an unknown one is given."""
    said: Mapping[str, str] = policy_data("lza/policies")["assumptions"]
    accounts = {one.name: tree.path(one) for one in tree.members}
    if given:
        found = tuple(dict.fromkeys(_given(tree, accounts, one) for one in given))
        return found, said["phi_given"].format(targets=", ".join(found))
    named = [path for path in tree.units if _speaks(path, "phi_words")]
    named += [path for name, path in accounts.items() if _speaks(name, "phi_words")]
    if named:
        found = _topmost(named)
        return found, said["phi_named"].format(targets=", ".join(found))
    foundation = {path for path in tree.units if _speaks(path, "foundation_words")}
    kept = [path for path in tree.units if not any(_within(path, one) for one in foundation)]
    free = _topmost([path for path in kept if not any(_within(one, path) for one in foundation)])
    # Beside OUs of another purpose, an OU's own accounts are meant one by one.
    mixed = [path for path in kept if any(_within(one, path) for one in foundation)]
    alone = [path for path in accounts.values() if path.rpartition("/")[0] in mixed]
    found = (*free, *alone)
    return found, said["phi_workloads" if found else "phi_none"].format(targets=", ".join(found))


def _given(tree: Tree, accounts: Mapping[str, str], text: str) -> str:
    path = tree.unit(text.strip("/"))
    if path == ROOT or path in tree.units:
        return path
    if text in accounts:
        return accounts[text]
    names = [*(one.removeprefix(f"{ROOT}/") for one in tree.units), *accounts]
    message = f"--phi {excerpt(text)} is no OU and no account of the configuration; allowed: {', '.join(names)}"
    raise UsageError(message, hint=nearest(text, names))


def _topmost(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys(paths) if not any(one != up and _within(one, up) for up in paths))


def _within(path: str, above: str) -> bool:
    return f"{path}/".startswith(f"{above}/")


def _speaks(path: str, words: str) -> bool:
    """Whether the last part of a path has one of these words, also with others before and after: `PhiProduction`."""
    known: Sequence[str] = policy_data("lza/policies")[words]
    last = path.rpartition("/")[2]
    found = {word.lower() for word in _WORD.findall(last)} | {last.lower()}
    return not found.isdisjoint(known)
