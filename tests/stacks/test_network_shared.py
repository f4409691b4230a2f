"""Why the shared network's template must be as it is; the snapshot shows what it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.json_text import sectioned
from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.names import (
    INSPECTION_ATTACHMENT_EXPORT,
    QUERY_LOG_PARAMETER,
    RESOLVER_PROFILE_PARAMETER,
    SERVICE_PREFIX_LIST_PARAMETER,
    landing_bucket,
    transit_table_export,
)
from landing_zone.plan.segments import reach
from landing_zone.policy_data import policy_data
from tests.manifest.arrange import changed, clinic
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

MANIFESTS: Mapping[str, tuple[tuple[tuple[Any, ...], Any], ...]] = {
    "clinic": (),
    "hospital": (
        (
            ("network", "hybrid"),
            [{"name": "hospital", "kind": "direct-connect", "ranges": ["172.16.0.0/16", "172.18.0.0/16"]}],
        ),
        (
            ("network", "dns"),
            {
                "private_zone": "aws.riverside.example",
                "forwarded_domains": {"riverside.example": ["172.16.0.10", "172.18.0.10"]},
                "blocked_domain_lists": {"us-east-1": ["rslvr-fdl-2c46f2ecbfec4dcc"]},
            },
        ),
        (("network", "endpoints"), {"interface": ["ecr.dkr", "execute-api", "kms"]}),
        (("network", "ipam"), True),
    ),
    "bare": (
        (("network", "dns"), {"query_logging": False, "firewall": False}),
        (("network", "endpoints"), {"central": False}),
    ),
}


@pytest.fixture(scope="module")
def variants() -> Mapping[str, SynthesizedVariant]:
    """The home Region's variant of each manifest."""
    shapes = {
        name: next(
            deployment.variant
            for deployment in deployments_of("network_shared", changed(clinic(), *changes))
            if deployment.environment.region == "us-east-1"
        )
        for name, changes in MANIFESTS.items()
    }
    found = built([*shapes.values()])
    return {name: found[variant.id] for name, variant in shapes.items()}


@pytest.fixture(scope="module")
def hospital(variants: Mapping[str, SynthesizedVariant]) -> dict[str, Any]:
    return dict(variants["hospital"].template)


@pytest.mark.parametrize("name", ["clinic", "hospital"])
def test_the_template_is_this(
    variants: Mapping[str, SynthesizedVariant], name: str, snapshot: SnapshotAssertion
) -> None:
    assert variants[name].template == snapshot(extension_class=TemplateSnapshots)


@pytest.mark.parametrize("name", MANIFESTS)
def test_nothing_is_found_and_everything_is_judged(variants: Mapping[str, SynthesizedVariant], name: str) -> None:
    assert open_findings(variants[name]) == []
    assert variants[name].report.not_evaluated == ()


def test_the_template_travels_in_the_call(variants: Mapping[str, SynthesizedVariant]) -> None:
    assert all(len(sectioned(variant.template)) <= 51_200 for variant in variants.values())


def test_every_table_that_reaches_it_leads_through_the_firewall(hospital: dict[str, Any]) -> None:
    routes = resources(hospital, "AWS::EC2::TransitGatewayRoute").values()
    tables = {route["TransitGatewayRouteTableId"]["Fn::ImportValue"] for route in routes}
    assert tables == {transit_table_export(name) for name, reached in reach().items() if "shared" in reached}
    assert {route["TransitGatewayAttachmentId"]["Fn::ImportValue"] for route in routes} == {
        INSPECTION_ATTACHMENT_EXPORT
    }
    assert all(route["DestinationCidrBlock"] == {"Ref": "VpcCidr"} for route in routes)


def test_it_joins_its_own_table_and_is_known_after_inspection_alone(hospital: dict[str, Any]) -> None:
    (association,) = resources(hospital, "AWS::EC2::TransitGatewayRouteTableAssociation").values()
    (propagation,) = resources(hospital, "AWS::EC2::TransitGatewayRouteTablePropagation").values()
    assert association["TransitGatewayRouteTableId"] == {"Fn::ImportValue": transit_table_export("shared")}
    assert propagation["TransitGatewayRouteTableId"] == {"Fn::ImportValue": transit_table_export("inspection")}


