"""The organization of a manifest: its compiled policies where they are attached, its accounts, and its values."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from landing_zone.guardrails.compile import ROOT as PLAN_ROOT
from landing_zone.guardrails.compile import Compiled
from landing_zone.guardrails.compile import Policy as CompiledPolicy
from landing_zone.guardrails.documents import inherited, merged, plain
from landing_zone.guardrails.evaluate import one_or_more
from landing_zone.guardrails.model import AUTHORIZATION_TYPES
from landing_zone.guardrails.parameters import TOKEN, filled
from landing_zone.guardrails.statements import one_or_many
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.plan.assumed import with_assumed_ids
from landing_zone.plan.lock import Lock
from landing_zone.plan.needs import ACCOUNT_PARAMETERS, DEPLOY_ACCOUNT
from landing_zone.proof.guardrails.of_plan_values import values_of
from landing_zone.proof.guardrails.organization import ROOT, Account, Organization, Policy, Target

MANAGEMENT = "management"
STAND_IN = "any account"
"""Last part of the target of an account that stands for those that an OU may get."""
_HIGHEST_ID = 999_999_999_999
_LATE_VALUES = {"OrganizationId": "organization_id"} | {
    parameter: f"{name.replace('-', '_')}_account" for parameter, name in ACCOUNT_PARAMETERS.items()
}
"""Values by the late parameters that hold the same."""
Declarative = Mapping[str, Mapping[str, Any]]
Content = Mapping[str, Any]


def organization_of(manifest: Manifest, lock: Lock, compiled: Compiled) -> Organization:
    """The organization as the plan makes it. lock: the plan's; for ids that it lacks others stand in, always the same.

    Every OU that holds no account, and the root, gets one that stands for those of tomorrow. Target paths begin with
    `Root`; accounts that the manifest lacks are named by their ids.
    """
    known = with_assumed_ids(lock, manifest)
    late = _late(manifest, known)
    accounts = tuple(_accounts(manifest, known))
    contents = filled_contents({policy.name: policy.content for policy in compiled.policies}, late)
    policies = {
        policy.name: Policy(policy.name, contents[policy.name])
        for policy in compiled.policies
        if policy.type in AUTHORIZATION_TYPES
    }
    paths = target_paths(compiled, accounts)
    everywhere = sorted({ROOT, *paths.values()})
    attached = attached_policies(compiled.policies, paths)
    declarative = _in_force(everywhere, attached, contents)
    return Organization(
        targets={path: _target(path, attached[path], policies, declarative[path]) for path in everywhere},
        accounts=accounts,
        values=values_of(manifest, compiled, {name: late[parameter] for parameter, name in _LATE_VALUES.items()}),
        declarative=True,
        labels=_labels(compiled.policies, policies),
    )


def late_ids(manifest: Manifest, lock: Lock) -> dict[str, str]:
    """What the deployment fills in, by parameter: ids of the lock, and others for those that it lacks."""
    return _late(manifest, with_assumed_ids(lock, manifest))


def _late(manifest: Manifest, known: Lock) -> dict[str, str]:
    holders = {**ACCOUNT_PARAMETERS, DEPLOY_ACCOUNT: manifest.delivery.deploy_account}
    ids = {parameter: known.accounts[name].id for parameter, name in holders.items() if name in known.accounts}
    return ids | {"OrganizationId": known.organization.id or ""}


def without_guardrail(organization: Organization, guardrail: str, compiled: Compiled) -> Organization:
    """The same organization as if there were no such guardrail; a policy that it does not touch stays the same object.

    organization: of `organization_of` for the same compiled policies. Of a statement that several guardrails share,
    only the actions go that no other one of them names.
    """
    levels = organization.targets.values()
    policies = {policy.name: policy for level in levels for policy in (*level.scps, *level.rcps)}
    touched = [policy for policy in compiled.policies if guardrail in policy.guardrails]
    for policy in touched:
        if policy.type in AUTHORIZATION_TYPES:
            content = policies[policy.name].content
            rows = [row for old in content["Statement"] for row in _left(old, policy, guardrail, compiled)]
            policies[policy.name] = Policy(policy.name, {**content, "Statement": rows})
    paths = target_paths(compiled, organization.accounts)
    attached = attached_policies(compiled.policies, paths)
    declarative = {path: target.declarative for path, target in organization.targets.items()}
    if any(policy.type not in AUTHORIZATION_TYPES for policy in touched):
        contents = {policy.name: _document_without(policy, guardrail, compiled) for policy in compiled.policies}
        late = {parameter: organization.values[name][0] for parameter, name in _LATE_VALUES.items()}
        declarative = _in_force(organization.targets, attached, filled_contents(contents, late))
    return replace(
        organization,
        targets={path: _target(path, attached[path], policies, declarative[path]) for path in organization.targets},
        labels=_labels(compiled.policies, policies, guardrail),
    )


def _accounts(manifest: Manifest, known: Lock) -> Iterator[Account]:
    """Members, accounts that the manifest lacks, stand-ins. known: the lock with an id for every account."""
    units = {_path(unit) for unit in tree.units(manifest)}
    members = [account for account in tree.accounts(manifest) if account.name != MANAGEMENT]
    for account in members:
        path = f"{_path(account.ou)}/{account.name}"
        # An OU may be named like an account beside it, and what is attached to the one is not the other's.
        yield Account(account.name, known.accounts[account.name].id, f"{path} (account)" if path in units else path)
    for id, unlisted in sorted(known.unlisted.items()):
        yield Account(id, id, f"{_path(unlisted.ou)}/{id}")
    taken = {*(account.id for account in known.accounts.values()), *known.unlisted}
    free = (id for id in map(str, range(_HIGHEST_ID, 0, -1)) if id not in taken)
    for path in sorted({ROOT, *units} - {_path(account.ou) for account in members}):
        yield Account(f"{STAND_IN} of {path}", next(free), f"{path}/{STAND_IN}")


def _path(target: str) -> str:
    """Path of the root or an OU as the plan names it."""
    return ROOT if target == PLAN_ROOT else f"{ROOT}/{target}"


def target_paths(compiled: Compiled, accounts: Iterable[Account]) -> dict[str, str]:
    """Path of every target by the plan's name: `root`, OU paths, ids of accounts."""
    own = {account.id: account.target for account in accounts}
    return {target: own.get(target) or _path(target) for target in compiled.profiles}


