"""AWS Control Tower: a version that is known, its two accounts alone in one OU, OUs and Regions within its quotas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from landing_zone.fault import excerpt
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.checks.subject import Check, Remark, Subject, unit_place, unknown
from landing_zone.manifest.document import Path_
from landing_zone.manifest.model.organization import Account
from landing_zone.policy_data import policy_data

_SECTION: Path_ = ("control_tower",)
_CORE = ("log-archive", "security")


def _version_is_known(subject: Subject) -> Iterator[Remark]:
    tower = subject.manifest.control_tower
    known = policy_data("control_tower/landing_zone")["versions"]
    if not tower.enabled:
        return
    if tower.version not in known:
        yield unknown((*_SECTION, "version"), "landing zone version", tower.version, tuple(sorted(known)))
    elif known[tower.version]["security_ou"] == "ours" and tower.security_ou:
        message = f"landing zone {tower.version} makes no Security OU; its accounts are where the manifest has them"
        yield Remark((*_SECTION, "security_ou"), message, "remove it")
    elif known[tower.version]["security_ou"] != "ours" and not tower.security_ou:
        yield Remark(
            (*_SECTION, "version"),
            f"landing zone {tower.version} made its Security OU itself: security_ou has to give its name in AWS",
            "a new landing zone takes version 4.0; `hlz adopt` learns the OUs of an existing one",
        )


def _its_accounts_are_alone_in_one_ou(subject: Subject) -> Iterator[Remark]:
    if not subject.manifest.control_tower.enabled:
        return
    placed = {account.name: account for account in tree.accounts(subject.manifest)}
    unit, security = (placed[name].ou for name in _CORE)
    if unit != security:
        message = (
            f"Control Tower needs log-archive and security in one OU, not in {excerpt(unit)} and {excerpt(security)}"
        )
        yield Remark(_place(subject, "security", "log-archive"), message)
        return
    if subject.manifest.control_tower.security_ou and "/" in unit:
        message = f"Control Tower made its Security OU at the top of the tree; {excerpt(unit)} is below another OU"
        yield Remark(_place(subject, "log-archive", "security"), message)
    for index, account in enumerate(subject.manifest.accounts):
        if account.name not in _CORE and f"{account.ou}/".startswith(f"{unit}/"):
            message = (
                f"OU {excerpt(unit)} is Control Tower's for log-archive and security; account {excerpt(account.name)} "
                "would get no baseline there"
            )
            yield Remark(("accounts", index, "ou"), message, "give it an OU of its own")


def _place(subject: Subject, *names: str) -> Path_:
    """Where the first of these accounts that the manifest names says its OU."""
    given = {account.name: index for index, account in enumerate(subject.manifest.accounts)}
    return next((("accounts", given[name], "ou") for name in names if name in given), ("accounts",))


def _quotas_hold(subject: Subject) -> Iterator[Remark]:
    manifest = subject.manifest
    if not manifest.control_tower.enabled:
        return
    quotas = policy_data("control_tower/landing_zone")["quotas"]
    if len(subject.region_codes) > quotas["governed_regions"]:
        message = (
            f"Control Tower would govern {len(subject.region_codes)} Regions; with more than "
            f"{quotas['governed_regions']} its quotas are other ones than ours"
        )
        yield Remark(("regions", "additional"), message)
    if len(subject.units) > quotas["registered_ous"]:
        message = f"{len(subject.units)} OUs are more than the {quotas['registered_ous']} that one stack registers"
        yield Remark(("organizational_units",), message)
    crowded = [
        ou for ou, members in Counter(map(_ou_of, manifest.accounts)).items() if members > quotas["accounts_per_ou"]
    ]
    for ou in crowded:
        message = (
            f"OU {excerpt(ou)} has more than the {quotas['accounts_per_ou']:,} accounts that Control Tower registers"
        )
        yield Remark(
            unit_place(ou) if ou not in tree.STANDARD_UNITS else ("accounts",), message, "nested OUs hold more"
        )


def _ou_of(account: Account) -> str:
    return account.ou


CHECKS = (
    Check(_version_is_known, needs=(_SECTION,)),
    Check(_its_accounts_are_alone_in_one_ou, needs=(_SECTION, ("accounts",), ("organizational_units",))),
    Check(_quotas_hold, needs=(_SECTION, ("accounts",), ("organizational_units",), ("regions",))),
)
