"""What SAM, loops, modules and macros leave known, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.template_file import parse_template
from landing_zone.assurance.transforms import MOST_RESOURCES, Expanded, expanded
from landing_zone.fault import InputError
from landing_zone.policy_data import policy_data

SAM = "Transform: AWS::Serverless-2016-10-31\n"
LOOP = "Transform: [AWS::LanguageExtensions]\n"


def after(text: str) -> Expanded:
    return expanded(parse_template(text, "t.yaml"), "t.yaml")


def resources(text: str) -> dict[str, Any]:
    return dict(after(text).source.document["Resources"])


def reasons(text: str) -> list[str]:
    return [f"{row.resource}: {row.reason}" for row in after(text).open]


def test_a_function_of_sam_is_a_function_with_the_role_that_sam_makes() -> None:
    text = """\
Globals: {Function: {Runtime: python3.14, Environment: {Variables: {A: 1}}}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {B: 2}}
      Tracing: Active
      VpcConfig: {SubnetIds: [a]}
      Policies: [AWSLambdaExecute, {Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}, S3ReadPolicy: {}]
"""
    made = resources(SAM + text)
    assert made["F"]["Type"] == "AWS::Lambda::Function"
    assert made["F"]["Properties"] == {
        "Runtime": "python3.14",
        "Environment": {"Variables": {"A": 1, "B": 2}},
        "TracingConfig": {"Mode": "Active"},
        "VpcConfig": {"SubnetIds": ["a"]},
        "Code": {"S3Key": "."},
        "Role": {"Fn::GetAtt": ["FRole", "Arn"]},
    }
    role = made["FRole"]["Properties"]
    assert role["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"] == "*"
    assert len(role["ManagedPolicyArns"]) == 3
    assert reasons(SAM + text) == [
        "F: what AWS::Serverless-2016-10-31 makes of Policies (S3ReadPolicy) is not evaluated"
    ]


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("s3://bucket/a/b.zip", {"S3Bucket": "bucket", "S3Key": "a/b.zip"}),
        ("{Bucket: b, Key: k, Version: v}", {"S3Bucket": "b", "S3Key": "k", "S3ObjectVersion": "v"}),
        ("./src", {"S3Key": "./src"}),
    ],
)
def test_code_is_where_sam_says(uri: str, code: dict[str, str]) -> None:
    made = resources(SAM + f"Resources: {{F: {{Type: 'AWS::Serverless::Function', Properties: {{CodeUri: {uri}}}}}}}")
    assert made["F"]["Properties"]["Code"] == code


def test_a_simple_table_is_a_table_with_its_key() -> None:
    made = resources(SAM + "Resources: {T: {Type: 'AWS::Serverless::SimpleTable', Properties: {Tags: {a: b}}}}")
    assert made["T"] == {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "Tags": [{"Key": "a", "Value": "b"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    }


def test_other_types_of_sam_and_what_events_make_are_not_evaluated() -> None:
    text = """\
Resources:
  A: {Type: AWS::Serverless::Api}
  F: {Type: AWS::Serverless::Function, Properties: {Role: r, Events: {}}}
"""
    assert [reason.partition(" makes of ")[2] for reason in reasons(SAM + text)] == [
        "Events is not evaluated",
        "AWS::Serverless::Api is not evaluated",
    ]


def test_of_each_type_of_sam_every_property_has_one_place() -> None:
    for row in policy_data("transforms/serverless")["types"].values():
        listed = [*row["passed"], *row["tags"], *row["inert"], *(old.split(".")[0] for old in row.get("renamed", {}))]
        assert len(listed) == len(set(listed))


def test_a_loop_is_unrolled_and_its_resources_keep_their_lines() -> None:
    text = (
        LOOP
        + """\
Parameters: {Zones: {Type: CommaDelimitedList, Default: "a,b"}}
Resources:
  Fn::ForEach::One:
    - Name
    - [X, y-1]
    - Topic&{Name}:
        Type: AWS::SNS::Topic
        Properties: {TopicName: !Sub "t-${Name}", DisplayName: !Ref Name}
  Fn::ForEach::Two: [Zone, !Ref Zones, {"Subnet${Zone}": {Type: "AWS::EC2::Subnet"}}]