def attached_policies(
    policies: Iterable[CompiledPolicy], paths: Mapping[str, str]
) -> Mapping[str, Mapping[str, list[CompiledPolicy]]]:
    """Policies by path and type; a path that has none has nothing."""
    found: dict[str, dict[str, list[CompiledPolicy]]] = defaultdict(lambda: defaultdict(list))
    for policy in policies:
        for target in policy.targets:
            found[paths[target]][policy.type].append(policy)
    return found


def _target(
    path: str,
    attached: Mapping[str, list[CompiledPolicy]],
    policies: Mapping[str, Policy],
    declarative: Declarative,
) -> Target:
    """The target; a policy of which nothing is left is none."""
    scps, rcps = (
        tuple(policies[one.name] for one in attached[type] if policies[one.name].content["Statement"])
        for type in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
    )
    return Target(path, scps, rcps, declarative=declarative)


def _in_force(
    paths: Iterable[str],
    attached: Mapping[str, Mapping[str, list[CompiledPolicy]]],
    contents: Mapping[str, Content],
) -> dict[str, Declarative]:
    """Values of the declarative policies at each path, by type: what the levels above give, and its own."""
    documents: dict[str, dict[str, dict[str, Any]]] = {"": {}}
    shown: dict[str, Declarative] = {"": {}}
    for path in sorted(paths):  # what lies above comes first
        above = path
        while above not in documents:
            above = above.rpartition("/")[0]
        own = {
            type: inherited(documents[above].get(type, {}), merged([contents[policy.name] for policy in some]))
            for type, some in attached.get(path, {}).items()
            if type not in AUTHORIZATION_TYPES
        }
        documents[path] = documents[above] | own
        shown[path] = {**shown[above], **{type: plain(document) for type, document in own.items()}}
    return shown


def _labels(
    compiled: Iterable[CompiledPolicy], policies: Mapping[str, Policy], without: str = ""
) -> dict[str, tuple[str, ...]]:
    """Guardrails of each statement, by its name."""
    return {
        statement.name: tuple(id for id in policy.sids[statement.content["Sid"]] if id != without)
        for policy in compiled
        if policy.name in policies
        for statement in policies[policy.name].statements
    }


def filled_contents(contents: Mapping[str, Content], late: Mapping[str, str]) -> dict[str, Content]:
    """Contents with the late parameters that are known; in keys, too."""
    text = TOKEN.sub(lambda found: late.get(found[1], found[0]), json.dumps(contents))
    found: dict[str, Content] = json.loads(text)
    return found


def _left(row: Content, policy: CompiledPolicy, guardrail: str, compiled: Compiled) -> Iterator[Content]:
    """The statement without a guardrail; nothing if no other one is in it."""
    others = [id for id in policy.sids[row["Sid"]] if id != guardrail]
    if guardrail not in policy.sids[row["Sid"]]:
        yield row
    elif others:
        named: set[str] = set()
        for id in others:
            statement = compiled.guardrails[id].guardrail.statement
            assert statement
            named.update(filled(statement.Action or (), compiled.parameters))  # alone where it has no list of actions
        yield {**row, "Action": one_or_many([action for action in one_or_more(row["Action"]) if action in named])}


def _document_without(policy: CompiledPolicy, guardrail: str, compiled: Compiled) -> Content:
    """The content of a declarative policy without a guardrail."""
    if policy.type in AUTHORIZATION_TYPES or guardrail not in policy.guardrails:
        return policy.content
    others = (compiled.guardrails[id].guardrail.content for id in policy.guardrails if id != guardrail)
    return merged([filled(content, compiled.parameters) for content in others])
