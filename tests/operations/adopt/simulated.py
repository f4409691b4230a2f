"""`hlz adopt` against an organization in moto, and answers where moto has none: our stacks, exports of keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from moto.ssoadmin.models import ssoadmin_backends

from landing_zone.manifest.load import load_manifest
from landing_zone.plan.lock import read_lock
from landing_zone.plan.make import make_plan
from tests.arrangement import Json, clinic, manifest_text
from tests.manifest.arrange import Ended, hlz

CALLER = "123456789012"  # moto takes it for its own account
HOME = "us-east-1"
STORE = "d-0123456789"
CORE = ("log-archive", "security", "network", "backup", "shared-services")


@dataclass
class Organization:
    """An organization in moto, made by hand."""

    client: Any = field(default_factory=lambda: boto3.client("organizations", HOME))
    units: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.id = self.client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        self.units["root"] = self.client.list_roots()["Roots"][0]["Id"]
        ssoadmin_backends[CALLER][HOME].instances[0].identity_store_id = STORE  # moto's own is no hexadecimal number

    def unit(self, path: str) -> str:
        above, _, name = path.rpartition("/")
        made = self.client.create_organizational_unit(ParentId=self.units[above or "root"], Name=name)
        self.units[path] = made["OrganizationalUnit"]["Id"]
        return self.units[path]

    def account(self, name: str, ou: str = "root", email: str = "") -> str:
        email = email or f"aws+{name}@riverside.example"
        id: str = self.client.create_account(AccountName=name, Email=email)["CreateAccountStatus"]["AccountId"]
        if ou != "root":
            places = {"SourceParentId": self.units["root"], "DestinationParentId": self.units[ou]}
            self.client.move_account(AccountId=id, **places)
        return id


def stack_holds(answers: dict[str, Any], stacks: Mapping[str, list[str]]) -> None:
    """Let these stacks of the management account hold resources with these physical ids."""

    def resources(account: str, parameters: Json) -> Json | None:
        rows = [
            {"PhysicalResourceId": id, "ResourceStatus": "CREATE_COMPLETE"} for id in stacks[parameters["StackName"]]
        ]
        return {"StackResourceSummaries": rows}

    answers["ListStackResources"] = resources


def exporting(answers: dict[str, Any], keys: Mapping[str, Mapping[str, str]], hub: str = "") -> None:
    """Let accounts export these primary keys, by id and domain. hub: the account that has hubs, which are peered."""

    def exports(account: str, parameters: Json) -> Json:
        rows = [{"Name": f"hlz-{d}-key-arn", "Value": arn} for d, arn in keys.get(account, {}).items()]
        rows += [{"Name": "hlz-transit-gateway-id", "Value": f"tgw-{'1' * 17}"}] if account == hub else []
        return {"Exports": rows}

    peering = {
        "TransitGatewayAttachmentId": f"tgw-attach-{'1' * 17}",
        "RequesterTgwInfo": {"Region": HOME},
        "AccepterTgwInfo": {"Region": "us-west-2"},
        "State": "available",
    }
    answers["ListExports"] = exports
    answers["DescribeTransitGatewayAttachments"] = lambda account, parameters: {"TransitGatewayAttachments": []}
    answers["DescribeTransitGatewayPeeringAttachments"] = lambda account, parameters: {
        "TransitGatewayPeeringAttachments": [peering]
    }


def whole_clinic(organization: Organization) -> dict[str, str]:
    """The clinic's OUs and accounts, as our stacks would make them; account ids by name."""
    places = {"log-archive": "security", "security": "security"}
    for path in ("security", "infrastructure", "phi", "phi/production", "phi/recovery", "phi/nonproduction"):
        organization.unit(path)
    for path in ("nonphi", "sandbox", "suspended"):
        organization.unit(path)
    ids = {name: organization.account(name, places.get(name, "infrastructure")) for name in CORE}
    ids["ehr-production"] = organization.account("ehr-production", "phi/production")
    ids["ehr-training"] = organization.account("ehr-training", "phi/nonproduction")
    return ids


def written(folder: Path, manifest: Json | None = None) -> Path:
    path = folder / "landing-zone.yaml"
    path.write_text(manifest_text(manifest or clinic()))
    return path


def adopt(manifest: Path, *arguments: object) -> Ended:
    return hlz("adopt", "-m", manifest, *arguments)


def document(manifest: Path, *arguments: object, code: int = 0) -> Json:
    ended = adopt(manifest, *arguments, "--json")
    assert (ended.code, ended.err) == (code, ""), ended
    found: Json = json.loads(ended.out)
    return found


def refusal(manifest: Path, *arguments: object) -> Json:
    """The one error."""
    found = document(manifest, *arguments, code=2)
    (error,) = found["errors"]
    row: Json = error
    return row


def withheld(manifest: Path) -> int:
    return len(make_plan(load_manifest(manifest), read_lock(manifest)).plan.withheld)