"""
    )
    made = resources(text)
    assert list(made) == ["TopicX", "Topicy1", "Subneta", "Subnetb"]
    assert made["Topicy1"]["Properties"] == {"TopicName": {"Fn::Sub": "t-y-1"}, "DisplayName": "y-1"}
    assert after(text).source.lines["Resources/TopicX/Properties/TopicName"] == 9
    assert reasons(text) == [": loops over parameter Zones are read with its default"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("[N, !Ref Unknown, {'T${N}': {Type: t}}]", "loops over a collection that is not known"),
        ("[N, [a, b], {Same: {Type: t}}]", "loops over values that make one name twice"),
        (f"[N, [{','.join(map(str, range(MOST_RESOURCES + 1)))}], {{'T${{N}}': {{Type: t}}}}]", "loops over more than"),
    ],
)
def test_a_loop_that_cannot_be_unrolled_is_not_evaluated(body: str, reason: str) -> None:
    text = LOOP + f"Resources: {{'Fn::ForEach::L': {body}}}"
    assert reason in reasons(text)[0]
    assert not resources(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Transform: MyMacro\nResources: {}", ": the transform 'MyMacro' may rewrite the template before deployment"),
        ("Transform: {Name: AWS::Include}\nResources: {}", ": the transform 'AWS::Include' may rewrite"),
        ("Resources: {A: {Type: A::B::MODULE}}", "A: what the module A::B::MODULE holds"),
        ("Resources: {A: {Type: T, Properties: {'Fn::Transform': {Name: M}}}}", "A: Fn::Transform is expanded"),
    ],
)
def test_what_others_expand_is_named_as_not_evaluated(text: str, reason: str) -> None:
    assert reason in reasons(text)[0]


def test_a_transform_of_aws_that_does_not_exist_is_a_fault_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"t.yaml:1:1: Transform: .*did you mean 'AWS::Serverless-2016-10-31'"):
        after("Transform: AWS::Serverless-2016-10-13\nResources: {}")
    with pytest.raises(InputError, match="is no name of a transform"):
        after("Transform: [[a]]\nResources: {}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Resources: {'Fn::Transform': {Name: AWS::Include}}", "Fn::Transform: Fn::Transform is expanded by a macro"),
        ("Resources: {'Fn::ForEach::L': [N, [a], {}]}", "Fn::ForEach::L: Fn::ForEach::L is a loop, but the template"),
        ("Fn::Transform: {Name: M}\nResources: {}", ": Fn::Transform in the template is expanded"),
        ("Conditions: {C: {'Fn::Transform': {Name: M}}}\nResources: {}", ": Fn::Transform in Conditions is expanded"),
    ],
)
def test_what_is_written_elsewhere_is_said_wherever_it_is_asked_for(text: str, said: str) -> None:
    (reason,) = reasons(text)
    assert reason.startswith(said)
    assert not resources(text)


def test_loops_that_would_make_much_of_little_are_not_expanded() -> None:
    inner = f"Fn::ForEach::B${{X}}: [Y, [{','.join(f'v{n}' for n in range(1_500))}], {{}}]"
    text = f"Resources:\n  Fn::ForEach::A:\n  - X\n  - [{','.join(map(str, range(900)))}]\n  - {inner}\n"
    (reason,) = reasons(LOOP + text)
    assert "loops over more than is expanded: over 5 MB" in reason


def test_what_sam_makes_stands_where_it_is_written() -> None:
    text = """\
Globals:
  Function:
    Tracing: PassThrough
    Environment: {Variables: {A: 1}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
      - AmazonS3FullAccess
      - S3ReadPolicy: {}
      - Statement:
        - {Effect: Allow, Action: '*', Resource: '*'}
  G: {Type: AWS::Serverless::Function}
"""
    lines = after(SAM + text).source.lines
    role = "Resources/FRole/Properties"
    assert lines[f"{role}/ManagedPolicyArns/1"] == 11
    assert lines[f"{role}/Policies/0/PolicyDocument/Statement/0"] == 14
    assert lines["Resources/F/Properties/Environment/Variables/A"] == 5
    assert lines["Resources/F/Properties/TracingConfig/Mode"] == 4
    assert lines["Resources/F/Properties"] == 9
    assert "Resources/G/Properties" not in lines
