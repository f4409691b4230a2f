"""organization: the organization itself, unless it was there before, and its OU tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnOutput
from aws_cdk import aws_organizations as organizations
from constructs import Construct

from constructs_lib.organization_resources import before_the_bootstrap, chained, kept, tags_of
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import ORGANIZATION_ROOT_EXPORT, unit_export
from landing_zone.plan.roles.organization import ROOT_VALUE, unit_value_name


class OrganizationStack(RoleStack):
    """Every OU below its parent, and the ids of root and OUs for the stacks that place accounts and policies."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(
            scope,
            variant,
            qualifier=qualifier,
            description="Landing zone: organization and OUs",
            synthesizer=before_the_bootstrap(qualifier),
        )
        root = self.value(ROOT_VALUE) if variant.shape["existing"] else self._organization()
        self.export(ORGANIZATION_ROOT_EXPORT, root)
        ids = self._units(variant.shape["units"], root)
        exports = Construct(self, "UnitId")
        for path, id in ids.items():
            CfnOutput(exports, _label(path), value=id, export_name=unit_export(path))

    def _organization(self) -> str:
        """The id of the root of an organization that is made here."""
        organization = organizations.CfnOrganization(self, "Organization", feature_set="ALL")
        kept([organization])
        return organization.attr_root_id

    def _units(self, units: Mapping[str, Mapping[str, Any]], root: str) -> dict[str, str]:
        """The id of every OU by path."""
        group = Construct(self, "Unit")
        ids: dict[str, str] = {}
        made: dict[str, organizations.CfnOrganizationalUnit] = {}
        for path, row in units.items():
            if row["adopted"]:
                ids[path] = self.value(unit_value_name(path))
                continue
            above, _, name = path.rpartition("/")
            unit = organizations.CfnOrganizationalUnit(
                group,
                _label(path),
                name=name,
                parent_id=ids[above] if above else root,
                tags=tags_of(
                    {
                        "hlz:data": row["data"],
                        "hlz:description": row["description"],
                        "hlz:guardrails": row["guardrails"],
                    }
                ),
            )
            ids[path] = unit.attr_id
            made[path] = unit
        kept(made.values())
        below = {(unit, made[above]) for path, unit in made.items() if (above := path.rpartition("/")[0]) in made}
        chained(made.values(), implied=below)
        return ids


def _label(path: str) -> str:
    """A construct id; those of a path with a slash and of one with a hyphen differ."""
    return path.replace("/", ":")
