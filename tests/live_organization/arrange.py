"""Small functions that make exports; every name and id in them is made up."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landing_zone.live_organization.answers import calls
from landing_zone.live_organization.read import Export, read_export
from landing_zone.operations.settings.execute import ApiError

Json = dict[str, Any]
ROOT_ID, MANAGEMENT = "r-ab12", "100000000000"
CLINICAL, SECURITY = "ou-ab12-clinical", "ou-ab12-security"
AUDIT, EHR = "200000000001", "300000000001"
ALLOW: Json = {"Effect": "Allow", "Action": "*", "Resource": "*"}
TRAIL: Json = {
    "Sid": "TrailsStay",
    "Effect": "Deny",
    "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail"],
    "Resource": "*",
    "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/pipeline"}},
}
OUTSIDERS: Json = {
    "Sid": "Outsiders",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
}
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


def document(*statements: Json) -> str:
    """The content of a policy, with the line ends of one that was made in the console."""
    return json.dumps({"Version": "2012-10-17", "Statement": copy.deepcopy(list(statements))}, indent=2)


@dataclass
class Made:
    """An export that is being made: a root, OUs Clinical and Security, a management account and two members."""

    content: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        enabled = [SCP, RCP, "DECLARATIVE_POLICY_EC2", "S3_POLICY", "BACKUP_POLICY"]
        self.content |= {
            "describe-organization": {
                "Organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": MANAGEMENT, "FeatureSet": "ALL"}
            },
            "list-roots": {
                "Roots": [
                    {
                        "Id": ROOT_ID,
                        "Name": "Root",
                        "PolicyTypes": [{"Type": one, "Status": "ENABLED"} for one in enabled],
                    }
                ]
            },
            "list-organizational-units-for-parent": {ROOT_ID: {"OrganizationalUnits": []}},
            "list-accounts-for-parent": {ROOT_ID: {"Accounts": []}},
            "list-policies": {one: {"Policies": []} for one in enabled},
            "list-targets-for-policy": {},
            "describe-policy": {},
            "describe-resource-policy": {"Error": {"Code": "ResourcePolicyNotFoundException"}},
            "list-delegated-administrators": {"DelegatedAdministrators": []},
            "list-delegated-services-for-account": {},
            "list-aws-service-access-for-organization": {"EnabledServicePrincipals": []},
        }
        self.unit(CLINICAL, "Clinical")
        self.unit(SECURITY, "Security")
        self.account(MANAGEMENT, "Management", ROOT_ID)
        self.account(AUDIT, "Audit", SECURITY)
        self.account(EHR, "EHR", CLINICAL)
        self.policy(
            "p-FullAWSAccess", "FullAWSAccess", ALLOW, on=[ROOT_ID, CLINICAL, SECURITY, AUDIT, EHR], by_aws=True
        )
        self.trusted("cloudtrail.amazonaws.com", "config.amazonaws.com", "guardduty.amazonaws.com")

    def unit(self, id: str, name: str, parent: str = ROOT_ID) -> None:
        self.content["list-organizational-units-for-parent"][parent]["OrganizationalUnits"].append(
            {"Id": id, "Name": name}
        )
        self.content["list-organizational-units-for-parent"][id] = {"OrganizationalUnits": []}
        self.content["list-accounts-for-parent"][id] = {"Accounts": []}

    def account(self, id: str, name: str, parent: str, state: str = "ACTIVE") -> None:
        self.content["list-accounts-for-parent"][parent]["Accounts"].append(
            {"Id": id, "Name": name, "Email": f"{id}@example.com", "State": state}
        )

    def policy(
        self, id: str, name: str, *statements: Json, on: Sequence[str] = (), type: str = SCP, by_aws: bool = False
    ) -> None:
        self.raw_policy(id, name, document(*statements), on=on, type=type, by_aws=by_aws)

    def raw_policy(
        self, id: str, name: str, content: str, *, on: Sequence[str] = (), type: str = SCP, by_aws: bool = False
    ) -> None:
        row = {"Id": id, "Name": name, "Type": type, "AwsManaged": by_aws}
        self.content["list-policies"][type]["Policies"].append(row)
        self.content["describe-policy"][id] = {"Policy": {"PolicySummary": row, "Content": content}}
        self.content["list-targets-for-policy"][id] = {"Targets": [{"TargetId": one} for one in on]}

    def administrator(self, id: str, *services: str) -> None:
        self.content["list-delegated-administrators"]["DelegatedAdministrators"].append({"Id": id, "Name": id})
        self.content["list-delegated-services-for-account"][id] = {
            "DelegatedServices": [{"ServicePrincipal": one} for one in services]
        }

    def trusted(self, *services: str) -> None:
        self.content["list-aws-service-access-for-organization"] = {
            "EnabledServicePrincipals": [{"ServicePrincipal": one} for one in services]
        }

    def delegates(self, *statements: Json) -> None:
        self.content["describe-resource-policy"] = {"ResourcePolicy": {"Content": document(*statements)}}

    def written(self, folder: Path) -> Path:
        path = folder / "organization.json"
        path.write_text(json.dumps(self.content, indent=2), encoding="utf-8")
        return path

    def in_folder(self, folder: Path) -> Path:
        """The same with a file for each answer."""
        for name, answer in self.content.items():
            rows = {f"{name}/{one}": answer[one] for one in answer} if calls()[name].each else {name: answer}
            for path, content in rows.items():
                file = folder / f"{path}.json"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps(content), encoding="utf-8")
        return folder

    def read(self, folder: Path) -> Export:
        return read_export(self.written(folder))


@dataclass
class Recorded:
    """Answers as AWS would, of an export."""

    content: Mapping[str, Any]
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __call__(
        self, account_id: str, region: str, service: str, operation: str, parameters: Json, /
    ) -> tuple[Json, str]:
        call = next(one for one in calls().values() if one.operation == operation)
        argument = next(iter(parameters.values()), "")
        self.asked.append((call.name, argument))
        answer = self.content[call.name]
        answer = answer.get(argument, {call.answer: []}) if call.each else answer
        if error := answer.get("Error"):
            raise ApiError(error["Code"], "refused")
        return answer, ""
