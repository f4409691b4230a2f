"""`hlz import`: files of ours from what somebody else wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from landing_zone.live_organization.collect import collect_with_profile, collecting_policy, export_text
from landing_zone.live_organization.folder import policy_folder_files
from landing_zone.live_organization.read import read_export
from landing_zone.lza.configuration import read_configuration
from landing_zone.lza.convert_files import import_configuration
from landing_zone.outcome import FINDINGS, GOOD, Outcome
from landing_zone.output_files import make_folder, write_file

EXPORT = "organization.json"


def import_lza_command(folders: Sequence[Path], phi: Sequence[str], output: Path, *, brief: bool) -> Outcome:
    """Convert an LZA configuration into `output`. Exit code 1: a partial one. Raises InputError."""
    configuration = read_configuration(*folders)
    found = import_configuration(configuration, output, tuple(phi))
    rows = [asdict(row) for row in found.rows]
    faults = [fault.as_json() for fault in configuration.faults]
    document: dict[str, Any] = {"output": str(output), "partial": found.partial, "faults": faults, "rows": rows}
    counts = Counter(row.status for row in found.rows)
    shown = [] if brief else [row for row in found.rows if row.status != "carried"]
    lines = [f"{row.file}:{row.line}: {row.status}: {row.what}: {row.because}" for row in shown]
    lines += [f"could not be read: {fault}" for fault in configuration.faults]
    told = ", ".join(f"{counts[status]} {status}" for status in sorted(counts))
    lines += ["", f"Wrote {output}: {told}. mapping.md says what became of every setting, with file and line."]
    if found.partial:
        lines.append("The result is partial: what could not be read is missing from it.")
    return Outcome(FINDINGS if found.partial else GOOD, document, "\n".join(lines).strip())


def import_organization_command(export: Path | None, profile: str, phi: Sequence[str], output: Path) -> Outcome:
    """Write an organization's export, or from an export its policy folder. Raises InputError."""
    if export is None:
        files = {EXPORT: export_text(collect_with_profile(profile))}
    else:
        files = dict(policy_folder_files(read_export(export), phi))
    make_folder(output)
    for name, text in files.items():
        make_folder((output / name).parent)
        write_file(output / name, text)
    written = [str(output / name) for name in files]
    return Outcome(GOOD, {"files": written}, "\n".join(f"Wrote {name}." for name in written))


def permissions_command() -> Outcome:
    """The IAM policy that asking needs."""
    return Outcome(GOOD, collecting_policy(), "")
