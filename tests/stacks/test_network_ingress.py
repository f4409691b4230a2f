"""Why the way in from the internet must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.names import INSPECTION_ATTACHMENT_EXPORT, landing_bucket, transit_table_export
from landing_zone.plan.transit import PRIVATE_SPACE
from landing_zone.policy_data import policy_data
from tests.arrangement import clinic
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

HOST = "portal.riverside.example"
CERTIFICATE = "arn:aws:acm:us-east-1:100000000004:certificate/01234567-89ab-cdef-0123-456789abcdef"


@cache
def templates() -> Mapping[str, SynthesizedVariant]:
    """The clinic's ingress networks by Region; it has a portal with a certificate at home alone."""
    manifest = clinic()
    manifest["network"]["hub"] = {"public_ingress": True}
    portal = {"kind": "ehr", "accounts": ["ehr-production"], "internet": True}
    manifest["zones"] = {"portal": portal | {"hosts": {HOST: "ehr-production"}, "certificates": [CERTIFICATE]}}
    variants = [deployment.variant for deployment in deployments_of("network_ingress", manifest)]
    found = built(variants)
    return {variant.shape["region"]: found[variant.id] for variant in variants}


def parts(type: str, region: str = "us-east-1") -> dict[str, dict[str, Any]]:
    return resources(templates()[region].template, type)


def only(type: str) -> dict[str, Any]:
    (part,) = parts(type).values()
    return part


