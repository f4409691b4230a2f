"""An export as a tree of OUs and accounts, the policies with their targets, and what is not known."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from landing_zone.fault import Fault, InputError, UsageError, excerpt, nearest
from landing_zone.live_organization.answers import REMEDY, Answers, Row, calls, read_answers, text
from landing_zone.live_organization.policies import LivePolicy, live_policies
from landing_zone.lza.gaps import NotUnderstood
from landing_zone.operations.adopt.observe import Seen, SeenAccount, SeenUnit, observe_organization
from landing_zone.operations.settings.steps import Json
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.attachments import ACCOUNT_ID
from landing_zone.proof.guardrails.organization import ROOT

_UNITS, _ACCOUNTS = "list-organizational-units-for-parent", "list-accounts-for-parent"
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
CLOSED = frozenset({"SUSPENDED", "PENDING_CLOSURE", "CLOSED"})
"""States of accounts in which nobody works any more (AccountState of the API Reference)."""


@dataclass(frozen=True, eq=False)
class Export:
    """An organization as exported. seen: as `hlz adopt` sees it. partial: what could not be read, in sentences.

    paths: of OUs and accounts by id, `Root/Clinical/EHR`, the root included. enabled: types of policies that are.
    """

    answers: Answers
    seen: Seen
    policies: tuple[LivePolicy, ...]
    paths: Mapping[str, str]
    enabled: frozenset[str]
    partial: tuple[NotUnderstood, ...]

    @cached_property
    def accounts(self) -> tuple[SeenAccount, ...]:
        """Those in which somebody may work, the management account included."""
        return tuple(one for one in self.seen.accounts if one.state not in CLOSED)

    @cached_property
    def members(self) -> tuple[SeenAccount, ...]:
        """The same without the management account."""
        return tuple(one for one in self.accounts if one.id != self.seen.management)

    @cached_property
    def left_out(self) -> tuple[SeenAccount, ...]:
        """Accounts that are closed, or being closed."""
        return tuple(one for one in self.seen.accounts if one.state in CLOSED)

    @cached_property
    def attached(self) -> Mapping[str, tuple[LivePolicy, ...]]:
        """The policies that are attached to a target itself, by path."""
        found: dict[str, list[LivePolicy]] = defaultdict(list)
        for one in self.policies:
            for target in one.targets or ():
                if target in self.paths:
                    found[self.paths[target]].append(one)
        return {path: tuple(policies) for path, policies in found.items()}

    @cached_property
    def delegated(self) -> Mapping[str, tuple[str, ...]]:
        """Service principals by account id of each delegated administrator."""
        rows = self.answers.rows("list-delegated-administrators")
        asked = "list-delegated-services-for-account"
        return {
            id: tuple(row.text("ServicePrincipal") for row in self.answers.rows(asked, id))
            for id in (row.text("Id") for row in rows)
        }

    @cached_property
    def trusted_services(self) -> frozenset[str] | None:
        """Service principals with trusted access; None if that is not known."""
        found = self.answers.get("list-aws-service-access-for-organization")
        return frozenset(row.text("ServicePrincipal") for row in found.rows) if found else None

    @cached_property
    def places(self) -> Mapping[str, Fault]:
        """Where each OU and account stands in the export, and the root."""
        return {row.text("Id"): row.fault() for row in _rows(self.answers)}

    def place(self, call: str) -> Fault:
        """Where the answer of a call stands; of one that there is not, the organization's."""
        found = self.answers.found.get(call, {}).get("") or self.answers.found["describe-organization"][""]
        return found.fault("")


def read_export(path: Path) -> Export:
    """Read an export, a file or a folder. Raises InputError: it is none, or what it says cannot be."""
    answers = read_answers(path)
    faults = [*answers.faults, *_essentials(answers)]
    if faults:
        raise InputError(faults)
    if faults := list(_tree_faults(answers)):
        raise InputError(faults)
    seen = observe_organization(_Recorded(answers), "", "", ())
    types = answers.rows("list-roots")[0].node.child("PolicyTypes")
    listed = types.value if types and isinstance(types.value, list) else []
    enabled = frozenset(text(one, "Type") for one in listed if text(one, "Status") == "ENABLED")
    policies = live_policies(answers)
    if faults := list(_policy_faults(answers, seen, policies)):
        raise InputError(faults)
    partial = tuple(sorted({*_partial(answers, seen, enabled, policies)}))
    return Export(answers, seen, policies, _paths(seen), enabled, partial)


