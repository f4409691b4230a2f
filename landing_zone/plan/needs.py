"""What the landing zone's roles must be able to do whatever the guardrails deny, and where it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from landing_zone.action_catalogue import matching
from landing_zone.guardrails.checks.lockout import Ground, Need
from landing_zone.guardrails.evaluate import Request
from landing_zone.guardrails.globs import arns_intersect, opened
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.operations.settings.table import MANAGEMENT, settings_table
from landing_zone.plan.switches import holds
from landing_zone.policy_data import policy_data

ACCOUNT_PARAMETERS = {
    "ManagementAccountId": "management",
    "LogArchiveAccountId": "log-archive",
    "SecurityAccountId": "security",
    "NetworkAccountId": "network",
    "BackupAccountId": "backup",
}
"""Late parameters that are account ids, and whose. `DeployAccountId` is that of `delivery.deploy_account`."""
DEPLOY_ACCOUNT = "DeployAccountId"
_ORGANIZATION = {"aws:PrincipalOrgID": "${OrganizationId}", "aws:ResourceOrgID": "${OrganizationId}"}


def ground(manifest: Manifest) -> Ground:
    """Accounts and Regions in which needs are asked for; ids stand for those that only the deployment knows."""
    names = [*ACCOUNT_PARAMETERS, DEPLOY_ACCOUNT]
    ids = {name: f"{number:012d}" for number, name in enumerate(names, start=100000000001)}
    places = {account.name: account.ou for account in tree.accounts(manifest)}
    accounts: dict[str, tuple[str, ...]] = {}
    for parameter, name in (*ACCOUNT_PARAMETERS.items(), (DEPLOY_ACCOUNT, manifest.delivery.deploy_account)):
        if name in places and name != "management":
            accounts[places[name]] = (*accounts.get(places[name], ()), parameter)
    regions = manifest.regions
    everywhere = tuple(dict.fromkeys((regions.home, regions.recovery, *regions.additional)))
    return Ground({"": "100000000000", "OrganizationId": "o-0123456789", **ids}, accounts, everywhere)


def needs(manifest: Manifest) -> list[Need]:
    """Every need: the execution role's, that of `hlz settings`, and those that are data of their own."""
    data = policy_data("guardrails/needs")
    forgone = {(action, row["account"]) for row in data["execution"]["forgone"] for action in row["actions"]}
    only_in = [(pattern, row["account"]) for row in data["execution"]["only_in"] for pattern in row["actions"]]
    found = [
        replace(
            need,
            account=next(
                (account for name, account in only_in if fnmatchcase(need.request.action, name)), need.account
            ),
            not_in=tuple(account for action, account in sorted(forgone) if action == need.request.action),
        )
        for need in _execution(data)
    ]
    found += _settings(data)
    for role in data["roles"]:
        if holds(role.get("when", ""), manifest):
            for row in role["needs"]:
                found += _needs(role, ((action, row["resources"]) for action in row["actions"]))
    fill = {"Qualifier": manifest.delivery.qualifier, **ground(manifest).ids}
    return [_filled(need, fill) for need in found]


def _execution(data: Mapping[str, Any]) -> Iterator[Need]:
    roles = policy_data("bootstrap/execution")
    resources = roles["resources"]
    for part, policy in policy_data("bootstrap/execution_actions")["policies"].items():
        if part in roles["management_account"]:  # no guardrail binds it
            continue
        actions = [
            *policy["reading"],
            *policy["everywhere"],
            *(a for some in policy["confined"].values() for a in some),
        ]
        yield from _needs(data["execution"], ((a, _met(a, resources, data["samples"])) for a in actions))


def _settings(data: Mapping[str, Any]) -> Iterator[Need]:
    """What `operations.settings.permissions` grants, of the rows whose role guardrails bind."""
    for setting in settings_table().values():
        if MANAGEMENT in (setting.caller, setting.accounts):
            continue  # the management account is not bound
        account = next((id for id, name in ACCOUNT_PARAMETERS.items() if name == setting.accounts), "")
        for permission in setting.permissions:
            resources = [_concrete(arn, data["samples"]) for arn in permission.resource]
            yield from _needs({**data["settings"], "account": account}, [(permission.action, resources)])


def _needs(role: Mapping[str, Any], rows: Iterable[tuple[str, Iterable[str]]]) -> Iterator[Need]:
    context = {
        **_ORGANIZATION,
        "aws:PrincipalType": "AssumedRole",
        "aws:RequestedRegion": "${Region}",
        "aws:ResourceAccount": "${Account}",
        "aws:SecureTransport": "true",
        "aws:MultiFactorAuthPresent": (),  # nobody logs in to these roles
        **role.get("context", {}),
    }
    for action, resources in rows:
        for resource in resources:
            request = Request(role["principal"], action, resource, context)
            yield Need(role["who"], role["group"], request, role.get("account", ""))


def _met(action: str, confined: Mapping[str, Iterable[str]], samples: Mapping[str, str]) -> list[str]:
    """A resource of each kind that an action of the execution role works on; `*` where it knows none."""
    formats = [format for found in matching(action) for format in found.resources]
    ours = confined.get(action.partition(":")[0], ())
    fitting = [arn for arn in ours if any(arns_intersect(opened(arn), format) for format in formats)]
    return [_concrete(arn, samples) for arn in fitting or formats] or ["*"]


def _concrete(arn: str, samples: Mapping[str, str]) -> str:
    """An ARN that a pattern covers, of a resource as our stacks name them."""
    if arn == "*":
        return arn
    filled = arn.replace("${Partition}", "aws").replace("arn:*:", "arn:aws:", 1)
    *first, last = filled.split(":", 5)
    region, account = ("${Region}" if first[3] == "*" else first[3]), ("${Account}" if first[4] == "*" else first[4])
    return ":".join((*first[:3], region, account, last.replace("*", samples.get(first[2], "sample"))))


def _filled(need: Need, fill: Mapping[str, str]) -> Need:
    def put(text: str) -> str:
        for name, value in fill.items():
            text = text.replace(f"${{{name}}}", value) if name else text
        return text

    request = need.request
    context = {key: put(value) if isinstance(value, str) else value for key, value in request.context.items()}
    return replace(need, request=Request(put(request.principal), request.action, put(request.resource), context))
