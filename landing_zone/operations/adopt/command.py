"""`hlz adopt`: read, compare, show, and with `write` put it into the lock."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from landing_zone.fault import InputError, UsageError
from landing_zone.manifest.load import LoadedManifest, load_manifest
from landing_zone.manifest.model import Manifest
from landing_zone.operations.adopt.findings import Findings
from landing_zone.operations.adopt.identity import assigned_groups, chosen_instance, learn_identity
from landing_zone.operations.adopt.keys import learn_keys, primary_domains
from landing_zone.operations.adopt.learn import learn_organization, organization_stacks
from landing_zone.operations.adopt.observe import (
    Seen,
    SeenExports,
    observe_exports,
    observe_groups,
    observe_organization,
)
from landing_zone.operations.adopt.permissions import adopt_policies
from landing_zone.operations.adopt.transit import SeenTransit, learn_transit, observe_transit
from landing_zone.operations.settings.execute import Api, ApiError
from landing_zone.operations.settings.patience import Patience
from landing_zone.operations.side_by_side import Brake
from landing_zone.outcome import GOOD, Outcome
from landing_zone.plan.hub import ACCOUNT, hub_regions
from landing_zone.plan.lock import LoadedLock, Lock, lock_text, read_lock
from landing_zone.plan.make import Planned, make_plan
from landing_zone.reports.adopt_text import adopt_document, adopt_text
from landing_zone.whole_file import write_whole

CREDENTIALS_HINT = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, of the management account"


@dataclass(frozen=True)
class Options:
    """What `hlz adopt` was asked for. workers: accounts asked at the same time. patience: seconds a throttled call is
    tried again."""

    manifest: Path
    write: bool = False
    permissions: bool = False
    role: str = ""
    workers: int = 16
    patience: float = 180
    brief: bool = False
    progress: bool = False


def adopt_command(options: Options) -> Outcome:
    """Show what AWS has against manifest and lock, write it, or print the permissions. Raises InputError."""
    if options.workers < 1:
        raise UsageError("--workers needs at least 1")
    if options.patience < 0:
        raise UsageError("--patience needs 0 or more seconds")
    if options.permissions and options.write:
        raise UsageError("--write changes the lock; --permissions does not even read AWS")
    loaded = load_manifest(options.manifest)
    home = loaded.manifest.regions.home
    if options.permissions:
        return Outcome(GOOD, adopt_policies(home, options.role))
    locked = read_lock(options.manifest)
    before = make_plan(loaded, locked)
    findings = Findings()
    seen, after = _learned(options, loaded, locked, before, findings)
    written = _write(locked, after) if options.write else None
    document = adopt_document(seen, before, after, findings, written)
    text = adopt_text(document, loaded.manifest, after, up_to_date=_is_current(locked, after), brief=options.brief)
    return Outcome(GOOD, document, text)


def _learned(
    options: Options, loaded: LoadedManifest, locked: LoadedLock, before: Planned, findings: Findings
) -> tuple[Seen, Planned]:
    """What AWS has, and the plan with a lock that says so. Raises InputError: faults, or AWS refused."""
    from landing_zone.operations.settings.clients import Aws, caller_credentials

    brake, home = Brake(), loaded.manifest.regions.home
    try:
        credentials = caller_credentials()
    except InputError as error:
        raise InputError(replace(fault, hint=CREDENTIALS_HINT) for fault in error.faults) from None
    patience = Patience(options.patience, time.monotonic, brake.pause, random.random)
    aws = Aws(credentials, home=home, role=options.role, patience=patience, connections=options.workers)
    caller = aws.caller_account()
    show = _shown if options.progress else _silent
    try:
        show("reading the organization")
        stacks = organization_stacks(loaded.manifest, before.lock)
        seen = observe_organization(aws, caller, home, stacks)
        lock = learn_organization(loaded, locked, seen, findings)
        if instance := chosen_instance(loaded, locked, seen, findings) if seen.id else None:
            groups = observe_groups(aws, seen.management, home, instance.store, assigned_groups(loaded.manifest))
            identity = learn_identity(loaded.manifest, locked, instance, groups, findings)
            lock = lock.model_copy(update={"identity": identity})
    except ApiError as error:
        raise _refusal(error, caller) from None
    _stop_at(findings)
    wanted = {
        name: domains for name, domains in primary_domains(before.plan).items() if name in lock.accounts and seen.id
    }
    exports = _exports(options, aws, {name: lock.accounts[name].id for name in wanted}, home, brake, show)
    accounts = learn_keys(wanted, lock.accounts, exports, locked, home, findings)
    show("reading the hub")
    transit = learn_transit(loaded.manifest, locked, _hubs(loaded.manifest, aws, lock), findings)
    _stop_at(findings)
    lock = lock.model_copy(update={"accounts": accounts, "transit": transit})
    return seen, make_plan(loaded, replace(locked, lock=lock))


def _exports(
    options: Options, api: Api, ids: dict[str, str], home: str, brake: Brake, show: Callable[[str], None]
) -> SeenExports:
    def progress(done: int) -> None:
        show(f"reading keys: {done} of {len(ids)}")

    return observe_exports(api, ids, home, workers=options.workers, brake=brake, progress=progress)


def _hubs(manifest: Manifest, api: Api, lock: Lock) -> dict[str, SeenTransit]:
    """The hub of every Region, once there is a network account."""
    if ACCOUNT not in lock.accounts or not lock.organization.id:
        return {}
    return {region: observe_transit(api, lock.accounts[ACCOUNT].id, region) for region in hub_regions(manifest)}


def _stop_at(findings: Findings) -> None:
    if findings.faults:
        raise InputError(findings.faults)


def _refusal(error: ApiError, caller: str) -> UsageError:
    """What AWS refused or could not be asked, with what is needed."""
    hint = ""
    if any(word in error.code for word in ("AccessDenied", "Unauthorized")):
        hint = "`hlz adopt --permissions` prints the policies that are needed; --role names another role"
    elif "Expired" in error.code:
        hint = "sign in again"
    elif error.waited:
        hint = "try later, or with a longer --patience"
    elif "Endpoint" in error.code or "Connect" in error.code:
        hint = "is the network up, and AWS_ENDPOINT_URL right if it is set?"
    return UsageError(f"reading the organization as account {caller}: {error}", hint=hint)


def _is_current(locked: LoadedLock, after: Planned) -> bool:
    return locked.document is not None and after.lock == locked.lock


def _write(locked: LoadedLock, after: Planned) -> str | None:
    """Write the lock unless it says all of it already. Raises UsageError."""
    if _is_current(locked, after):
        return None
    try:
        write_whole(locked.path, lock_text(after.lock), 0o644)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UsageError(f"cannot be written: {reason}", file=str(locked.path)) from None
    return str(locked.path)


def _silent(text: str) -> None:
    return


def _shown(text: str) -> None:
    print(f"\r{text:40}\r", end="", file=sys.stderr, flush=True)  # the next line covers it
