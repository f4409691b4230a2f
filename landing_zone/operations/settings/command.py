"""`hlz settings`: what was asked for, checked, and done."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from landing_zone.fault import Fault, InputError, UsageError, nearest
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.load import LoadedManifest, load_manifest
from landing_zone.operations.settings.execute import Result
from landing_zone.operations.settings.journal import journal_path, open_journal
from landing_zone.operations.settings.patience import Patience
from landing_zone.operations.settings.permissions import permission_policies
from landing_zone.operations.settings.run import apply_all, plan_all
from landing_zone.operations.settings.steps import Json, Step, applies, steps_of
from landing_zone.operations.settings.table import MANAGEMENT, SECURITY, settings_table, table_digest
from landing_zone.operations.side_by_side import Brake
from landing_zone.outcome import FINDINGS, GOOD, INTERRUPTED, Outcome
from landing_zone.plan.lock import read_lock
from landing_zone.plan.make import make_plan
from landing_zone.reports.settings_text import offline_text, settings_document, settings_text

DELEGATES = (SECURITY, "backup", "network")
"""Accounts that settings of the management account name."""


@dataclass(frozen=True)
class Options:
    """What `hlz settings` was asked for. workers: accounts worked on at the same time, each in all its Regions at once,
    because AWS throttles by account and Region. patience: seconds a throttled call is tried again."""

    manifest: Path
    apply: bool = False
    offline: bool = False
    permissions: bool = False
    accounts: Collection[str] = ()
    settings: Collection[str] = ()
    role: str = ""
    workers: int = 16
    patience: float = 180
    journal: Path | None = None
    brief: bool = False
    progress: bool = False


def settings_command(options: Options) -> Outcome:
    """Plan, apply, list, or print the permissions. Raises InputError."""
    _check(options)
    loaded = load_manifest(options.manifest)
    _check_names(options, loaded)
    if options.permissions:
        rows = [row for row in settings_table().values() if applies(row, loaded.manifest)]
        return Outcome(GOOD, permission_policies(rows, options.role))
    ids = _known_ids(options.manifest, loaded)
    steps = steps_of(loaded.manifest, ids, accounts=options.accounts, settings=options.settings)
    if options.offline:
        document = settings_document([Result(step, "change") for step in steps], None, offline=True)
        return Outcome(GOOD, document, offline_text(steps, brief=options.brief))
    _check_ids(options, loaded, ids, steps)
    return _with_aws(options, loaded, ids, steps)


def _check(options: Options) -> None:
    if options.workers < 1:
        raise UsageError("--workers needs at least 1")
    if options.patience < 0:
        raise UsageError("--patience needs 0 or more seconds")
    if options.apply and (options.offline or options.permissions):
        raise UsageError("--apply changes accounts; --offline and --permissions do not even read them")


def _check_names(options: Options, loaded: LoadedManifest) -> None:
    names = [account.name for account in tree.accounts(loaded.manifest)]
    faults = [
        Fault("", 1, 1, flag, f"'{name}' is unknown", nearest(name, known))
        for flag, given, known in (
            ("--account", options.accounts, names),
            ("--setting", options.settings, list(settings_table())),
        )
        for name in given
        if name not in known
    ]
    if faults:
        raise InputError(faults)


def _known_ids(manifest: Path, loaded: LoadedManifest) -> dict[str, str]:
    locked = make_plan(loaded, read_lock(manifest)).lock.accounts
    names = {account.name for account in tree.accounts(loaded.manifest)}
    return {name: account.id for name, account in locked.items() if name in names}


def _check_ids(options: Options, loaded: LoadedManifest, ids: Mapping[str, str], steps: Collection[Step]) -> None:
    needed = {step.account for step in steps} | {MANAGEMENT}
    if any(step.setting.phase == 0 for step in steps):
        needed |= {name for name in DELEGATES}
    if unknown := sorted(needed - ids.keys()):
        lock = read_lock(options.manifest)
        named = ", ".join(unknown[:10]) + (f" and {len(unknown) - 10} more" if len(unknown) > 10 else "")
        message = f"the account id of {named} is not known"
        hint = "give `id` in the manifest and run `hlz plan --write`; --account limits the run; --offline needs none"
        raise InputError([lock.fault(("accounts",) if lock.document else (), message, hint)])


def _with_aws(options: Options, loaded: LoadedManifest, ids: Mapping[str, str], steps: list[Step]) -> Outcome:
    from landing_zone.operations.settings.clients import Aws, caller_credentials

    brake = Brake()
    threads = options.workers * len({step.region for step in steps} or {""})
    patience = Patience(options.patience, time.monotonic, brake.pause, random.random)
    aws = Aws(
        caller_credentials(),
        home=loaded.manifest.regions.home,
        role=options.role,
        patience=patience,
        connections=threads,
    )
    _check_caller(aws.caller_account(), loaded, ids)
    progress = _progress(len(steps)) if options.progress else _silent
    if not options.apply:
        results = plan_all(steps, aws, workers=threads, brake=brake, progress=progress)
        document = settings_document(results, None)
        code = FINDINGS if document["unknown"] else GOOD
        return Outcome(code, document, settings_text(results, document, applied=False, brief=options.brief))
    run = partial(apply_all, steps, aws, workers=threads, brake=brake, progress=progress)
    return _apply(options, loaded, run)


def _apply(options: Options, loaded: LoadedManifest, run: Callable[..., list[Result]]) -> Outcome:
    path = options.journal or journal_path(options.manifest)
    selection: Json = {"accounts": sorted(options.accounts), "settings": sorted(options.settings)}
    with open_journal(path, selection, lambda: datetime.now(UTC)) as journal:
        journal.begin(loaded.digest, table_digest(), selection)
        try:
            results = run(record=journal)
        except KeyboardInterrupt:
            text = f"interrupted; what was done is recorded in {path}, and the same command goes on from there"
            return Outcome(INTERRUPTED, {"error": "interrupted", "journal": str(path)}, text)
        document = settings_document(results, path)
        amiss = document["failed"] + document["unknown"] + document["skipped"]
        counts = {key: value for key, value in document.items() if isinstance(value, int)}
        journal.end(complete=not amiss, counts=counts)
    text = settings_text(results, document, applied=True, brief=options.brief)
    return Outcome(FINDINGS if amiss else GOOD, document, text)


def _check_caller(account: str, loaded: LoadedManifest, ids: Mapping[str, str]) -> None:
    deploy = loaded.manifest.delivery.deploy_account
    if account not in (ids[MANAGEMENT], ids.get(deploy)):
        raise UsageError(
            f"the credentials are those of account {account}; settings are made from the management account "
            f"({ids[MANAGEMENT]}) or from '{deploy}' ({ids.get(deploy, 'id not known')})",
            hint="choose another AWS_PROFILE",
        )


def _silent(done: int) -> None:
    return


def _progress(total: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        if done == total or done % 10 == 0:
            print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return show
