"""The form of `attachments.yaml`: which files are listed on which target, and the accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.manifest.document import Document, Node, Path_
from landing_zone.proof.guardrails.organization import ROOT

LISTS = ("scp", "rcp", "declarative")
_GROUPS = ("targets", "attachments")
_SECTIONS = (*_GROUPS, "accounts", "values")
ACCOUNT_ID = re.compile(r"[0-9]{12}")


@dataclass(frozen=True)
class Listed:
    """A target and the files listed on it, each with its place in the document, by `scp`, `rcp`, `declarative`."""

    path: str
    at: Path_
    files: Mapping[str, tuple[tuple[str, Path_], ...]]


@dataclass(frozen=True)
class ListedAccount:
    """An account as listed. target: of the OU it is in, or its own path. at: its place in the document."""

    name: str
    id: str
    target: str
    at: Path_


@dataclass
class Attachments:
    """What a document lists. targets: by path. faults: every way in which its form is wrong."""

    document: Document
    targets: dict[str, Listed] = field(default_factory=dict)
    accounts: list[ListedAccount] = field(default_factory=list)
    values: Mapping[str, Node] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    declares: bool = False
    """Whether some target has the key `declarative`."""

    def fault(self, at: Path_, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Report a fault at a place of the document."""
        self.faults.append(self.document.fault(at, message, hint, at_key=at_key))

    @property
    def paths(self) -> frozenset[str]:
        """The targets that are listed, and all above them."""
        return frozenset((ROOT, *(above for path in self.targets for above in upwards(path))))


def read_attachments(document: Document) -> Attachments:
    """Read the form of the document; whether files and values are right is for others."""
    found = Attachments(document)
    for key, node in _mapping(found, (), document.root).items():
        if key in _GROUPS:
            for path, target in _mapping(found, (key,), node).items():
                _target(found, (key, path), path, target)
        elif key == "accounts":
            found.accounts += _accounts(found, node)
        elif key == "values":
            found.values = _mapping(found, (key,), node)
        elif "/" in key or key.lower() == ROOT.lower():
            _target(found, (key,), key, node)
        else:
            message = f"unknown key {excerpt(key)}; allowed: {', '.join(_SECTIONS)}, and targets such as {ROOT}/PHI"
            found.fault((key,), message, nearest(key, (*_SECTIONS, ROOT)), at_key=True)
    _doubled(found)
    if not (found.targets or found.accounts or found.faults):
        found.fault((), "names no target and no account", f"begin with {ROOT}:")
    return found


def path_reason(path: str) -> tuple[str, str]:
    """Why a text is no path of a target, and a hint; two empty texts if it is one."""
    steps = path.split("/")
    if steps[0] == ROOT and all(step and step == step.strip() for step in steps):
        return "", ""
    kept = [step.strip() for step in steps if step.strip()]
    rest = kept[1:] if kept and kept[0].lower() == ROOT.lower() else kept
    hint = f"did you mean '{'/'.join((ROOT, *rest))}'?"
    return f"{excerpt(path)} is no target; allowed: {ROOT}, {ROOT}/OU, {ROOT}/OU/account-name", hint


def _mapping(found: Attachments, at: Path_, node: Node) -> Mapping[str, Node]:
    if isinstance(node.value, dict):
        return node.value
    if node.value is not None or not at:
        found.fault(at, f"{excerpt(node.plain())} is no mapping of keys to values")
    return {}


def _target(found: Attachments, at: Path_, path: str, node: Node) -> None:
    message, hint = path_reason(path)
    if message:
        found.fault(at, message, hint, at_key=True)
        return
    if path in found.targets:
        found.fault(at, f"target {excerpt(path)} is listed twice", at_key=True)
        return
    files: dict[str, tuple[tuple[str, Path_], ...]] = {}
    for key, listed in _mapping(found, at, node).items():
        if key in LISTS:
            files[key] = tuple(_texts(found, (*at, key), listed))
            found.declares |= key == "declarative"
        else:
            message = f"unknown key {excerpt(key)}; allowed: {', '.join(LISTS)}"
            found.fault((*at, key), message, nearest(key, LISTS), at_key=True)
    found.targets[path] = Listed(path, at, files)


