"""`python -m benchmarks.guardrails --accounts N --units M`: load, check and compile the guardrails of a manifest.

In a process of its own, with an empty memory or, `--warm`, after one run. CPU seconds include loading the manifest and
every check, not the start of Python; policies and what is left of each target's quotas are printed with them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from landing_zone.manifest.load import load_manifest
from landing_zone.plan.guardrails import compiled_guardrails
from landing_zone.plan.lock import Lock
from landing_zone.reports.guardrails_document import guardrails_document

STANDARD_UNITS = 9
PROFILES = ("phi", "nonphi", "sandbox", "infrastructure")
DATA = {"phi": "phi", "nonphi": "deidentified", "sandbox": "synthetic", "infrastructure": "none"}


def write_manifest(path: Path, accounts: int, units: int) -> None:
    """A manifest with `accounts` accounts in `units` OUs, up to four deep, in all profiles."""
    tree: dict[str, Any] = {}
    paths: list[tuple[str, str]] = []
    for number in range(units):
        if len(tree) + len(paths) + STANDARD_UNITS >= units:
            break
        profile = PROFILES[number % len(PROFILES)]
        top = tree.setdefault(f"{profile}-{number // 16}", {"guardrails": profile, "data": DATA[profile]})
        name = f"unit-{number:03d}"
        top.setdefault("organizational_units", {})[name] = {}
        paths.append((f"{profile}-{number // 16}/{name}", DATA[profile]))
    places = paths or [("phi/production", "phi")]
    contact = {"name": "Team", "email": "team@benchmark.example", "phone": "+1 555 0100"}
    manifest = {
        "version": 1,
        "organization": {"name": "benchmark", "email": "aws+{account}@benchmark.example"},
        "regions": {"home": "us-east-1", "recovery": "us-west-2"},
        "contacts": {"security": contact, "operations": contact},
        "network": {"pools": {"us-east-1": "10.0.0.0/12", "us-west-2": "10.16.0.0/12"}},
        "organizational_units": tree,
        "accounts": [
            {
                "name": f"account-{number:04d}",
                "ou": places[number % len(places)][0],
                "owner": "team",
                "data": places[number % len(places)][1],
                "network": "none",
            }
            for number in range(accounts)
        ],
    }
    path.write_text(yaml.safe_dump(manifest, sort_keys=False), encoding="utf-8")


def measure(path: Path) -> dict[str, Any]:
    """Load, check and compile in this process: CPU seconds of each, policies, headroom."""
    before = time.process_time()
    loaded = load_manifest(path)
    read = time.process_time()
    compiled = compiled_guardrails(loaded, Lock())
    done = time.process_time()
    document = guardrails_document(loaded.manifest, Lock(), compiled, [])
    return {
        "cpu_s": round(done - before, 3),
        "manifest_cpu_s": round(read - before, 3),
        "guardrails_cpu_s": round(done - read, 3),
        "targets": len(document["targets"]),
        "guardrails": len(document["guardrails"]),
        "policies": len(document["policies"]),
        "headroom": {
            row["target"]: {u["type"]: f"{u['policies']}/{u['quota']}, {u['headroom']} left" for u in row["types"]}
            for row in document["targets"]
            if row["types"]
        },
    }


def main() -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, required=True)
    parser.add_argument("--units", type=int, default=60)
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--within", metavar="MANIFEST", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.within:
        print(json.dumps(measure(Path(arguments.within))))
        return 0
    with tempfile.TemporaryDirectory(prefix="hlz-benchmark-") as folder:
        manifest = Path(folder) / "landing-zone.yaml"
        write_manifest(manifest, arguments.accounts, arguments.units)
        command = [sys.executable, "-m", "benchmarks.guardrails", "--accounts", "0", "--within", str(manifest)]
        environment = {**os.environ, "HLZ_CACHE_DIR": str(Path(folder) / "cache")}
        for _ in range(2 if arguments.warm else 1):
            ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if ended.returncode:
            print(ended.stderr, file=sys.stderr)
            return ended.returncode
        line = {"benchmark": "guardrails", "accounts": arguments.accounts, "warm": arguments.warm}
        print(json.dumps({**line, **json.loads(ended.stdout)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
