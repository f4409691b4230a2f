"""Anybody's organization policies, from a folder: `attachments.yaml` and the JSON files that it lists.

`attachments` reads the form of that file, `given_values` its values, `policy_grammar` and `declarative_documents` what
the policies may say. Here they become an Organization.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from landing_zone.fault import Fault, InputError, excerpt, nearest
from landing_zone.guardrails.documents import conflicts, merged
from landing_zone.manifest.document import Document, Path_, dotted, read_document
from landing_zone.proof.guardrails.attachments import Attachments, Listed, read_attachments
from landing_zone.proof.guardrails.declarative_documents import declarative_faults, declarative_type, in_force
from landing_zone.proof.guardrails.given_values import MANAGEMENT, Forms
from landing_zone.proof.guardrails.json_document import plain_mapping, read_json
from landing_zone.proof.guardrails.organization import ROOT, Account, Organization, Policy, Target, Values
from landing_zone.proof.guardrails.policy_grammar import (
    TITLES,
    Kind,
    allows_everything,
    policy_content,
    policy_faults,
    policy_notes,
    quota,
)

ATTACHMENTS = "attachments.yaml"
_SUFFIX = ".json"
_REMEDY = "docs/guardrail-proofs.md shows its form"
_FIRST_STAND_IN = 900_000_000_001
_TWELVE_DIGITS = re.compile(r"[0-9]{12}")


@dataclass(frozen=True)
class PolicyFolder:
    """What a folder says. notes: what is no fault and yet worth knowing, such as files that are attached to nothing."""

    organization: Organization
    notes: tuple[Fault, ...]


def read_policy_folder(folder: Path) -> PolicyFolder:
    """Read `folder/attachments.yaml` and what it lists. Raises InputError with every fault of all files."""
    attachments = read_attachments(read_document(folder / ATTACHMENTS, remedy=_REMEDY))
    _unknown_targets(attachments)
    accounts = _placed(attachments)
    paths = attachments.paths.union(*(_upwards(one.target) for one in accounts))
    values = Forms(accounts, paths, complete=not attachments.faults).read(attachments)
    files = _Files(folder, attachments)
    targets = _targets(attachments, files)
    _too_many(attachments, targets)
    if attachments.faults:
        raise InputError(attachments.faults)
    bound = [one for one in accounts if one.id not in values.get(MANAGEMENT, ())]
    unbound = frozenset(one.target for one in accounts if one not in bound)
    bound += _stand_ins(targets, bound, unbound, values)
    organization = Organization(targets, tuple(bound), values, attachments.declares)
    return PolicyFolder(organization, tuple(dict.fromkeys((*files.notes(), *_notes(attachments, organization)))))


@dataclass
class _Files:
    """The JSON files of a folder, each read once."""

    folder: Path
    attachments: Attachments
    used: set[Path] = field(default_factory=set)
    policies: dict[tuple[Path, Kind], tuple[Policy, Document] | None] = field(default_factory=dict)
    documents: dict[Path, Document | None] = field(default_factory=dict)

    def attached(self, listed: Listed, kind: Kind) -> tuple[Policy, ...]:
        """The policies of a kind that are listed on a target."""
        policies = (self._policy(path, kind) for path, _ in self._paths(listed, kind))
        return tuple(policy for policy in policies if policy)

    def declarative_in_force(self) -> dict[str, dict[str, Mapping[str, Any]]]:
        """What declarative policies come to on each target, those of the levels above included, by type."""
        own: dict[str, dict[str, Mapping[str, Any]]] = {}
        for path, listed in self.attachments.targets.items():
            for file, at in self._paths(listed, "declarative"):
                document = self._declarative(file)
                if document is None:
                    continue
                type_, content = declarative_type(document), plain_mapping(document.root)
                before = own.setdefault(path, {}).get(type_, {})
                for place, _, _ in conflicts(before, content):
                    message = f"{file.name} contradicts another {type_} of this target at {dotted(place)}"
                    self.attachments.fault(at, message, "which of them holds is not certain")
                own[path][type_] = merged([before, content])
        found: dict[str, dict[str, Mapping[str, Any]]] = {}
        for path in self.attachments.targets:
            levels = [own[above] for above in _upwards(path) if above in own]
            types = sorted({type_ for level in levels for type_ in level})
            found[path] = {type_: in_force([level[type_] for level in levels if type_ in level]) for type_ in types}
        return found

    def notes(self) -> Iterator[Fault]:
        """What is likely a mistake in a file; files that are attached to nothing."""
        for (_, kind), read in self.policies.items():
            if read:
                yield from policy_notes(read[1], kind)
        folders = {self.folder, *(self.folder / path.relative_to(self._root).parent for path in self.used)}
        for path in sorted(path for folder in folders for path in folder.glob(f"*{_SUFFIX}")):
            if path.is_file() and path.resolve() not in self.used:
                yield Fault(
                    str(path), 1, 1, "", "is attached to nothing, so no theorem rests on it", "list it on a target"
                )

    @property
    def _root(self) -> Path:
        return self.folder.resolve()

    def _paths(self, listed: Listed, key: str) -> Iterator[tuple[Path, Path_]]:
        """The files of a list, in the folder and each once, and their place in it."""
        seen: set[Path] = set()
        for name, at in listed.files.get(key, ()):
            path = self._inside(name, at)
            if path and path in seen:
                self.attachments.fault(at, f"{excerpt(name)} is listed twice on this target")
            elif path:
                seen.add(path)
                yield path, at

    def _inside(self, name: str, at: Path_) -> Path | None:
        """The file of that name, if it is one of the folder."""
        message, hint = "", ""
        try:
            path = (self._root / name).resolve()
            if not path.is_relative_to(self._root):
                message = "is outside the folder"
            elif not name.endswith(_SUFFIX):
                message = f"is no {_SUFFIX} file"
            elif not path.exists():
                message = "is not in the folder"
                hint = nearest(name, sorted(one.name for one in self._root.glob(f"*{_SUFFIX}")))
            elif not path.is_file():
                message = "is no regular file"
        except (OSError, RuntimeError, ValueError):  # a name that is too long, links that go round
            message, path = "cannot be found", self._root
        if message:
            self.attachments.fault(at, f"{excerpt(name)} {message}", hint)
            return None
        self.used.add(path)
        return path

    def _policy(self, path: Path, kind: Kind) -> Policy | None:
        if (path, kind) not in self.policies:
            document = self._document(path)
            faults = list(policy_faults(document, kind)) if document else []
            self.attachments.faults += faults
            name = path.relative_to(self._root).with_suffix("").as_posix()
            sound = document if not faults else None
            self.policies[path, kind] = (Policy(name, policy_content(sound)), sound) if sound else None
        read = self.policies[path, kind]
        return read[0] if read else None

    def _declarative(self, path: Path) -> Document | None:
        document = self._document(path)
        faults = list(declarative_faults(document)) if document else []
        self.attachments.faults += faults
        return document if not faults else None

    def _document(self, path: Path) -> Document | None:
        if path not in self.documents:
            self.documents[path] = None
            try:
                self.documents[path] = read_json(self.folder / path.relative_to(self._root))
            except InputError as error:
                self.attachments.faults += error.faults
        return self.documents[path]


def _targets(attachments: Attachments, files: _Files) -> dict[str, Target]:
    scps = {path: files.attached(listed, "scp") for path, listed in attachments.targets.items()}
    rcps = {path: files.attached(listed, "rcp") for path, listed in attachments.targets.items()}
    explicit = any(_allows_all(policy) for policies in scps.values() for policy in policies)
    declarative = files.declarative_in_force()
    return {
        path: Target(path, scps[path], rcps[path], _full_access(scps[path], explicit=explicit), declarative[path])
        for path in attachments.targets
    }


def _too_many(attachments: Attachments, targets: Mapping[str, Target]) -> None:
    """Targets with more policies than the quota. AWS's own takes a place, whether it is listed or not."""
    for path, target in targets.items():
        own = {"scp": target.full_access, "rcp": not any(_allows_all(policy) for policy in target.rcps)}
        for kind, title in TITLES.items():
            listed = len(attachments.targets[path].files.get(kind, ()))
            most = quota(kind).policies
            if listed and listed + own[kind] > most:
                counted = f", {'RCP' if kind == 'rcp' else ''}FullAWSAccess counted" if own[kind] else ""
                titles = title.replace("policy", "policies")
                message = f"{listed + own[kind]} {titles}{counted}; a target has at most {most}"
                attachments.fault((*attachments.targets[path].at, kind), message, "merge some", at_key=True)


