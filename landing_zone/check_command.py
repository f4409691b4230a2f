"""What `hlz check` does. Light to import: a pre-commit hook waits for it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landing_zone.fault import Fault, UsageError
from landing_zone.outcome import BAD_INPUT, FINDINGS, GOOD, Outcome, ToolFailed

_HELD_BACK = ("runs", "acknowledgements", "columns")
"""Parts of the document that files are made from and `--json` does not print."""


@dataclass(frozen=True)
class Options:
    """What was asked.

    paths: templates that exist; none: the manifest's variants. fast: of our rules alone, without node and cfn-lint.
    segments: the segments file of the network theorems. baseline: a document of an earlier run, whose findings are not
    reported again. formats: files written to `output`.
    """

    manifest: Path
    paths: Collection[Path]
    fast: bool
    segments: Path | None
    baseline: Path | None
    formats: Collection[str]
    output: Path
    progress: bool
    debug: bool


def check_command(asked: Options) -> Outcome:
    """Every rule over the manifest's variants, or over templates that exist. Raises InputError.

    With templates that cannot be read beside others that can, the document holds the errors and, as a partial result,
    what was found in the others; the exit code is that of bad input and no files are written.
    """
    from landing_zone.assembly.cache import cache_folder
    from landing_zone.assurance.baseline import read_baseline, without_known
    from landing_zone.reports.check_files import check_files
    from landing_zone.reports.check_text import check_text
    from landing_zone.reports.text import one_line

    if not asked.paths and (asked.fast or asked.segments):
        option = "--fast" if asked.fast else "--segments"
        raise UsageError(f"{option} is about templates that exist", hint="name a file or folder")
    known = read_baseline(asked.baseline) if asked.baseline else None
    render = check_files(asked.formats)
    cache = cache_folder(os.environ)
    faults: tuple[Fault, ...] = ()
    if asked.paths:
        from landing_zone.assurance.files import check_templates

        checked = check_templates(
            asked.paths,
            cache,
            run_nag=None if asked.fast else lambda templates: nag(templates, debug=asked.debug),
            fast=asked.fast,
            segments=asked.segments,
        )
        document, faults = checked.document, checked.faults
    else:
        outcome = _variants(asked, cache)
        if outcome.code not in (GOOD, FINDINGS):
            return outcome
        document = outcome.document
    if known is not None:
        document = without_known(document, known)
    failing = any(finding["severity"] != "note" for finding in document["findings"])
    shown = {key: value for key, value in document.items() if key not in _HELD_BACK}
    if faults:
        errors = [fault.as_json() for fault in faults]
        text = "\n".join(
            [
                check_text(shown),
                "",
                "Partial: what follows could not be read.",
                *(one_line(str(fault)) for fault in faults),
            ]
        )
        return Outcome(BAD_INPUT, {"valid": False, "errors": errors, "partial": True, **shown}, text)
    if files := render(document):
        from landing_zone.output_files import make_folder, write_file

        for file, content in files.items():
            make_folder(asked.output)
            write_file(asked.output / file, content)
    return Outcome(FINDINGS if failing else GOOD, shown, check_text(shown))


def nag(templates: Mapping[str, Mapping[str, Any]], *, debug: bool) -> Mapping[str, Any]:
    """What cdk-nag says, by template. Raises ToolFailed where node did not run to its end."""
    from landing_zone.app_process import run_check_app

    outcome = run_check_app(templates, debug=debug)
    if outcome.code != GOOD:
        raise ToolFailed(f"{outcome.document.get('error', outcome.text)}; --fast checks without node")
    rows: Mapping[str, Any] = outcome.document["templates"]
    return rows


def _variants(asked: Options, cache: Path) -> Outcome:
    """The check of the manifest's variants; cfn-lint's verdicts are added to its document."""
    from landing_zone.app_process import run_app
    from landing_zone.assurance.lint import lint_templates

    with tempfile.TemporaryDirectory(prefix="hlz-") as folder:
        variants = Path(folder) / "variants"
        outcome = run_app(asked.manifest, variants, task="check", progress=asked.progress, debug=asked.debug)
        if outcome.code not in (GOOD, FINDINGS):
            return outcome
        templates = {path.name.removesuffix(".template.json"): path for path in sorted(variants.iterdir())}
        document = lint_templates(templates, cache).added_to(outcome.document)
    return Outcome(outcome.code, document)
