"""Small functions the adoption tests arrange with: an organization as AWS shows it, and what is learned from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from landing_zone.fault import Fault
from landing_zone.manifest.load import parsed_manifest
from landing_zone.operations.adopt.findings import Findings
from landing_zone.operations.adopt.learn import learn_organization
from landing_zone.operations.adopt.observe import Seen, SeenAccount, SeenUnit
from landing_zone.plan.lock import Lock, LockedAccount, LockedUnit
from tests.arrangement import Json, clinic
from tests.manifest.arrange import FILE, text_of
from tests.plan.arrange import locked

ORGANIZATION, ROOT, MANAGEMENT = "o-a1b2c3d4e5", "r-a1b2", "100000000001"
MANAGEMENT_ACCOUNT = SeenAccount(MANAGEMENT, "Riverside", "aws+management@riverside.example", "ACTIVE", ROOT)


def unit_id(number: int) -> str:
    return f"ou-a1b2-{number:08}"


def account_id(number: int) -> str:
    return f"2000000000{number:02}"


def unit(number: int, name: str, parent: int = 0) -> SeenUnit:
    """An OU; parent 0 is the root."""
    return SeenUnit(unit_id(number), name, unit_id(parent) if parent else ROOT)


def account(number: int, name: str, email: str = "", state: str = "ACTIVE", ou: int = 0) -> SeenAccount:
    """An account, by default with the e-mail that the clinic's pattern gives its name."""
    email = email or f"aws+{name}@riverside.example"
    return SeenAccount(account_id(number), name, email, state, unit_id(ou) if ou else ROOT)


def organization(*accounts: SeenAccount, units: Iterable[SeenUnit] = (), made: Iterable[str] = (), **more: Any) -> Seen:
    """An organization with a management account and these."""
    return Seen(
        management=MANAGEMENT,
        id=ORGANIZATION,
        root=ROOT,
        units=tuple(units),
        accounts=(MANAGEMENT_ACCOUNT, *accounts),
        made=frozenset(made),
        **more,
    )


def learned(seen: Seen, manifest: Json | None = None, lock: Lock | None = None) -> tuple[Lock, Findings]:
    """The lock after adoption, whatever stands against it, and what was found."""
    findings = Findings()
    loaded = parsed_manifest(text_of(manifest or clinic()), FILE)
    return learn_organization(loaded, locked(lock), seen, findings), findings


def faults(seen: Seen, manifest: Json | None = None, lock: Lock | None = None) -> list[Fault]:
    return learned(seen, manifest, lock)[1].faults


def messages(findings: Findings, kind: str = "person") -> list[str]:
    """What needs a person, or what is noted."""
    return [row["message"] for row in findings.notes if row["kind"] == kind]


def about(findings: Findings, word: str, kind: str = "person") -> list[str]:
    """Messages that hold a word."""
    return [message for message in messages(findings, kind) if word in message]


def lock_with(
    accounts: Mapping[str, Mapping[str, Any]] | None = None,
    units: Mapping[str, Mapping[str, Any]] | None = None,
    **more: Any,
) -> Lock:
    """A lock with these accounts and OUs."""
    return Lock(
        accounts={name: LockedAccount(**fields) for name, fields in (accounts or {}).items()},
        units={path: LockedUnit(**fields) for path, fields in (units or {}).items()},
        **more,
    )
