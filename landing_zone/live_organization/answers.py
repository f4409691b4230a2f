"""The answers that an export holds: `{"list-roots": {"Roots": [...]}}` in a file, or a file for each in a folder.

policies/live_organization/calls.yaml lists the calls. A call that is made for each parent, policy, type or account
has an answer for each: `{"list-accounts-for-parent": {"r-ab12": {...}}}`, or `list-accounts-for-parent/r-ab12.json`.
Instead of an answer `{"Error": {"Code": "AccessDeniedException"}}` says why there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from landing_zone.fault import Fault, InputError, UsageError, excerpt, nearest
from landing_zone.manifest.document import Document, Node, Path_
from landing_zone.manifest.source_text import read_text
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.json_document import Limits, parse_json

_TEXTS = ("Name", "Email", "State", "Status", "FeatureSet")
"""Keys that need not be there, and hold texts."""
REMEDY = "docs/importing-an-organization.md shows how an export is made"
_LIMITS = Limits(characters=5_000_000, values=250_000, invisible=True)
"""More than the answers of an organization of 10,000 accounts hold; policies made in the console hold line ends."""


@dataclass(frozen=True)
class Call:
    """A call of AWS Organizations. name: of the AWS CLI. each: what it is made for one by one, empty if for nothing."""

    name: str
    operation: str
    answer: str
    keys: tuple[str, ...]
    rows: bool = False
    each: str = ""
    parameter: str = ""

    def parameters(self, argument: str) -> dict[str, str]:
        """Of the request."""
        return {self.parameter: argument} if self.each else {}


def calls() -> Mapping[str, Call]:
    """The calls of an export, by name."""
    rows = policy_data("live_organization/calls")["calls"]
    return {name: Call(name, **{**row, "keys": tuple(row["keys"])}) for name, row in rows.items()}


@dataclass(frozen=True, eq=False)
class Answer:
    """What a call answered, and where that stands. It has the shape that the call's row says."""

    call: Call
    argument: str
    document: Document
    at: Path_

    @property
    def node(self) -> Node:
        """The whole answer."""
        return self.document.node(self.at) or self.document.root

    @property
    def error(self) -> str:
        """Code of the error that came instead; empty if there is an answer."""
        error = self.node.child("Error")
        return text(error, "Code") or "unknown error" if error else ""

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Its rows, or its one object."""
        found = self.node.child(self.call.answer)
        at = (*self.at, self.call.answer)
        if found is None:
            return ()
        if isinstance(found.value, list):
            return tuple(Row(self, one, (*at, number)) for number, one in enumerate(found.value))
        return (Row(self, found, at),)

    def fault(self, message: str, hint: str = "") -> Fault:
        """A fault at the answer's place."""
        return self.document.fault(self.at, message, hint)


@dataclass(frozen=True, eq=False)
class Row:
    """A row of an answer, and its place in the document."""

    answer: Answer
    node: Node
    at: Path_

    def text(self, key: str) -> str:
        """The text of a key; empty if there is none."""
        return text(self.node, key)

    def fault(self, message: str = "", hint: str = "", key: str = "") -> Fault:
        """A fault at the place of the row, or of one of its keys."""
        return self.answer.document.fault((*self.at, key) if key else self.at, message, hint)