def _allows(policies: Iterable[Policy]) -> bool:
    return any(not statement.denies for policy in policies for statement in policy.statements)


def _allows_all(policy: Policy) -> bool:
    return any(allows_everything(statement.content) for statement in policy.statements)


def _full_access(scps: Sequence[Policy], *, explicit: bool) -> bool:
    """Whether FullAWSAccess is taken as attached though not listed.

    explicit: somewhere it is listed. Then a level that lists policies lists all of them; one that lists none has it,
    because AWS keeps at least one policy on every target.
    """
    return not scps or not (explicit or _allows(scps))


def _placed(attachments: Attachments) -> list[Account]:
    """The accounts at their own paths: the target itself if it ends in the account's name, else one step below.

    An account that is known by its id alone stands on a path of its own if no other account and no target is there.
    """
    holders = Counter(one.target for one in attachments.accounts)
    names = Counter(_last(one.target) for one in attachments.accounts)
    above = {path.rpartition("/")[0] for path in attachments.paths}
    found: list[Account] = []
    for one in attachments.accounts:
        last, name, path = _last(one.target), one.name, f"{one.target}/{one.name}"
        nameless = one.name == one.id and holders[one.target] == 1 and one.target not in above
        if one.target != ROOT and (nameless or last in (one.name, one.id)):
            path = one.target
            name = last if nameless and names[last] == 1 else one.name
        found.append(Account(name, one.id, path))
    return found


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _unknown_targets(attachments: Attachments) -> None:
    known = attachments.paths
    for account in attachments.accounts:
        if account.target not in known and account.target.rpartition("/")[0] not in known:
            message = f"unknown target {excerpt(account.target)}; neither it nor what is above it is listed"
            attachments.fault((*account.at, "target"), message, nearest(account.target, sorted(known)))


