"""Small functions that write LZA configurations of our own; every name and address in them is made up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from landing_zone.lza.configuration import Configuration, read_configuration
from landing_zone.lza.folders import CONFIGURATION_FILES

ACCOUNTS = """\
mandatoryAccounts:
  - {name: Management, email: management@example.com, organizationalUnit: Root}
  - {name: LogArchive, email: logs@example.com, organizationalUnit: Security}
  - {name: Audit, email: audit@example.com, organizationalUnit: Security}
workloadAccounts:
  - {name: Network, email: network@example.com, organizationalUnit: Infrastructure}
  - {name: Clinic, email: clinic@example.com, organizationalUnit: Workloads/Prod}
"""

ORGANIZATION = """\
enable: true
organizationalUnits:
  - name: Security
  - name: Infrastructure
  - name: Workloads
  - name: Workloads/Prod
serviceControlPolicies: []
taggingPolicies: []
backupPolicies: []
"""

GLOBAL = """\
homeRegion: &HOME_REGION us-east-1
enabledRegions:
  - *HOME_REGION
  - us-west-2
managementAccountAccessRole: AWSControlTowerExecution
cloudwatchLogRetentionInDays: 3653
controlTower:
  enable: true
logging:
  account: LogArchive
"""

SMALL: Mapping[str, str] = {
    "accounts": ACCOUNTS,
    "organization": ORGANIZATION,
    "global": GLOBAL,
    "network": "defaultVpc: {delete: true}\nendpointPolicies: []\ntransitGateways: []\nvpcs: []\n",
    "security": "centralSecurityServices: {delegatedAdminAccount: Audit}\n",
    "iam": "policySets: []\nroleSets: []\n",
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files by short name (`global`) or path (`include/vpcs.yaml`), without the indentation they share."""
    for name, text in files.items():
        path = folder / CONFIGURATION_FILES.get(name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def configuration(folder: Path, changes: Mapping[str, str] | None = None) -> Configuration:
    """The small configuration with some files replaced or added, read."""
    return read_configuration(write(folder, {**SMALL, **(changes or {})}))


def shown(configuration: Configuration) -> list[str]:
    """Its faults as lines of text."""
    return [str(fault) for fault in configuration.faults]
