"""accounts: the stacks that make the accounts of the manifest, in the management account."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.plan.knowledge import (
    Knowledge,
    account_tags,
    core_account,
    deployment,
    deployment_name,
    variant,
)
from landing_zone.plan.model import Deployment, Environment
from landing_zone.plan.roles.organization import ACCOUNT, organization_name

ROLE = "accounts"


def account_email(account: Account, manifest: Manifest) -> str:
    """The e-mail of the account's root user."""
    return account.email or manifest.organization.email.replace("{account}", account.name)


def is_made_here(account: Account, known: Knowledge) -> bool:
    """Whether a stack of this role makes the account: all but the management account and what was there before."""
    locked = known.lock.accounts.get(account.name)
    return account.name != ACCOUNT and account.id is None and not (locked and locked.adopted)


def vended(known: Knowledge) -> dict[str, list[Account]]:
    """The accounts that are made here, by the number of their stack; stacks that make none are left out.

    An account that has left the manifest leaves its stack's template, and is retained.
    """
    listed = {account.name: account for account in tree.accounts(known.manifest)}
    stacks = {
        number: [listed[name] for name in names if name in listed and is_made_here(listed[name], known)]
        for number, names in known.lock.vending.items()
    }
    return {number: accounts for number, accounts in stacks.items() if accounts}


def accounts_names(known: Knowledge) -> tuple[str, ...]:
    """Names of the deployments of this role, in the order in which they are deployed."""
    return tuple(accounts_name(known, number) for number in vended(known))


def accounts_name(known: Knowledge, number: str) -> str:
    """Name of the deployment of a vending stack."""
    return deployment_name(ROLE, Environment(ACCOUNT, known.home), number)


def accounts(known: Knowledge) -> Iterator[Deployment]:
    """One deployment for each vending stack of the lock, in the home Region, one after the other.

    AWS Organizations makes accounts one at a time, so do the stacks. Shape: `accounts`, each with `name`, `email`, `ou`
    and `tags`.
    """
    management = core_account(known.manifest, ACCOUNT)
    after = organization_name(known)
    for number, made in vended(known).items():
        rows = [
            {
                "name": account.name,
                "email": account_email(account, known.manifest),
                "ou": account.ou,
                "tags": {key: text for key, text in account_tags(account, known.manifest, ROLE) if key != "hlz:role"},
            }
            for account in made
        ]
        shape = variant(ROLE, known.home, {"accounts": rows}, {})
        planned = deployment(known, shape, management, (), (after,), part=number)
        after = planned.name
        yield planned