def _stand_ins(
    targets: Mapping[str, Target], accounts: Sequence[Account], unbound: frozenset[str], values: Values
) -> Iterator[Account]:
    """An account for each target that has none yet, so that theorems speak of those to come.

    unbound: paths of accounts that no policy binds.
    """
    texts = [json.dumps(policy.content) for one in targets.values() for policy in (*one.scps, *one.rcps)]
    given = [text for texts in values.values() for text in texts]
    taken = {*_TWELVE_DIGITS.findall(" ".join((*texts, *given))), *(one.id for one in accounts)}
    ids = (id for id in map(str, count(_FIRST_STAND_IN)) if id not in taken)
    for path in dict.fromkeys((*(path for path in targets if path not in unbound), *values.get("phi_targets", ()))):
        if not any(f"{one.target}/".startswith(f"{path}/") for one in accounts):
            yield Account(f"any account of {path}", next(ids), f"{path}/any account")


def _notes(attachments: Attachments, organization: Organization) -> Iterator[Fault]:
    """What is worth knowing of what is attached."""
    older = quota("scp").older
    document = attachments.document
    for path, target in organization.targets.items():
        at = (*attachments.targets[path].at, "scp")
        total = len(target.scps) + target.full_access
        if older and target.scps and total > older.policies:
            counted = ", FullAWSAccess counted" if target.full_access else ""
            message = f"{total} service control policies{counted}: more than {older.policies}, the older quota"
            yield document.fault(at, message, at_key=True)
        if target.scps and not target.full_access and not _allows(target.scps):
            message = "FullAWSAccess is listed elsewhere and not here, so nothing is allowed here"
            yield document.fault(at, message, "list it here, too, if it is attached", at_key=True)
    known = attachments.paths
    for one in {one.target: one for one in attachments.accounts if one.target not in known}.values():
        above, _, last = one.target.rpartition("/")
        if last != one.name and not (one.name == one.id and above != ROOT):
            message = f"{excerpt(one.target)} is not listed, so nothing but FullAWSAccess is attached there"
            yield document.fault((*one.at, "target"), message, nearest(one.target, sorted(known - {ROOT})))
    managing = organization.values.get(MANAGEMENT, ())
    for name, texts in organization.values.items():
        if name != MANAGEMENT and managing and set(texts) & set(managing):
            yield document.fault(("values", name), "is the management account, which no policy binds")


def _upwards(path: str) -> Iterator[str]:
    steps = path.split("/")
    yield from ("/".join(steps[: number + 1]) for number in range(len(steps)))
