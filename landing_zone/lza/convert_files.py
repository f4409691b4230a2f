"""Write a converted configuration: checked and planned before anything appears, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from landing_zone.fault import Fault, InputError, UsageError
from landing_zone.lza.configuration import Configuration
from landing_zone.lza.convert import LOCK, MANIFEST, Conversion, Converted
from landing_zone.lza.convert_guardrails import FOLDER
from landing_zone.lza.mapping import mapping_json, mapping_markdown
from landing_zone.manifest.load import load_manifest
from landing_zone.output_files import make_folder, write_file
from landing_zone.plan.lock import read_lock
from landing_zone.plan.make import make_plan

_ROUNDS = 12
MAPPING = ("mapping.md", "mapping.json")


def import_configuration(configuration: Configuration, output: Path, phi: tuple[str, ...] = ()) -> Converted:
    """Convert, and write `landing-zone.yaml`, its lock, `policies/*.yaml` and the mapping into a folder.

    Raises InputError: it cannot be converted, what was made does not validate or plan, or one of the files is there.
    """
    refuse_existing(output)
    found = settled(Conversion(configuration, phi))
    texts = found.texts()
    texts[MAPPING[0]] = mapping_markdown(found.rows, partial=found.partial)
    texts[MAPPING[1]] = mapping_json(found.rows, partial=found.partial)
    written: list[Path] = []
    make_folder(output)
    try:
        for name, text in sorted(texts.items(), key=lambda row: row[0] == MANIFEST):  # the manifest last
            path = output / name
            make_folder(path.parent)
            write_file(path, text)
            written.append(path)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return found


def refuse_existing(output: Path) -> None:
    """Raises UsageError for a file of a landing zone that is there already; nothing is overwritten."""
    for name in (MANIFEST, LOCK, *MAPPING):
        if os.path.lexists(output / name):
            raise UsageError("exists; it is not overwritten", file=str(output / name), hint="choose another --output")
    if any((output / FOLDER).glob("*.yaml")):
        hint = "choose another --output"
        raise UsageError("holds guardrails; they are not mixed with others", file=str(output / FOLDER), hint=hint)


def settled(conversion: Conversion) -> Converted:
    """The conversion without what `hlz validate` and `hlz plan` refuse; its rows say what that was.

    Raises InputError: what they refuse cannot be left out.
    """
    for _ in range(_ROUNDS):
        found = conversion.result()
        faults = _faults(found)
        if not faults:
            return found
        if not conversion.take_out(faults) and not _too_many(conversion, faults):
            break
    raise InputError(replace(fault, file=f"{fault.file} (not written)") for fault in faults)


def _too_many(conversion: Conversion, faults: tuple[Fault, ...]) -> bool:
    reason = f"together with our own guardrails: {faults[0].message}"
    return conversion.drop_guardrails(reason)


def _faults(found: Converted) -> tuple[Fault, ...]:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in found.texts().items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        manifest = Path(folder, MANIFEST)
        try:
            make_plan(load_manifest(manifest), read_lock(manifest))
        except InputError as error:
            return tuple(
                Fault(f.file.removeprefix(f"{folder}/"), f.line, f.column, f.key, f.message, f.hint)
                for f in error.faults
            )
    return ()
