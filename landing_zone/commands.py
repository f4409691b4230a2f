"""What each command of `hlz` does: paths in, outcome out. Printing and exit codes are `landing_zone.cli`'s."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from landing_zone.app_process import run_app
from landing_zone.assurance.catalogue import proposed_notes
from landing_zone.fault import Fault, InputError, UsageError, excerpt
from landing_zone.manifest.load import load_manifest, parsed_manifest
from landing_zone.manifest.model.base import EmailPattern, Phone, RegionCode, Slug
from landing_zone.manifest.schema import manifest_schema
from landing_zone.manifest.services import gaps
from landing_zone.manifest.starter import starter_manifest
from landing_zone.outcome import FINDINGS, GOOD, Outcome
from landing_zone.output_files import make_folder, write_file
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.lock import lock_path, lock_text, read_lock
from landing_zone.plan.make import make_plan
from landing_zone.plan.roles.bootstrap import bootstrap_targets
from landing_zone.reports.addresses import addresses_document, addresses_text
from landing_zone.reports.plan_table import plan_document, plan_text
from landing_zone.reports.summary import synth_text

if TYPE_CHECKING:
    from landing_zone.proof.network.model import Network
    from landing_zone.reports.examined import Examined

INIT_QUESTIONS: Mapping[str, str] = {
    "name": "Short name of the organization (lower case, digits, hyphens)",
    "email": "E-mail for account root users ({account} stands for the account's name)",
    "home": "Home Region",
    "recovery": "Recovery Region",
    "phone": "Telephone of the security and operations contacts",
}
INIT_DEFAULTS: Mapping[str, str] = {"home": "us-east-1", "recovery": "us-west-2"}
EXAMPLE_PHONE = "+1 555 0100"  # reserved for examples; `validate` warns until it is replaced
_FLAG_OF: Mapping[str, str] = {
    "organization.name": "--name",
    "organization.email": "--email",
    "accounts": "--email",  # only the e-mails made from the pattern can be wrong there
    "regions.home": "--home",
    "regions.recovery": "--recovery",
}
_INIT_TYPES: Mapping[str, Any] = {
    "name": Slug,
    "email": EmailPattern,
    "home": RegionCode,
    "recovery": RegionCode,
    "phone": Phone,
}


def init(answers: Mapping[str, str | None], output: Path) -> Outcome:
    """Write a first manifest. Raises InputError: an answer is missing or wrong, the file exists."""
    given = {key: text for key, text in answers.items() if text} | (
        {} if answers.get("phone") else {"phone": EXAMPLE_PHONE}
    )
    faults = [
        Fault("", 1, 1, f"--{key}", "is missing", question)
        for key, question in INIT_QUESTIONS.items()
        if key not in given
    ]
    for key, text in given.items():
        try:
            TypeAdapter(_INIT_TYPES[key]).validate_python(text)
        except ValidationError as error:
            first = error.errors()[0]
            faults.append(Fault("", 1, 1, f"--{key}", first["msg"], str((first.get("ctx") or {}).get("hint", ""))))
    if not faults and given["home"] == given["recovery"]:
        faults.append(Fault("", 1, 1, "--recovery", "is the home Region as well", "choose another Region"))
    if faults:
        raise InputError(faults)
    text = starter_manifest(**given)
    try:
        parsed_manifest(text, str(output))
    except InputError as error:
        raise InputError(map(_as_flag, error.faults)) from None
    if os.path.lexists(output):
        raise UsageError("exists; it is not overwritten", file=str(output), hint="choose another --output")
    write_file(output, text)
    steps = f"Next: edit it, then `hlz validate -m {output}` and `hlz plan --write -m {output}`."
    return Outcome(GOOD, {"manifest": str(output)}, f"Wrote {output}. {steps}")


def _as_flag(fault: Fault) -> Fault:
    """A fault in the starter manifest as one of the flag it was made from."""
    flag = next((flag for key, flag in _FLAG_OF.items() if fault.key.startswith(key)), "")
    return replace(fault, file="", line=1, column=1, key=flag) if flag else fault


def schema() -> Outcome:
    """The manifest's JSON Schema."""
    return Outcome(GOOD, manifest_schema())