def _texts(found: Attachments, at: Path_, node: Node) -> Iterator[tuple[str, Path_]]:
    if node.value is None:
        return
    for number, one in enumerate(node.value if isinstance(node.value, list) else [node]):
        if isinstance(one.value, str) and one.value:
            yield one.value, (*at, number)
        else:
            found.fault((*at, number), f"{excerpt(one.plain())} is no name of a JSON file")


def _accounts(found: Attachments, node: Node) -> Iterator[ListedAccount]:
    if isinstance(node.value, list):
        for number, one in enumerate(node.value):
            yield from _account(found, ("accounts", number), one, {})
        return
    for key, one in _mapping(found, ("accounts",), node).items():
        at: Path_ = ("accounts", key)
        place = one.line, one.column
        known = {"id" if ACCOUNT_ID.fullmatch(key) else "name": Node(*place, key)}
        if "id" in known and isinstance(one.value, str):
            yield from _account(found, at, Node(*place, {"target": one}), known)
        else:
            yield from _account(found, at, one, known)


def _account(found: Attachments, at: Path_, node: Node, known: Mapping[str, Node]) -> Iterator[ListedAccount]:
    """known: what the account's key says."""
    allowed = [key for key in ("name", "id", "target") if key not in known]
    entries = _mapping(found, at, node)
    for key in entries:
        if key not in allowed:
            message = f"unknown key {excerpt(key)}; allowed: {', '.join(allowed)}"
            found.fault((*at, key), message, nearest(key, allowed), at_key=True)
    entries = {**entries, **known}
    id, target, name = _id(found, at, entries), _ou(found, at, entries), _name(found, at, entries)
    if id and target:
        yield ListedAccount(name or id, id, target, at)


def _id(found: Attachments, at: Path_, entries: Mapping[str, Node]) -> str:
    node = entries.get("id")
    text = "" if node is None else str(node.value) if type(node.value) in (int, str) else ""
    if ACCOUNT_ID.fullmatch(text):
        return text
    what = "is missing" if node is None else f"is {excerpt(node.plain())}"
    found.fault((*at, "id"), f"the account's id {what}; allowed: twelve digits, in quotes")
    return ""


def _ou(found: Attachments, at: Path_, entries: Mapping[str, Node]) -> str:
    node = entries.get("target")
    if node is None or not isinstance(node.value, str):
        what = "is missing" if node is None else f"is {excerpt(node.plain())}"
        found.fault((*at, "target"), f"the account's target {what}; allowed: a target such as {ROOT}/PHI")
        return ""
    message, hint = path_reason(node.value)
    if message:
        found.fault((*at, "target"), message, hint)
        return ""
    return node.value


def _name(found: Attachments, at: Path_, entries: Mapping[str, Node]) -> str:
    node = entries.get("name")
    if node is None:
        return ""
    if isinstance(node.value, str) and node.value.strip() and "/" not in node.value:
        return node.value
    found.fault((*at, "name"), f"{excerpt(node.plain())} is no name of an account: a text without / is wanted")
    return ""


def _doubled(found: Attachments) -> None:
    for what in ("id", "name"):
        seen: dict[str, ListedAccount] = {}
        for account in found.accounts:
            text: str = getattr(account, what)
            if text in seen and not (what == "name" and account.id == seen[text].id):
                first = found.document.fault(seen[text].at, "", at_key=isinstance(seen[text].at[-1], str)).line
                message = f"{what} {excerpt(text)} is given twice; first in the account on line {first}"
                found.fault((*account.at, what), message)
            seen.setdefault(text, account)


def upwards(path: str) -> Iterator[str]:
    """The paths of the targets from the root down to a path, itself included."""
    steps = path.split("/")
    yield from ("/".join(steps[:count]) for count in range(1, len(steps) + 1))
