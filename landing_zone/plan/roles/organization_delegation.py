"""organization_delegation: what accounts other than the management account may do with the organization."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.plan.knowledge import Knowledge, core_account, deployment, value_types, variant
from landing_zone.plan.model import Deployment
from landing_zone.plan.roles.accounts import accounts_names
from landing_zone.plan.roles.organization import ACCOUNT, organization_name

ROLE = "organization_delegation"
READER = "security"


def organization_delegations(known: Knowledge) -> Iterator[Deployment]:
    """One, in the home Region. It names the security account, so it comes after the stacks that make accounts."""
    values = (known.account_value("SecurityAccountId", READER),)
    yield deployment(
        known,
        variant(ROLE, known.home, {}, value_types(values)),
        core_account(known.manifest, ACCOUNT),
        values,
        (organization_name(known), *accounts_names(known)),
    )