def validate(manifest: Path) -> Outcome:
    """Check manifest and lock. Raises InputError with every fault."""
    from landing_zone.assurance.governance_remarks import governance_remarks

    loaded = load_manifest(manifest)
    locked = read_lock(manifest)
    make_plan(loaded, locked)
    warnings = [
        loaded.document.fault(
            ("contacts", name, "phone"), f"{excerpt(EXAMPLE_PHONE)} is reserved for examples"
        ).as_json()
        for name in ("security", "operations")
        if getattr(loaded.manifest.contacts, name).phone == EXAMPLE_PHONE
        and not loaded.manifest.organization.email.endswith(".example")
    ]
    warnings += [
        loaded.document.fault(
            ("regions", gap.key), f"{gap.service.name} does not exist in {gap.region}; it is left out there"
        ).as_json()
        for gap in gaps(loaded.manifest)
    ]
    warnings += [
        loaded.document.fault(remark.path, remark.message, remark.hint, at_key=remark.at_key).as_json()
        for remark in governance_remarks(loaded.manifest, date.today())
    ]
    accounts = len(loaded.manifest.accounts)
    text = f"{manifest}: valid, {accounts} accounts in addition to the core ones."
    for warning in warnings:
        text += f"\n{warning['file']}:{warning['line']}:{warning['column']}: warning: {warning['message']}"
    notes = [
        loaded.document.fault(note.path, note.message).as_json() | {"severity": note.severity}
        for note in proposed_notes(loaded.manifest)
    ]
    for note in notes:
        text += f"\n{note['file']}:{note['line']}:{note['column']}: note: {note['message']}"
    return Outcome(GOOD, {"valid": True, "errors": [], "warnings": warnings, "notes": notes}, text)


def plan(manifest: Path, *, write: bool, release: Collection[str], addresses: bool, brief: bool) -> Outcome:
    """Plan; with `write`, update the lock; with `addresses`, show the address plan instead. Raises InputError."""
    if release and not write:
        raise UsageError("--release changes the lock, so it needs --write")
    loaded, locked = load_manifest(manifest), read_lock(manifest)
    planned = make_plan(loaded, locked, frozenset(release))
    written = None
    if write and (locked.document is None or planned.lock != locked.lock):
        write_file(lock_path(manifest), lock_text(planned.lock))
        written = str(lock_path(manifest))
    document = plan_document(planned, written)
    if not addresses:
        return Outcome(GOOD, document, plan_text(planned, document, manifest, brief=brief))
    document["addresses"] = addresses_document(loaded, planned)
    shown = addresses_text(document["addresses"], brief=brief)
    return Outcome(GOOD, document, f"{shown}\n\n{plan_text(planned, document, manifest, brief=True)}")


def synth(manifest: Path, output: Path, *, progress: bool, debug: bool) -> Outcome:
    """Run the app and write the assembly and its summary page."""
    outcome = run_app(manifest, output, task="synth", progress=progress, debug=debug)
    if outcome.code != GOOD:
        return outcome
    return Outcome(GOOD, outcome.document, synth_text(outcome.document))


def guardrails(manifest: Path, account: str | None, output: Path | None, *, brief: bool) -> Outcome:
    """Show the compiled guardrails, or what holds in one account; with `output`, write policies. Raises InputError."""
    from landing_zone.plan.guardrail_notes import guardrail_notes
    from landing_zone.reports.guardrails_document import account_document, guardrails_document
    from landing_zone.reports.guardrails_files import write_policies
    from landing_zone.reports.guardrails_text import account_text, guardrails_text

    loaded = load_manifest(manifest)
    planned = make_plan(loaded, read_lock(manifest))
    compiled = planned.guardrails
    if account:
        document = account_document(loaded.manifest, planned.lock, compiled, account)
        text = account_text(document)
    else:
        notes = guardrail_notes(loaded, planned.lock, compiled, date.today())
        document = guardrails_document(loaded.manifest, planned.lock, compiled, notes)
        text = guardrails_text(document, brief=brief)
    if output:
        write_policies(loaded.manifest, planned.lock, compiled, output)
        text += f"\nWrote {len(compiled.policies)} policies and what they are attached to into {output}."
    return Outcome(GOOD, document, text)


def prove(
    manifest: Path,
    network: Path | None,
    policies: Path | None,
    segments: Path | None,
    *,
    explain: str | None,
    output: Path | None,
    verify: Path | None,
    brief: bool,
    progress: bool,
) -> Outcome:
    """Prove theorems over guardrails and networks: the manifest's, or `policies` and `network`. Raises InputError."""
    from landing_zone.reports.prove_command import Options, prove_command

    def read() -> Examined | Outcome:
        return _examined(manifest, network, segments, progress=progress)

    return prove_command(Options(manifest, network, policies, explain, output, verify, brief, read))