def test_services_exchange_nothing_with_public_addresses(hospital: dict[str, Any]) -> None:
    acls = resources(hospital, "AWS::EC2::NetworkAclEntry")
    peers = {entry["CidrBlock"] for id, entry in acls.items() if id.startswith("SharedServiceAcl")}
    assert peers == {"10.0.0.0/11", "172.16.0.0/16", "172.18.0.0/16"}
    routes = resources(hospital, "AWS::EC2::Route").values()
    assert {route["DestinationCidrBlock"] for route in routes} == peers
    assert not resources(hospital, "AWS::EC2::InternetGateway") | resources(hospital, "AWS::EC2::NatGateway")


def test_an_endpoint_serves_all_networks_by_a_zone_instead_of_its_own_private_dns(hospital: dict[str, Any]) -> None:
    endpoints = resources(hospital, "AWS::EC2::VPCEndpoint")
    assert [endpoint["PrivateDnsEnabled"] for endpoint in endpoints.values()] == [False, False]
    records = resources(hospital, "AWS::Route53::RecordSet").values()
    assert sorted("".join(map(str, record["Name"]["Fn::Join"][1])) for record in records) == [
        "*.dkr.ecr.{'Ref': 'AWS::Region'}.amazonaws.com",
        "dkr.ecr.{'Ref': 'AWS::Region'}.amazonaws.com",
        "kms.{'Ref': 'AWS::Region'}.amazonaws.com",
    ]
    named = {json.dumps(record["AliasTarget"]["DNSName"]) for record in records}
    assert len(named) == len(endpoints)
    assert all(any(id in text for id in endpoints) for text in named)


def test_an_endpoint_that_is_not_sensible_in_one_place_is_not_here(hospital: dict[str, Any]) -> None:
    assert "execute-api" not in json.dumps(hospital)


def test_every_endpoint_admits_only_principals_of_the_organization(hospital: dict[str, Any]) -> None:
    for endpoint in resources(hospital, "AWS::EC2::VPCEndpoint").values():
        for statement in endpoint["PolicyDocument"]["Statement"]:
            assert statement["Condition"]["StringEquals"]["aws:PrincipalOrgID"] == {"Ref": "OrganizationId"}


