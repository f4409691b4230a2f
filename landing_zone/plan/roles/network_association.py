"""network_association: the network account admits a workload network to its segment, and routes its neighbours to it.

The attachment is made in the workload account and carries nothing until this stack joins it to a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.plan import hub, names
from landing_zone.plan.knowledge import (
    Knowledge,
    core_account,
    deployment,
    network_regions,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Value, Variant
from landing_zone.plan.roles.network_hub import network_hub_name
from landing_zone.plan.roles.workload_network import joins_hub, workload_network_name
from landing_zone.plan.segments import segment_of, tables_with_a_route_to

ROLE = "network_association"


def network_associations(known: Knowledge) -> Iterator[Deployment]:
    """One stack in the network account for every workload network that joins the hub."""
    manifest = known.manifest
    network_account = core_account(manifest, hub.ACCOUNT)

    @cache  # a variant is made once for all networks that share it
    def shaped(region: str, segment: str, tables: tuple[str, ...], types: tuple[tuple[str, Any], ...]) -> Variant:
        return variant(ROLE, region, {"segment": segment, "tables": list(tables)}, dict(types))

    for account in tree.accounts(manifest):
        segment = segment_of(account, manifest)
        if segment is None or not joins_hub(account, manifest):
            continue
        tables = tables_with_a_route_to(account, manifest)
        for region in network_regions(account, manifest):
            # Not `VpcCidr`: that is a network of its own, and this one is the workload's.
            cidr = Value("NetworkCidr", "cidr", known.lock.networks[region][account.name].cidr)
            values = (
                known.shared_parameter("AttachmentId", names.ATTACHMENT_PARAMETER, account.name, region),
                *((cidr,) if tables else ()),
            )
            made = shaped(region, segment, tables, tuple(value_types(values).items()))
            after = (network_hub_name(region), workload_network_name(account.name, region))
            yield deployment(known, made, network_account, values, after, part=account.name)