def draw(manifest: Path, folder: Path | None, segments: Path | None, output: Path, *, progress: bool) -> Outcome:
    """Write the network's maps, of the manifest or of the templates in `folder`. Raises InputError."""
    from landing_zone.reports.addresses_picture import addresses_pictures
    from landing_zone.reports.network import drawn

    network = _network(manifest, folder, segments, progress=progress)
    if isinstance(network, Outcome):
        return network
    if folder:
        texts = drawn(network, folder.resolve().name)
    else:
        loaded = load_manifest(manifest)
        addresses = addresses_document(loaded, make_plan(loaded, read_lock(manifest)))
        name = loaded.manifest.organization.name
        texts = {**drawn(network, name), **addresses_pictures(addresses, organization=name)}
    make_folder(output)
    for name, text in texts.items():
        write_file(output / name, text)
    files = [{"path": str(output / name), "sha256": sha256(text.encode()).hexdigest()} for name, text in texts.items()]
    text = "\n".join(f"Wrote {file['path']}." for file in files) or "There is no network; nothing was drawn."
    return Outcome(GOOD, {"files": files}, text)


def _network(manifest: Path, folder: Path | None, segments: Path | None, *, progress: bool) -> Network | Outcome:
    """The network of a manifest or of a folder of templates; an outcome if the manifest's templates have findings."""
    found = _examined(manifest, folder, segments, progress=progress)
    return found if isinstance(found, Outcome) else found.network


def _examined(manifest: Path, folder: Path | None, segments: Path | None, *, progress: bool) -> Examined | Outcome:
    """As `_network`, and the rules that the manifest's templates passed."""
    from landing_zone.proof.network.read import read_network
    from landing_zone.proof.network.segments import read_segments, unmatched
    from landing_zone.proof.network.sources import identities_in, stacks_in
    from landing_zone.reports.examined import Examined, passed
    from landing_zone.reports.network import network_of

    labels = read_segments(segments) if segments else {}
    if folder:
        network = read_network(stacks_in(folder), labels, identities_in(folder))
        if segments:
            unmatched(segments, network)
        return Examined(network)
    with tempfile.TemporaryDirectory(prefix="hlz-") as made:
        variants = Path(made) / "variants"
        outcome = run_app(manifest, variants, task="check", progress=progress, debug=False)
        if outcome.code != GOOD:
            return outcome
        templates = {
            path.name.removesuffix(".template.json"): json.loads(path.read_bytes())
            for path in sorted(variants.iterdir())
        }
    network = network_of(load_manifest(manifest), read_lock(manifest), templates, labels)
    if segments:
        unmatched(segments, network)
    return Examined(network, passed(outcome.document))


def settings(**asked: Any) -> Outcome:
    """Plan or apply what CloudFormation cannot do. `asked`: fields of `operations.settings.command.Options`."""
    from landing_zone.operations.settings.command import Options, settings_command

    return settings_command(Options(**asked))


def adopt(**asked: Any) -> Outcome:
    """Learn from AWS what exists. `asked`: fields of `operations.adopt.command.Options`."""
    from landing_zone.operations.adopt.command import Options, adopt_command

    return adopt_command(Options(**asked))


def bootstrap(manifest: Path, output: Path | None, *, progress: bool, debug: bool) -> Outcome:
    """Say what is needed per phase; with `output`, write template, script and guide. Raises InputError.

    A template of an earlier run that no longer holds (findings, unknown ids) is set aside as `*.stale`.
    """
    from landing_zone.assembly.bootstrap import TEMPLATE_FILE
    from landing_zone.reports.bootstrap_guide import (
        GUIDE_FILE,
        SCRIPT_FILE,
        guide_document,
        guide_markdown,
        guide_text,
        phases,
    )
    from landing_zone.reports.bootstrap_script import bootstrap_script

    loaded = load_manifest(manifest)
    targets = bootstrap_targets(Knowledge(loaded.manifest, make_plan(loaded, read_lock(manifest)).lock))
    steps = phases(targets, manifest, output)
    with tempfile.TemporaryDirectory(prefix="hlz-") as folder:
        made = Path(folder) / "bootstrap"
        outcome = run_app(manifest, made, task="bootstrap", progress=progress, debug=debug)
        if outcome.code not in (GOOD, FINDINGS):
            return outcome
        template = made / TEMPLATE_FILE
        files = {TEMPLATE_FILE: template.read_text(encoding="utf-8")} if template.is_file() else {}
    written: list[Path] = []
    if output:
        make_folder(output)
        if not files and (output / TEMPLATE_FILE).is_file():
            os.replace(output / TEMPLATE_FILE, output / f"{TEMPLATE_FILE}.stale")
        if outcome.code == GOOD:
            written = [output / name for name in (SCRIPT_FILE, GUIDE_FILE, *files)]
    document = {**outcome.document, **guide_document(steps, targets, written)}
    texts = {SCRIPT_FILE: bootstrap_script(targets), GUIDE_FILE: guide_markdown(steps, targets, document), **files}
    for path in written:
        write_file(path, texts[path.name])
    return Outcome(outcome.code, document, outcome.text if outcome.code else guide_text(steps, document))
