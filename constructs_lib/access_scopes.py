"""Network Access Scopes: questions to Network Access Analyzer (policies/network/access_scopes.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from landing_zone.policy_data import policy_data

Place = Literal["network", "workload"]
_Scope = ec2.CfnNetworkInsightsAccessScope


class AccessScopes(Construct):
    """The scopes of a place: the hub's account, or an account with a workload network. Nothing runs by itself."""

    def __init__(self, scope: Construct, id: str, *, place: Place) -> None:
        super().__init__(scope, id)
        for row in policy_data("network/access_scopes")["scopes"]:
            if place in row["places"]:
                ec2.CfnNetworkInsightsAccessScope(
                    self,
                    "".join(part.title() for part in row["id"].split("-")),
                    match_paths=[_path(entry) for entry in row["match"]],
                    exclude_paths=[_path(entry) for entry in row.get("exclude", [])] or None,
                    tags=[CfnTag(key="Name", value=f"hlz-{row['id']}")],
                )


def _path(entry: Mapping[str, Any]) -> ec2.CfnNetworkInsightsAccessScope.AccessScopePathRequestProperty:
    through = [
        _Scope.ThroughResourcesStatementRequestProperty(
            resource_statement=_Scope.ResourceStatementRequestProperty(resource_types=[type_])
        )
        for type_ in entry.get("through", [])
    ]
    return _Scope.AccessScopePathRequestProperty(
        source=_statement(entry["from"]) if "from" in entry else None,
        destination=_statement(entry["to"]) if "to" in entry else None,
        through_resources=through or None,
    )


def _statement(end: Mapping[str, Any]) -> ec2.CfnNetworkInsightsAccessScope.PathStatementRequestProperty:
    header = None
    if "tcp_ports" in end:
        header = _Scope.PacketHeaderStatementRequestProperty(protocols=["tcp"], destination_ports=end["tcp_ports"])
    return _Scope.PathStatementRequestProperty(
        resource_statement=_Scope.ResourceStatementRequestProperty(resource_types=end["types"]),
        packet_header_statement=header,
    )
