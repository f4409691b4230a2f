"""HLZ-NET-002, 003, 006, 008: endpoint policies, security groups, network ACLs."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    check_document,
    document,
    messages,
    policy,
    resource,
    statement,
)

ORGANIZATION = {"aws:PrincipalOrgID": {"Ref": "Stage"}, "aws:ResourceOrgID": {"Ref": "Stage"}}
GENERAL: Json = statement(Action="*", Principal="*", Condition={"StringEquals": ORGANIZATION})
CALLERS_ONLY: Json = {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Stage"}}}


def endpoint(*statements: Json, context: Json | None = None, **properties: Any) -> Report:
    body = {"PolicyDocument": policy(*statements)} if statements else {}
    return check("HLZ-NET-002", context=context, Endpoint=resource("AWS::EC2::VPCEndpoint", body | properties))


def test_an_endpoint_limited_to_the_organization_is_fine() -> None:
    assert_quiet(endpoint(GENERAL))


def test_an_endpoint_without_a_policy_is_a_finding() -> None:
    assert_found(endpoint(), "Endpoint has no policy")


def test_an_account_that_only_the_endpoint_policy_names_is_a_finding_in_templates_of_others() -> None:
    named = statement(Action="*", Principal={"AWS": "arn:aws:iam::999900001111:root"})
    assert_found(endpoint(GENERAL, named, context={"own": False}), "admits account 999900001111")
    limited = named | {"Condition": CALLERS_ONLY}
    assert_quiet(endpoint(GENERAL, limited, context={"own": False}))
    own = statement(Action="*", Principal={"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}})
    assert_quiet(endpoint(GENERAL, own, context={"own": False}))


def test_an_endpoint_for_anyone_is_a_finding_for_callers_and_one_for_resources() -> None:
    found = messages(endpoint(statement(Action="*", Principal={"AWS": "*"})))
    assert len(found) == 2
    assert "aws:PrincipalOrgID" in found[0]
    assert "aws:ResourceOrgID" in found[1]


def test_resources_of_anyone_are_a_finding() -> None:
    assert_found(endpoint(statement(Principal="*", Condition=CALLERS_ONLY)), "aws:ResourceOrgID")


@pytest.mark.parametrize(
    "named",
    [
        {"Fn::Sub": "arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*"},
        ["arn:aws:s3:::aws-ssm-us-east-1/*", "arn:aws:s3:::amazonlinux-us-east-1"],
    ],
)
def test_named_resources_need_the_limit_on_callers_only(named: Any) -> None:
    assert_quiet(endpoint(statement(Principal="*", Resource=named, Condition=CALLERS_ONLY)))


@pytest.mark.parametrize("wide", ["arn:aws:s3:::*", "arn:aws:s3:::prod-*/x", "*", ["arn:aws:s3:::a/*", "*"]])
def test_a_wildcard_in_the_name_names_no_resource(wide: Any) -> None:
    assert_found(endpoint(statement(Principal="*", Resource=wide, Condition=CALLERS_ONLY)), "aws:ResourceOrgID")


def test_a_resource_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(
        endpoint(statement(Principal="*", Resource={"Ref": "Stage"}, Condition=CALLERS_ONLY)), "parameter Stage"
    )


def test_another_organization_is_a_finding_when_ours_is_known() -> None:
    literal = {"aws:PrincipalOrgID": "o-otherother", "aws:ResourceOrgID": "o-abcdefghij"}
    report = endpoint(
        statement(Principal="*", Condition={"StringEquals": literal}), context={"organization_id": "o-abcdefghij"}
    )
    assert_found(report, "o-otherother", "o-abcdefghij is expected")


def test_endpoints_that_take_no_policy_are_not_examined() -> None:
    assert_did_not_run(endpoint(VpcEndpointType="GatewayLoadBalancer"))


NO_EGRESS = [{"CidrIp": "255.255.255.255/32", "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86}]
GROUP = "AWS::EC2::SecurityGroup"


def group(*ingress: Json, egress: Any = NO_EGRESS, context: Json | None = None, judged: tuple[str, ...] = ()) -> Report:
    properties = {"SecurityGroupIngress": list(ingress), "SecurityGroupEgress": egress}
    return check("HLZ-NET-003", context=context, Group=resource(GROUP, properties))


def tcp(port: int, **source: Any) -> Json:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}


def test_groups_and_prefix_lists_are_fine() -> None:
    assert_quiet(group(tcp(443, SourceSecurityGroupId="sg-1"), tcp(443, SourcePrefixListId={"Ref": "Stage"})))


def test_the_whole_internet_is_said_to_be_that() -> None:
    assert_found(group(tcp(443, CidrIp="0.0.0.0/0")), "whole Internet", "tcp port 443")
    assert_found(group(tcp(443, CidrIpv6="::/0")), "whole Internet")


def test_any_address_range_is_a_finding_in_our_networks() -> None:
    assert_found(group(tcp(443, CidrIp="10.0.0.0/16")), "10.0.0.0/16", "prefix list is expected")
    assert_found(group(tcp(443, CidrIp={"Ref": "Cidr"})), "decided at deployment")


def test_foreign_networks_may_admit_addresses_but_not_everybody() -> None:
    foreign = {"own": False}
    assert_quiet(group(tcp(443, CidrIp="10.0.0.0/16"), context=foreign))
    assert_found(group(tcp(443, CidrIp="0.0.0.0/0"), context=foreign), "whole Internet")
    assert_undecided(group(tcp(443, CidrIp={"Ref": "Cidr"}), context=foreign), "parameter Cidr")


def test_a_separate_ingress_rule_is_judged_like_an_inline_one() -> None:
    rule = resource("AWS::EC2::SecurityGroupIngress", {"GroupId": "sg-1", **tcp(22, CidrIp="0.0.0.0/0")})
    assert_found(check("HLZ-NET-003", Rule=rule), "Rule", "port 22")


def test_a_finding_leads_to_the_address_inline_and_separate() -> None:
    inline = group(tcp(443, CidrIp="10.0.0.0/16"), egress=[{"IpProtocol": "-1", "CidrIpv6": "::/0"}])
    assert {finding.path for finding in inline.findings} == {
        "Resources/Group/Properties/SecurityGroupIngress/0/CidrIp",
        "Resources/Group/Properties/SecurityGroupEgress/0/CidrIpv6",
    }
    separate = check(
        "HLZ-NET-003",
        In=resource("AWS::EC2::SecurityGroupIngress", tcp(443, CidrIp="10.0.0.0/16")),
        Out=resource("AWS::EC2::SecurityGroupEgress", {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}),
    )
    assert [finding.path for finding in separate.findings] == [
        "Resources/In/Properties/CidrIp",
        "Resources/Out/Properties/CidrIp",
    ]


def test_open_egress_is_a_finding_inline_and_separate() -> None:
    everything = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
    assert_found(group(egress=[everything]), "all outbound traffic")
    assert_found(check("HLZ-NET-003", Rule=resource("AWS::EC2::SecurityGroupEgress", everything)), "all outbound")


def test_egress_of_one_port_is_fine() -> None:
    assert_quiet(group(egress=[tcp(443, CidrIp="0.0.0.0/0")]))


def test_a_group_without_egress_rules_gets_open_ones_from_ec2() -> None:
    assert_found(check("HLZ-NET-003", Group=resource(GROUP)), "lists no egress rules")


def test_rules_decided_at_deployment_are_not_evaluated_and_hide_nothing() -> None:
    report = check(
        "HLZ-NET-003",
        Group=resource(GROUP, {"SecurityGroupIngress": {"Ref": "Stage"}, "SecurityGroupEgress": [{"Ref": "Stage"}]}),
        Bad=resource("AWS::EC2::SecurityGroupIngress", tcp(22, CidrIp="0.0.0.0/0")),
    )
    assert_found(report, "Bad")
    assert len(report.not_evaluated) == 2


def entry(number: int, **properties: Any) -> Json:
    defaults = {
        "NetworkAclId": {"Ref": "Acl"},
        "RuleNumber": number,
        "RuleAction": "allow",
        "Protocol": 6,
        "CidrBlock": "0.0.0.0/0",
        "PortRange": {"From": 443, "To": 443},
    }
    return resource("AWS::EC2::NetworkAclEntry", defaults | properties)


def acl(**entries: Json) -> Report:
    return check("HLZ-NET-006", Acl=resource("AWS::EC2::NetworkAcl"), **entries)


EPHEMERAL = {"From": 1024, "To": 65535}


def test_one_port_from_everywhere_is_fine() -> None:
    assert_quiet(acl(Web=entry(100)))


def test_all_protocols_are_a_finding_in_both_directions() -> None:
    assert_found(acl(All=entry(100, Protocol=-1)), "from 0.0.0.0/0")
    assert_found(acl(All=entry(100, Protocol="-1", Egress=True)), "to 0.0.0.0/0")
    assert_found(acl(All=entry(100, Protocol=-1, CidrBlock={"Ref": "AWS::NoValue"}, Ipv6CidrBlock="::/0")), "::/0")


def test_all_protocols_from_one_network_are_fine() -> None:
    assert_quiet(acl(Own=entry(100, Protocol=-1, CidrBlock="10.0.0.0/16")))


def test_ssh_and_rdp_from_everywhere_are_findings() -> None:
    assert_found(acl(Ssh=entry(100, PortRange={"From": 22, "To": 22})), "SSH (port 22)")
    assert_found(acl(Ephemeral=entry(100, PortRange=EPHEMERAL)), "RDP (port 3389)")
    assert_quiet(acl(Ephemeral=entry(100, PortRange=EPHEMERAL, Egress=True)))


def test_an_earlier_deny_takes_the_port_away() -> None:
    deny = {"RuleAction": "deny", "PortRange": {"From": 3389, "To": 3389}}
    assert_quiet(acl(Deny=entry(50, **deny), Ephemeral=entry(100, PortRange=EPHEMERAL)))
    assert_found(acl(Deny=entry(150, **deny), Ephemeral=entry(100, PortRange=EPHEMERAL)), "RDP")
    assert_found(acl(Deny=entry(50, **deny, Egress=True), Ephemeral=entry(100, PortRange=EPHEMERAL)), "RDP")


def test_a_range_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(acl(Web=entry(100, CidrBlock={"Ref": "Cidr"})), "parameter Cidr")


def test_a_range_the_value_rules_judge_is_not_everywhere() -> None:
    from landing_zone.assurance.evaluation import evaluate
    from landing_zone.assurance.library import ALL
    from landing_zone.assurance.template import Template

    body = document(Acl=resource("AWS::EC2::NetworkAcl"), All=entry(100, Protocol=-1, CidrBlock={"Ref": "Cidr"}))
    read = Template.from_json(body, name="t", judged_parameters=["Cidr"])
    assert_quiet(evaluate(read, rules=[rule for rule in ALL if rule.id == "HLZ-NET-006"]))


DEFAULT_GROUP: Json = {"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]}


def uses(type_: str, properties: Json) -> Report:
    return check("HLZ-NET-008", Vpc=resource("AWS::EC2::VPC"), User=resource(type_, properties))


def test_a_resource_in_the_default_group_is_a_finding_on_that_resource() -> None:
    report = uses("AWS::EC2::VPCEndpoint", {"SecurityGroupIds": [DEFAULT_GROUP]})
    assert_found(report, "User uses the default security group of Vpc")
    assert report.findings[0].path == "Resources/User/Properties/SecurityGroupIds/0"


def test_a_text_that_holds_the_default_group_is_a_finding() -> None:
    assert_found(uses("AWS::SSM::Parameter", {"Value": {"Fn::Sub": "id ${Vpc.DefaultSecurityGroup}"}}), "User")


def test_what_closes_the_default_group_may_use_it() -> None:
    assert_quiet(uses("Custom::VpcRestrictDefaultSG", {"DefaultSecurityGroupId": DEFAULT_GROUP}))


def test_an_own_group_is_fine() -> None:
    assert_quiet(uses("AWS::EC2::VPCEndpoint", {"SecurityGroupIds": [{"Ref": "Stage"}]}))


def test_garbage_in_a_group_is_not_evaluated() -> None:
    raw = document(Group=resource(GROUP, {"SecurityGroupIngress": "all", "SecurityGroupEgress": [7]}))
    report = check_document("HLZ-NET-003", raw)
    assert messages(report) == []
    assert len(report.not_evaluated) == 2


def database(cidr: str) -> Report:
    entry = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": cidr}
    group = resource("AWS::EC2::SecurityGroup", {"GroupDescription": "g", "SecurityGroupIngress": [entry]})
    return check("HLZ-SGR-001", context={"own": False}, Group=group)


@pytest.mark.parametrize("cidr", ["203.0.113.0/24", "198.51.100.0/24", "52.1.2.0/24"])
def test_a_database_open_to_a_public_network_is_a_finding(cidr: str) -> None:
    assert_found(database(cidr), f"admits {cidr}, a public network")


@pytest.mark.parametrize("cidr", ["10.0.0.0/8", "100.64.0.0/16", "172.20.0.0/16", "192.168.4.0/24", "203.0.113.7/32"])
def test_a_database_open_to_networks_of_its_own_or_a_site_is_fine(cidr: str) -> None:
    assert_quiet(database(cidr))
