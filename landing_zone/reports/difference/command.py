"""`hlz diff A B`: two assemblies, or two folders of anybody's templates."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from landing_zone.assembly.fan_out import INDEX_FILE
from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.files import TEMPLATE_SUFFIXES
from landing_zone.assurance.finding import Finding
from landing_zone.assurance.ledger.model import Ledger, read_ledger
from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.template import Template
from landing_zone.assurance.template_file import read_template
from landing_zone.fault import UsageError
from landing_zone.outcome import FINDINGS, GOOD, Outcome
from landing_zone.proof.network.collection import without_collection
from landing_zone.proof.network.prove import permitted, prove_network
from landing_zone.proof.network.read import read_network
from landing_zone.proof.network.sources import identities_in, stacks_in
from landing_zone.reports.difference.assurance import control_changes, guardrail_changes, path_changes, theorem_changes
from landing_zone.reports.difference.model import SEVERITIES, STOPS, Change, Severity, order
from landing_zone.reports.difference.resources import resource_changes
from landing_zone.reports.from_assembly import input_from_assembly, is_assembly
from landing_zone.reports.ledger import LEDGER_JSON
from landing_zone.reports.proofs import proofs_document


def diff_command(before: Path, after: Path, *, brief: bool) -> Outcome:
    """What changes from one folder to the other. Exit code 1: something critical or high. Raises InputError."""
    both_ours = is_assembly(before) and is_assembly(after)
    changes = list(_assured(before, after)) if both_ours else list(_proved(before, after))
    changes += _resources(_templates(before), _templates(after), ours=both_ours)
    changes.sort(key=order)
    counts = Counter(change.severity for change in changes)
    document = {
        "before": str(before),
        "after": str(after),
        "changes": [change.as_json() for change in changes],
        "totals": {severity: counts[severity] for severity in SEVERITIES},
        "worst": next((severity for severity in SEVERITIES if counts[severity]), None),
    }
    stops = any(change.severity in STOPS for change in changes)
    return Outcome(FINDINGS if stops else GOOD, document, _text(changes, counts, brief=brief))


def _assured(before: Path, after: Path) -> Iterator[Change]:
    day = date.min  # nothing that is compared depends on a day; reading compares every file with its hash
    old, new = input_from_assembly(before, day), input_from_assembly(after, day)
    yield from control_changes(_ledger(before), _ledger(after))
    yield from guardrail_changes(_ledger(before), _ledger(after))
    yield from theorem_changes(old.proofs, new.proofs)
    with without_collection():
        yield from path_changes(_paths(before)[0], _paths(after)[0])


def _proved(before: Path, after: Path) -> Iterator[Change]:
    with without_collection():
        (old_paths, old), (new_paths, new) = _paths(before, prove=True), _paths(after, prove=True)
    yield from theorem_changes(old, new)
    yield from path_changes(old_paths, new_paths)


def _ledger(folder: Path) -> Ledger:
    return read_ledger(json.loads((folder / LEDGER_JSON).read_bytes()))


def _paths(folder: Path, *, prove: bool = False) -> tuple[dict[str, bool], Mapping[str, Any]]:
    """Permitted paths between segments, and the proofs when asked for."""
    if is_assembly(folder) and not _templates(folder):  # everything is withheld on the first day
        return {}, {}
    network = read_network(stacks_in(folder), {}, identities_in(folder))
    paths = {
        f"{source} → {target}": permission.inspected for (source, target), permission in permitted(network).items()
    }
    return paths, proofs_document(network, prove_network(network), ()) if prove else {}


def _templates(folder: Path) -> dict[str, tuple[str, Path]]:
    """Stack or file name to a name that equal content has in common, and the file."""
    if is_assembly(folder):
        rows = json.loads((folder / INDEX_FILE).read_bytes())["deployments"]
        return {name: (str(row["sha256"]), folder / str(row["template"])) for name, row in rows.items()}
    files = (
        [path for path in sorted(folder.rglob("*")) if path.name.endswith(TEMPLATE_SUFFIXES) and path.is_file()]
        if folder.is_dir()
        else [folder]
    )
    if not files:
        raise UsageError("holds no CloudFormation template", file=str(folder))
    return {
        path.relative_to(folder).as_posix() if folder.is_dir() else "template": (path.read_bytes().hex(), path)
        for path in files
    }


def _resources(
    before: Mapping[str, tuple[str, Path]], after: Mapping[str, tuple[str, Path]], *, ours: bool
) -> Iterator[Change]:
    """Changes of all stacks; the same change in several stacks once, with their names."""
    grouped: dict[str, tuple[Change, list[str]]] = {}
    compared: dict[tuple[str, str], list[Change]] = {}
    nothing = ("", None)
    for name in sorted(before.keys() | after.keys()):
        (old, old_file), (new, new_file) = before.get(name, nothing), after.get(name, nothing)
        if old == new:
            continue
        if (old, new) not in compared:
            compared[old, new] = list(_compared(old_file, new_file, ours=ours))
        for change in compared[old, new]:
            key = json.dumps(change.as_json(), sort_keys=True)
            grouped.setdefault(key, (change, []))[1].append(name)
    for change, stacks in grouped.values():
        where = stacks[0] if len(stacks) == 1 else f"{len(stacks)} stacks"
        details = {**change.details, "stacks": stacks}
        yield Change(change.kind, change.id, change.severity, f"{where}: {change.text}", details)


def _compared(before: Path | None, after: Path | None, *, ours: bool) -> Iterator[Change]:
    old, new = (read_template(path).document if path else {} for path in (before, after))
    yield from resource_changes(old, new)
    if ours:
        return  # what was found in ours was acknowledged or accepted, which the ledger's controls tell
    was, now = (_findings(document) for document in (old, new))
    for key in sorted(now.keys() - was.keys()):
        severity: Severity = "high" if now[key].severity == "error" else "medium"
        details = {"control": now[key].control, "what": "new"}
        yield Change("finding", now[key].rule, severity, now[key].message, details)
    for key in sorted(was.keys() - now.keys()):
        details = {"control": was[key].control, "what": "gone"}
        yield Change("finding", was[key].rule, "good", f"No longer found: {was[key].message}", details)


def _findings(document: Mapping[str, Any]) -> dict[tuple[str, str, str], Finding]:
    if not document:
        return {}
    template = Template.from_json(document, name="template")
    report = evaluate(template, RuleContext(template, own=False))
    return {(row.rule, row.resource, row.message): row for row in report.findings}


def _text(changes: list[Change], counts: Mapping[Severity, int], *, brief: bool) -> str:
    """A line for each change; low ones, and with `brief` all that do not stop, are counted by what they are."""
    if not changes:
        return "Nothing changes."
    shown = [change for change in changes if change.severity in STOPS or not (brief or change.severity == "low")]
    lines = [f"{change.severity:<8} {change.kind}: {change.text}" for change in shown]
    rest = Counter(_summary(change) for change in changes if change not in shown)
    lines += [f"{severity:<8} {count} {what}" for (severity, what), count in sorted(rest.items())]
    totals = ", ".join(f"{counts[severity]} {severity}" for severity in SEVERITIES if counts[severity])
    return "\n".join([*lines, "", f"{len(changes)} changes: {totals}."])


def _summary(change: Change) -> tuple[str, str]:
    what = [change.kind, str(change.details.get("type", "")), str(change.details.get("what", ""))]
    return change.severity, " ".join(part for part in what if part)
