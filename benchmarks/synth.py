"""`python -m benchmarks.synth --accounts N --regions R --cold|--warm`: a whole `hlz synth`, processes and all.

The manifest is generated like the example: production accounts with PHI in every Region, every third account for
training or test. `--warm` runs once before it measures, so that every variant comes from the cache.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import yaml

from benchmarks.processes import measured
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.load import load_manifest
from landing_zone.plan.lock import LockedAccount, LockedOrganization, lock_path, lock_text, read_lock
from landing_zone.plan.make import make_plan

REGIONS = ("us-east-1", "us-west-2", "us-east-2", "ca-central-1")
POOLS = ("10.0.0.0/10", "10.64.0.0/10", "10.128.0.0/10", "10.192.0.0/10")
APPLICATIONS = ("ehr", "imaging", "laboratory", "pharmacy", "telehealth", "revenue-cycle")
FIRST_ACCOUNT_ID = 200_000_000_000
REPLICATED = "PrimaryKeyArn"


def write_manifest(path: Path, accounts: int, regions: int) -> None:
    """A manifest and its complete lock with `accounts` accounts in `regions` Regions each."""
    used = REGIONS[:regions]
    landing_zone = REGIONS[: max(regions, 2)]  # a landing zone has a recovery Region even when no account uses it
    contact = {"name": "Team", "email": "team@benchmark.example", "phone": "+1 555 0100"}
    manifest = {
        "version": 1,
        "organization": {"name": "benchmark", "email": "aws+{account}@benchmark.example"},
        "regions": {"home": REGIONS[0], "recovery": REGIONS[1], "additional": list(landing_zone[2:])},
        "residency": {"profile": "us-canada"},
        "contacts": {"security": contact, "operations": contact},
        "network": {"pools": dict(zip(landing_zone, POOLS, strict=False))},
        "accounts": [_account(number, list(used)) for number in range(accounts)],
    }
    path.write_text(yaml.safe_dump(manifest, sort_keys=False), encoding="utf-8")
    loaded = load_manifest(path)
    planned = make_plan(loaded, read_lock(path))
    ids = {
        account.name: LockedAccount(id=str(FIRST_ACCOUNT_ID + number))
        for number, account in enumerate(tree.accounts(loaded.manifest))
    }
    for deployment in planned.plan.deployments:
        account = deployment.environment.account
        for value in deployment.values:
            if value.name.endswith(REPLICATED):
                domain, id = value.name.removesuffix(REPLICATED).lower(), ids[account].id
                ids[account].keys[domain] = f"arn:aws:kms:{REGIONS[0]}:{id}:key/mrk-{int(id):032x}"
    lock = planned.lock.model_copy(update={"organization": LockedOrganization(id="o-benchmark00"), "accounts": ids})
    lock_path(path).write_text(lock_text(lock), encoding="utf-8")


def _account(number: int, regions: list[str]) -> dict[str, object]:
    application = APPLICATIONS[number % len(APPLICATIONS)]
    production = number % 3 != 2
    return {
        "name": f"{application}-{number:04d}",
        "ou": "phi/production" if production else "phi/nonproduction",
        "owner": application,
        "data": "phi" if production else "synthetic",
        "recovery": "warm-standby" if production and len(regions) > 1 else "none",
        "regions": regions,
        "tags": {"cost-center": f"cc-{number % 40:03d}"},
    }


def main() -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, required=True)
    parser.add_argument("--regions", type=int, choices=range(1, len(REGIONS) + 1), required=True)
    temperature = parser.add_mutually_exclusive_group(required=True)
    temperature.add_argument("--cold", action="store_true")
    temperature.add_argument("--warm", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hlz-benchmark-") as folder:
        manifest, output = Path(folder) / "landing-zone.yaml", Path(folder) / "cdk.out"
        write_manifest(manifest, arguments.accounts, arguments.regions)
        command = [sys.executable, "-m", "landing_zone", "synth", "-m", str(manifest), "-o", str(output), "-q"]
        environment = {"HLZ_CACHE_DIR": str(Path(folder) / "cache")}
        if arguments.warm:
            measured(command, environment)
        usage = measured(command, environment)
        if usage.code:
            return usage.code
        print(json.dumps(_line(arguments, usage.cpu_s, usage.wall_s, usage.peak_mb, output)))
    return 0


def _line(
    arguments: argparse.Namespace, cpu_s: float, wall_s: float, peak_mb: float, output: Path
) -> dict[str, object]:
    index = json.loads((output / "landing-zone.json").read_bytes())
    resources = {id: row["resources"] for id, row in index["variants"].items()}
    return {
        "benchmark": "synth",
        "accounts": arguments.accounts,
        "regions": arguments.regions,
        "cache": "warm" if arguments.warm else "cold",
        "cpu_s": cpu_s,
        "wall_s": wall_s,
        "peak_mb": peak_mb,
        "variants": len(index["variants"]),
        "deployments": len(index["deployments"]),
        "resources": sum(resources[row["variant"]] for row in index["deployments"].values()),
        "bytes": sum(path.stat().st_size for path in output.glob("*.template.json")),
    }


if __name__ == "__main__":
    sys.exit(main())
