"""`hlz assess lza`: the mistakes that LZA's own validator does not see, each with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.arrangement import Json
from tests.lza.arrange import GLOBAL, SMALL, write
from tests.manifest.arrange import Ended, hlz

ORGANIZATION = """\
enable: true
organizationalUnits:
  - name: Security
  - name: Infrastructure
  - name: PHI
  - name: PHI/Dev
serviceControlPolicies:
  - name: Healthcare
    description: What healthcare asks for
    policy: scp/healthcare.json
    type: customerManaged
    deploymentTargets:
      organizationalUnits: []
  - name: Core
    description: Everywhere else
    policy: scp/core.json
    type: customerManaged
    deploymentTargets:
      organizationalUnits:
        - Security
        - Infrastructure
taggingPolicies: []
backupPolicies: []
"""
ACCOUNTS = """\
mandatoryAccounts:
  - {name: Management, email: management@example.com, organizationalUnit: Root}
  - {name: LogArchive, email: logs@example.com, organizationalUnit: Security}
  - {name: Audit, email: audit@example.com, organizationalUnit: Security}
workloadAccounts:
  - {name: Network, email: network@example.com, organizationalUnit: Infrastructure}
  - {name: Development, email: development@example.com, organizationalUnit: PHI/Dev}
"""
CORE = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "RootKeys",
      "Effect": "Deny",
      "Action": "iam:CreateAccessKey",
      "Resource": "arn:aws::iam:*:*:root"
    }
  ]
}
"""
HEALTHCARE = CORE.replace("arn:aws::iam:*:*:root", "*")
NETWORK = """\
defaultVpc: {delete: true, excludeAccounts: []}
endpointPolicies:
  - name: Default
    document: endpoints/default.json
transitGateways: []
vpcs:
  - name: Inspection
    account: Network
    region: us-east-1
    cidrs: [10.0.0.0/22]
    routeTables:
      - name: Inspection-A
        routes: []
    subnets:
      - {name: Inspection-A, availabilityZone: a, routeTable: Inspection-A, ipv4CidrBlock: 10.0.0.0/24}
    gatewayEndpoints:
      defaultPolicy: Default
      endpoints: [{service: s3}]
vpcFlowLogs:
  trafficType: ALL
  maxAggregationInterval: 600
  destinations: [cloud-watch-logs]
  destinationsConfig:
    cloudWatchLogs: {retentionInDays: 30}
  defaultFormat: false
  customFields: [version]
"""
EVERYTHING = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}'
)
SECURITY = """\
centralSecurityServices:
  delegatedAdminAccount: Audit
  macie:
    enable: false
    excludeRegions: []
"""
BACKUP = """\
backup:
  vaults:
    - name: Nightly
      deploymentTargets: {organizationalUnits: [Root]}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {
        "accounts": ACCOUNTS,
        "organization": ORGANIZATION,
        "network": NETWORK,
        "security": SECURITY,
        "global": GLOBAL + BACKUP,
        "scp/healthcare.json": HEALTHCARE,
        "scp/core.json": CORE,
        "endpoints/default.json": EVERYTHING,
    }
    return write(tmp_path_factory.mktemp("healthcare"), {**SMALL, **files})


@pytest.fixture(scope="module")
def assessed(folder: Path) -> Ended:
    return hlz("assess", "lza", folder, "--json")


def gaps(ended: Ended) -> list[Json]:
    found: list[Json] = json.loads(ended.out)["gaps"]
    return found


@pytest.mark.parametrize(
    ("file", "line", "words"),
    [
        ("organization-config.yaml", 8, "Healthcare is attached to no OU"),
        ("organization-config.yaml", 5, "PHI"),
        ("scp/core.json", 8, "arn:aws::iam:*:*:root"),
        ("network-config.yaml", 7, "no firewall"),
        ("endpoints/default.json", 1, "every action"),
        ("security-config.yaml", 4, "Macie"),
        ("network-config.yaml", 24, "30 days"),
        ("global-config.yaml", 13, "not locked"),
    ],
)
def test_each_mistake_of_a_healthcare_configuration_is_named_at_its_line(
    assessed: Ended, file: str, line: int, words: str
) -> None:
    at_the_line = [gap["message"] for gap in gaps(assessed) if (gap["file"], gap["line"]) == (file, line)]
    assert any(words in message for message in at_the_line), (
        at_the_line,
        [g for g in gaps(assessed) if g["file"] == file],
    )


def test_every_gap_has_what_the_contract_promises_and_gaps_end_with_one(assessed: Ended) -> None:
    assert assessed.code == 1
    assert {"gaps", "not_understood", "partial", "theorems"} <= json.loads(assessed.out).keys()
    assert all({"id", "citations", "file", "line", "message"} <= gap.keys() for gap in gaps(assessed))


def test_the_same_input_gives_the_same_page_and_document(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        assert hlz("assess", "lza", folder, "-o", tmp_path / name).code == 1
    files = ("assessment.html", "assessment.json")
    assert [(tmp_path / "one" / file).read_bytes() for file in files] == [
        (tmp_path / "other" / file).read_bytes() for file in files
    ]


def test_half_a_configuration_is_assessed_and_labelled_as_partial(folder: Path, tmp_path: Path) -> None:
    write(tmp_path, {"organization": ORGANIZATION, "scp/core.json": CORE, "global": "logging: [\n"})
    ended = hlz("assess", "lza", tmp_path, "--json")
    partial = json.loads(ended.out)["partial"]
    assert ended.code == 1
    assert any("global-config.yaml:" in text for text in partial)
    assert any(text.startswith("network-config.yaml is not there") for text in partial)


@pytest.mark.parametrize("arguments", [("nowhere",), (".", "--format", "htm"), (".",)])
def test_what_is_no_configuration_or_no_format_is_one_clear_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = hlz("assess", "lza", tmp_path / arguments[0], *arguments[1:], "--json")
    assert ended.code == 2
    assert len(json.loads(ended.out)["errors"]) == 1
