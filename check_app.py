"""The second CDK app: cdk-nag's HIPAA pack over templates that exist, each included as it is (`CfnInclude`).

Environment: HLZ_TEMPLATES (a JSON file: name to the path of a JSON template), HLZ_OUTCOME (the file that receives the
result). The document of the outcome: `templates`, name to either {"findings": [{"rule", "level", "message",
"resource"}]} or {"refused": reason}. Node is started once for all of them.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from landing_zone.node import prepare_node
from landing_zone.outcome import GOOD, Outcome, ToolFailed, catch_signals, guarded, hand_over, leave

PLUGIN = "HIPAA.Security"
_MOST_SHOWN = 300


def main() -> int:
    """Run and hand the outcome to whoever started the app."""
    catch_signals()
    outcome = guarded(_run, debug=bool(os.environ.get("HLZ_DEBUG")))
    hand_over(outcome, os.environ["HLZ_OUTCOME"])
    return outcome.code


def _run() -> Outcome:
    templates = {name: Path(file) for name, file in json.loads(Path(os.environ["HLZ_TEMPLATES"]).read_bytes()).items()}
    for variable in ("CDK_CONTEXT_JSON", "CONTEXT_OVERFLOW_LOCATION_ENV", "CDK_OUTDIR", "CDK_DEBUG"):
        os.environ.pop(variable, None)
    prepare_node()
    try:
        found = _judged(templates)
        if found is None:  # one of them stops the synthesis of all: each by itself tells which
            found = {}
            for name, file in templates.items():
                one = _judged({name: file})
                found.update(one or {name: {"refused": "the CDK stopped while it synthesized this template"}})
    except Exception as error:
        raise ToolFailed(f"the CDK (node, through jsii) stopped: {type(error).__name__}: {error}") from error
    return Outcome(GOOD, {"templates": found})


def _judged(templates: Mapping[str, Path]) -> dict[str, Any] | None:
    """What the pack says of each template; None when the CDK cannot synthesize them."""
    from aws_cdk import App, Stack, Validations
    from aws_cdk.cloudformation_include import CfnInclude
    from cdk_nag import HIPAASecurityChecks

    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="hlz-") as folder:
        app = App(
            outdir=folder, analytics_reporting=False, tree_metadata=False, builtin_cloud_formation_validation=False
        )
        ids = {f"t{number}": name for number, name in enumerate(templates)}
        for id, name in ids.items():
            stack = Stack(app, id)
            try:
                CfnInclude(stack, "T", template_file=str(templates[name]), allow_cyclical_references=True)
                found[name] = {"findings": []}
            except Exception as refusal:
                app.node.try_remove_child(id)
                found[name] = {"refused": _reason(refusal)}
        Validations.of(app).add_plugins(HIPAASecurityChecks(app))
        with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
            try:
                app.synth()
            except RuntimeError as error:
                if not str(error).startswith("ValidationFailed"):
                    if len(templates) > 1:
                        return None
                    return {next(iter(templates)): {"refused": _reason(error)}}
        report = Path(folder) / "validation-report.json"
        if not report.is_file():
            return None
        for plugin in json.loads(report.read_bytes())["pluginReports"]:
            if plugin["pluginName"] == PLUGIN:
                _add(found, ids, plugin.get("violations", []))
    return found


def _add(found: dict[str, Any], ids: Mapping[str, str], violations: Iterable[Mapping[str, Any]]) -> None:
    for violation in violations:
        for construct in violation["violatingConstructs"]:
            id, _, rest = (construct.get("constructPath") or "").partition("/")
            if id in ids:
                row = {
                    "rule": violation["ruleName"],
                    "level": violation.get("severity"),
                    "message": violation["description"],
                    "resource": rest.rpartition("/")[2],
                }
                found[ids[id]]["findings"].append(row)


def _reason(error: Exception) -> str:
    """What the CDK says, in one line and without the stack of node."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith("at ")]
    return (" ".join(said) or type(error).__name__)[:_MOST_SHOWN]


if __name__ == "__main__":
    leave(main())
