"""Multi-Region primary keys: a replica in the recovery Region needs the ARN that KMS gave its primary at home."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from landing_zone.manifest.model.base import KeyArn
from landing_zone.operations.adopt.findings import Findings, several
from landing_zone.operations.adopt.observe import SeenExports
from landing_zone.plan.lock import LoadedLock, LockedAccount
from landing_zone.plan.model import Plan
from landing_zone.plan.names import key_export
from landing_zone.plan.roles.data_keys import ROLE


def primary_domains(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Data domains with a multi-Region primary key, by account."""
    found = {}
    for deployment in plan.deployments:
        if deployment.variant.role == ROLE:
            kinds: Mapping[str, str] = deployment.variant.shape["domains"]
            if domains := tuple(domain for domain, kind in kinds.items() if kind == "primary"):
                found[deployment.environment.account] = domains
    return found


def learn_keys(
    wanted: Mapping[str, tuple[str, ...]],
    accounts: Mapping[str, LockedAccount],
    seen: SeenExports,
    locked: LoadedLock,
    home: str,
    findings: Findings,
) -> dict[str, LockedAccount]:
    """The lock's accounts with the keys that their exports name. Keys the lock has stay, whatever is unreachable."""
    after = dict(accounts)
    lacking = []
    for name, exports in sorted(seen.exports.items()):
        keys = dict(accounts[name].keys)
        for domain in wanted[name]:
            arn = exports.get(key_export(domain))
            if arn is None:
                if domain not in keys:
                    lacking.append(name)
            elif not _names_a_primary(arn, accounts[name].id, home):
                findings.ask(f"{key_export(domain)} of '{name}' is {arn}, no multi-Region key of the account in {home}")
            elif keys.setdefault(domain, arn) != arn:
                message = f"the lock says the {domain} key of '{name}' is {keys[domain]}, its stack says {arn}"
                hint = (
                    "replicas of the old key cannot read what the new one encrypts; remove this line if that is wanted"
                )
                findings.faults.append(locked.fault(("accounts", name, "keys", domain), message, hint))
            elif domain not in accounts[name].keys:
                findings.learn("key", f"{name} {domain}", arn)
        after[name] = accounts[name].model_copy(update={"keys": dict(sorted(keys.items()))})
    if lacking:
        accounts_lacking = list(dict.fromkeys(lacking))
        findings.note(
            f"no primary keys yet: {several(accounts_lacking)}; after the home "
            "Region's stacks are deployed, run this again"
        )
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, reason in sorted(seen.unreachable.items()):
        by_reason[reason.replace(accounts[name].id, "ID")].append(name)
    for reason, names in by_reason.items():
        findings.note(f"keys not read: {several(names)}: {reason}")
    return after


def _names_a_primary(arn: str, account_id: str, home: str) -> bool:
    try:
        TypeAdapter(KeyArn).validate_python(arn, strict=True)
    except ValidationError:
        return False
    _, _, _, region, owner, _ = arn.split(":")
    return (region, owner) == (home, account_id)
