"""CDK entry: load -> plan -> build variants -> validate -> fan out. `cdk` and `hlz` run it alike.

Environment: HLZ_MANIFEST (context `manifest` goes first), CDK_OUTDIR, HLZ_TASK (`synth`, `check` or `bootstrap`),
HLZ_OUTCOME (a file that receives the result), HLZ_PROGRESS. Exit codes: 0 good, 1 findings, 2 bad input, 3 internal
error, 130 interrupted.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from landing_zone.node import prepare_node
from landing_zone.outcome import FINDINGS, GOOD, Outcome, ToolFailed, catch_signals, guarded, hand_over, leave, say

if TYPE_CHECKING:
    from landing_zone.assembly.variant import SynthesizedVariant
    from landing_zone.plan.model import Variant

ROOT = Path(__file__).resolve().parent


def main() -> int:
    """Run and report the outcome to whoever started the app."""
    catch_signals()
    outcome = guarded(_run, debug=bool(os.environ.get("HLZ_DEBUG")))
    if file := os.environ.get("HLZ_OUTCOME"):
        hand_over(outcome, file)
    else:
        say(outcome.text)
    return outcome.code


def _run() -> Outcome:
    # Imported here, so that an interrupt meanwhile ends like any other.
    from landing_zone.assembly.bootstrap import write_bootstrap
    from landing_zone.assembly.cache import cache_folder
    from landing_zone.assembly.output import writer
    from landing_zone.assembly.synthesis import check, check_document, synth_document, synthesize, write_variants
    from landing_zone.reports.beside import reports_beside
    from landing_zone.reports.text import findings_text

    context = json.loads(os.environ.get("CDK_CONTEXT_JSON") or "{}")
    manifest = Path(context.get("manifest") or os.environ.get("HLZ_MANIFEST") or "landing-zone.yaml")
    task = os.environ.get("HLZ_TASK")
    output = Path(os.environ.get("CDK_OUTDIR") or "cdk.out")
    flags = json.loads((ROOT / "cdk.json").read_bytes())["context"]

    def build(
        variants: Sequence[Variant], acknowledged: Sequence[tuple[str, str]], qualifier: str
    ) -> Mapping[str, SynthesizedVariant]:
        prepare_node()
        try:
            from stacks.build import build_variants

            with tempfile.TemporaryDirectory(prefix="hlz-") as folder:
                return build_variants(
                    variants,
                    folder=Path(folder),
                    qualifier=qualifier,
                    flags=flags,
                    acknowledged_rules=acknowledged,
                )
        except Exception as error:
            raise ToolFailed(f"the CDK (node, through jsii) stopped: {type(error).__name__}: {error}") from error

    with writer(output, inputs=[manifest]):
        checked = check(
            manifest,
            build=build,
            root=ROOT,
            cache_folder=cache_folder(os.environ),
            flags=flags,
            today=date.today(),
            progress=_progress,
            bootstrap_alone=task == "bootstrap",
        )
        code = FINDINGS if checked.failing else GOOD
        text = findings_text(checked.failing)
        if task == "bootstrap":
            return Outcome(code, write_bootstrap(checked, output), text)
        if task == "check":
            write_variants(checked, output)
            return Outcome(code, check_document(checked), text)
        totals = synthesize(checked, output, _progress, reports_beside)
    return Outcome(code, synth_document(checked, output, totals), text)


def _progress(step: str) -> None:
    if os.environ.get("HLZ_PROGRESS"):
        say(f"  {step} …")


if __name__ == "__main__":
    leave(main())