def test_groups_name_prefix_lists_and_ports_alone(hospital: dict[str, Any]) -> None:
    ingress = resources(hospital, "AWS::EC2::SecurityGroupIngress").values()
    egress = resources(hospital, "AWS::EC2::SecurityGroupEgress").values()
    assert sorted((rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in ingress) == [
        ("tcp", 53, 53),
        ("tcp", 443, 443),
        ("udp", 53, 53),
    ]
    assert sorted((rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in egress) == [
        ("tcp", 53, 53),
        ("udp", 53, 53),
    ]
    assert all("SourcePrefixListId" in rule for rule in ingress)
    assert all("DestinationPrefixListId" in rule for rule in egress)


def test_hospitals_alone_ask_the_inbound_resolver_and_queries_go_to_their_resolvers_alone(
    hospital: dict[str, Any],
) -> None:
    lists = {
        row["PrefixListName"]: [entry["Cidr"] for entry in row["Entries"]]
        for row in resources(hospital, "AWS::EC2::PrefixList").values()
        if row["PrefixListName"] != "hlz-service-range"
    }
    assert lists == {
        "hlz-private-ranges": ["10.0.0.0/11", "172.16.0.0/16", "172.18.0.0/16"],
        "hlz-on-premises-ranges": ["172.16.0.0/16", "172.18.0.0/16"],
        "hlz-resolvers": ["172.16.0.10/32", "172.18.0.10/32"],
    }
    (rule,) = resources(hospital, "AWS::Route53Resolver::ResolverRule").values()
    assert rule["DomainName"] == "riverside.example"
    assert [target["Ip"] for target in rule["TargetIps"]] == ["172.16.0.10", "172.18.0.10"]


def test_resolvers_are_there_in_every_zone_and_only_for_those_who_need_them(
    variants: Mapping[str, SynthesizedVariant], hospital: dict[str, Any]
) -> None:
    endpoints = resources(hospital, "AWS::Route53Resolver::ResolverEndpoint").values()
    assert sorted(endpoint["Direction"] for endpoint in endpoints) == ["INBOUND", "OUTBOUND"]
    assert all(len(endpoint["IpAddresses"]) == 3 for endpoint in endpoints)
    assert not resources(variants["clinic"].template, "AWS::Route53Resolver::ResolverEndpoint")


def test_one_profile_holds_all_zones_rules_and_the_firewall(hospital: dict[str, Any]) -> None:
    held = resources(hospital, "AWS::Route53Profiles::ProfileResourceAssociation").values()
    assert sorted(row["Name"] for row in held) == [
        "dns-firewall",
        "endpoint-ecr-dkr",
        "endpoint-kms",
        "forward-riverside-example",
        "organization",
    ]
    (firewall,) = (row for row in held if row["Name"] == "dns-firewall")
    assert json.loads(firewall["ResourceProperties"]) == {"priority": 101}


def test_the_shared_network_forwards_nothing_so_that_queries_do_not_go_round_in_a_circle(
    hospital: dict[str, Any],
) -> None:
    assert not resources(hospital, "AWS::Route53Profiles::ProfileAssociation")
    assert not resources(hospital, "AWS::Route53Resolver::ResolverRuleAssociation")


def test_the_firewall_blocks_lists_tunnels_and_generated_names_in_this_order(hospital: dict[str, Any]) -> None:
    (group,) = resources(hospital, "AWS::Route53Resolver::FirewallRuleGroup").values()
    rules = group["FirewallRules"]
    assert [rule["Action"] for rule in rules] == ["BLOCK"] * 5
    assert [rule["Priority"] for rule in rules] == [10, 20, 30, 40, 50]
    assert rules[1]["FirewallDomainListId"] == "rslvr-fdl-2c46f2ecbfec4dcc"
    threats = [(rule["DnsThreatProtection"], rule["ConfidenceThreshold"]) for rule in rules[2:]]
    assert threats == [("DNS_TUNNELING", "HIGH"), ("DGA", "HIGH"), ("DICTIONARY_DGA", "HIGH")]
    (association,) = resources(hospital, "AWS::Route53Resolver::FirewallRuleGroupAssociation").values()
    assert association["MutationProtection"] == "ENABLED"


def test_queries_are_kept_in_the_archive_and_those_of_this_network_are_among_them(hospital: dict[str, Any]) -> None:
    (configuration,) = resources(hospital, "AWS::Route53Resolver::ResolverQueryLoggingConfig").values()
    bucket = landing_bucket("dns_queries", "ACCOUNT", "us-east-1").split("ACCOUNT")
    assert all(part in str(configuration["DestinationArn"]) for part in bucket)
    assert {"Ref": "LogArchiveAccountId"} in configuration["DestinationArn"]["Fn::Join"][1]
    (association,) = resources(hospital, "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation").values()
    (vpc,) = resources(hospital, "AWS::EC2::VPC")
    assert association["ResourceId"] == {"Ref": vpc}


def test_shares_are_for_the_organization_alone(hospital: dict[str, Any]) -> None:
    shares = resources(hospital, "AWS::RAM::ResourceShare").values()
    assert len(shares) == 2
    for share in shares:
        assert share["AllowExternalPrincipals"] is False
        assert {"Ref": "OrganizationId"} in share["Principals"][0]["Fn::Join"][1]
        assert len(share["ResourceArns"]) == 3


def test_what_networks_need_is_published_only_if_it_is_there(variants: Mapping[str, SynthesizedVariant]) -> None:
    def published(name: str) -> set[str]:
        return {row["Name"] for row in resources(variants[name].template, "AWS::SSM::Parameter").values()}

    assert published("bare") == {RESOLVER_PROFILE_PARAMETER, SERVICE_PREFIX_LIST_PARAMETER}
    assert published("clinic") == published("bare") | {QUERY_LOG_PARAMETER}
    types = {resource["Type"] for resource in variants["bare"].template["Resources"].values()}
    assert not {type_ for type_ in types if type_.startswith("AWS::Route53Resolver::")}


def test_ipam_watches_and_gives_out_nothing(hospital: dict[str, Any]) -> None:
    pools = resources(hospital, "AWS::EC2::IPAMPool").values()
    assert {pool["Locale"]: [row["Cidr"] for row in pool["ProvisionedCidrs"]] for pool in pools} == {
        "us-east-1": ["10.0.0.0/12"],
        "us-west-2": ["10.16.0.0/12"],
    }
    assert all(pool["AutoImport"] for pool in pools)
    (vpc,) = resources(hospital, "AWS::EC2::VPC").values()
    assert vpc["CidrBlock"] == {"Ref": "VpcCidr"}


def test_the_questions_of_the_hubs_account_are_all_there(hospital: dict[str, Any]) -> None:
    rows = [row for row in policy_data("network/access_scopes")["scopes"] if "network" in row["places"]]
    scopes = resources(hospital, "AWS::EC2::NetworkInsightsAccessScope").values()
    assert sorted(scope["Tags"][0]["Value"] for scope in scopes) == sorted(f"hlz-{row['id']}" for row in rows)
    assert all(scope["MatchPaths"] for scope in scopes)
