"""HLZ-LAM-010 to 012, HLZ-EC2-030: functions, who calls them, and what launch templates launch."""

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
    resource,
)

FOREIGN = {"own": False}
TO_FUNCTION: Json = {"Fn::GetAtt": ["Function", "Arn"]}


def function(**properties: Any) -> Json:
    return resource("AWS::Lambda::Function", properties)


def kept(**resources: Json) -> Report:
    return check("HLZ-LAM-010", context=FOREIGN, **({"Function": function()} | resources))


def test_a_function_that_loses_what_it_fails_on_is_found() -> None:
    assert_found(kept(), "Function loses the events")
    other = resource("AWS::Lambda::EventSourceMapping", {"FunctionName": "another"})
    assert_found(kept(Mapping=other), "loses")


def test_a_dead_letter_queue_or_a_destination_keeps_what_fails() -> None:
    assert_quiet(kept(Function=function(DeadLetterConfig={"TargetArn": "q"})))
    destination = {"FunctionName": {"Ref": "Function"}, "DestinationConfig": {"OnFailure": {"Destination": "q"}}}
    assert_quiet(kept(Config=resource("AWS::Lambda::EventInvokeConfig", destination)))
    assert_quiet(kept(Mapping=resource("AWS::Lambda::EventSourceMapping", destination | {"FunctionName": TO_FUNCTION})))
    assert_found(kept(Mapping=resource("AWS::Lambda::EventSourceMapping", {"FunctionName": TO_FUNCTION})), "loses")


def test_the_destination_of_an_event_source_is_not_enough_for_other_callers() -> None:
    destination = {"FunctionName": TO_FUNCTION, "DestinationConfig": {"OnFailure": {"Destination": "q"}}}
    mapping = resource("AWS::Lambda::EventSourceMapping", destination)
    caller = resource("AWS::Lambda::Permission", {"FunctionName": TO_FUNCTION, "Principal": "sns.amazonaws.com"})
    assert_found(kept(Mapping=mapping, Caller=caller), "loses")
    assert_quiet(kept(Config=resource("AWS::Lambda::EventInvokeConfig", destination), Caller=caller))


def test_which_function_a_parameter_names_is_open() -> None:
    mapping = resource("AWS::Lambda::EventSourceMapping", {"FunctionName": {"Ref": "Stage"}})
    assert_undecided(kept(Mapping=mapping), "parameter Stage")


def test_our_own_functions_are_left_to_cdk_nag() -> None:
    assert_did_not_run(check("HLZ-LAM-010", Function=function()))


def permitted(**properties: Any) -> Report:
    return check("HLZ-LAM-011", Permission=resource("AWS::Lambda::Permission", properties))


@pytest.mark.parametrize(
    ("properties", "part"),
    [
        ({"Principal": "*"}, "everybody"),
        ({"Principal": "s3.amazonaws.com"}, "any customer"),
        ({"Principal": "999999999999"}, "another account"),
        ({"Principal": "arn:aws:iam::999999999999:root"}, "another account"),
        ({"Principal": "*", "FunctionUrlAuthType": "NONE"}, "without authentication"),
    ],
)
def test_a_permission_for_more_than_one_caller_is_found(properties: Json, part: str) -> None:
    assert_found(permitted(**properties), part)


@pytest.mark.parametrize(
    "properties",
    [
        {"Principal": "*", "PrincipalOrgID": "o-example123"},
        {"Principal": "s3.amazonaws.com", "SourceAccount": {"Ref": "AWS::AccountId"}},
        {"Principal": "events.amazonaws.com", "SourceArn": {"Ref": "Stage"}},
        {"Principal": "elasticloadbalancing.amazonaws.com"},
        {"Principal": {"Ref": "AWS::AccountId"}},
    ],
)
def test_a_permission_for_one_caller_is_fine(properties: Json) -> None:
    assert_quiet(permitted(**properties))


def test_a_principal_by_parameter_is_open() -> None:
    assert_undecided(permitted(Principal={"Ref": "Stage"}), "parameter Stage")


def layer(**properties: Any) -> Report:
    return check("HLZ-LAM-012", Permission=resource("AWS::Lambda::LayerVersionPermission", properties))


def test_layers_are_shared_inside_the_organization_alone() -> None:
    assert_found(layer(Principal="*"), "everybody")
    assert_found(layer(Principal="999999999999"), "another account")
    assert_quiet(layer(Principal="*", OrganizationId="o-example123"))
    assert_quiet(layer(Principal={"Ref": "AWS::AccountId"}))
    assert_undecided(layer(Principal={"Ref": "Stage"}), "parameter Stage")


def launched(group: Json | None = None, **data: Any) -> Report:
    parts = {"Template": resource("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": data})}
    if group is not None:
        parts["Group"] = resource("AWS::AutoScaling::AutoScalingGroup", group)
    return check("HLZ-EC2-030", **parts)


GROUP: Json = {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "Template"}, "Version": "1"}}


def test_what_a_group_launches_carries_a_profile() -> None:
    assert_found(launched(GROUP), "Template launches has no instance profile")
    assert_quiet(launched(GROUP, IamInstanceProfile={"Arn": "a"}))
    assert_undecided(launched(GROUP, IamInstanceProfile={"Ref": "Stage"}), "parameter Stage")


def test_a_template_that_no_group_uses_may_be_a_node_groups() -> None:
    assert_quiet(launched())


VARIABLES: Json = {"Environment": {"Variables": {"A": "b"}}}
TRACED: Json = {"TracingConfig": {"Mode": "Active"}}


@pytest.mark.parametrize(
    ("rule", "lacking", "right"),
    [("HLZ-LAM-003", VARIABLES, {**VARIABLES, "KmsKeyArn": "k"}), ("HLZ-LAM-004", {}, TRACED)],
)
def test_what_a_function_alone_of_its_template_lacks_is_found(rule: str, lacking: Json, right: Json) -> None:
    def judged(**functions: Json) -> Report:
        return check(rule, context=FOREIGN, **functions)

    assert_found(judged(Function=function(**lacking)), "Function Function")
    assert_found(judged(Function=function(**lacking), Other=function(**right)), "Function Function")
    assert_quiet(judged(Function=function(**right)))
    assert_quiet(judged(Function=function(**lacking), Other=function(**lacking)))


def test_a_key_or_a_mode_decided_at_deployment_is_not_evaluated() -> None:
    opened = check("HLZ-LAM-003", context=FOREIGN, Function=function(Environment={"Ref": "Stage"}))
    assert_undecided(opened, "Environment")
    opened = check("HLZ-LAM-004", context=FOREIGN, Function=function(TracingConfig={"Mode": {"Ref": "Stage"}}))
    assert_undecided(opened, "TracingConfig.Mode")
