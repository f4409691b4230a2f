"""`python -m benchmarks.network [--vpcs N]`: prove every theorem about a landing zone of N networks in two Regions.

Without --vpcs: the example. The templates are the landing zone's own, synthesized before and not measured. CPU seconds
of reading the templates into the model, of proving, and of drawing the maps; peak memory of the process in MB (1e6).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.synth import write_manifest
from landing_zone.app_process import run_app
from landing_zone.manifest.load import load_manifest
from landing_zone.plan.lock import read_lock
from landing_zone.plan.make import make_plan
from landing_zone.proof.network.collection import without_collection
from landing_zone.proof.network.of_plan import identities, stacks_of_plan
from landing_zone.proof.network.prove import load_theorems, prove_network
from landing_zone.proof.network.read import read_network
from landing_zone.reports.network import assumed, drawn

EXAMPLE = Path(__file__).parents[1] / "examples" / "regional-health-system.yaml"
REGIONS = 2


def measure(manifest: Path, variants: Path) -> dict[str, Any]:
    """Read and prove in this process."""
    loaded, locked = load_manifest(manifest), assumed(load_manifest(manifest), read_lock(manifest))
    plan = make_plan(loaded, locked).plan
    templates = {
        path.name.removesuffix(".template.json"): json.loads(path.read_bytes()) for path in sorted(variants.iterdir())
    }
    theorems = load_theorems()
    with without_collection():
        before = time.process_time()
        stacks = stacks_of_plan(plan, templates)
        network = read_network(stacks, {}, identities(loaded.manifest, plan, templates, locked.lock))
        read = time.process_time()
        results = prove_network(network, theorems)
        proved = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    drawn(network, loaded.manifest.organization.name)
    return {
        "vpcs": len(network.vpcs),
        "subnets": len(network.subnets),
        "theorems": len(results),
        "verdicts": dict(Counter(result.verdict for result in results)),
        "read_cpu_s": round(read - before, 3),
        "prove_cpu_s": round(proved - read, 3),
        "cpu_s": round(proved - before, 3),
        "map_cpu_s": round(time.process_time() - proved, 3),
        "peak_mb": round(peak / 1e6, 1),
    }


def main() -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vpcs", type=int, help="Networks of workloads; default: those of the example.")
    parser.add_argument("--within", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.within:
        print(json.dumps({"benchmark": "network", **measure(*arguments.within)}))
        return 0
    with tempfile.TemporaryDirectory(prefix="hlz-benchmark-") as folder:
        manifest, variants = EXAMPLE, Path(folder) / "variants"
        if arguments.vpcs:
            manifest = Path(folder) / "landing-zone.yaml"
            write_manifest(manifest, arguments.vpcs // REGIONS, REGIONS)
        outcome = run_app(manifest, variants, task="check", progress=False, debug=False)
        if outcome.code:
            print(outcome.text, file=sys.stderr)
            return outcome.code
        command = [sys.executable, "-m", "benchmarks.network", "--within", str(manifest), str(variants)]
        return subprocess.run(command, env=dict(os.environ), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
