"""The thin edge: what AWS says about the organization, its stacks, Identity Center and keys, as it says it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from landing_zone.operations.settings.execute import Api, ApiError
from landing_zone.operations.side_by_side import Brake, side_by_side

GONE = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED"})
"""States of a stack's resource that is no longer the stack's: deleted, or left behind because it is retained."""


@dataclass(frozen=True)
class SeenUnit:
    """An OU. parent: id of the OU above it, or of the root."""

    id: str
    name: str
    parent: str


@dataclass(frozen=True)
class SeenAccount:
    """An account. parent: id of its OU, or of the root."""

    id: str
    name: str
    email: str
    state: str
    parent: str


@dataclass(frozen=True)
class SeenInstance:
    """An instance of Identity Center. owner: id of the account that enabled it."""

    arn: str
    store: str
    owner: str
    status: str


@dataclass(frozen=True)
class Seen:
    """An organization. id is empty when there is none yet: then only the management account-to-be is known.

    made: physical ids of all resources of our stacks that make the organization, OUs and accounts.
    """

    management: str
    id: str = ""
    all_features: bool = True
    root: str = ""
    units: tuple[SeenUnit, ...] = ()
    accounts: tuple[SeenAccount, ...] = ()
    made: frozenset[str] = frozenset()
    instances: tuple[SeenInstance, ...] = ()


@dataclass(frozen=True)
class SeenExports:
    """CloudFormation exports of accounts by name; accounts that could not be asked, with the reason."""

    exports: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unreachable: Mapping[str, str] = field(default_factory=dict)


def observe_organization(api: Api, caller: str, home: str, stacks: Collection[str]) -> Seen:
    """The organization of the caller's account. stacks: names of ours that make its parts. Raises ApiError.

    Everything but the first call is made in the management account.
    """
    try:
        answer, _ = api(caller, home, "organizations", "DescribeOrganization", {})
    except ApiError as error:
        if error.code == "AWSOrganizationsNotInUseException":
            return Seen(management=caller)
        raise
    organization = answer["Organization"]
    management = str(organization["MasterAccountId"])
    roots, _ = api(management, home, "organizations", "ListRoots", {})
    root = str(roots["Roots"][0]["Id"])
    units = tuple(_units_below(api, management, home, root))
    return Seen(
        management=management,
        id=organization["Id"],
        all_features=organization.get("FeatureSet") == "ALL",
        root=root,
        units=units,
        accounts=tuple(_accounts(api, management, home, [root, *(unit.id for unit in units)])),
        made=frozenset(id for stack in stacks for id in _physical_ids(api, management, home, stack)),
        instances=tuple(_instances(api, management, home)),
    )


def _units_below(api: Api, management: str, home: str, root: str) -> Iterator[SeenUnit]:
    parents = [root]
    for parent in parents:
        request = {"ParentId": parent}
        answer, _ = api(management, home, "organizations", "ListOrganizationalUnitsForParent", request)
        for row in answer.get("OrganizationalUnits", ()):
            parents.append(row["Id"])
            yield SeenUnit(row["Id"], row["Name"], parent)


def _accounts(api: Api, management: str, home: str, parents: Collection[str]) -> Iterator[SeenAccount]:
    for parent in parents:
        answer, _ = api(management, home, "organizations", "ListAccountsForParent", {"ParentId": parent})
        for row in answer.get("Accounts", ()):
            state = row.get("State") or row.get("Status") or "ACTIVE"  # AWS retires Status in favour of State
            yield SeenAccount(row["Id"], row.get("Name", ""), row.get("Email", ""), state, parent)


def _physical_ids(api: Api, management: str, home: str, stack: str) -> Iterator[str]:
    try:
        answer, _ = api(management, home, "cloudformation", "ListStackResources", {"StackName": stack})
    except ApiError as error:
        if error.code == "ValidationError" and "does not exist" in str(error):
            return
        raise
    for row in answer.get("StackResourceSummaries", ()):
        if row["ResourceStatus"] not in GONE and row.get("PhysicalResourceId"):
            yield row["PhysicalResourceId"]


def _instances(api: Api, management: str, home: str) -> Iterator[SeenInstance]:
    answer, _ = api(management, home, "sso-admin", "ListInstances", {})
    for row in answer.get("Instances", ()):
        yield SeenInstance(
            row["InstanceArn"], row["IdentityStoreId"], row.get("OwnerAccountId", ""), row.get("Status", "ACTIVE")
        )


def observe_groups(api: Api, management: str, home: str, store: str, names: Collection[str]) -> dict[str, str]:
    """Ids of the groups of an identity store that exist, by display name. Raises ApiError."""
    found = {}
    for name in sorted(names):
        identifier = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": name}}
        request = {"IdentityStoreId": store, "AlternateIdentifier": identifier}
        try:
            answer, _ = api(management, home, "identitystore", "GetGroupId", request)
        except ApiError as error:
            if error.code != "ResourceNotFoundException":
                raise
        else:
            found[name] = str(answer["GroupId"])
    return found


def observe_exports(
    api: Api,
    accounts: Mapping[str, str],
    home: str,
    *,
    workers: int,
    brake: Brake,
    progress: Callable[[int], None],
) -> SeenExports:
    """The exports of these accounts (ids by name) in the home Region; one that cannot be asked stops no other."""
    exports: dict[str, dict[str, str]] = {}
    unreachable: dict[str, str] = {}

    def ask(name: str) -> None:
        brake.check()
        try:
            answer, _ = api(accounts[name], home, "cloudformation", "ListExports", {})
            exports[name] = {row["Name"]: row["Value"] for row in answer.get("Exports", ())}
        except ApiError as error:
            unreachable[name] = str(error)
        progress(len(exports) + len(unreachable))

    side_by_side([sorted(accounts)], ask, workers, brake)
    return SeenExports(exports, unreachable)
