"""The input of reports from a folder that exists: an assembly of ours, or templates of any origin."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from landing_zone.assembly.fan_out import INDEX_FILE
from landing_zone.assurance.controls import controls
from landing_zone.assurance.files import TEMPLATE_SUFFIXES
from landing_zone.assurance.ledger.model import (
    ORGANIZATION,
    ControlEntries,
    Entry,
    Ledger,
    LedgerUnreadable,
    read_ledger,
)
from landing_zone.assurance.template import Template
from landing_zone.assurance.template_file import read_template
from landing_zone.fault import Fault, InputError, UsageError
from landing_zone.reports.access import ACCESS_JSON
from landing_zone.reports.assurance_document import assurance_document
from landing_zone.reports.inventory import INVENTORY_JSON, templates_document
from landing_zone.reports.ledger import LEDGER_JSON
from landing_zone.reports.network import PROOFS_JSON
from landing_zone.reports.report_input import ReportInput

AGAIN = "synthesize again"
_DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    LEDGER_JSON: (),
    INVENTORY_JSON: ("totals", "rows", "keys", "exceptions", "scopes"),
    ACCESS_JSON: ("totals", "entries", "accounts", "empty"),
    PROOFS_JSON: ("results", "network"),
}
"""Each document that reports are made from, with keys that it has; the ledger has a schema of its own."""
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
_MAPS = (".svg", ".mmd")


def is_assembly(folder: Path) -> bool:
    """Whether the folder is an assembly of ours."""
    return (folder / INDEX_FILE).is_file()


def input_from_assembly(folder: Path, as_of: date) -> ReportInput:
    """What an assembly of ours says on a day.

    Raises InputError: a file is missing or not what was synthesized, or the ledger is of another version.
    """
    index, texts = _as_synthesized(folder)
    documents = {name: _document(folder, name, texts[name], keys) for name, keys in _DOCUMENTS.items()}
    try:
        ledger = _with_this_catalogue(read_ledger(documents[LEDGER_JSON]))
        report = assurance_document(ledger, documents[INVENTORY_JSON], as_of)
    except LedgerUnreadable as error:
        raise UsageError(str(error), file=str(folder / LEDGER_JSON), hint=AGAIN) from None
    except ValidationError as error:  # the manifest of another version of this tool
        first = error.errors()[0]
        place = ".".join(map(str, ("manifest", *first["loc"])))
        raise UsageError(
            f"cannot be read: {place}: {first['msg']}", file=str(folder / LEDGER_JSON), hint=AGAIN
        ) from None
    return ReportInput(
        report=report,
        inventory=documents[INVENTORY_JSON],
        access=documents[ACCESS_JSON],
        proofs=documents[PROOFS_JSON],
        index=index,
        maps={name: _text(folder, name, content) for name, content in texts.items() if name.endswith(_MAPS)},
    )


def _with_this_catalogue(ledger: Ledger) -> Ledger:
    """The ledger with every control there is: what an older one does not say of newer controls is no good news."""
    known = {control.id for control in ledger.controls}
    reason = f"The assembly does not know this control; {AGAIN}."
    unjudged = Entry(scope=ORGANIZATION, status="not evaluated", reason=reason)
    newer = tuple(ControlEntries(id=id, entries=(unjudged,)) for id in sorted(controls().keys() - known))
    gone = tuple(
        {"rule": id, "resource": "", "template": ORGANIZATION, "reason": "This version does not know the control."}
        for id in sorted(known - controls().keys())
    )
    return ledger.model_copy(
        update={"controls": (*ledger.controls, *newer), "not_evaluated": (*ledger.not_evaluated, *gone)}
    )


def _document(folder: Path, name: str, content: bytes, keys: tuple[str, ...]) -> Any:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise UsageError("is no JSON document", file=str(folder / name), hint=AGAIN) from None
    if missing := [key for key in keys if not isinstance(document, dict) or key not in document]:
        raise UsageError(f"is of another version: it has no {missing[0]}", file=str(folder / name), hint=AGAIN)
    return document


def _text(folder: Path, name: str, content: bytes) -> str:
    try:
        return content.decode()
    except ValueError:
        raise UsageError("is not UTF-8", file=str(folder / name), hint=AGAIN) from None


def input_from_templates(folder: Path) -> ReportInput:
    """What somebody else's templates say: the inventory alone. Raises InputError: none, or one that cannot be read."""
    files = sorted(path for path in folder.rglob("*") if path.name.endswith(TEMPLATE_SUFFIXES) and path.is_file())
    if not files:
        raise UsageError(_why_none(folder), file=str(folder), hint="run `hlz synth`, or name a folder with --assembly")
    templates = {file.relative_to(folder).as_posix(): _template(file) for file in files}
    hashes = {name: sha256((folder / name).read_bytes()).hexdigest() for name in templates}
    return ReportInput({}, templates_document(templates, hashes), {}, {}, {}, {})


def _why_none(folder: Path) -> str:
    if folder.is_dir():
        return "holds no CloudFormation template"
    return "is not a folder" if folder.exists() else "cannot be read: no such file or directory"


def _template(file: Path) -> Template:
    return Template.from_json(read_template(file).document, name=file.name)


def _as_synthesized(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The index, and the contents of all reports beside it, when every file is what the index says."""
    try:
        index: dict[str, Any] = json.loads((folder / INDEX_FILE).read_bytes())
        recorded = dict(sorted(_recorded(index)))
    except (OSError, *_MALFORMED):
        raise UsageError("cannot be read as an assembly", file=str(folder / INDEX_FILE), hint=AGAIN) from None
    if missing := sorted(_DOCUMENTS.keys() - recorded.keys()):
        raise UsageError(f"is of an earlier version: it has no {missing[0]}", file=str(folder / INDEX_FILE), hint=AGAIN)
    contents = {name: _content(folder, name) for name in recorded}
    faults = [
        Fault(str(folder / name), 1, 1, "", "is not what was synthesized", AGAIN)
        for name, digest in recorded.items()
        if sha256(contents[name] or b"").hexdigest() != digest
    ]
    if faults:
        raise InputError(faults)
    return index, {name: contents[name] or b"" for name in index["reports"]}


def _recorded(index: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((str(name), str(digest)) for name, digest in index["reports"].items())
    for row in index["deployments"].values():
        row["variant"]  # which shape it is: the bundle takes one template of each
        yield str(row["template"]), str(row["sha256"])


def _content(folder: Path, name: str) -> bytes | None:
    """The file, which must lie in the folder itself."""
    if Path(name).name != name:
        return None
    try:
        return (folder / name).read_bytes()
    except (OSError, ValueError):  # a NUL in the name
        return None