@dataclass(frozen=True)
class _Recorded:
    """Answers calls from an export (`execute.Api`); what is not there as if there were nothing."""

    answers: Answers

    def __call__(
        self, account_id: str, region: str, service: str, operation: str, parameters: Json, /
    ) -> tuple[Json, str]:
        call = next((one for one in calls().values() if one.operation == operation), None)
        found = self.answers.get(call.name, next(iter(parameters.values()), "")) if call else None
        plain = found.node.plain() if found else {}
        return (plain if isinstance(plain, dict) else {}), ""


def _rows(answers: Answers) -> Iterator[Row]:
    """The root, OUs and accounts, as listed."""
    yield from answers.rows("list-roots")
    for call in (_UNITS, _ACCOUNTS):
        for parent in answers.found.get(call, {}):
            yield from answers.rows(call, parent)


def _essentials(answers: Answers) -> Iterator[Fault]:
    """What there has to be in order to say anything."""
    for call in ("describe-organization", "list-roots"):
        if why := answers.missing(call) if not answers.faults else "":
            yield Fault(answers.name, 1, 1, "", f"has no answer of {call}: {why}", REMEDY)
    organization, roots = answers.get("describe-organization"), answers.get("list-roots")
    for row in organization.rows if organization else ():
        yield from _form(row, "Id", _ORGANIZATION, "such as o-a1b2c3d4e5")
        yield from _form(row, "MasterAccountId", ACCOUNT_ID, "twelve digits")
    for parent in answers.found.get(_ACCOUNTS, {}):
        for row in answers.rows(_ACCOUNTS, parent):
            yield from _form(row, "Id", ACCOUNT_ID, "twelve digits")
    if roots and len(roots.rows) != 1:
        yield roots.fault(f"lists {len(roots.rows)} roots; an organization has one")


def _form(row: Row, key: str, form: re.Pattern[str], wanted: str) -> Iterator[Fault]:
    if not form.fullmatch(row.text(key)):
        yield row.fault(f"{key} is {excerpt(row.text(key))}; allowed: {wanted}", key=key)


def _tree_faults(answers: Answers) -> Iterator[Fault]:
    """Ids that are given twice, and parents that are not below the root."""
    first: dict[str, int] = {}
    doubled = False
    for row in _rows(answers):
        id = row.text("Id")
        if id in first:
            doubled = True
            above = row.answer.argument
            message = f"{excerpt(id)} is listed again, under {above}; first on line {first[id]}"
            yield row.fault(message, "an OU or account has one parent", key="Id")
        first.setdefault(id, row.fault().line)
    if doubled:
        return
    parents = {row.text("Id"): one for one in answers.found.get(_UNITS, {}) for row in answers.rows(_UNITS, one)}
    root = answers.rows("list-roots")[0].text("Id")
    asked = {**answers.found.get(_ACCOUNTS, {}), **answers.found.get(_UNITS, {})}
    for parent, answer in asked.items():
        way = [parent]
        while way[-1] in parents and way.count(way[-1]) == 1:
            way.append(parents[way[-1]])
        round_about = way.count(way[-1]) > 1
        if round_about and parent == way[-1] == min(way):  # a cycle is told once, and what is below it is not
            yield answer.fault(f"is below itself: {' in '.join(way)}")
        elif not round_about and way[-1] != root:
            yield answer.fault(f"{excerpt(parent)} is neither the root nor an OU that is listed below it")


