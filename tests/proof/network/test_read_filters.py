from __future__ import annotations

from typing import Any

from landing_zone.proof.network.model import ALL_PORTS, Network
from landing_zone.proof.network.ranges import EVERYWHERE, parse, text
from landing_zone.proof.network.read import read_network
from tests.proof.network.templates import att, ref, resource, stack, subnet, vpc


def read(**resources: Any) -> Network:
    return read_network([stack({"Vpc": vpc(), "A": subnet("10.0.1.0/24"), **resources})])


def entry(number: int, acl: Any = None, **more: Any) -> dict[str, Any]:
    given = {"Protocol": 6, "RuleAction": "allow", "CidrBlock": "10.0.0.0/8", **more}
    return resource("EC2::NetworkAclEntry", NetworkAclId=acl or ref("Acl"), RuleNumber=number, **given)


def group(**properties: Any) -> dict[str, Any]:
    return resource("EC2::SecurityGroup", GroupDescription="g", VpcId=ref("Vpc"), **properties)


def test_entries_of_a_network_acl_stand_in_the_order_of_their_numbers() -> None:
    network = read(
        Acl=resource("EC2::NetworkAcl", VpcId=ref("Vpc")),
        Second=entry(200, Protocol=-1, RuleAction="deny", Egress=True),
        First=entry(100, Protocol="17", PortRange={"From": "53", "To": 53}),
        X=resource("EC2::SubnetNetworkAclAssociation", SubnetId=ref("A"), NetworkAclId=ref("Acl")),
    )
    assert network.subnets["stack/A"].acl == "stack/Acl"
    first, second = network.acls["stack/Acl"].entries
    assert (first.number, first.egress, first.allow, first.protocol, first.ports) == (100, False, True, 17, (53, 53))
    assert (second.number, second.egress, second.allow, second.protocol) == (200, True, False, None)
    assert second.ports == ALL_PORTS


def test_an_entry_that_denies_one_type_of_icmp_only_is_left_out() -> None:
    network = read(
        Acl=resource("EC2::NetworkAcl", VpcId=ref("Vpc")),
        Some=entry(100, Protocol=1, RuleAction="deny", Icmp={"Type": 8, "Code": -1}),
        All=entry(200, Protocol=1, RuleAction="deny", Icmp={"Type": -1, "Code": -1}),
    )
    assert [row.number for row in network.acls["stack/Acl"].entries] == [200]


def test_a_protocol_that_does_not_exist_is_unknown() -> None:
    assert (
        "protocol 256"
        in read(Acl=resource("EC2::NetworkAcl", VpcId=ref("Vpc")), E=entry(1, Protocol=256)).unknowns[0].reason
    )


def test_entries_on_a_vpcs_default_acl_go_before_its_allowing_all() -> None:
    network = read(Deny=entry(50, att("Vpc", "DefaultNetworkAcl"), RuleAction="deny"))
    acl = network.acls[network.subnets["stack/A"].acl or ""]
    assert [(row.number, row.allow) for row in acl.entries if not row.egress] == [(50, False), (100, True)]


def test_a_security_group_without_a_rule_for_egress_lets_everything_out() -> None:
    (rule,) = read(G=group()).groups["stack/G"].rules
    assert (rule.egress, rule.protocol, rule.ranges) == (True, None, EVERYWHERE)


def test_a_security_group_with_a_rule_for_egress_lets_out_that_alone() -> None:
    egress = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}]
    (rule,) = read(G=group(SecurityGroupEgress=egress)).groups["stack/G"].rules
    assert (rule.ports, rule.ranges) == ((443, 443), parse("10.0.0.0/8"))


def test_rules_that_are_resources_of_their_own_belong_to_their_group() -> None:
    network = read(
        G=group(),
        H=group(),
        In=resource(
            "EC2::SecurityGroupIngress",
            GroupId=att("G", "GroupId"),
            IpProtocol="tcp",
            FromPort=5432,
            ToPort=5432,
            SourceSecurityGroupId=ref("H"),
        ),
        Out=resource("EC2::SecurityGroupEgress", GroupId=ref("G"), IpProtocol="-1", CidrIpv6="::/0"),
    )
    rules = {rule.origin.logical_id: rule for rule in network.groups["stack/G"].rules}
    assert (rules["In"].peer, rules["In"].ports, rules["In"].egress) == ("stack/H", (5432, 5432), False)
    assert text(rules["Out"].ranges) == "::/0"


def test_a_prefix_list_that_stands_outside_is_taken_for_every_address() -> None:
    rows = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "SourcePrefixListId": "pl-1"}]
    network = read(G=group(SecurityGroupIngress=rows))
    assert network.groups["stack/G"].rules[0].ranges == EVERYWHERE
    assert network.assumptions == ("the prefix list of stack/G is taken to hold every address",)


def test_the_default_security_group_admits_its_members_and_what_rules_add() -> None:
    network = read(
        R=resource(
            "EC2::SecurityGroupIngress", GroupId=att("Vpc", "DefaultSecurityGroup"), IpProtocol="-1", CidrIp="0.0.0.0/0"
        )
    )
    rules = network.groups["stack/Vpc.DefaultSecurityGroup"].rules
    assert [(rule.egress, rule.peer) for rule in rules] == [
        (False, "stack/Vpc.DefaultSecurityGroup"),
        (True, None),
        (False, None),
    ]


def test_a_rule_whose_range_is_not_known_is_unknown_and_the_others_stay() -> None:
    rows = [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": ref("Admin")},
        {"IpProtocol": "-1", "CidrIp": "10.0.0.0/8"},
    ]
    resources = {"Vpc": vpc(), "G": group(SecurityGroupIngress=rows)}
    network = read_network([stack(resources, Parameters={"Admin": {"Type": "String"}})])
    assert "stack/Admin, which has no default" in network.unknowns[0].reason
    assert [text(rule.ranges) for rule in network.groups["stack/G"].rules if not rule.egress] == ["10.0.0.0/8"]
