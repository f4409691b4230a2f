"""Anybody's organization policies, from a folder: `attachments.yaml` and the JSON files that it lists.

`attachments` reads the form of that file, `given_values` its values, `policy_files` the others; `policy_grammar` and
`declarative_documents` know what policies may say. Here they become an Organization.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from landing_zone.action_catalogue import services
from landing_zone.fault import Fault, InputError, excerpt, nearest
from landing_zone.manifest.document import read_document
from landing_zone.proof.guardrails.attachments import Attachments, ListedAccount, read_attachments, upwards
from landing_zone.proof.guardrails.given_values import MANAGEMENT, MEMBERS, Forms
from landing_zone.proof.guardrails.organization import ROOT, Account, Organization, Policy, Target, Values
from landing_zone.proof.guardrails.policy_files import PolicyFiles
from landing_zone.proof.guardrails.policy_grammar import TITLES, allows_everything, quota

SERVICES = "eligible_services"
ATTACHMENTS = "attachments.yaml"
_REMEDY = "docs/guardrail-proofs.md shows its form"
_FIRST_STAND_IN = 900_000_000_001
_UNDER_THE_ROOT = 2
"""Steps of the path of what stands right under the root."""
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
    paths = attachments.paths.union(*(upwards(one.target) for one in accounts))
    values = Forms(accounts, paths, complete=not attachments.faults).read(attachments)
    files = PolicyFiles(folder, attachments)
    targets = _targets(attachments, files)
    _too_many(attachments)
    if attachments.faults:
        raise InputError(attachments.faults)
    management = values.get(MANAGEMENT, ())
    bound = [one for one in accounts if one.id not in management]
    unbound = frozenset(one.target for one in accounts if one.id in management)
    bound += _unplaced(accounts, values)
    to_come = _stand_ins(targets, bound, unbound, values)
    organization = Organization(targets, (*bound, *to_come), values, attachments.declares)
    return PolicyFolder(organization, tuple(dict.fromkeys((*files.notes(), *_notes(attachments, organization)))))


def _targets(attachments: Attachments, files: PolicyFiles) -> dict[str, Target]:
    scps = {path: files.attached(listed, "scp") for path, listed in attachments.targets.items()}
    rcps = {path: files.attached(listed, "rcp") for path, listed in attachments.targets.items()}
    explicit = any(_allows_all(policy) for policies in scps.values() for policy in policies)
    declarative = files.declarative_in_force()
    return {
        path: Target(path, scps[path], rcps[path], _full_access(scps[path], explicit=explicit), declarative[path])
        for path in attachments.targets
    }


def _too_many(attachments: Attachments) -> None:
    """Targets on which more policies are listed than the quota lets attach."""
    for listed in attachments.targets.values():
        for kind, title in TITLES.items():
            found, most = len(listed.files.get(kind, ())), quota(kind).policies
            if found > most:
                message = f"{found} {_plural(title)}; a target has at most {most}"
                attachments.fault((*listed.at, kind), message, "merge some", at_key=True)


def _nearly_too_many(attachments: Attachments, targets: Mapping[str, Target]) -> Iterator[Fault]:
    """Targets over the older quota, or over the quota with AWS's own policy, which takes a place though not listed."""
    for path, target in targets.items():
        own = {"scp": target.full_access, "rcp": not any(_allows_all(policy) for policy in target.rcps)}
        for kind, title in TITLES.items():
            listed = attachments.targets[path]
            names = listed.files.get(kind, ())
            total, allowed = len(names) + own[kind], quota(kind)
            counted = f", {'RCP' if kind == 'rcp' else ''}FullAWSAccess counted" if own[kind] else ""
            limit = f"{allowed.policies}, the quota" if total > allowed.policies else ""
            if allowed.older and total > allowed.older.policies:
                limit = limit or f"{allowed.older.policies}, the older quota"
            if names and limit:
                message = f"{total} {_plural(title)}{counted}: more than {limit}"
                yield attachments.document.fault((*listed.at, kind), message, at_key=True)


