"""Why the workload network's template must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.names import ATTACHMENT_PARAMETER, LOGS_KEY_EXPORT, landing_bucket
from tests.arrangement import clinic
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

HOME = ("ehr-production", "us-east-1")


SITE = {"name": "north", "kind": "vpn", "ranges": "172.20.0.0/16", "customer_gateway": "198.51.100.20", "asn": 65013}


def with_a_site_and_a_sandbox(**network: Any) -> dict[str, Any]:
    """The clinic with a hospital's site and a sandbox."""
    manifest = clinic()
    sandbox = {"name": "toys", "ou": "sandbox", "owner": "science", "data": "synthetic"}
    manifest["accounts"].append(sandbox)
    manifest["network"] |= {"hybrid": [SITE], **network}
    return manifest


def made(manifest: dict[str, Any]) -> Mapping[tuple[str, str], SynthesizedVariant]:
    """What a manifest's networks are made from, by account and Region."""
    deployments = deployments_of("workload_network", manifest)
    variants = {deployment.variant.id: deployment.variant for deployment in deployments}
    found = built([*variants.values()])
    return {(d.environment.account, d.environment.region): found[d.variant.id] for d in deployments}


@pytest.fixture(scope="module")
def joined() -> Mapping[tuple[str, str], SynthesizedVariant]:
    """Networks that join the hub."""
    return made(with_a_site_and_a_sandbox())


@pytest.fixture(scope="module")
def alone() -> dict[str, Any]:
    """The network of a landing zone without a hub."""
    return dict(made(clinic(network={**clinic()["network"], "hub": {"enabled": False}}))[HOME].template)


@pytest.fixture(scope="module")
def home(joined: Mapping[tuple[str, str], SynthesizedVariant]) -> dict[str, Any]:
    return dict(joined[HOME].template)


@pytest.fixture(scope="module")
def sandbox(joined: Mapping[tuple[str, str], SynthesizedVariant]) -> dict[str, Any]:
    return dict(joined["toys", "us-east-1"].template)


def entries(template: dict[str, Any], tier: str, *, egress: bool) -> list[dict[str, Any]]:
    """A tier's network ACL entries of a direction, in the order in which they are asked."""
    found = [e for id, e in resources(template, "AWS::EC2::NetworkAclEntry").items() if id.startswith(f"{tier}Acl")]
    return sorted((e for e in found if e["Egress"] is egress), key=lambda entry: int(entry["RuleNumber"]))


def verdict(acl: list[dict[str, Any]], address: str, port: int, protocol: int = 6) -> str:
    """What a network ACL says of a packet; ranges that are values are somewhere else."""
    for entry in acl:
        ports = entry.get("PortRange", {"From": 0, "To": 65535})
        if (
            isinstance(entry["CidrBlock"], str)
            and ip_address(address) in ip_network(entry["CidrBlock"])
            and entry["Protocol"] in (-1, protocol)
            and ports["From"] <= port <= ports["To"]
        ):
            return str(entry["RuleAction"])
    return "deny"


