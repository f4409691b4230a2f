"""`hlz bundle` and `hlz bundle verify`."""

from __future__ import annotations

import json
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from typing import Any

from landing_zone.fault import Fault, InputError, UsageError
from landing_zone.outcome import FINDINGS, GOOD, Outcome
from landing_zone.output_files import make_folder, write_file
from landing_zone.reports.bundle import bundle, verify
from landing_zone.reports.command import date_of, rendered
from landing_zone.reports.from_assembly import is_assembly
from landing_zone.reports.ledger import LEDGER_JSON


def bundle_command(
    assembly: Path, formats: Collection[str], output: Path, as_of: str | None, key: Path | None
) -> Outcome:
    """Write the evidence bundle of an assembly, with every quick format if none is named. Raises InputError."""
    day = date_of(as_of)
    if not is_assembly(assembly):
        raise UsageError("is no assembly of ours", file=str(assembly), hint="run `hlz synth`")
    secret = _read(key) if key else None
    reports = rendered(assembly, formats, day)
    about = _about(assembly)
    content = bundle(assembly, reports, about, day, secret)
    make_folder(output)
    path = output / f"{about['organization']}-evidence-{day.isoformat()}.zip"
    write_file(path, content)
    document = {
        "files": [{"format": "bundle", "path": str(path), "sha256": sha256(content).hexdigest()}],
        "as_of": day.isoformat(),
        "signed": bool(secret),
    }
    return Outcome(GOOD, document, f"Wrote {path} ({len(content):,} bytes, {'signed' if secret else 'not signed'}).")


def verify_command(path: Path, public_key: Path | None) -> Outcome:
    """Say whether a bundle is what was written. Raises InputError: it is no bundle."""
    try:
        found = verify(_read(path), _read(public_key) if public_key else None)
    except UsageError as error:
        raise InputError(
            Fault(fault.file or str(path), 1, 1, "", fault.message, fault.hint) for fault in error.faults
        ) from None
    document = {
        "bundle": str(path),
        "intact": not found.faults,
        "files": found.files,
        "signed": found.signed,
        "signature_checked": found.signature_checked,
        "as_of": found.about.get("as_of"),
        "faults": list(found.faults),
    }
    if found.faults:
        return Outcome(FINDINGS, document, "\n".join(f"{path}: {fault}" for fault in found.faults))
    said = "the signature is right" if found.signature_checked else "signed, but no --public-key was given"
    signature = said if found.signed else "not signed: whoever changed it could have changed the hashes, too"
    return Outcome(GOOD, document, f"{path}: {found.files} files as listed, as of {document['as_of']}; {signature}.")


def _about(assembly: Path) -> dict[str, Any]:
    """Whose assembly it is and what it was made from; `rendered` has compared the ledger with its hash."""
    ledger = json.loads((assembly / LEDGER_JSON).read_bytes())
    return {"organization": ledger["organization"], "provenance": ledger["provenance"]}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UsageError(f"cannot be read: {reason}", file=str(path)) from None
