"""account_baseline: what every account has in every Region it is governed in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.governance import Budget
from landing_zone.manifest.model.organization import Account
from landing_zone.plan.knowledge import (
    Knowledge,
    alarm_owners,
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
MANAGEMENT = "management"
HUB_ACCOUNT = "security"
"""Where alarms go. Its own baseline comes first, then the hub, then every other account's baseline."""


def account_baseline_name(account: str, region: str) -> str:
    """Name of an account's baseline in a Region."""
    return deployment_name(ROLE, Environment(account, region))


def account_baselines(known: Knowledge) -> Iterator[Deployment]:
    """The baseline of every account: at home with what is global, elsewhere after it.

    Shape everywhere: `recorder` (`has_recorder`), `access_analyzer`, `owners` of
    alarms by severity, `runbooks` (base address or None), `core_region` (whose landing bucket and alarm hub serve this
    Region), `home` (whether global resources belong here). At home also what `_home_shape` adds. Only budgets differ
    from account to account.
    """
    manifest = known.manifest
    common: dict[str, Any] = {
        **retention_shape(manifest, "sessions", "applications"),
        **key_shape(manifest),
        "access_analyzer": manifest.detection.access_analyzer,
        "owners": alarm_owners(manifest),
        "runbooks": manifest.detection.runbooks,
    }
    security = known.account_value("SecurityAccountId", HUB_ACCOUNT)
    archive = known.account_value("LogArchiveAccountId", "log-archive")
    for account in tree.accounts(manifest):
        recorder = has_recorder(account, manifest)
        for region in governed_regions(account, manifest):
            core = archive_region(region, manifest)
            values = [security, *([archive] if recorder else [])]
            after = [log_landing_name(core)] if recorder else []
            shape = {
                **common,
                "recorder": recorder,
                "home": region == known.home,
                "core_region": core,
            }
            if account.name != HUB_ACCOUNT:
                after.append(deployment_name("alarm_hub", Environment(HUB_ACCOUNT, core)))
            if region == known.home:
                budgets = budgets_of(account, known)
                shape |= _home_shape(account, budgets, known)
                values += _home_values(budgets, known)
            else:
                after.append(account_baseline_name(account.name, known.home))
            planned = tuple(values)
            yield deployment(known, variant(ROLE, region, shape, value_types(planned)), account, planned, tuple(after))


def has_recorder(account: Account, manifest: Manifest) -> bool:
    """Whether we record the account's configuration.

    Control Tower does it in the accounts that it governs, and a Region takes one recorder; the management account it
    leaves out (User Guide, roles-how: where its recorder's role is deployed).
    """
    return not manifest.control_tower.enabled or account.name == MANAGEMENT


def _home_shape(account: Account, budgets: list[Budget], known: Knowledge) -> dict[str, Any]:
    """What the home Region's shape adds.

    `break_glass`; `settings_kinds` (which settings are made in this account); `core_regions` (those with an archive and
    an alarm hub); `budget_alert_percent` (a list for each budget); `operations_email` (None without budgets).
    """
    manifest = known.manifest
    of_its_own = {HUB_ACCOUNT, *(["network"] if manifest.network.hub.enabled else [])}
    own = [account.name] if account.name in of_its_own else []
    return {
        "break_glass": manifest.identity.break_glass.enabled,
        "settings_kinds": ["every account", *own],
        "core_regions": [known.home, known.recovery],
        "budget_alert_percent": [sorted(set(budget.alert_percent)) for budget in budgets],
        "operations_email": manifest.contacts.operations.email if budgets else None,
    }


def _home_values(budgets: list[Budget], known: Knowledge) -> Iterator[Value]:
    yield known.organization_value
    yield known.account_value("ManagementAccountId", MANAGEMENT)
    yield known.account_value("DeployAccountId", known.manifest.delivery.deploy_account)
    for number, budget in enumerate(budgets, start=1):
        yield Value(f"Budget{number}Usd", "amount", str(budget.monthly_usd))


def budgets_of(account: Account, known: Knowledge) -> list[Budget]:
    """The budgets that are kept in an account: its own, its OUs', and in the management account the organization's."""
    return [
        budget
        for budget in known.manifest.budgets
        if budget.account == account.name
        or (budget.ou and f"{account.ou}/".startswith(f"{budget.ou}/"))
        or (account.name == MANAGEMENT and not budget.account and not budget.ou)
    ]
