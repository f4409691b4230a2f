"""What other guardrails exempt is out of everybody's reach: the landing zone's roles, templates, stacks and alarms."""

from __future__ import annotations

import pytest

from tests.guardrails.calls import (
    ACCESS_ROLE,
    ACCOUNT,
    ADMINISTRATOR,
    BREAK_GLASS,
    CONTROL_TOWER,
    DEPLOY,
    EVIDENCE,
    EXECUTION,
    PUBLISHING,
    SETTINGS,
    STACK_SETS,
    Call,
    role,
    stopping,
)

PIPELINE = role("hlz-pipeline")
APPLICATION = role("ehr-web")
BOUNDARY_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/hlz-boundary"
BOUNDED = {"iam:PermissionsBoundary": BOUNDARY_POLICY}
STAGING = f"arn:aws:s3:::cdk-hlz-assets-{ACCOUNT}-us-east-1"
STACK = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/hlz-account-baseline-ehr-production-us-east-1/0123"
BOOTSTRAP = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/StackSet-cdk-hlz-bootstrap-0123/0123"
OWN_STACK = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/ehr-web/0123"
HERE = f"us-east-1:{ACCOUNT}"
SESSIONS = f"arn:aws:ssm:{HERE}:document/SSM-SessionManagerRunShell"

CHANGES = {
    "alarm:hlz-high-x": ("cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:SetAlarmState"),
    "rule/hlz-x": ("events:DeleteRule", "events:PutTargets", "events:RemoveTargets"),
    "event-bus/hlz-alarms": ("events:UpdateEventBus",),
    "function:hlz-x": (
        "lambda:AddPermission",
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:PutFunctionConcurrency",
    ),
    "hlz-alarms-high": (
        "sns:AddPermission",
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:PutDataProtectionPolicy",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
    ),
    "document/hlz-x": ("ssm:CreateDocument", "ssm:DeleteDocument", "ssm:ModifyDocumentPermission"),
    "parameter/hlz/x": ("ssm:DeleteParameter", "ssm:PutParameter"),
}
"""What nobody else may do to what is named so."""

