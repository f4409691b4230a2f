"""`python -m benchmarks.assess [--accounts N --vpcs N --rules N]`: `hlz assess lza` of a configuration that it writes.

By default 6 accounts, 8 OUs, 4 VPCs and 70 AWS Config rules, in the manner of a healthcare configuration: guardrails of
several statements, an inspection network and spokes on a transit gateway. CPU seconds and peak memory are those of the
whole process, interpreter start included; of a second run, since the first one compiles modules to bytecode.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from benchmarks.processes import measured
from landing_zone.policy_data import policy_data

UNITS = ("Security", "Infrastructure", "Clinical", "Clinical/Prod", "Clinical/Dev", "Research", "Sandbox", "Suspended")
EVERYWHERE = {"organizationalUnits": ["Root"]}
REGION = "us-east-1"


def main() -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=6)
    parser.add_argument("--vpcs", type=int, default=4)
    parser.add_argument("--rules", type=int, default=70)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hlz-benchmark-") as made:
        folder = Path(made) / "configuration"
        write_configuration(folder, asked.accounts, asked.vpcs, asked.rules)
        command = [sys.executable, "-m", "landing_zone", "assess", "lza", str(folder), "--json"]
        kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(made) / "bytecode")}
        environment = {"HLZ_CACHE_DIR": str(Path(made) / "cache"), **kept}
        first, usage = measured(command, environment), measured(command, environment)
    sizes = {**vars(asked), "ous": len(UNITS)}
    print(json.dumps({"benchmark": "assess", **sizes, **vars(usage), "without_bytecode_cpu_s": first.cpu_s}))
    return 0 if usage.code == 1 else 1


def write_configuration(folder: Path, accounts: int, vpcs: int, rules: int) -> None:
    """Write the files; the configuration has gaps."""
    policies = {f"scp/guardrails-{number}.json": _guardrails(number) for number in (1, 2)}
    files = {
        "accounts": _accounts(accounts),
        "organization": _organization(),
        "global": _global(),
        "security": _security(rules),
        "iam": {"homeRegion": REGION, "policySets": [], "roleSets": []},
        "network": _network(vpcs, max(1, accounts - 4)),
    }
    for name, content in files.items():
        _write(folder / f"{name}-config.yaml", yaml.safe_dump(content, sort_keys=False))
    for name, document in {**policies, "endpoints/default.json": _endpoint_policy()}.items():
        _write(folder / name, json.dumps(document, indent=2))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _accounts(count: int) -> dict[str, Any]:
    named = [("Management", "Root"), ("LogArchive", "Security"), ("Audit", "Security"), ("Network", "Infrastructure")]
    named += [(f"Clinic{number}", UNITS[3 + number % 3]) for number in range(max(1, count - len(named)))]
    rows = [{"name": name, "email": f"{name}@example.com", "organizationalUnit": unit} for name, unit in named]
    return {"mandatoryAccounts": rows[:3], "workloadAccounts": rows[3:]}


def _organization() -> dict[str, Any]:
    scps = [
        {
            "name": f"Guardrails{number}",
            "policy": f"scp/guardrails-{number}.json",
            "type": "customerManaged",
            "deploymentTargets": {"organizationalUnits": ["Security", "Infrastructure", "Clinical", "Research"]},
        }
        for number in (1, 2)
    ]
    units = [{"name": name} for name in UNITS]
    return {"enable": True, "organizationalUnits": units, "serviceControlPolicies": scps, "backupPolicies": []}


def _guardrails(number: int) -> dict[str, Any]:
    actions = {
        1: ["cloudtrail:StopLogging", "config:Stop*", "guardduty:Delete*", "iam:CreateUser", "kms:ScheduleKeyDeletion"],
        2: ["organizations:LeaveOrganization", "ec2:DisableEbsEncryptionByDefault", "s3:PutAccountPublicAccessBlock"],
    }
    spared = {"ArnNotLike": {"aws:PrincipalArn": ["arn:${PARTITION}:iam::*:role/${ACCELERATOR_PREFIX}-*"]}}
    statements = [
        {"Sid": f"Deny{row}", "Effect": "Deny", "Action": [action], "Resource": "*", "Condition": spared}
        for row, action in enumerate(actions[number])
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _endpoint_policy() -> dict[str, Any]:
    inside = {"StringEquals": {"aws:PrincipalOrgID": "${ORG_ID}"}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": inside}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _global() -> dict[str, Any]:
    return {
        "homeRegion": REGION,
        "enabledRegions": [REGION, "us-west-2"],
        "managementAccountAccessRole": "AWSControlTowerExecution",
        "cloudwatchLogRetentionInDays": 3653,
        "controlTower": {"enable": True},
        "logging": {"account": "LogArchive", "cloudtrail": {"enable": True, "organizationTrail": True}},
        "backup": {"vaults": [{"name": "Nightly", "deploymentTargets": EVERYWHERE}]},
    }


def _security(rules: int) -> dict[str, Any]:
    known = [row["id"] for row in policy_data("hipaa/config_rules")["rows"]]
    rows = [
        {"name": f"rule-{number}", "identifier": known[number % len(known)], "complianceResourceTypes": []}
        for number in range(rules)
    ]
    services = {name: {"enable": True, "excludeRegions": []} for name in ("macie", "guardduty", "securityHub")}
    return {
        "centralSecurityServices": {"delegatedAdminAccount": "Audit", **services},
        "accessAnalyzer": {"enable": True},
        "awsConfig": {
            "enableConfigurationRecorder": True,
            "ruleSets": [{"deploymentTargets": EVERYWHERE, "rules": rows}],
        },
    }


def _network(vpcs: int, clinics: int) -> dict[str, Any]:
    gateway = {"name": "Main", "account": "Network"}
    tables = [{"name": "Hub", "routes": []}, {"name": "Spokes", "routes": [_to_inspection()]}]
    return {
        "homeRegion": REGION,
        "defaultVpc": {"delete": True},
        "endpointPolicies": [{"name": "Default", "document": "endpoints/default.json"}],
        "transitGateways": [{**gateway, "region": REGION, "asn": 65521, "routeTables": tables}],
        "vpcs": [_vpc(number, clinics) for number in range(vpcs)],
        "vpcFlowLogs": {"trafficType": "ALL", "destinations": ["s3"]},
    }


def _to_inspection() -> dict[str, Any]:
    return {"destinationCidrBlock": "0.0.0.0/0", "attachment": {"vpcName": "Inspection", "account": "Network"}}


def _vpc(number: int, clinics: int) -> dict[str, Any]:
    name = f"Clinic{number}" if number else "Inspection"
    table, other = ("Spokes", "Hub") if number else ("Hub", "Spokes")
    route = {"name": "Out", "destination": "0.0.0.0/0", "type": "transitGateway", "target": "Main"}
    return {
        "name": name,
        "account": f"Clinic{(number - 1) % clinics}" if number else "Network",
        "region": REGION,
        "cidrs": [f"10.{number}.0.0/16"],
        "routeTables": [{"name": f"{name}-{zone}", "routes": [route]} for zone in "ab"],
        "subnets": [
            {
                "name": f"{name}-{zone}",
                "availabilityZone": zone,
                "routeTable": f"{name}-{zone}",
                "ipv4CidrBlock": f"10.{number}.{position}.0/24",
            }
            for position, zone in enumerate("ab")
        ],
        "gatewayEndpoints": {"defaultPolicy": "Default", "endpoints": [{"service": "s3"}]},
        "transitGatewayAttachments": [
            {
                "name": name,
                "transitGateway": {"name": "Main", "account": "Network"},
                "routeTableAssociations": [table],
                "routeTablePropagations": [other],
                "subnets": [f"{name}-{zone}" for zone in "ab"],
            }
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
