"""Why the hub's template must be as it is; the snapshot shows what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.names import (
    ALARM_TOPIC_EXPORT,
    INSPECTION_ATTACHMENT_EXPORT,
    TRANSIT_GATEWAY_EXPORT,
    TRANSIT_GATEWAY_PARAMETER,
    landing_bucket,
    transit_table_export,
)
from landing_zone.plan.segments import segments
from landing_zone.policy_data import ROOT
from tests.arrangement import clinic
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

NETWORK = {
    "pools": {"us-east-1": "10.0.0.0/12", "us-west-2": "10.16.0.0/12"},
    "hybrid": [{"name": "main-hospital", "kind": "vpn", "ranges": "172.16.0.0/16", "customer_gateway": "203.0.113.7"}],
    "inspection": {"allowed_domains": ["api.payer.example", ".updates.example"]},
}


@pytest.fixture(scope="module")
def variant() -> SynthesizedVariant:
    """The hub of the home Region of a clinic with a hospital and two allowed domains."""
    home = next(
        d for d in deployments_of("network_hub", clinic(network=NETWORK)) if d.environment.region == "us-east-1"
    )
    (only,) = built([home.variant]).values()
    return only


@pytest.fixture(scope="module")
def hub(variant: SynthesizedVariant) -> dict[str, Any]:
    return dict(variant.template)


def of_segment(hub: Mapping[str, Any], type_: str, segment: str) -> str:
    """Logical id of the one resource of a type with the tag of a segment."""
    tag = {"Key": "hlz:segment", "Value": segment}
    (only,) = (id for id, properties in resources(hub, type_).items() if tag in properties.get("Tags", []))
    return only


def routes_of(hub: Mapping[str, Any], segment: str) -> dict[str, str]:
    """Where the table of a segment sends each range: `blackhole` or the attachment's logical id."""
    table = {"Ref": of_segment(hub, "AWS::EC2::TransitGatewayRouteTable", segment)}
    return {
        route["DestinationCidrBlock"]: "blackhole"
        if route.get("Blackhole")
        else route["TransitGatewayAttachmentId"]["Ref"]
        for route in resources(hub, "AWS::EC2::TransitGatewayRoute").values()
        if route["TransitGatewayRouteTableId"] == table
    }