def _plural(title: str) -> str:
    return title.replace("policy", "policies")


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
    """Targets of accounts that stand nowhere, or that are a listed one with letters swapped or in another case.

    An OU without policies of its own need not be listed; one that was meant and misspelled would drop out of theorems.
    """
    known = attachments.paths
    letters = {_letters(path): path for path in known}
    for account in attachments.accounts:
        at, steps = (*account.at, "target"), list(upwards(account.target))
        above = [path for path in steps if path in known]
        misspelled = [path for path in steps if path not in known and _letters(path) in letters]
        if above == [ROOT] and len(steps) > _UNDER_THE_ROOT:
            message = f"unknown target {excerpt(account.target)}; neither it nor what is above it is listed"
            attachments.fault(at, message, nearest(account.target, sorted(known)))
        elif misspelled:
            message = f"unknown target {excerpt(misspelled[0])}; allowed: one that is listed, or another name"
            attachments.fault(at, message, f"did you mean '{letters[_letters(misspelled[0])]}'?")


def _unlisted(attachments: Attachments) -> dict[str, ListedAccount]:
    """OUs that are not listed, each with the first account in it."""
    found: dict[str, ListedAccount] = {}
    for one in attachments.accounts:
        above, _, last = one.target.rpartition("/")
        own = one.target if last == one.name or (one.name == one.id and above != ROOT) else ""
        for path in upwards(one.target):
            if path != own and path not in attachments.paths:
                found.setdefault(path, one)
    return found


def _letters(path: str) -> tuple[str, ...]:
    """The steps of a path without case and order of letters."""
    return tuple("".join(sorted(step.lower())) for step in path.split("/"))


def _unplaced(accounts: Sequence[Account], values: Values) -> list[Account]:
    """Accounts that only values name. Nobody said where they are, so they are bound by the root's policies alone."""
    known = {*(one.id for one in accounts), *values.get(MANAGEMENT, ())}
    named = (id for name in MEMBERS for id in values.get(name, ()) if id not in known)
    return [Account(id, id, f"{ROOT}/{id}") for id in dict.fromkeys(named)]


def _stand_ins(
    targets: Mapping[str, Target], accounts: Sequence[Account], unbound: frozenset[str], values: Values
) -> Iterator[Account]:
    """An account for each target that has none yet, so that theorems speak of those to come.

    unbound: paths of accounts that no policy binds.
    """
    texts = [json.dumps(policy.content) for one in targets.values() for policy in (*one.scps, *one.rcps)]
    given = [text for texts in values.values() for text in texts]
    taken = {*_TWELVE_DIGITS.findall(" ".join((*texts, *given))), *(one.id for one in accounts)}
    held = {path for one in accounts for path in upwards(one.target)}
    ids = (id for id in map(str, count(_FIRST_STAND_IN)) if id not in taken)
    for path in dict.fromkeys((*(path for path in targets if path not in unbound), *values.get("phi_targets", ()))):
        if path not in held:
            yield Account(f"any account of {path}", next(ids), f"{path}/any account")


def _notes(attachments: Attachments, organization: Organization) -> Iterator[Fault]:
    """What is worth knowing of what is attached."""
    yield from _nearly_too_many(attachments, organization.targets)
    document = attachments.document
    for path, target in organization.targets.items():
        at = (*attachments.targets[path].at, "scp")
        if target.scps and not target.full_access and not _allows(target.scps):
            message = "FullAWSAccess is listed elsewhere and not here, so nothing is allowed here"
            yield document.fault(at, message, "list it here, too, if it is attached", at_key=True)
    known = attachments.paths
    for path, account in _unlisted(attachments).items():
        message = f"{excerpt(path)} is not listed, so nothing but FullAWSAccess is attached there"
        yield document.fault((*account.at, "target"), message, nearest(path, sorted(known - {ROOT})))
    listed = {one.id for one in attachments.accounts}
    managing = organization.values.get(MANAGEMENT, ())
    for name in MEMBERS:
        for id in organization.values.get(name, ()):
            if id not in listed and id not in managing:
                message = (
                    f"account {excerpt(id)} is not listed, so it is taken to be bound by the root's policies alone"
                )
                yield document.fault(("values", name), message, "list it under accounts")
    for index, text in enumerate(organization.values.get(SERVICES, ())):
        if text not in services():
            message = f"the catalogue knows no service {excerpt(text)}"
            yield document.fault(("values", SERVICES, index), message, nearest(text, sorted(services())))
    for name, texts in organization.values.items():
        if name != MANAGEMENT and managing and set(texts) & set(managing):
            yield document.fault(("values", name), "is the management account, which no policy binds")
