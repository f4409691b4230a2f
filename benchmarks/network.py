"""`python -m benchmarks.network --vpcs N`: prove every theorem about a hub and spoke of N networks in two Regions.

In a process of its own: CPU seconds of compiling and proving, not of building the model; peak memory with the model.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from ipaddress import IPv4Network
from typing import Any

from landing_zone.proof.network.model import Network
from landing_zone.proof.network.prove import prove_network
from tests.proof.network.arrange import EAST, POOLS, WEST, hub_and_spoke, spoke

SEGMENTS = ("phi", "phi", "phi-nonproduction", "nonphi", "sandbox")
ZONES, TIERS = ("a", "b", "c"), ("attachment", "application")
OWN_VPCS = 8
"""VPCs of the two hubs."""


def network_of(vpcs: int) -> Network:
    """A good network of two Regions with `vpcs` VPCs of six subnets each."""
    design = hub_and_spoke(spokes=False)
    for number in range(vpcs - OWN_VPCS):
        region = (EAST, WEST)[number % 2]
        block = int(IPv4Network(POOLS[region]).network_address) + number // 2 * 4096
        segment = SEGMENTS[number // 2 % len(SEGMENTS)]
        entries = "hospital internet" if number // 2 % len(SEGMENTS) == 1 else ""
        spoke(design, f"vpc-{number}", segment, region, str(IPv4Network((block, 20))), ZONES, entries, TIERS)
    return design.network()


def measure(vpcs: int) -> dict[str, Any]:
    """Prove in this process."""
    network = network_of(vpcs)
    before = time.process_time()
    results = prove_network(network)
    return {
        "cpu_s": round(time.process_time() - before, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "subnets": len(network.subnets),
        "theorems": len(results),
        "verdicts": dict(Counter(result.verdict for result in results)),
    }


def main() -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vpcs", type=int, default=800)
    parser.add_argument("--within", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.within:
        print(json.dumps(measure(arguments.vpcs)))
        return 0
    command = [sys.executable, "-m", "benchmarks.network", "--vpcs", str(arguments.vpcs), "--within"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        print(ended.stderr, file=sys.stderr)
        return ended.returncode
    print(json.dumps({"benchmark": "network", "vpcs": arguments.vpcs, **json.loads(ended.stdout)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
