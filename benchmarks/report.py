"""`python -m benchmarks.report [--accounts N --regions R] [--format F]...`: `hlz report` of an assembly that exists.

Without --accounts, the health system of `examples/`. The synthesis before it is not measured. Default: every format.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import measured
from benchmarks.synth import REGIONS, write_manifest
from landing_zone.policy_data import ROOT

EXAMPLE = ROOT / "examples" / "regional-health-system.yaml"


def main() -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int)
    parser.add_argument("--regions", type=int, choices=range(1, len(REGIONS) + 1), default=2)
    parser.add_argument("--format", action="append", default=[])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hlz-benchmark-") as folder:
        manifest, assembly, reports = EXAMPLE, Path(folder) / "cdk.out", Path(folder) / "reports"
        if arguments.accounts:
            manifest = Path(folder) / "landing-zone.yaml"
            write_manifest(manifest, arguments.accounts, arguments.regions)
        tool = [sys.executable, "-m", "landing_zone"]
        environment = {"HLZ_CACHE_DIR": str(Path(folder) / "cache")}
        made = measured([*tool, "synth", "-q", "-m", str(manifest), "-o", str(assembly)], environment)
        if made.code:
            return made.code
        formats = [part for name in arguments.format for part in ("--format", name)]
        command = [*tool, "report", "-q", "--assembly", str(assembly), "-o", str(reports), "--as-of", "2026-11-23"]
        usage = measured([*command, *formats], environment)
        if usage.code:
            return usage.code
        sizes = {path.relative_to(reports).as_posix(): path.stat().st_size for path in sorted(reports.rglob("*.*"))}
        line = {
            "benchmark": "report",
            "accounts": arguments.accounts or manifest.stem,
            "formats": arguments.format or "all",
            "cpu_s": usage.cpu_s,
            "wall_s": usage.wall_s,
            "peak_mb": usage.peak_mb,
            "bytes": sizes,
        }
        print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
