"""`python -m benchmarks.prove [--ous N --policies M | --example | --accounts N]`: proofs of guardrails, replayed.

Default: 30 theorems over 6 OUs with 10 policies each, from a folder. --example: the health system of `examples/`.
--accounts: a manifest with so many accounts in two Regions. Imports (with the start of the interpreter), reading (with
planning) and proving (with the catalogue and the checker) are counted apart, and so is all of it once more with the
statements that bear each theorem (the catalogue is in memory then).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.synth import write_manifest
from landing_zone.policy_data import ROOT

EXAMPLE = ROOT / "examples" / "regional-health-system.yaml"
_REGIONS = 2


def main() -> int:
    """Measure in a process of its own and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ous", type=int, default=6)
    parser.add_argument("--policies", type=int, default=10)
    parser.add_argument("--accounts", type=int)
    parser.add_argument("--example", action="store_true")
    parser.add_argument("--measure", nargs=2, metavar=("KIND", "PATH"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        kind, path = arguments.measure
        print(json.dumps(_measured(kind, Path(path))))
        return 0
    with tempfile.TemporaryDirectory(prefix="hlz-benchmark-") as folder:
        path, kind = Path(folder), "manifest"
        if arguments.example:
            path = EXAMPLE
        elif arguments.accounts:
            path = path / "landing-zone.yaml"
            write_manifest(path, arguments.accounts, _REGIONS)
        else:
            kind = "folder"
            write_folder(path, arguments.ous, arguments.policies)
        command = [sys.executable, "-m", "benchmarks.prove", "--measure", kind, str(path)]
        made = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True)
    if made.returncode:
        return made.returncode
    asked = {"accounts": arguments.accounts} if arguments.accounts else {"example": EXAMPLE.stem}
    if kind == "folder":
        asked = {"ous": arguments.ous, "policies": arguments.policies}
    print(json.dumps({"benchmark": "prove", **asked, **json.loads(made.stdout)}))
    return 0


def _measured(kind: str, path: Path) -> dict[str, object]:
    from landing_zone.manifest.load import load_manifest
    from landing_zone.plan.lock import read_lock
    from landing_zone.plan.make import make_plan
    from landing_zone.proof.guardrails.of_plan import organization_of
    from landing_zone.proof.guardrails.policy_folder import read_policy_folder
    from landing_zone.proof.guardrails.proofs import prove_guardrails
    from landing_zone.proof.network.collection import without_collection

    started = time.process_time()
    if kind == "folder":
        organization = read_policy_folder(path).organization
    else:
        loaded = load_manifest(path)
        planned = make_plan(loaded, read_lock(path))
        organization = organization_of(loaded.manifest, planned.lock, planned.guardrails)
    read = time.process_time()
    with without_collection():
        proofs = prove_guardrails(organization, bearing=False)
        ended = time.process_time()
        prove_guardrails(organization)
    whole = time.process_time()
    verdicts = [result.verdict for result in proofs.results]
    return {
        "import_cpu_s": round(started, 2),
        "read_cpu_s": round(read - started, 2),
        "prove_cpu_s": round(ended - read, 2),
        "again_with_load_cpu_s": round(whole - ended, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "accounts_proved": len(organization.accounts),
        "verdicts": {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
    }


def write_folder(folder: Path, ous: int, policies: int) -> None:
    """A folder of policies: what our library attaches to an OU with PHI, spread over so many, for each OU anew."""
    from landing_zone.manifest.load import load_manifest
    from landing_zone.plan.lock import read_lock
    from landing_zone.plan.make import make_plan
    from landing_zone.proof.guardrails.of_plan import organization_of

    loaded = load_manifest(EXAMPLE)
    planned = make_plan(loaded, read_lock(EXAMPLE))
    organization = organization_of(loaded.manifest, planned.lock, planned.guardrails)
    account = next(organization.under(organization.values["phi_targets"]))
    levels = organization.levels(account.target)
    statements = [one.content for level in levels for policy in level.scps for one in policy.statements]
    rcps = [policy for level in levels for policy in level.rcps]
    targets: dict[str, object] = {"Root": {"rcp": [f"{policy.name}.json" for policy in rcps]}}
    for policy in rcps:
        (folder / f"{policy.name}.json").write_text(json.dumps(policy.content), encoding="utf-8")
    accounts = {}
    for ou in range(ous):
        names = []
        for number in range(policies):
            part = [{**row, "Sid": f"S{at}"} for at, row in enumerate(statements[number::policies])]
            names.append(f"ou{ou}-{number}.json")
            content = {"Version": "2012-10-17", "Statement": part}
            (folder / names[-1]).write_text(json.dumps(content), encoding="utf-8")
        targets[f"Root/ou{ou}"] = {"scp": names}
        accounts[f"account{ou}"] = {"id": f"{ou + 1:012d}", "target": f"Root/ou{ou}"}
    given = dict(organization.values)
    roles = {name: ["account0"] for name in given if name.endswith("_account") and name != "management_account"}
    values = {**{name: list(texts) for name, texts in given.items()}, **roles}
    values["phi_targets"] = [f"Root/ou{ou}" for ou in range(ous)]
    attachments: dict[str, object] = {"targets": targets, "accounts": accounts, "values": values}
    (folder / "attachments.yaml").write_text(json.dumps(attachments), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
