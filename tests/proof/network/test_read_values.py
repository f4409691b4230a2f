"""Values and ids that another template, a parameter or a condition decides."""

from __future__ import annotations

from typing import Any

from landing_zone.proof.network.model import Network, StackTemplate
from landing_zone.proof.network.ranges import text
from landing_zone.proof.network.read import read_network
from tests.proof.network.templates import att, attached, isolated_transit_gateway, ref, resource, stack, subnet, vpc


def reasons(network: Network) -> list[str]:
    return [f"{row.origin}: {row.reason}" for row in network.unknowns]


def exporting(name: Any, value: Any) -> dict[str, Any]:
    return {"Out": {"Value": value, "Export": {"Name": name}}}


def imported(name: Any) -> dict[str, Any]:
    return {"Fn::ImportValue": name}


def test_a_default_is_taken_and_is_an_assumption() -> None:
    parameters = {"Cidr": {"Type": "String", "Default": "10.5.0.0/16"}, "Other": {"Type": "String", "Default": "x"}}
    network = read_network([stack({"Vpc": vpc(ref("Cidr"))}, Parameters=parameters)])
    assert text(network.vpcs["stack/Vpc"].ranges) == "10.5.0.0/16"
    assert network.assumptions == ("parameter Cidr of stack has its default",)


def test_a_given_parameter_goes_before_the_default_and_is_no_assumption() -> None:
    parameters = {"Cidr": {"Type": "String", "Default": "10.5.0.0/16"}}
    network = read_network([stack({"Vpc": vpc(ref("Cidr"))}, Parameters=parameters, given={"Cidr": "10.6.0.0/16"})])
    assert text(network.vpcs["stack/Vpc"].ranges) == "10.6.0.0/16"
    assert network.assumptions == ()


def test_a_parameter_without_value_is_named_where_it_matters() -> None:
    network = read_network([stack({"Vpc": vpc(ref("Cidr"))}, Parameters={"Cidr": {"Type": "String"}})])
    assert reasons(network) == [
        "stack/Vpc: CidrBlock is the parameter stack/Cidr, which has no default where a CIDR is meant"
    ]


def test_what_does_not_carry_traffic_may_be_unknown() -> None:
    group = resource("EC2::SecurityGroup", GroupDescription=ref("Words"), GroupName=ref("Words"), VpcId=ref("Vpc"))
    network = read_network([stack({"Vpc": vpc(), "G": group}, Parameters={"Words": {"Type": "String"}})])
    assert reasons(network) == []


def test_one_document_is_read_with_the_values_of_each_of_its_stacks() -> None:
    document = stack({"Vpc": vpc(ref("Cidr"), Name="x")}, Parameters={"Cidr": {"Type": "String"}}).document
    stacks = [StackTemplate(f"s{at}", document, "1", "r", {"Cidr": f"10.{at}.0.0/16"}) for at in range(3)]
    ranges = [text(row.ranges) for row in read_network(stacks).vpcs.values()]
    assert ranges == ["10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16"]


def test_lists_of_parameters_are_lists() -> None:
    parameters = {"Cidrs": {"Type": "CommaDelimitedList", "Default": "10.0.1.0/24, 10.0.2.0/24"}}
    second = subnet({"Fn::Select": ["1", ref("Cidrs")]})
    network = read_network([stack({"Vpc": vpc(), "B": second}, Parameters=parameters)])
    assert text(network.subnets["stack/B"].ranges) == "10.0.2.0/24"


def test_a_condition_decides_by_parameters_and_mappings_whether_a_resource_exists() -> None:
    sections: dict[str, Any] = {
        "Parameters": {"Stage": {"Type": "String", "Default": "test"}},
        "Mappings": {"Cidr": {"test": {"Vpc": "10.7.0.0/16"}}},
        "Conditions": {"IsProduction": {"Fn::Equals": [ref("Stage"), "production"]}},
    }
    rows = {
        "Vpc": vpc({"Fn::FindInMap": ["Cidr", ref("Stage"), "Vpc"]}),
        "Only": {**vpc(), "Condition": "IsProduction"},
        "A": subnet({"Fn::If": ["IsProduction", "10.7.1.0/24", "10.7.2.0/24"]}),
    }
    network = read_network([stack(rows, **sections)])
    assert list(network.vpcs) == ["stack/Vpc"]
    assert text(network.subnets["stack/A"].ranges) == "10.7.2.0/24"


