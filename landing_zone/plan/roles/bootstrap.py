"""bootstrap: what `cdk deploy` needs to be in an account first. One template for every account and Region.

It is no role of `ROLES`: the assembly cannot deliver what delivering needs. `hlz bootstrap` hands it over.
"""

from __future__ import annotations

from dataclasses import dataclass

from landing_zone.manifest import organization_tree as tree
from landing_zone.plan.knowledge import (
    Knowledge,
    core_account,
    governed_regions,
    key_shape,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Environment
from landing_zone.plan.names import bootstrap_stack
from landing_zone.plan.organization import organization_outlook
from landing_zone.plan.roles.accounts import accounts_names
from landing_zone.plan.roles.organization import organization_name

ROLE = "bootstrap"
MANAGEMENT = "management"


def bootstrap(known: Knowledge) -> Deployment:
    """The bootstrap of the management account in the home Region; its template serves all accounts and Regions.

    Shape: the home Region, where the pipeline's role is; `pipeline_principal`, `bootstrap_role` and
    `permissions_boundary` as in the manifest.
    """
    delivery = known.manifest.delivery
    values = (
        known.organization_value,
        known.account_value("DeployAccountId", delivery.deploy_account),
        known.account_value("ManagementAccountId", MANAGEMENT),
    )
    shape = {
        **key_shape(known.manifest),
        "pipeline_principal": delivery.pipeline_principal,
        "bootstrap_role": delivery.bootstrap_role,
        "permissions_boundary": delivery.permissions_boundary,
    }
    return Deployment(
        name=bootstrap_stack(delivery.qualifier),
        variant=variant(ROLE, known.home, shape, value_types(values)),
        environment=Environment(MANAGEMENT, known.home),
        account_id=known.account_id(MANAGEMENT),
        values=values,
        tags=(("hlz:organization", known.manifest.organization.name), ("hlz:role", ROLE)),
    )


@dataclass(frozen=True)
class BootstrapTargets:
    """Where the bootstrap goes: one stack in the management account, one StackSet for the others.

    Regions have the home Region first. `unknown`: which ids the template still lacks, for people. `before`: stacks that
    have to be there before it, in order; `accounts`: how many the organization will have.
    """

    name: str
    management_id: str | None
    management_regions: tuple[str, ...]
    member_regions: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    before: tuple[str, ...] = ()
    accounts: int = 0

    @property
    def home(self) -> str:
        """The home Region."""
        return self.management_regions[0]


def bootstrap_targets(known: Knowledge) -> BootstrapTargets:
    """Where the bootstrap goes, and which ids are missing for it."""
    manifest, deployment = known.manifest, bootstrap(known)
    everywhere = {region for account in tree.accounts(manifest) for region in governed_regions(account, manifest)}
    first = (known.home, known.recovery)
    meaning = {
        "OrganizationId": "the organization's id",
        "DeployAccountId": f"the id of account '{manifest.delivery.deploy_account}'",
        "ManagementAccountId": f"the id of account '{MANAGEMENT}'",
    }
    return BootstrapTargets(
        name=deployment.name,
        management_id=deployment.account_id,
        management_regions=governed_regions(core_account(manifest, MANAGEMENT), manifest),
        member_regions=(*first, *sorted(everywhere - set(first))),
        tags=deployment.tags,
        unknown=tuple(meaning[value.name] for value in deployment.values if value.text is None),
        before=(organization_name(known), *accounts_names(known)),
        accounts=organization_outlook(known).account_quota_needed,
    )