def attributes(part: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {row["Key"]: row["Value"] for row in part[key]}


def test_the_template_is_this(snapshot: SnapshotAssertion) -> None:
    assert templates()["us-east-1"].template == snapshot(extension_class=TemplateSnapshots)


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_no_rule_finds_anything_that_is_not_acknowledged(region: str) -> None:
    assert open_findings(templates()[region]) == []


def test_without_certificate_there_is_everything_but_the_load_balancer() -> None:
    assert not parts("AWS::ElasticLoadBalancingV2::LoadBalancer", "us-west-2")
    for type in ("AWS::WAFv2::WebACL", "AWS::WAFv2::LoggingConfiguration", "AWS::EC2::SecurityGroup"):
        assert parts(type, "us-west-2"), type


def test_the_internet_reaches_load_balancers_by_https_alone() -> None:
    (entry,) = only("AWS::EC2::SecurityGroup")["SecurityGroupIngress"]
    assert (entry["IpProtocol"], entry["FromPort"], entry["ToPort"]) == ("tcp", 443, 443)
    anywhere = [
        (e["Protocol"], e["PortRange"])
        for e in parts("AWS::EC2::NetworkAclEntry").values()
        if e["CidrBlock"] == "0.0.0.0/0" and not e["Egress"]
    ]
    assert anywhere == [(6, {"From": 443, "To": 443})]


def test_load_balancers_reach_the_networks_of_entry_accounts_alone() -> None:
    (entry,) = only("AWS::EC2::SecurityGroup")["SecurityGroupEgress"]
    (prefix_list,) = parts("AWS::EC2::PrefixList")
    assert entry["DestinationPrefixListId"] == {"Fn::GetAtt": [prefix_list, "PrefixListId"]}
    assert (entry["FromPort"], entry["ToPort"]) == (443, 443)
    targets = only("AWS::ElasticLoadBalancingV2::TargetGroup")["Targets"]
    assert len(targets) == 3
    (range_,) = only("AWS::EC2::PrefixList")["Entries"]
    first_octets = range_["Cidr"].rsplit(".", 2)[0]
    assert all(target["Id"].startswith(first_octets) for target in targets)


def test_a_packet_to_a_target_goes_through_the_transit_gateway_and_the_firewall() -> None:
    private = [r for r in parts("AWS::EC2::Route").values() if "TransitGatewayId" in r]
    assert {route["DestinationCidrBlock"] for route in private} == set(PRIVATE_SPACE)
    assert only("AWS::EC2::TransitGatewayRouteTableAssociation")["TransitGatewayRouteTableId"] == {
        "Fn::ImportValue": transit_table_export("ingress")
    }
    for route in parts("AWS::EC2::TransitGatewayRoute").values():
        assert route["DestinationCidrBlock"] == {"Ref": "VpcCidr"}
        assert route["TransitGatewayAttachmentId"] == {"Fn::ImportValue": INSPECTION_ATTACHMENT_EXPORT}
    assert {str(r["TransitGatewayRouteTableId"]) for r in parts("AWS::EC2::TransitGatewayRoute").values()} == {
        str({"Fn::ImportValue": transit_table_export(table)}) for table in ("nonphi", "phi", "phi-nonproduction")
    }


def test_the_exclusion_admits_both_directions_for_load_balancers_answer() -> None:
    assert only("AWS::EC2::VPCBlockPublicAccessExclusion")["InternetGatewayExclusionMode"] == "allow-bidirectional"
    assert not parts("AWS::EC2::NatGateway")


def test_the_load_balancer_is_protected_drops_malformed_headers_and_stays_shut_without_waf() -> None:
    found = attributes(only("AWS::ElasticLoadBalancingV2::LoadBalancer"), "LoadBalancerAttributes")
    assert found["deletion_protection.enabled"] == "true"
    assert found["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert found["waf.fail_open.enabled"] == "false"


def test_who_called_and_by_which_tls_is_logged_in_the_archives_bucket_of_the_region() -> None:
    found = attributes(only("AWS::ElasticLoadBalancingV2::LoadBalancer"), "LoadBalancerAttributes")
    bucket = landing_bucket("access_logs", "ACCOUNT", "us-east-1").split("ACCOUNT")
    for kind in ("access_logs", "connection_logs"):
        assert found[f"{kind}.s3.enabled"] == "true"
        assert all(part in str(found[f"{kind}.s3.bucket"]) for part in bucket)
    assert found["access_logs.s3.prefix"] != found["connection_logs.s3.prefix"]


def test_the_listener_speaks_tls_1_2_or_later_and_answers_404_to_strangers() -> None:
    listener = only("AWS::ElasticLoadBalancingV2::Listener")
    assert (listener["Protocol"], listener["Port"]) == ("HTTPS", 443)
    assert listener["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-Res")
    assert listener["Certificates"] == [{"CertificateArn": CERTIFICATE}]
    (default,) = listener["DefaultActions"]
    assert default["FixedResponseConfig"]["StatusCode"] == "404"
    headers = attributes(listener, "ListenerAttributes")
    assert headers["routing.http.response.strict_transport_security.header_value"].startswith("max-age=31536000")


def test_a_host_goes_to_its_account_by_https() -> None:
    rule = only("AWS::ElasticLoadBalancingV2::ListenerRule")
    assert [c["HostHeaderConfig"]["Values"] for c in rule["Conditions"]] == [[HOST]]
    group = only("AWS::ElasticLoadBalancingV2::TargetGroup")
    assert (group["Protocol"], group["TargetType"]) == ("HTTPS", "ip")
    assert {target["AvailabilityZone"] for target in group["Targets"]} == {"all"}


def test_a_web_acl_stands_before_the_load_balancer() -> None:
    (balancer,) = parts("AWS::ElasticLoadBalancingV2::LoadBalancer")
    (acl,) = parts("AWS::WAFv2::WebACL")
    association = only("AWS::WAFv2::WebACLAssociation")
    assert association == {"ResourceArn": {"Ref": balancer}, "WebACLArn": {"Fn::GetAtt": [acl, "Arn"]}}


def test_the_web_acl_blocks_and_costs_no_more_than_the_basic_price() -> None:
    data = policy_data("network/web_acl")
    assert sum(group["capacity"] for group in data["managed_rule_groups"]) + data["rate"]["capacity"] <= 1500
    rules = only("AWS::WAFv2::WebACL")["Rules"]
    assert len(rules) == len(data["managed_rule_groups"]) + 1
    assert all(rule.get("OverrideAction", {"None": {}}) == {"None": {}} for rule in rules)
    assert [rule["Action"] for rule in rules if "Action" in rule] == [{"Block": {}}]
    assert len({rule["Priority"] for rule in rules}) == len(rules)


def test_requests_are_logged_without_what_may_identify_a_patient_and_never_sampled() -> None:
    redacted = only("AWS::WAFv2::LoggingConfiguration")["RedactedFields"]
    assert {"QueryString": {}} in redacted
    assert {field["SingleHeader"]["Name"] for field in redacted if "SingleHeader" in field} == {
        "authorization",
        "cookie",
    }
    acl = only("AWS::WAFv2::WebACL")
    shown = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert all(row["SampledRequestsEnabled"] is False for row in shown)


def test_the_web_acls_log_is_encrypted_kept_and_written_by_log_delivery_alone() -> None:
    group = next(g for g in parts("AWS::Logs::LogGroup").values() if g["LogGroupName"].startswith("aws-waf-logs-"))
    assert (group["RetentionInDays"], group["DeletionProtectionEnabled"]) == (2192, True)
    assert "KmsKeyId" in group
    text = str(only("AWS::Logs::ResourcePolicy")["PolicyDocument"])
    assert all(part in text for part in ("delivery.logs.amazonaws.com", "aws:SourceAccount", "aws:SourceArn"))