def test_a_resource_whose_condition_is_open_is_unknown() -> None:
    conditions = {"Maybe": {"Fn::Equals": [ref("Stage"), "production"]}}
    rows = {"Vpc": {**vpc(), "Condition": "Maybe"}}
    network = read_network([stack(rows, Parameters={"Stage": {"Type": "String"}}, Conditions=conditions)])
    assert network.vpcs == {}
    assert reasons(network)[0].startswith("stack/Vpc: whether it exists is open")


def test_an_import_is_what_a_stack_of_the_same_account_and_region_exports() -> None:
    owners = [
        stack({"Vpc": vpc()}, f"net-{region}", region=region, Outputs=exporting("vpc", ref("Vpc")))
        for region in ("us-east-1", "us-west-2")
    ]
    user = stack({"A": subnet("10.0.1.0/24", imported("vpc"))}, "app", region="us-west-2")
    network = read_network([*owners, user])
    assert network.subnets["app/A"].vpc == "net-us-west-2/Vpc"
    assert reasons(network) == []


def test_a_list_that_is_exported_joined_is_imported_split() -> None:
    joined = {"Fn::Join": [",", [ref("A"), ref("B")]]}
    rows = {"Vpc": vpc(), "A": subnet("10.0.1.0/24"), "B": subnet("10.0.2.0/24")}
    owner = stack(rows, "net", Outputs=exporting("subnets", joined))
    second = {"Fn::Select": [1, {"Fn::Split": [",", imported("subnets")]}]}
    nat = resource("EC2::NatGateway", SubnetId=second, AllocationId="e")
    network = read_network([owner, stack({"N": nat}, "app")])
    assert network.nats["app/N"].subnet == "net/B"


def test_an_export_named_after_its_stack_is_found_where_nobody_knows_the_stacks_name() -> None:
    name = {"Fn::Sub": "${AWS::StackName}-VPC"}
    owner = stack({"Vpc": vpc()}, "vpc.yaml", account="", region="", Outputs=exporting(name, ref("Vpc")))
    importing = {"Fn::ImportValue": {"Fn::Sub": "${Parent}-VPC"}}
    user = stack(
        {"A": subnet("10.0.1.0/24", importing)},
        "app.yaml",
        account="",
        region="",
        Parameters={"Parent": {"Type": "String"}},
    )
    network = read_network([owner, user])
    assert network.subnets["app.yaml/A"].vpc == "vpc.yaml/Vpc"
    assert network.assumptions == ("app.yaml imports what vpc.yaml exports as Out",)


def test_an_import_that_nobody_exports_is_unknown() -> None:
    network = read_network([stack({"A": subnet("10.0.1.0/24", imported("vpc"))})])
    assert reasons(network) == ["stack/A: VpcId is not known: vpc is exported by none of these templates"]


def test_exports_that_depend_on_each_other_are_unknown_and_end() -> None:
    left = stack({"A": subnet("10.0.1.0/24", imported("b"))}, "left", Outputs=exporting("a", imported("b")))
    right = stack({"A": subnet("10.0.1.0/24", imported("a"))}, "right", Outputs=exporting("b", imported("a")))
    assert len(read_network([left, right]).unknowns) == 2


def shared_gateway(account: str = "999") -> StackTemplate:
    rows = {
        "Tgw": isolated_transit_gateway(),
        "Id": resource("SSM::Parameter", Name="/hlz/network/transit-gateway-id", Type="String", Value=ref("Tgw")),
    }
    return stack(rows, "hub", account=account)


def spoke_with(parameter: dict[str, Any], given: dict[str, str] | None = None) -> StackTemplate:
    rows = {"Vpc": vpc(), "A": subnet("10.0.1.0/24"), "Att": attached("Tgw", "Vpc", ["A"])}
    return stack(rows, "spoke", account="111", Parameters={"Tgw": parameter}, given=given)


def test_a_shared_parameter_of_another_account_is_followed_by_its_arn() -> None:
    arn = "arn:aws:ssm:us-east-1:999:parameter/hlz/network/transit-gateway-id"
    spoke = spoke_with({"Type": "AWS::SSM::Parameter::Value<String>", "Default": arn})
    network = read_network([shared_gateway(), shared_gateway("888"), spoke])
    assert network.attachments["spoke/Att"].gateway == "hub/Tgw"
    assert network.assumptions == ("Systems Manager parameters hold what these templates write into them",)


