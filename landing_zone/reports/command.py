"""`hlz report`: from an assembly, a manifest or templates to files."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path

from landing_zone.app_process import run_app
from landing_zone.fault import UsageError, excerpt
from landing_zone.outcome import GOOD, Outcome
from landing_zone.output_files import make_folder, write_file
from landing_zone.reports.formats import FORMATS, chosen_formats
from landing_zone.reports.from_assembly import input_from_assembly, input_from_templates, is_assembly


def report_command(
    assembly: Path,
    manifest: Path | None,
    formats: Collection[str],
    output: Path,
    as_of: str | None,
    *,
    progress: bool,
    debug: bool,
) -> Outcome:
    """Write reports of an assembly or of templates; of the manifest when one is given. Raises InputError."""
    day = date_of(as_of)
    chosen_formats(formats)
    with tempfile.TemporaryDirectory(prefix="hlz-") as folder:
        if manifest:
            assembly = Path(folder) / "cdk.out"
            outcome = run_app(manifest, assembly, task="synth", progress=progress, debug=debug)
            if outcome.code != GOOD:
                return outcome
        files = rendered(assembly, formats, day)
    make_folder(output)
    rows = []
    for name, contents in files.items():
        for file, content in contents.items():
            make_folder((output / file).parent)
            write_file(output / file, content)
            rows.append({"format": name, "path": str(output / file), "sha256": sha256(content).hexdigest()})
    left_out = [name for name, form in FORMATS.items() if not formats and not form.available and not form.on_request]
    lines = [f"Wrote {row['path']}." for row in rows]
    lines += [f"Left out {name}: {FORMATS[name].package} is not installed (extra `{name}`)." for name in left_out]
    return Outcome(GOOD, {"files": rows, "as_of": day.isoformat()}, "\n".join(lines))


def rendered(folder: Path, formats: Collection[str], as_of: date) -> dict[str, Mapping[str, bytes]]:
    """The files of each format, made from a folder on a day; every format that is possible when none is named."""
    ours = is_assembly(folder)
    chosen = chosen_formats(formats, templates_alone=not ours)
    source = input_from_assembly(folder, as_of) if ours else input_from_templates(folder)
    return {name: form.render(source) for name, form in chosen.items()}


def date_of(text: str | None) -> date:
    """The day meant by `--as-of`; today without one. Raises UsageError."""
    if text is None:
        return date.today()
    with suppress(ValueError):
        day = date.fromisoformat(text)
        if day.isoformat() == text:
            return day
    raise UsageError(f"--as-of is {excerpt(text)}; a date such as 2026-01-31 is expected")
