"""account_baseline: what every account has in every Region it is governed in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model.governance import Budget
from landing_zone.manifest.model.organization import Account
from landing_zone.plan.knowledge import (
    Knowledge,
    archive_region,
    deployment,
    deployment_name,
    governed_regions,
    key_shape,
    retention_shape,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Environment, Value
from landing_zone.plan.roles.log_landing import log_landing_name

ROLE = "account_baseline"


def account_baseline_name(account: str, region: str) -> str:
    """Name of an account's baseline in a Region."""
    return deployment_name(ROLE, Environment(account, region))


def account_baselines(known: Knowledge) -> Iterator[Deployment]:
    """The baseline of every account: at home with what is global, elsewhere after it.

    Shape: `home` (whether global resources belong here), `recorder` (False under Control Tower, which brings its own),
    `access_analyzer`, `break_glass`, `block_internet` (`bidirectional` or None, where the network hub decides),
    `archive_region` (whose landing buckets receive), `budget_alert_percent` (a list for each budget),
    `operations_email`.
    """
    manifest = known.manifest
    shared: dict[str, Any] = {
        **retention_shape(manifest),
        **key_shape(manifest),
        "recorder": not manifest.control_tower.enabled,
        "access_analyzer": manifest.detection.access_analyzer,
        "break_glass": manifest.identity.break_glass.enabled,
    }
    core = (
        known.organization_value,
        known.account_value("ManagementAccountId", "management"),
        known.account_value("LogArchiveAccountId", "log-archive"),
        known.account_value("SecurityAccountId", "security"),
        known.account_value("DeployAccountId", manifest.delivery.deploy_account),
    )
    for account in tree.accounts(manifest):
        budgets = budgets_of(account, known)
        for region in governed_regions(account, manifest):
            home = region == known.home
            archive = archive_region(region, manifest)
            limits = budgets if home else []
            values = (
                *core,
                *(Value(f"Budget{n}Usd", "amount", str(b.monthly_usd)) for n, b in enumerate(limits, start=1)),
            )
            shape = {
                **shared,
                "home": home,
                "archive_region": archive,
                "block_internet": None if account.name == "network" else "bidirectional",
                "budget_alert_percent": [sorted(set(budget.alert_percent)) for budget in limits],
                "operations_email": manifest.contacts.operations.email if limits else None,
            }
            after = [log_landing_name(archive)]
            if not home:
                after.append(account_baseline_name(account.name, known.home))
            yield deployment(known, variant(ROLE, region, shape, value_types(values)), account, values, tuple(after))


def budgets_of(account: Account, known: Knowledge) -> list[Budget]:
    """The budgets that are kept in an account: its own, its OUs', and in the management account the organization's."""
    return [
        budget
        for budget in known.manifest.budgets
        if budget.account == account.name
        or (budget.ou and f"{account.ou}/".startswith(f"{budget.ou}/"))
        or (account.name == "management" and not budget.account and not budget.ou)
    ]