CALLS = [
    *[
        Call("landing-zone-roles-immutable", ADMINISTRATOR, action, SETTINGS)
        for action in (
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:AttachRolePolicy",
            "iam:DetachRolePolicy",
            "iam:PutRolePolicy",
            "iam:PutRolePermissionsBoundary",
            "iam:TagRole",
            "iam:PassRole",
        )
    ],
    Call("landing-zone-roles-immutable", ADMINISTRATOR, "iam:CreatePolicyVersion", BOUNDARY_POLICY),
    Call("landing-zone-roles-immutable", BREAK_GLASS, "iam:UpdateAssumeRolePolicy", ACCESS_ROLE),
    Call("landing-zone-roles-immutable", SETTINGS, "iam:AttachRolePolicy", SETTINGS, context=BOUNDED),
    Call("", EXECUTION, "iam:CreateRole", SETTINGS),
    Call("", EXECUTION, "iam:PassRole", role("hlz-config")),
    Call("", EXECUTION, "iam:CreatePolicyVersion", BOUNDARY_POLICY),
    Call("", EVIDENCE, "iam:GetRole", SETTINGS),
    Call("", EVIDENCE, "iam:ListAttachedRolePolicies", SETTINGS),
    Call("", EVIDENCE, "iam:SimulatePrincipalPolicy", SETTINGS),
    Call("", PIPELINE, "sts:AssumeRole", SETTINGS),
    Call("", ADMINISTRATOR, "iam:PassRole", APPLICATION),
    Call("", ADMINISTRATOR, "iam:CreatePolicy", f"arn:aws:iam::{ACCOUNT}:policy/ehr-web"),
    Call("pipeline-roles-immutable", EXECUTION, "iam:AttachRolePolicy", EXECUTION),
    Call("pipeline-roles-immutable", ADMINISTRATOR, "iam:CreateRole", DEPLOY, context=BOUNDED),
    Call("pipeline-roles-immutable", EXECUTION, "iam:UpdateAssumeRolePolicy", PIPELINE),
    Call("pipeline-roles-immutable", ADMINISTRATOR, "iam:UpdateAssumeRolePolicy", STACK_SETS, context=BOUNDED),
    Call("pipeline-roles-immutable", ADMINISTRATOR, "iam:PassRole", EXECUTION),
    Call("pipeline-roles-immutable", ADMINISTRATOR, "iam:PassRole", role("cdk-hlz-cfn-exec-role-x/evil")),
    Call(
        "pipeline-roles-immutable", EXECUTION, "iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/hlz-pipeline"
    ),
    Call(
        "pipeline-roles-immutable", EXECUTION, "iam:DeletePolicy", f"arn:aws:iam::{ACCOUNT}:policy/cdk-hlz-cfn-exec-x"
    ),
    Call("", STACK_SETS, "iam:CreateRole", EXECUTION),
    Call("", STACK_SETS, "iam:CreateRole", PIPELINE),
    Call("", DEPLOY, "iam:PassRole", EXECUTION),
    Call("", PIPELINE, "sts:AssumeRole", DEPLOY),
    Call("", EVIDENCE, "iam:ListAttachedRolePolicies", EXECUTION),
    Call("", EVIDENCE, "iam:GetRole", EXECUTION),
    Call("", EVIDENCE, "iam:SimulatePrincipalPolicy", EXECUTION),
    Call("templates-immutable", ADMINISTRATOR, "s3:DeleteObjectVersion", f"{STAGING}/template.json"),
    Call("templates-immutable", ADMINISTRATOR, "s3:ReplicateObject", f"{STAGING}/template.json"),
    Call("", STACK_SETS, "s3:PutBucketPolicy", STAGING),
    Call("templates-immutable", ADMINISTRATOR, "s3:PutObject", f"{STAGING}/template.json"),
    Call("templates-immutable", EXECUTION, "s3:PutBucketPolicy", STAGING),
    Call("", PUBLISHING, "s3:PutObject", f"{STAGING}/template.json"),
    Call("", DEPLOY, "s3:GetObject", f"{STAGING}/template.json"),
    Call("", ADMINISTRATOR, "s3:PutObject", f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-us-east-1/template.json"),
    Call("landing-zone-stacks-immutable", ADMINISTRATOR, "cloudformation:UpdateStack", STACK),
    Call("landing-zone-stacks-immutable", ADMINISTRATOR, "cloudformation:DeleteStack", BOOTSTRAP),
    Call("landing-zone-stacks-immutable", EXECUTION, "cloudformation:SetStackPolicy", STACK),
    Call("landing-zone-stacks-immutable", BREAK_GLASS, "cloudformation:UpdateTerminationProtection", STACK),
    *[
        Call("landing-zone-stacks-immutable", ADMINISTRATOR, f"cloudformation:{action}", STACK)
        for action in ("CreateChangeSet", "CreateStack", "ExecuteChangeSet", "RollbackStack", "SignalResource")
    ],
    Call("", DEPLOY, "cloudformation:CreateChangeSet", STACK),
    Call("", DEPLOY, "cloudformation:ExecuteChangeSet", STACK),
    Call("", STACK_SETS, "cloudformation:UpdateStack", BOOTSTRAP),
    Call("", ADMINISTRATOR, "cloudformation:DetectStackDrift", STACK),
    Call("", ADMINISTRATOR, "cloudformation:UpdateStack", OWN_STACK),
    Call(
        "alarm-path-stays",
        ADMINISTRATOR,
        "cloudwatch:DisableAlarmActions",
        f"arn:aws:cloudwatch:{HERE}:alarm:hlz-high-x",
    ),
    Call(
        "alarm-path-stays", ADMINISTRATOR, "cloudwatch:PutAlarmMuteRule", f"arn:aws:cloudwatch:{HERE}:alarm:hlz-high-x"
    ),
    Call("alarm-path-stays", ADMINISTRATOR, "events:PutRule", f"arn:aws:events:{HERE}:rule/hlz-alarm-forwarding"),
    Call("alarm-path-stays", ADMINISTRATOR, "events:DeleteEventBus", f"arn:aws:events:{HERE}:event-bus/hlz-alarms"),
    Call(
        "alarm-path-stays",
        ADMINISTRATOR,
        "events:DisableRule",
        f"arn:aws:events:{HERE}:rule/hlz-alarms/hlz-alarms-high",
    ),
    Call("alarm-path-stays", BREAK_GLASS, "sns:Unsubscribe", f"arn:aws:sns:{HERE}:hlz-alarms"),
    Call("alarm-path-stays", ADMINISTRATOR, "lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:hlz-x"),
    Call(
        "alarm-path-stays", ADMINISTRATOR, "ssm:PutParameter", f"arn:aws:ssm:{HERE}:parameter/cdk-bootstrap/hlz/version"
    ),
    Call("alarm-path-stays", ADMINISTRATOR, "ssm:UpdateDocument", SESSIONS),
    *[
        Call("alarm-path-stays", ADMINISTRATOR, action, f"arn:aws:{action.split(':')[0]}:{HERE}:{name}")
        for name, actions in CHANGES.items()
        for action in actions
    ],
    Call("", EXECUTION, "events:PutTargets", f"arn:aws:events:{HERE}:rule/hlz-alarm-forwarding"),
    Call("", role("hlz-alarm-forwarding"), "events:PutEvents", f"arn:aws:events:{HERE}:event-bus/hlz-alarms"),
    Call("", ADMINISTRATOR, "sns:Publish", f"arn:aws:sns:{HERE}:hlz-alarms"),
    Call("", SETTINGS, "ssm:UpdateDocument", SESSIONS),
    Call("", STACK_SETS, "ssm:PutParameter", f"arn:aws:ssm:{HERE}:parameter/cdk-bootstrap/hlz/version"),
    Call("", ADMINISTRATOR, "ssm:StartSession", SESSIONS),
    Call("", ADMINISTRATOR, "cloudwatch:DeleteAlarms", f"arn:aws:cloudwatch:{HERE}:alarm:ehr-latency"),
]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_the_landing_zone_is_changed_by_its_pipeline_and_nobody_else(call: Call) -> None:
    assert call.stopped_by in stopping(call)


FIRST_DAY = [
    # StackSets makes the bootstrap in a new account,
    Call("", STACK_SETS, "iam:CreateRole", EXECUTION),
    Call("", STACK_SETS, "iam:AttachRolePolicy", EXECUTION),
    Call("", STACK_SETS, "iam:CreatePolicy", f"arn:aws:iam::{ACCOUNT}:policy/cdk-hlz-cfn-exec-records-us-east-1"),
    Call("", STACK_SETS, "iam:CreatePolicy", f"arn:aws:iam::{ACCOUNT}:policy/hlz-pipeline"),
    Call("", STACK_SETS, "kms:TagResource", context={"aws:ResourceTag/hlz:key-domain": "bootstrap"}),
    Call("", STACK_SETS, "s3:CreateBucket", STAGING),
    Call("", STACK_SETS, "s3:PutEncryptionConfiguration", STAGING),
    Call("", STACK_SETS, "cloudformation:CreateStack", BOOTSTRAP),
    # then the deploy role makes the baseline's stack,
    Call("", DEPLOY, "cloudformation:CreateChangeSet", STACK),
    Call("", DEPLOY, "iam:PassRole", EXECUTION),
    Call("", DEPLOY, "cloudformation:UpdateTerminationProtection", STACK),
    # and the execution role what is in it.
    Call("", EXECUTION, "iam:CreatePolicy", BOUNDARY_POLICY),
    Call("", EXECUTION, "iam:CreateRole", SETTINGS),
    Call("", EXECUTION, "iam:AttachRolePolicy", SETTINGS),
    Call("", EXECUTION, "iam:CreateRole", BREAK_GLASS, context=BOUNDED),
    Call("", EXECUTION, "iam:AttachRolePolicy", BREAK_GLASS, context=BOUNDED),
    Call("", EXECUTION, "iam:PassRole", role("hlz-config")),
    Call("", EXECUTION, "config:PutConfigurationRecorder"),
    Call("", EXECUTION, "config:PutDeliveryChannel"),
    Call("", EXECUTION, "kms:CreateKey"),
    Call("", EXECUTION, "kms:PutKeyPolicy", context={"aws:ResourceTag/hlz:key-domain": "logs"}),
    Call("", EXECUTION, "sns:CreateTopic", f"arn:aws:sns:{HERE}:hlz-alarms"),
    Call("", EXECUTION, "ssm:CreateDocument", SESSIONS),
    Call("", EXECUTION, "logs:PutRetentionPolicy", f"arn:aws:logs:{HERE}:log-group:/hlz/account/sessions"),
]


@pytest.mark.parametrize("call", FIRST_DAY, ids=str)
def test_a_new_account_gets_bootstrap_and_baseline_in_their_order(call: Call) -> None:
    assert stopping(call) == {""}


def test_control_tower_sets_up_an_account_and_nobody_else_touches_what_it_made() -> None:
    made = role("aws-controltower-ConfigRecorderRole")
    stack = f"arn:aws:cloudformation:{HERE}:stack/StackSet-AWSControlTowerBP-BASELINE-CONFIG-0123/0123"
    calls = [("iam:CreateRole", made), ("iam:PassRole", made), ("config:PutConfigurationRecorder", "*")]
    for action, resource in [*calls, ("cloudformation:UpdateStack", stack)]:
        assert stopping(Call("", CONTROL_TOWER, action, resource), control_tower=True) == {""}
        assert stopping(Call("", ADMINISTRATOR, action, resource, context=BOUNDED), control_tower=True) != {""}