def test_the_template_is_this(hub: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert hub == snapshot(extension_class=TemplateSnapshots)


def test_no_rule_objects(variant: SynthesizedVariant) -> None:
    assert open_findings(variant) == []


def test_an_attachment_is_connected_to_nothing_by_itself(hub: dict[str, Any]) -> None:
    (gateway,) = resources(hub, "AWS::EC2::TransitGateway").values()
    assert gateway["DefaultRouteTableAssociation"] == gateway["DefaultRouteTablePropagation"] == "disable"
    (association,) = resources(hub, "AWS::EC2::TransitGatewayRouteTableAssociation").values()
    assert association["TransitGatewayRouteTableId"]["Ref"] == of_segment(
        hub, "AWS::EC2::TransitGatewayRouteTable", "inspection"
    )
    assert not resources(hub, "AWS::EC2::TransitGatewayRouteTablePropagation")


def test_a_gateway_outlives_its_stack_because_everything_hangs_on_it(hub: dict[str, Any]) -> None:
    (gateway,) = (r for r in hub["Resources"].values() if r["Type"] == "AWS::EC2::TransitGateway")
    assert (gateway["DeletionPolicy"], gateway["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_every_segment_has_a_table_which_other_stacks_can_name(hub: dict[str, Any]) -> None:
    exported = {output["Export"]["Name"]: output["Value"]["Ref"] for output in hub["Outputs"].values()}
    tables = {s: of_segment(hub, "AWS::EC2::TransitGatewayRouteTable", s) for s in segments()}
    assert exported == {transit_table_export(s): table for s, table in tables.items()} | {
        TRANSIT_GATEWAY_EXPORT: next(iter(resources(hub, "AWS::EC2::TransitGateway"))),
        INSPECTION_ATTACHMENT_EXPORT: of_segment(hub, "AWS::EC2::TransitGatewayAttachment", "inspection"),
    }


def test_routes_lead_to_the_firewall_or_nowhere(hub: dict[str, Any]) -> None:
    attachment = of_segment(hub, "AWS::EC2::TransitGatewayAttachment", "inspection")
    assert {target for s in segments() for target in routes_of(hub, s).values()} == {"blackhole", attachment}
    assert routes_of(hub, "phi")["0.0.0.0/0"] == attachment
    assert routes_of(hub, "sandbox")["172.16.0.0/16"] == "blackhole"


def test_what_arrives_in_a_zone_takes_that_zones_firewall(hub: dict[str, Any]) -> None:
    """The one endpoint of a firewall whose only subnet is in the zone of the subnet whose table has the route."""
    subnets, firewalls = resources(hub, "AWS::EC2::Subnet"), resources(hub, "AWS::NetworkFirewall::Firewall")
    tables = {
        a["RouteTableId"]["Ref"]: a["SubnetId"]["Ref"]
        for a in resources(hub, "AWS::EC2::SubnetRouteTableAssociation").values()
    }
    pairs = []
    for route in resources(hub, "AWS::EC2::Route").values():
        if "VpcEndpointId" not in route:
            continue
        position, split = route["VpcEndpointId"]["Fn::Select"]
        separator, first = split["Fn::Split"]
        index, attribute = first["Fn::Select"]
        assert (position, separator, index) == (1, ":", 0)
        firewall, name = attribute["Fn::GetAtt"]
        assert name == "EndpointIds"
        (mapping,) = firewalls[firewall]["SubnetMappings"]
        source, target = tables[route["RouteTableId"]["Ref"]], mapping["SubnetId"]["Ref"]
        assert route["DestinationCidrBlock"] == "0.0.0.0/0"
        pairs.append((subnets[source]["AvailabilityZoneId"], subnets[target]["AvailabilityZoneId"]))
    assert sorted(pairs) == [("use1-az1", "use1-az1"), ("use1-az2", "use1-az2"), ("use1-az4", "use1-az4")]


def test_both_directions_of_a_flow_stay_in_one_zone(hub: dict[str, Any]) -> None:
    (attachment,) = resources(hub, "AWS::EC2::TransitGatewayAttachment").values()
    assert attachment["Options"]["ApplianceModeSupport"] == "enable"
    assert len(attachment["SubnetIds"]) == 3


def test_behind_a_firewall_there_is_the_transit_gateway_alone(hub: dict[str, Any]) -> None:
    routes = [route for route in resources(hub, "AWS::EC2::Route").values() if "VpcEndpointId" not in route]
    assert [(route["DestinationCidrBlock"], set(route)) for route in routes] == 3 * [
        ("0.0.0.0/0", {"DestinationCidrBlock", "RouteTableId", "TransitGatewayId"})
    ]
    types = {resource["Type"] for resource in hub["Resources"].values()}
    assert not types & {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::EIP"}


def test_firewalls_drop_what_no_rule_passes_and_look_at_fragments(hub: dict[str, Any]) -> None:
    (policy,) = (p["FirewallPolicy"] for p in resources(hub, "AWS::NetworkFirewall::FirewallPolicy").values())
    assert policy["StatefulEngineOptions"]["RuleOrder"] == "STRICT_ORDER"
    # A server name may come in a second packet; the plain default would drop the first.
    assert policy["StatefulDefaultActions"] == [
        "aws:drop_established_app_layer_to_server",
        "aws:alert_established_app_layer_to_server",
    ]
    assert policy["StatelessDefaultActions"] == policy["StatelessFragmentDefaultActions"] == ["aws:forward_to_sfe"]
    priorities = [reference["Priority"] for reference in policy["StatefulRuleGroupReferences"]]
    assert priorities == sorted(set(priorities)), "each group has a place of its own"


def test_malicious_domains_are_dropped_before_anything_passes(hub: dict[str, Any]) -> None:
    (policy,) = (p["FirewallPolicy"] for p in resources(hub, "AWS::NetworkFirewall::FirewallPolicy").values())
    groups = resources(hub, "AWS::NetworkFirewall::RuleGroup")
    seen: list[str] = []
    for reference in policy["StatefulRuleGroupReferences"]:
        arn = reference["ResourceArn"]
        if "Fn::GetAtt" not in arn:
            seen.append("managed")
        elif "\npass " in f"\n{groups[arn['Fn::GetAtt'][0]]['RuleGroup']['RulesSource']['RulesString']}":
            seen.append("passes")
    assert seen == [*["managed"] * 4, *["passes"] * 2]


def test_a_rule_groups_variables_are_all_told(hub: dict[str, Any]) -> None:
    for group in resources(hub, "AWS::NetworkFirewall::RuleGroup").values():
        used = set(re.findall(r"\$([A-Z_]+)", group["RuleGroup"]["RulesSource"]["RulesString"]))
        assert group["RuleGroup"].get("RuleVariables", {}).get("IPSets", {}).keys() == used
        assert group["RuleGroup"]["StatefulRuleOptions"] == {"RuleOrder": "STRICT_ORDER"}
        assert group["RuleGroupName"].endswith(str(group["Capacity"])), "another capacity needs another name"


def test_a_firewall_cannot_be_deleted_moved_or_given_another_policy(hub: dict[str, Any]) -> None:
    firewalls = resources(hub, "AWS::NetworkFirewall::Firewall")
    assert len(firewalls) == 3
    for firewall in firewalls.values():
        assert firewall["DeleteProtection"] is True
        assert firewall["SubnetChangeProtection"] is True
        assert firewall["FirewallPolicyChangeProtection"] is True


def test_alerts_and_flows_of_every_firewall_go_to_the_archive(hub: dict[str, Any]) -> None:
    logged = resources(hub, "AWS::NetworkFirewall::LoggingConfiguration")
    assert {entry["FirewallArn"]["Fn::GetAtt"][0] for entry in logged.values()} == set(
        resources(hub, "AWS::NetworkFirewall::Firewall")
    )
    bucket = landing_bucket("firewall", "ACCOUNT", "us-east-1").split("ACCOUNT")
    for entry in logged.values():
        places = entry["LoggingConfiguration"]["LogDestinationConfigs"]
        assert [place["LogType"] for place in places] == ["ALERT", "FLOW"]
        for place in places:
            assert place["LogDestinationType"] == "S3"
            assert all(part in str(place["LogDestination"]["bucketName"]) for part in bucket)


def test_flow_logs_of_the_gateway_state_no_traffic_type_because_ec2_refuses_one(hub: dict[str, Any]) -> None:
    logs = [log for log in resources(hub, "AWS::EC2::FlowLog").values() if log["ResourceType"] == "TransitGateway"]
    assert sorted(log["LogDestinationType"] for log in logs) == ["cloud-watch-logs", "s3"]
    assert all("TrafficType" not in log and log["MaxAggregationInterval"] == 60 for log in logs)


def test_the_gateway_and_its_id_are_shared_with_the_organization_and_nobody_else(hub: dict[str, Any]) -> None:
    shares = list(resources(hub, "AWS::RAM::ResourceShare").values())
    assert len(shares) == 2
    for share in shares:
        assert share["AllowExternalPrincipals"] is False
        (principal,) = share["Principals"]
        assert ":organizations::" in str(principal)
        assert {"Ref": "OrganizationId"} in principal["Fn::Join"][1]
    (parameter,) = resources(hub, "AWS::SSM::Parameter").values()
    assert (parameter["Name"], parameter["Tier"]) == (TRANSIT_GATEWAY_PARAMETER, "Advanced")


def test_shells_and_remote_desktops_do_not_cross_the_hub(hub: dict[str, Any]) -> None:
    entries = [e for e in resources(hub, "AWS::EC2::NetworkAclEntry").values() if not e["Egress"]]
    assert entries
    for entry in entries:
        first, last = entry["PortRange"]["From"], entry["PortRange"]["To"]
        assert not first <= 22 <= last
        assert not first <= 3389 <= last


def test_every_alarm_reaches_the_accounts_topic_and_has_a_runbook_in_the_docs(hub: dict[str, Any]) -> None:
    headings = (ROOT / "docs" / "network-hub.md").read_text(encoding="utf-8")
    alarms = resources(hub, "AWS::CloudWatch::Alarm")
    assert len(alarms) == 4
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [{"Fn::ImportValue": ALARM_TOPIC_EXPORT}]
        (anchor,) = (
            line.partition("#")[2] for line in alarm["AlarmDescription"].splitlines() if line.startswith("Runbook: ")
        )
        assert f"### {anchor}\n" in headings
