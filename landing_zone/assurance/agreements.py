"""Business associate agreements: which are in force, and whether AWS's covers every account with PHI.

45 CFR 164.308(b) and 164.314(a) ask for them; what stands here is what the manifest says, read against its accounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from landing_zone.assurance.exceptions import ending, ends_soon
from landing_zone.fault import excerpt
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.checks.subject import Remark
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.governance import Agreement
from landing_zone.manifest.model.organization import Account
from landing_zone.plan.eligible_services import list_age_days
from landing_zone.plan.lock import Lock
from landing_zone.policy_data import policy_data

VERIFIED_DAYS = 365
"""After so many days somebody should look again whether an agreement is kept: a policy of this project."""
BASIS = (
    "45 CFR 164.308(b)(1) to (3), 164.314(a), 164.410. An organization agreement accepted in AWS Artifact by the "
    "management account covers every account of the organization, later ones included, and ends for an account that "
    "leaves it; an account agreement covers the account in which it was accepted (AWS Artifact User Guide, Managing "
    "agreements). Whether they were accepted is what the manifest says; AWS was not asked."
)


def state_of(agreement: Agreement, today: date) -> str:
    """`in force`, `ends soon`, `expired` or `not yet signed`; on its last day it is in force."""
    if date.fromisoformat(agreement.signed) > today:
        return "not yet signed"
    if agreement.expires is None or not ends_soon(agreement.expires, today):
        return "in force"
    return "expired" if agreement.expires < today.isoformat() else "ends soon"


def in_force(agreement: Agreement, today: date) -> bool:
    """Whether it binds today."""
    return state_of(agreement, today) in ("in force", "ends soon")


def agreements_document(manifest: Manifest, lock: Lock, today: date) -> dict[str, Any]:
    """The inventory: agreements, accounts with PHI with what covers them, and services outside AWS's list."""
    reaches = _reaches(manifest)
    accounts = [_account_row(account, reaches, lock, today) for account in _with_phi(manifest)]
    phi = frozenset(row["account"] for row in accounts)
    agreements = [_agreement_row(agreement, reaches, phi, today) for agreement in manifest.agreements]
    known = policy_data("services/hipaa_eligible")
    services = _services_outside(manifest, known)
    return {
        "basis": BASIS,
        "totals": {
            "agreements": len(agreements),
            "by_state": dict(sorted(Counter(row["state"] for row in agreements).items())),
            "phi_accounts": len(accounts),
            "phi_accounts_without_aws_agreement": sum(not row["covered"] for row in accounts),
            "services_not_eligible": len(services),
        },
        "agreements": sorted(agreements, key=lambda row: (row["kind"], row["party"], row["signed"])),
        "accounts": accounts,
        "services": services,
        "eligible_list": {
            "list_date": str(known["list_date"]),
            "age_days": list_age_days(today),
            "authority": known["authority"],
        },
    }


def remarks(manifest: Manifest, today: date) -> Iterator[Remark]:
    """What a person should know: accounts with PHI that AWS's agreement does not cover, and what has ended or will."""
    reaches = _reaches(manifest)
    uncovered = [account.name for account in _with_phi(manifest) if not _of_aws(account.name, reaches, today)]
    if uncovered:
        given = {account.name: index for index, account in enumerate(manifest.accounts)}
        several = f" and {len(uncovered) - 1} more" if len(uncovered) > 1 else ""
        message = (
            f"account {excerpt(uncovered[0])}{several} may hold PHI, and `agreements` states no business associate "
            "addendum of AWS that covers it today"
        )
        hint = "accept it in AWS Artifact and state it with `kind: aws` and `covers`"
        yield Remark(("accounts", given[uncovered[0]], "data"), message, hint)
    for index, agreement in enumerate(manifest.agreements):
        what = f"the agreement with {excerpt(agreement.party)}"
        if agreement.expires and ends_soon(agreement.expires, today):
            yield Remark(("agreements", index, "expires"), ending(what, agreement.expires, today))
        elif state_of(agreement, today) == "not yet signed":
            yield Remark(("agreements", index, "signed"), f"{what} is not signed before {agreement.signed}")
        elif agreement.verified and _days_since(agreement.verified, today) > VERIFIED_DAYS:
            message = f"{what} was verified {_days_since(agreement.verified, today)} days ago"
            yield Remark(("agreements", index, "verified"), message)


