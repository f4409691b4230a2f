"""data_keys: the keys of an account's data, one for each domain."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model.organization import Account
from landing_zone.plan.backup_policy import copied_accounts
from landing_zone.plan.knowledge import (
    SECOND_SITE_TIERS,
    Knowledge,
    deployment,
    deployment_name,
    governed_regions,
    key_shape,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Environment, Value
from landing_zone.plan.roles.account_baseline import account_baseline_name

ROLE = "data_keys"
WORKLOAD_DOMAINS = ("data", "secrets", "backup")
BACKUP_ACCOUNT = "backup"
CORE_DOMAINS = {BACKUP_ACCOUNT: ("backup",), "shared-services": ("secrets",)}
SHARED_BETWEEN_REGIONS = ("data", "secrets")
"""Domains with a multi-Region key where an account has a second site: what is written at home is read there."""


def data_keys_name(account: str, region: str) -> str:
    """Name of the stack with an account's keys in a Region."""
    return deployment_name(ROLE, Environment(account, region))


def domains_of(account: Account) -> tuple[str, ...]:
    """The domains an account has keys for, besides `logs`, which is in its baseline."""
    return CORE_DOMAINS.get(account.name, ()) if account.name in tree.CORE_ACCOUNTS else WORKLOAD_DOMAINS


def primary_key_value(domain: str) -> str:
    """Name of the value that holds the ARN of a replica's primary."""
    return f"{domain.title()}PrimaryKeyArn"


def data_keys(known: Knowledge) -> Iterator[Deployment]:
    """Keys in every governed Region of each account that holds data.

    Shape: `domains`, by name `single`, `primary` or `replica`. A replica needs its primary's ARN, which KMS decides:
    value `DataPrimaryKeyArn` and the like, from the lock. `copies` of recovery points: `sent` to the backup account
    (value `BackupAccountId`), `received` there (value `OrganizationId`), or None.
    """
    copied = {account.name for account in copied_accounts(known.manifest)}
    for account in tree.accounts(known.manifest):
        domains = domains_of(account)
        for region in governed_regions(account, known.manifest) if domains else ():
            kinds = {domain: _kind(domain, account, region, known) for domain in domains}
            values = tuple(
                Value(primary_key_value(domain), "arn", known.primary_key(account.name, domain))
                for domain, kind in kinds.items()
                if kind == "replica"
            )
            copies = _copies(account, copied)
            if copies == "sent":
                values += (known.account_value("BackupAccountId", BACKUP_ACCOUNT),)
            elif copies == "received":
                values += (known.organization_value,)
            own = {**key_shape(known.manifest), "domains": kinds, "copies": copies}
            shape = variant(ROLE, region, own, value_types(values))
            yield deployment(known, shape, account, values, (account_baseline_name(account.name, region),))


def _copies(account: Account, copied: Collection[str]) -> str | None:
    if account.name in copied:
        return "sent"
    return "received" if copied and account.name == BACKUP_ACCOUNT else None


def _kind(domain: str, account: Account, region: str, known: Knowledge) -> str:
    if domain not in SHARED_BETWEEN_REGIONS or account.recovery not in SECOND_SITE_TIERS:
        return "single"
    if region == known.home:
        return "primary"
    return "replica" if region == known.recovery else "single"
