"""HLZ-ECR-021, HLZ-IOT-001, HLZ-TPL-022: published images, policies of devices, custom resources of others."""

from __future__ import annotations

from typing import Any

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    policy,
    resource,
)


def test_images_are_not_published() -> None:
    assert_found(check("HLZ-ECR-021", Images=resource("AWS::ECR::PublicRepository")), "everybody")


def device(**fields: Any) -> Report:
    document = policy({"Effect": "Allow", "Action": "iot:Publish", "Resource": "topic"} | fields)
    return check("HLZ-IOT-001", Policy=resource("AWS::IoT::Policy", {"PolicyDocument": document}))


def test_devices_may_do_what_they_need() -> None:
    assert_quiet(device())
    assert_found(device(Action="iot:*"), "a device do all")
    assert_found(device(Resource="*"), "on everything")
    unknown = resource("AWS::IoT::Policy", {"PolicyDocument": {"Ref": "Stage"}})
    assert_undecided(check("HLZ-IOT-001", Policy=unknown), "parameter Stage")


def custom(token: Any) -> Report:
    return check("HLZ-TPL-022", Custom=resource("AWS::CloudFormation::CustomResource", {"ServiceToken": token}))


def test_custom_resources_are_made_by_the_own_account() -> None:
    assert_found(custom("arn:aws:lambda:us-east-1:999999999999:function:f"), "another account")
    assert_quiet(custom({"Fn::Sub": "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:f"}))
    other = resource("Custom::Thing", {"ServiceToken": "arn:aws:sns:us-east-1:999999999999:topic"})
    assert_found(check("HLZ-TPL-022", Custom=other), "another account")
    assert_undecided(custom({"Ref": "Stage"}), "parameter Stage")