def _with_phi(manifest: Manifest) -> list[Account]:
    return [account for account in tree.accounts(manifest) if account.data == "phi"]


@dataclass(frozen=True)
class _Reach:
    """An agreement, one scope that it covers, and the accounts of that scope."""

    agreement: Agreement
    scope: str
    accounts: frozenset[str]


def _reaches(manifest: Manifest) -> list[_Reach]:
    return [
        _Reach(agreement, scope, tree.accounts_in(manifest, scope))
        for agreement in manifest.agreements
        for scope in agreement.covers
    ]


def _of_aws(account: str, reaches: Iterable[_Reach], today: date) -> list[_Reach]:
    """Where AWS's agreements cover an account today."""
    return [
        reach
        for reach in reaches
        if reach.agreement.kind == "aws" and account in reach.accounts and in_force(reach.agreement, today)
    ]


def _account_row(account: Account, reaches: Iterable[_Reach], lock: Lock, today: date) -> dict[str, Any]:
    covering = _of_aws(account.name, reaches, today)
    locked = lock.accounts.get(account.name)
    others = {
        reach.agreement.party
        for reach in reaches
        if reach.agreement.kind != "aws" and account.name in reach.accounts and in_force(reach.agreement, today)
    }
    limited = covering and all(reach.agreement.services for reach in covering)
    return {
        "account": account.name,
        "id": account.id or (locked.id if locked else None),
        "ou": account.ou,
        "owner": account.owner,
        "covered": bool(covering),
        "by": sorted({"account" if reach.scope == account.name else "organization" for reach in covering}),
        "limited_to_services": sorted({name for reach in covering for name in reach.agreement.services})
        if limited
        else [],
        "other_associates": sorted(others),
    }


def _agreement_row(agreement: Agreement, reaches: Iterable[_Reach], phi: frozenset[str], today: date) -> dict[str, Any]:
    accounts = {name for reach in reaches if reach.agreement is agreement for name in reach.accounts}
    verified = _days_since(agreement.verified, today) if agreement.verified else None
    return {
        "party": agreement.party,
        "kind": agreement.kind,
        "purpose": agreement.purpose,
        "works_for": agreement.works_for,
        "signed": agreement.signed,
        "expires": agreement.expires,
        "days_left": (date.fromisoformat(agreement.expires) - today).days if agreement.expires else None,
        "state": state_of(agreement, today),
        "covers": sorted(agreement.covers),
        "accounts": sorted(accounts),
        "phi_accounts": sorted(accounts & phi),
        "services": sorted(agreement.services),
        "reporting_hours": agreement.reporting_hours,
        "subcontractors": agreement.subcontractors,
        "verified": agreement.verified,
        "verified_days_ago": verified,
        "verification_due": verified is None or verified > VERIFIED_DAYS,
        "document": agreement.document,
    }


def _services_outside(manifest: Manifest, known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Services that accounts with PHI may use and AWS's list does not have, and what asks for them."""
    asked = {service: "guardrails.additional_services" for service in manifest.guardrails.additional_services}
    for agreement in manifest.agreements:
        if agreement.kind == "aws":
            asked.update((service, "agreements.services") for service in agreement.services)
    return [
        {
            "service": service,
            "asked_by": asked[service],
            "why": known["undecided"].get(service, "not on the list"),
            "accounts": [account.name for account in _with_phi(manifest)],
        }
        for service in sorted(set(asked) - {*known["eligible"], *known["features"], *known["control_plane"]})
    ]


def _days_since(day: str, today: date) -> int:
    return (today - date.fromisoformat(day)).days