def test_a_planned_value_that_is_a_parameters_arn_is_followed_also_while_ids_are_not_known() -> None:
    account = "<account id of network>"
    arn = f"arn:aws:ssm:us-east-1:{account}:parameter/hlz/network/transit-gateway-id"
    network = read_network([shared_gateway(account), spoke_with({"Type": "String"}, {"Tgw": arn})])
    assert network.attachments["spoke/Att"].gateway == "hub/Tgw"
    assert reasons(network) == []


def test_a_dynamic_reference_to_a_parameter_is_followed() -> None:
    rows = {
        "Vpc": vpc(),
        "A": subnet("10.0.1.0/24"),
        "Att": attached({"Fn::Sub": "{{resolve:ssm:/hlz/network/transit-gateway-id}}"}, "Vpc", ["A"]),
        "Direct": {
            **attached("Tgw", "Vpc", ["A"]),
            "Properties": {
                "TransitGatewayId": "{{resolve:ssm:/hlz/network/transit-gateway-id:1}}",
                "VpcId": ref("Vpc"),
                "SubnetIds": [ref("A")],
            },
        },
    }
    network = read_network([shared_gateway("111"), stack(rows, "spoke", account="111")])
    assert network.attachments["spoke/Direct"].gateway == "hub/Tgw"


def test_a_nested_stack_gets_its_parameters_and_gives_its_outputs() -> None:
    child = stack(
        {"Vpc": vpc(ref("Cidr"))},
        "templates/vpc.yaml",
        Parameters={"Cidr": {"Type": "String"}},
        Outputs={"VpcId": {"Value": ref("Vpc")}, "VpcCidr": {"Value": att("Vpc", "CidrBlock")}},
    )
    second = {"Fn::Select": [1, {"Fn::Cidr": [att("Net", "Outputs.VpcCidr"), 2, 8]}]}
    rows = {
        "Net": resource(
            "CloudFormation::Stack",
            TemplateURL={"Fn::Sub": "https://s3.amazonaws.com/${Bucket}/vpc.yaml"},
            Parameters={"Cidr": "10.3.0.0/16"},
        ),
        "A": subnet(second, att("Net", "Outputs.VpcId")),
    }
    network = read_network([stack(rows, "main.yaml", Parameters={"Bucket": {"Type": "String"}}), child])
    assert text(network.vpcs["templates/vpc.yaml/Vpc"].ranges) == "10.3.0.0/16"
    assert network.subnets["main.yaml/A"].vpc == "templates/vpc.yaml/Vpc"
    assert text(network.subnets["main.yaml/A"].ranges) == "10.3.1.0/24"
    assert reasons(network) == []


def test_a_template_that_two_nested_stacks_use_makes_two_networks() -> None:
    child = stack({"Vpc": vpc(ref("Cidr"))}, "vpc.yaml", Parameters={"Cidr": {"Type": "String"}})
    rows = {
        f"Net{at}": resource("CloudFormation::Stack", TemplateURL="./vpc.yaml", Parameters={"Cidr": f"10.{at}.0.0/16"})
        for at in (1, 2)
    }
    assert len(read_network([stack(rows, "main.yaml"), child]).vpcs) == 2


def test_a_nested_stack_without_its_template_is_unknown() -> None:
    network = read_network([stack({"Net": resource("CloudFormation::Stack", TemplateURL="https://x/vpc.yaml")})])
    assert reasons(network) == ["stack/Net: the template of the nested stack is not among those given"]


def test_templates_that_nest_each_other_end() -> None:
    def nesting(name: str, other: str) -> StackTemplate:
        return stack({"N": resource("CloudFormation::Stack", TemplateURL=f"x/{other}")}, name)

    assert read_network([nesting("a", "b"), nesting("b", "a")]).vpcs == {}


def test_two_stacks_of_one_name_have_keys_of_their_own() -> None:
    stacks = [stack({"Vpc": vpc()}, "net", region=region) for region in ("us-east-1", "us-west-2")]
    assert len(read_network(stacks).vpcs) == 2