@dataclass
class Answers:
    """Answers by call and argument (empty for calls that have none). name: of the export, as it was given."""

    name: str
    found: dict[str, dict[str, Answer]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unknown: list[Fault] = field(default_factory=list)
    """Files that hold the answer of no call."""

    def get(self, call: str, argument: str = "") -> Answer | None:
        """An answer that is no error."""
        found = self.found.get(call, {}).get(argument)
        return found if found and not found.error else None

    def rows(self, call: str, argument: str = "") -> tuple[Row, ...]:
        """Rows of an answer; none if there is no answer."""
        found = self.get(call, argument)
        return found.rows if found else ()

    def missing(self, call: str, argument: str = "") -> str:
        """Why there is no answer; empty if there is one, or none to be given."""
        found = self.found.get(call, {}).get(argument)
        if found is None:
            return "it is not in the export"
        return "" if found.error in ("", *policy_data("live_organization/calls")["none"]) else found.error


def read_answers(path: Path) -> Answers:
    """Read an export; `faults` are those of its shape. Raises InputError: it cannot be read, or no part is one."""
    answers = Answers(str(path))
    if path.is_dir():
        _folder(path, answers)
    else:
        document = parse_json(read_text(path, REMEDY), path.name, _LIMITS)
        for name, node in _objects(answers, document, ()):
            _call(answers, document, name, node, (name,))
    if not (answers.found or answers.faults):
        raise UsageError("holds no answer of AWS Organizations", file=str(path), hint=REMEDY)
    return answers


def _folder(folder: Path, answers: Answers) -> None:
    known = calls()
    for path in sorted(one for one in (*folder.glob("*.json"), *folder.glob("*/*.json")) if one.is_file()):
        name = path.relative_to(folder).as_posix()
        above = path.parent.name if path.parent != folder else ""
        call = known.get(above or path.stem)
        if call is None or bool(call.each) != bool(above):
            hint = nearest(above or path.stem, known)
            answers.unknown.append(
                Fault(name, 1, 1, "", "is the answer of no call that is known, so it is not read", hint)
            )
            continue
        try:
            document = parse_json(read_text(path), name, _LIMITS)
        except InputError as error:
            answers.faults += error.faults
            continue
        _answer(answers, Answer(call, path.stem if above else "", document, ()))


def _call(answers: Answers, document: Document, name: str, node: Node, at: Path_) -> None:
    call = calls().get(name)
    if call is None:
        message = f"unknown key {excerpt(name)}; allowed: {', '.join(calls())}"
        answers.faults.append(document.fault(at, message, nearest(name, calls()), at_key=True))
    elif call.each and "Error" not in (node.value if isinstance(node.value, dict) else ()):
        for argument, _ in _objects(answers, document, at):
            _answer(answers, Answer(call, argument, document, (*at, argument)))
    elif not call.each:
        _answer(answers, Answer(call, "", document, at))


def _objects(answers: Answers, document: Document, at: Path_) -> Iterator[tuple[str, Node]]:
    node = document.node(at) or document.root
    if isinstance(node.value, dict):
        yield from node.value.items()
    else:
        message = f"{excerpt(node.plain())} is no object of answers by {'argument' if at else 'call'}"
        answers.faults.append(document.fault(at, message, REMEDY))


def _answer(answers: Answers, answer: Answer) -> None:
    faults = [] if answer.error else list(_shape(answer))
    answers.faults += faults
    if not faults:
        answers.found.setdefault(answer.call.name, {})[answer.argument] = answer


def _shape(answer: Answer) -> Iterator[Fault]:
    """Every way in which an answer is none of its call."""
    call, found = answer.call, answer.node.child(answer.call.answer)
    if found is None:
        yield answer.fault(f"is no answer of {call.name}: {call.answer} is missing")
        return
    if not isinstance(found.value, list if call.rows else dict):
        wanted = "a list" if call.rows else "an object"
        message = f"{call.answer} is {excerpt(found.plain())}; {wanted} is wanted"
        yield answer.document.fault((*answer.at, call.answer), message)
        return
    for row in answer.rows:
        for key in call.keys:
            if not row.text(key).strip():
                given = row.node.child(key)
                what = f"is {excerpt(given.plain())}" if given else "is missing"
                yield row.fault(f"{key} {what}; a text is wanted", key=key)
        for key in set(_TEXTS).difference(call.keys):
            given = row.node.child(key)
            if given and not isinstance(given.value, str):
                yield row.fault(f"{key} is {excerpt(given.plain())}; a text is wanted", key=key)


def text(node: Node, key: str) -> str:
    """The text under a key; empty if there is none."""
    found = node.child(key)
    return found.value if found and isinstance(found.value, str) else ""