def _policy_faults(answers: Answers, seen: Seen, policies: Sequence[LivePolicy]) -> Iterator[Fault]:
    """Policies that are listed twice or attached to what there is not, as far as the whole tree is known."""
    for id, number in Counter(one.id for one in policies).items():
        if number > 1:
            again = [one for one in policies if one.id == id][-1]
            yield again.row.fault(f"{excerpt(id)} is listed twice", key="Id")
    parents = {seen.root, *(one.id for one in seen.units)}
    if any(answers.missing(call, parent) for call in (_UNITS, _ACCOUNTS) for parent in parents):
        return
    known = {*parents, *(one.id for one in seen.accounts)}
    for one in policies:
        for row in answers.rows("list-targets-for-policy", one.id):
            target = row.text("TargetId")
            if target not in known:
                yield row.fault(f"{excerpt(target)} is no root, OU or account that is listed", key="TargetId")


def _partial(
    answers: Answers, seen: Seen, enabled: frozenset[str], policies: Sequence[LivePolicy]
) -> Iterator[NotUnderstood]:
    """What the export does not say, and what follows."""
    for fault in answers.unknown:
        yield NotUnderstood(fault.file, fault.line, f"{fault.message} {fault.hint}".strip())
    said = policy_data("live_organization/gaps")["partial"]
    names = {seen.root: "the root", **{one.id: one.name for one in seen.units}}
    names |= {one.id: one.title for one in policies}
    arguments: dict[str, Sequence[str]] = {
        _UNITS: (seen.root, *(one.id for one in seen.units)),
        _ACCOUNTS: (seen.root, *(one.id for one in seen.units)),
        "list-policies": sorted(enabled | {"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"}),
        "list-targets-for-policy": [one.id for one in policies],
        "describe-policy": [one.id for one in policies],
        "list-delegated-services-for-account": [
            row.text("Id") for row in answers.rows("list-delegated-administrators")
        ],
    }
    place = answers.found["describe-organization"][""].fault("")
    for call in calls():
        for argument in arguments.get(call, ("",)):
            if why := answers.missing(call, argument):
                of = f" of {names.get(argument, argument)}" if argument else ""
                found = answers.found.get(call, {}).get(argument)
                at = found.fault("") if found else place
                yield NotUnderstood(at.file, at.line, f"{call}{of}: {why}; {said[call]}")


def _paths(seen: Seen) -> dict[str, str]:
    """The path of each OU and account; names that are not alone below a parent have the id with them."""
    below: dict[str, list[tuple[str, str]]] = defaultdict(list)
    members: tuple[SeenUnit | SeenAccount, ...] = (*seen.units, *seen.accounts)
    for one in members:
        below[one.parent].append((one.id, _step(one.name) or one.id))
    paths, parents = {seen.root: ROOT}, [seen.root]
    for parent in parents:
        taken = Counter(name for _, name in below[parent])
        for id, name in below[parent]:
            paths[id] = f"{paths[parent]}/{name if taken[name] == 1 else f'{name} ({id})'}"
            parents.append(id)
    return paths


def _step(name: str) -> str:
    """A name as a step of a path, which has no `/` and no white space around it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).replace("/", "-").split())


def chosen_targets(export: Export, given: Sequence[str]) -> tuple[str, ...]:
    """Paths of OUs and accounts by id, name or path (`Clinical/EHR`, with or without `Root/`). Raises UsageError."""
    names = {path.removeprefix(f"{ROOT}/"): path for path in export.paths.values()}
    closed = {export.paths[one.id] for one in export.left_out}
    known: dict[str, list[str]] = defaultdict(list)
    for id, path in export.paths.items():
        for spelling in {id, path, path.removeprefix(f"{ROOT}/"), path.rpartition("/")[2]}:
            known[spelling].append(path)
    found: list[str] = []
    for wanted in given:
        paths = known.get(wanted.strip("/"), [])
        if len(paths) == 1 and paths[0] not in closed:
            found.append(paths[0])
            continue
        if len(paths) > 1:
            message = f"--phi {excerpt(wanted)} may be {' or '.join(paths)}"
            raise UsageError(message, hint="give the whole path, or the id")
        what = "is closed" if paths else "is no OU and no account of the export"
        raise UsageError(f"--phi {excerpt(wanted)} {what}", hint=nearest(wanted, [name for name in names if name]))
    return tuple(dict.fromkeys(found))
