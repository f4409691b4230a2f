"""`python -m benchmarks.detection [--only OPERATOR] [--template NAME] [--lint CACHE] [--json]`: seeded defects named.

Exit code 1 when below 95 % are named, or when a good template has more than 5 findings.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.detection.judge import Judge, Verdict, judged
from benchmarks.detection.operators import TEMPLATES, good_templates, operators
from landing_zone.assurance.files import lint_templates

NAMED = 0.95
FINDINGS = 5


def measure(only: Sequence[str] = (), templates: Sequence[str] = (), lint_cache: Path | None = None) -> dict[str, Any]:
    """Seed, evaluate and count. CPU seconds and peak memory (MB, 1e6 bytes) are those of this process."""
    before = time.process_time()
    judge = Judge()
    chosen = [operator for operator in operators() if not only or operator.id in only]
    verdicts = judged(chosen, templates or tuple(good_templates()), judge)
    good = {
        name: [f"{finding.rule} {finding.resource}: {finding.message}" for finding in judge.findings(name, document)]
        for name, document in good_templates().items()
        if not templates or name in templates
    }
    for name, said in (_linted(lint_cache) if lint_cache else {}).items():
        good.get(name, []).extend(said)
    named = sum(1 for verdict in verdicts if verdict.naming)
    return {
        "templates": [_of_template(name, verdicts, findings) for name, findings in good.items()],
        "controls": _of_controls(verdicts),
        "operators": len(chosen),
        "defects": len(verdicts),
        "named": named,
        "share": round(named / len(verdicts), 4) if verdicts else 0.0,
        "noisy_twins": _noise(verdicts),
        "evaluations": judge.evaluations,
        "cpu_s": round(time.process_time() - before, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, 1),
    }


def good_enough(measured: Mapping[str, Any]) -> bool:
    """At least 95 % named, and at most five findings on each good template."""
    quiet = all(len(row["findings"]) <= FINDINGS for row in measured["templates"])
    return bool(quiet and measured["share"] >= NAMED)


def _of_template(name: str, verdicts: Sequence[Verdict], findings: Sequence[str]) -> dict[str, Any]:
    mine = [verdict for verdict in verdicts if verdict.template == name]
    return {
        "template": name,
        "findings": list(findings),
        "defects": len(mine),
        "named": sum(1 for verdict in mine if verdict.naming),
        "missed": [verdict.operator.id for verdict in mine if not verdict.naming],
    }


def _of_controls(verdicts: Sequence[Verdict]) -> dict[str, dict[str, int]]:
    seeded = Counter(verdict.operator.control for verdict in verdicts)
    named = Counter(verdict.operator.control for verdict in verdicts if verdict.naming)
    return {control: {"defects": seeded[control], "named": named[control]} for control in sorted(seeded)}


def _noise(verdicts: Sequence[Verdict]) -> dict[str, list[str]]:
    """Rules that fire on a twin, with the first operator whose twin it is."""
    rows: dict[str, list[str]] = {}
    for verdict in verdicts:
        for finding in verdict.noise:
            row = f"{verdict.template} {verdict.operator.id} {finding.resource}: {finding.message}"
            rows.setdefault(finding.rule, []).append(row)
    return rows


def _linted(cache: Path) -> dict[str, list[str]]:
    report = lint_templates({file.stem: file for file in TEMPLATES}, cache).report
    said: dict[str, list[str]] = {}
    for finding in report.findings:
        said.setdefault(finding.template, []).append(f"{finding.rule} {finding.resource}: {finding.message}")
    return said


def _print(measured: Mapping[str, Any]) -> None:
    for row in measured["templates"]:
        print(f"{row['template']}: {row['named']} of {row['defects']} named, {len(row['findings'])} findings when good")
        for finding in row["findings"]:
            print(f"  good: {finding}")
        for id_ in row["missed"]:
            print(f"  missed: {id_}")
    for rule, rows in measured["noisy_twins"].items():
        print(f"twins that are not quiet: {rule}, {len(rows)} times, e.g. {rows[0]}")
    for control, row in measured["controls"].items():
        print(f"{control}: {row['named']} of {row['defects']}")
    print(
        f"{measured['named']} of {measured['defects']} defects named ({measured['share']:.1%}), "
        f"{measured['operators']} operators; {measured['evaluations']} evaluations, "
        f"{measured['cpu_s']} CPU s, {measured['peak_mb']} MB"
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="OPERATOR", help="This operator; repeatable.")
    parser.add_argument("--template", action="append", default=[], metavar="NAME", help="This template; repeatable.")
    parser.add_argument("--lint", type=Path, metavar="CACHE", help="Run cfn-lint on the good templates too.")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    unknown = set(arguments.only) - {operator.id for operator in operators()}
    if unknown:
        parser.error(f"unknown operators: {', '.join(sorted(unknown))}")
    good_templates()
    gc.freeze()  # what is loaded by now stays: collecting it again and again costs seconds
    measured = measure(arguments.only, arguments.template, arguments.lint)
    if arguments.json:
        print(json.dumps(measured, indent=2))
    else:
        _print(measured)
    return 0 if good_enough(measured) else 1


if __name__ == "__main__":
    sys.exit(main())