def test_the_template_is_this(home: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert home == snapshot(extension_class=TemplateSnapshots)


def test_a_landing_zone_without_a_hub_has_this(alone: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert alone == snapshot(extension_class=TemplateSnapshots)


def test_nothing_is_left_open(joined: Mapping[tuple[str, str], SynthesizedVariant]) -> None:
    for place, variant in joined.items():
        assert open_findings(variant) == [], place


def test_regions_differ_in_nothing_but_their_zones(joined: Mapping[tuple[str, str], SynthesizedVariant]) -> None:
    text = {
        region: str(joined["ehr-production", region].template).replace("us-west-2", "us-east-1")
        for region in ("us-east-1", "us-west-2")
    }
    for number, (home_zone, recovery_zone) in enumerate(
        (("use1-az1", "usw2-az1"), ("use1-az2", "usw2-az2"), ("use1-az4", "usw2-az3"))
    ):
        assert home_zone in text["us-east-1"], number
        text["us-east-1"] = text["us-east-1"].replace(home_zone, recovery_zone)
    assert text["us-east-1"] == text["us-west-2"]


def test_every_tier_has_a_subnet_in_each_of_three_zones(home: dict[str, Any]) -> None:
    placed = sorted(
        (next(tag["Value"] for tag in subnet["Tags"] if tag["Key"] == "hlz:tier"), subnet["AvailabilityZoneId"])
        for subnet in resources(home, "AWS::EC2::Subnet").values()
    )
    zones = ["use1-az1", "use1-az2", "use1-az4"]
    assert placed == [(tier, zone) for tier in ("application", "attachment", "data") for zone in zones]


def test_nothing_leads_to_the_internet_but_the_hub(home: dict[str, Any], alone: dict[str, Any]) -> None:
    ways_out = {
        "AWS::EC2::InternetGateway",
        "AWS::EC2::EgressOnlyInternetGateway",
        "AWS::EC2::NatGateway",
        "AWS::EC2::EIP",
    }
    for template in (home, alone):
        assert not {resource["Type"] for resource in template["Resources"].values()} & ways_out
    assert not resources(alone, "AWS::EC2::Route") | resources(alone, "AWS::EC2::TransitGatewayAttachment")
    assert all(subnet["MapPublicIpOnLaunch"] is False for subnet in resources(home, "AWS::EC2::Subnet").values())


def test_the_data_tier_has_no_gateway_endpoint_and_talks_only_to_planned_subnets(home: dict[str, Any]) -> None:
    data_tables = {id for id in resources(home, "AWS::EC2::RouteTable") if "Data" in id}
    for endpoint in resources(home, "AWS::EC2::VPCEndpoint").values():
        assert not data_tables & {table["Ref"] for table in endpoint.get("RouteTableIds", [])}
    rows = [*entries(home, "Data", egress=False), *entries(home, "Data", egress=True)]
    assert {entry["CidrBlock"]["Ref"] for entry in rows} == {
        f"{tier}Subnet{zone}Cidr" for tier in ("Application", "Data") for zone in (1, 2, 3)
    }


def test_the_application_tier_alone_has_a_default_route_and_it_leads_to_the_hub(home: dict[str, Any]) -> None:
    routes = resources(home, "AWS::EC2::Route").values()
    tables = {route["RouteTableId"]["Ref"] for route in routes}
    assert len(tables) == 3
    assert all("Application" in table for table in tables)
    for route in routes:
        assert route["DestinationCidrBlock"] == "0.0.0.0/0"
        assert route["TransitGatewayId"] == {"Ref": "TransitGatewayId"}


def test_routes_wait_for_the_attachment_which_ec2_wants_to_see_first(home: dict[str, Any]) -> None:
    (attachment,) = resources(home, "AWS::EC2::TransitGatewayAttachment")
    routes = [row for row in home["Resources"].values() if row["Type"] == "AWS::EC2::Route"]
    assert all(attachment in row["DependsOn"] for row in routes)


def test_the_attachment_has_an_interface_in_every_zone_in_subnets_of_its_own(home: dict[str, Any]) -> None:
    (attachment,) = resources(home, "AWS::EC2::TransitGatewayAttachment").values()
    subnets = resources(home, "AWS::EC2::Subnet")
    placed = [subnets[entry["Ref"]] for entry in attachment["SubnetIds"]]
    assert [subnet["AvailabilityZoneId"] for subnet in placed] == ["use1-az1", "use1-az2", "use1-az4"]
    assert {"Key": "hlz:tier", "Value": "attachment"} in [tag for subnet in placed for tag in subnet["Tags"]]
    assert {"Key": "hlz:segment", "Value": {"Ref": "Segment"}} in attachment["Tags"]


def test_the_attachments_id_is_told_to_the_network_account_and_to_nobody_else(home: dict[str, Any]) -> None:
    (parameter,) = resources(home, "AWS::SSM::Parameter").values()
    (attachment,) = resources(home, "AWS::EC2::TransitGatewayAttachment")
    assert (parameter["Name"], parameter["Value"], parameter["Tier"]) == (
        ATTACHMENT_PARAMETER,
        {"Ref": attachment},
        "Advanced",  # others cannot be shared
    )
    (share,) = resources(home, "AWS::RAM::ResourceShare").values()
    assert share["Principals"] == [{"Ref": "NetworkAccountId"}]
    assert share["AllowExternalPrincipals"] is False


def test_names_and_query_logs_come_from_the_shared_network_if_the_segment_reaches_it(
    home: dict[str, Any], sandbox: dict[str, Any]
) -> None:
    (profile,) = resources(home, "AWS::Route53Profiles::ProfileAssociation").values()
    assert profile["ProfileId"] == {"Ref": "ResolverProfileId"}
    assert resources(sandbox, "AWS::Route53Profiles::ProfileAssociation") == {}
    for template in (home, sandbox):  # who asked for which name is recorded everywhere
        (log,) = resources(template, "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation").values()
        assert log["ResolverQueryLogConfigId"] == {"Ref": "QueryLogConfigurationId"}


def test_the_vpc_says_its_segment_and_from_where_it_may_be_entered(home: dict[str, Any]) -> None:
    (vpc,) = resources(home, "AWS::EC2::VPC").values()
    assert {"Key": "hlz:segment", "Value": {"Ref": "Segment"}} in vpc["Tags"]
    assert {"Key": "hlz:entries", "Value": {"Ref": "Entries"}} in vpc["Tags"]


@pytest.mark.parametrize("tier", ["Application", "Attachment", "Data"])
def test_a_network_acl_has_no_more_entries_than_ec2_allows(home: dict[str, Any], tier: str) -> None:
    for egress in (False, True):
        assert 0 < len(entries(home, tier, egress=egress)) <= 20


def test_the_application_tier_exchanges_packets_with_what_its_segment_reaches_and_with_public_addresses(
    home: dict[str, Any], sandbox: dict[str, Any]
) -> None:
    reached = {"home pool": "10.3.0.9", "recovery pool": "10.17.0.9", "site": "172.20.4.4"}
    unknown = {"unused": "10.200.0.1", "carrier grade": "100.64.0.1", "home router": "192.168.0.1"}
    for egress in (False, True):
        production, toys = (entries(template, "Application", egress=egress) for template in (home, sandbox))
        for name, address in reached.items():
            assert verdict(production, address, 443) == "allow", name
            assert verdict(toys, address, 443) == "deny", name
        for name, address in unknown.items():
            for acl in (production, toys):
                assert verdict(acl, address, 443) == "deny", name
    assert verdict(entries(sandbox, "Application", egress=True), "8.8.8.8", 443) == "allow"
    assert verdict(entries(sandbox, "Application", egress=False), "8.8.8.8", 50000) == "allow"


@pytest.mark.parametrize(("port", "protocol"), [(22, 6), (3389, 6), (3389, 17)])
@pytest.mark.parametrize("tier", ["Application", "Attachment"])
def test_shells_and_remote_desktops_come_in_from_nowhere_else(
    home: dict[str, Any], tier: str, port: int, protocol: int
) -> None:
    for address in ("10.3.0.9", "172.20.4.4", "8.8.8.8"):
        assert verdict(entries(home, tier, egress=False), address, port, protocol) == "deny"


def test_flow_logs_record_all_traffic_to_search_here_and_to_keep_in_the_archive(home: dict[str, Any]) -> None:
    here, archived = sorted(
        resources(home, "AWS::EC2::FlowLog").values(), key=lambda flow_log: flow_log["LogDestinationType"]
    )
    assert (here["TrafficType"], archived["TrafficType"]) == ("ALL", "ALL")
    (group_id,) = resources(home, "AWS::Logs::LogGroup")
    assert here["LogGroupName"] == {"Ref": group_id}
    group = home["Resources"][group_id]
    assert group["Properties"]["KmsKeyId"] == {"Fn::ImportValue": LOGS_KEY_EXPORT}
    assert group["Properties"]["RetentionInDays"] == 2192
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Retain", "Retain")
    bucket = landing_bucket("flow_logs", "ACCOUNT", "us-east-1").split("ACCOUNT")
    assert all(part in str(archived["LogDestination"]) for part in bucket)
    assert {"Ref": "LogArchiveAccountId"} in archived["LogDestination"]["Fn::Join"][1]


def statements(home: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for id, endpoint in resources(home, "AWS::EC2::VPCEndpoint").items():
        for statement in endpoint["PolicyDocument"]["Statement"]:
            yield id, statement


def test_who_does_not_reach_the_hubs_endpoints_has_interface_endpoints_of_his_own(
    alone: dict[str, Any], sandbox: dict[str, Any]
) -> None:
    for template in (alone, sandbox):
        assert len(resources(template, "AWS::EC2::VPCEndpoint")) == 9


def test_every_endpoint_admits_only_principals_of_the_organization(home: dict[str, Any]) -> None:
    organization = {"Ref": "OrganizationId"}
    found = list(statements(home))
    assert len({id for id, _ in found}) == 2  # those of interface endpoints stand in the hub
    for id, statement in found:
        conditions = statement["Condition"]["StringEquals"]
        assert conditions["aws:PrincipalOrgID"] == organization, id
        if statement["Sid"] == "OrganizationOnly":
            assert conditions["aws:ResourceOrgID"] == organization, id


def test_what_is_not_the_organizations_own_is_only_read_through_an_endpoint(home: dict[str, Any]) -> None:
    for id, statement in statements(home):
        if statement["Sid"] != "OrganizationOnly":
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert all(action.partition(":")[2].startswith(("Describe", "Get")) for action in actions), id


def test_no_security_group_is_open_to_an_address(home: dict[str, Any], alone: dict[str, Any]) -> None:
    for template in (home, alone):
        for group in resources(template, "AWS::EC2::SecurityGroup").values():
            assert "SecurityGroupIngress" not in group
            assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]
        kinds = ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")
        rules = [rule for kind in kinds for rule in resources(template, kind).values()]
        assert rules
        assert not [rule for rule in rules if {"CidrIp", "CidrIpv6"} & rule.keys()]


def test_endpoint_clients_speak_https_to_the_hubs_endpoints_and_to_nobody_else(home: dict[str, Any]) -> None:
    (rule,) = resources(home, "AWS::EC2::SecurityGroupEgress").values()
    assert rule["DestinationPrefixListId"] == {"Ref": "ServicePrefixListId"}
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)


def test_permissions_are_managed_policies_without_wildcard_resources(home: dict[str, Any]) -> None:
    (role,) = resources(home, "AWS::IAM::Role").values()
    assert "Policies" not in role
    (policy,) = resources(home, "AWS::IAM::ManagedPolicy").values()
    for statement in policy["PolicyDocument"]["Statement"]:
        assert "*" not in (statement["Resource"], statement["Action"])
        assert "log-group:/hlz/network/flow-logs" in str(statement["Resource"])
