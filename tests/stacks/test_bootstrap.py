"""Why the bootstrap's template must be as it is; the snapshot shows what it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.render import prepare
from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.policy_data import policy_data
from tests.arrangement import clinic
from tests.stacks.arrange import bootstrap_of, built, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

DELIVERY = {"pipeline_principal": "ci/release", "permissions_boundary": "platform-boundary"}
VALUES = {"OrganizationId": "o-a1b2c3d4e5", "DeployAccountId": "222222222222", "ManagementAccountId": "111111111111"}
PSEUDO = {"AWS::AccountId": "333333333333", "AWS::Region": "us-west-2", "AWS::Partition": "aws"}
PSEUDO |= {"AWS::URLSuffix": "amazonaws.com"}
HERE = "333333333333-us-west-2"
MANAGED_POLICY_CHARACTERS, POLICIES_OF_A_ROLE, STACK_SET_BYTES = 6144, 10, 51_200


@pytest.fixture(scope="module")
def variants() -> dict[str, SynthesizedVariant]:
    """The bootstrap with everything that the manifest can ask for, and with nothing of it."""
    full, plain = bootstrap_of(clinic(delivery=DELIVERY)).variant, bootstrap_of().variant
    made = built([full, plain])
    return {"full": made[full.id], "plain": made[plain.id]}


@pytest.fixture(scope="module")
def full(variants: dict[str, SynthesizedVariant]) -> dict[str, Any]:
    """The template as it stands in an account, with every reference that is known there resolved."""
    text = prepare(variants["full"].template, VALUES).render(VALUES)
    resolved: dict[str, Any] = plain_text(json.loads(text))
    return resolved


def plain_text(part: Any) -> Any:
    """`Ref`s to pseudo parameters as their text, substitutions of them and joins of texts as one text."""
    if isinstance(part, list):
        return [plain_text(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    if part.keys() == {"Ref"} and part["Ref"] in PSEUDO:
        return PSEUDO[part["Ref"]]
    part = {key: plain_text(entry) for key, entry in part.items()}
    if part.keys() == {"Fn::Sub"}:
        return re.sub(r"\$\{([^}]*)\}", lambda match: PSEUDO.get(match[1], match[0]), part["Fn::Sub"])
    if part.keys() == {"Fn::Join"} and all(isinstance(entry, str) for entry in part["Fn::Join"][1]):
        return part["Fn::Join"][0].join(part["Fn::Join"][1])
    return part


def listed(entry: Any) -> list[Any]:
    return entry if isinstance(entry, list) else [entry]


def roles(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Properties of the roles by name."""
    return {role["RoleName"]: role for role in resources(template, "AWS::IAM::Role").values()}


def policies(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Policy documents by the policy's name."""
    found = resources(template, "AWS::IAM::ManagedPolicy").values()
    return {policy["ManagedPolicyName"]: policy["PolicyDocument"] for policy in found}


def allowed(template: dict[str, Any], name: str) -> set[str]:
    statements = policies(template)[name]["Statement"]
    return {action for row in statements if row["Effect"] == "Allow" for action in listed(row["Action"])}


def execution(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of the execution role, with its policy's name."""
    for name, document in policies(template).items():
        if "cfn-exec" in name:
            for statement in document["Statement"]:
                yield name, statement


def test_the_template_is_this(variants: dict[str, SynthesizedVariant], snapshot: SnapshotAssertion) -> None:
    assert variants["full"].template == snapshot(extension_class=TemplateSnapshots)


def test_nothing_is_left_open(variants: dict[str, SynthesizedVariant]) -> None:
    for name, variant in variants.items():
        assert open_findings(variant) == [], name
        assert variant.report.not_evaluated == (), name


def test_one_template_serves_all_accounts_and_regions(variants: dict[str, SynthesizedVariant]) -> None:
    template = variants["full"].template
    assert set(template["Parameters"]) == set(VALUES)
    assert str(template).count("us-east-1") == 1  # the home Region, in the condition of the pipeline's role
    assert "Rules" not in template  # it cannot ask for the version of itself


def test_it_fits_into_a_stack_set_without_a_bucket(variants: dict[str, SynthesizedVariant]) -> None:
    assert len(prepare(variants["full"].template, VALUES).render(VALUES)) <= STACK_SET_BYTES


def test_there_are_exactly_the_roles_that_the_cli_names(full: dict[str, Any]) -> None:
    purposes = ("deploy", "file-publishing", "lookup", "cfn-exec")
    assert set(roles(full)) == {f"cdk-hlz-{purpose}-role-{HERE}" for purpose in purposes} | {"hlz-pipeline"}
    assert not resources(full, "AWS::ECR::Repository")


@pytest.mark.parametrize("purpose", ["deploy", "file-publishing", "lookup"])
def test_only_the_pipeline_of_the_deploy_account_may_assume_it(full: dict[str, Any], purpose: str) -> None:
    (statement,) = roles(full)[f"cdk-hlz-{purpose}-role-{HERE}"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRole"  # and not sts:TagSession: the CLI passes no tags
    assert statement["Principal"] == {"AWS": "arn:aws:iam::222222222222:root"}
    assert statement["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/hlz-pipeline"},
        "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
        "Null": {"sts:ExternalId": "true"},
    }


def test_only_cloudformation_may_assume_the_execution_role(full: dict[str, Any]) -> None:
    (statement,) = roles(full)[f"cdk-hlz-cfn-exec-role-{HERE}"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudformation.amazonaws.com"}


def test_only_the_named_role_may_become_the_pipeline_and_it_may_do_nothing_but_assume_our_roles(
    full: dict[str, Any],
) -> None:
    (trust,) = roles(full)["hlz-pipeline"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["ArnEquals"] == {"aws:PrincipalArn": "arn:aws:iam::333333333333:role/ci/release"}
    (statement,) = policies(full)["hlz-pipeline"]["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-a1b2c3d4e5"}}
    assert "cfn-exec" not in str(statement["Resource"])


def test_the_pipeline_is_in_the_deploy_account_at_home_only(full: dict[str, Any]) -> None:
    guarded = [row["Type"] for row in full["Resources"].values() if row.get("Condition") == "DeployAccountAtHome"]
    assert sorted(guarded) == ["AWS::IAM::ManagedPolicy", "AWS::IAM::Role"]
    assert full["Conditions"]["DeployAccountAtHome"] == {
        "Fn::And": [
            {"Fn::Equals": ["333333333333", "222222222222"]},
            {"Fn::Equals": ["us-west-2", "us-east-1"]},
        ]
    }


def test_without_a_principal_there_is_no_pipeline_role(variants: dict[str, SynthesizedVariant]) -> None:
    assert "hlz-pipeline" not in roles(plain_text(variants["plain"].template))
    assert "DeployAccountAtHome" not in str(variants["plain"].template)


def test_the_organization_is_changed_from_the_management_account_alone(full: dict[str, Any]) -> None:
    (at_management,) = (id for id in full["Conditions"] if id != "DeployAccountAtHome")
    assert full["Conditions"][at_management] == {"Fn::Equals": ["333333333333", "111111111111"]}
    only_there = [row["Properties"] for row in full["Resources"].values() if row.get("Condition") == at_management]
    assert [row["ManagedPolicyName"].split("-")[4] for row in only_there] == ["organization", "people"]
    everywhere = str([row for row in full["Resources"].values() if "Condition" not in row])
    for service in ("organizations", "controltower", "sso", "identitystore"):
        assert f"{service}:Create" not in everywhere


def test_every_role_has_the_boundary_that_the_manifest_names(full: dict[str, Any]) -> None:
    boundary = "arn:aws:iam::333333333333:policy/platform-boundary"
    assert {role.get("PermissionsBoundary") for role in roles(full).values()} == {boundary}
    denied = next(row for _, row in execution(full) if row["Sid"] == "BootstrapStaysAsItIs")
    assert boundary in denied["Resource"]


def test_the_deploy_role_reaches_our_stacks_and_passes_one_role_to_one_service(full: dict[str, Any]) -> None:
    by_sid = {row["Sid"]: row for row in policies(full)[f"cdk-hlz-deploy-role-{HERE}"]["Statement"]}
    stacks = by_sid["OurStacks"]["Resource"]
    assert stacks == "arn:aws:cloudformation:us-west-2:333333333333:stack/hlz-*/*"  # so not the bootstrap's own
    passed = by_sid["ExecutionRole"]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
    assert passed["Resource"]["Fn::GetAtt"][0].startswith("CloudFormation")
    without_change_set = {"cloudformation:CreateStack", "cloudformation:UpdateStack"}
    assert not allowed(full, f"cdk-hlz-deploy-role-{HERE}") & without_change_set


def test_those_who_evaluate_a_templates_parameters_read_what_the_organization_shares_and_nobody_else_does(
    full: dict[str, Any],
) -> None:
    reading = {
        name: row
        for name, document in policies(full).items()
        for row in document["Statement"]
        if row["Sid"] == "SharedParameters"
    }
    assert set(reading) == {f"cdk-hlz-deploy-role-{HERE}", "cdk-hlz-cfn-exec-account-us-west-2"}
    for row in reading.values():
        assert row["Action"] == "ssm:GetParameters"
        assert row["Resource"] == "arn:aws:ssm:us-west-2:*:parameter/hlz/network/*"
        assert row["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-a1b2c3d4e5"}}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ec2:CreateTransitGatewayVpcAttachment", "arn:aws:ec2:us-west-2:444444444444:transit-gateway/tgw-1"),
        ("ec2:AssociateTransitGatewayRouteTable", "arn:aws:ec2:us-west-2:444444444444:transit-gateway-attachment/a"),
        (
            "route53resolver:AssociateResolverQueryLogConfig",
            "arn:aws:route53resolver:us-west-2:444444444444:resolver-query-log-config/r",
        ),
    ],
)
def test_the_execution_role_joins_its_networks_to_what_another_account_shares(
    full: dict[str, Any], action: str, resource: str
) -> None:
    assert any(
        row["Effect"] == "Allow"
        and action in listed(row["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in listed(row["Resource"]))
        for _, row in execution(full)
    )


def test_no_subnet_or_route_of_another_account_is_changed(full: dict[str, Any]) -> None:
    for kind in ("subnet", "route-table", "transit-gateway-route-table", "vpc", "security-group"):
        foreign = f"arn:aws:ec2:us-west-2:444444444444:{kind}/x"
        for _, row in execution(full):
            if row["Effect"] == "Allow" and any("ec2:Create" in action for action in listed(row["Action"])):
                assert not any(fnmatchcase(foreign, pattern) for pattern in listed(row["Resource"])), kind


def test_the_lookup_role_reads_stacks_and_no_data(full: dict[str, Any]) -> None:
    actions = allowed(full, f"cdk-hlz-lookup-role-{HERE}")
    assert {action.partition(":")[0] for action in actions} == {"cloudformation", "ssm"}
    assert all(action.partition(":")[2].startswith(("Describe", "Get", "List")) for action in actions)


def test_who_publishes_templates_cannot_read_or_delete_them(full: dict[str, Any]) -> None:
    actions = allowed(full, f"cdk-hlz-file-publishing-role-{HERE}")
    assert not {action for action in actions if action.startswith(("s3:GetObject", "s3:Delete"))}
    for statement in policies(full)[f"cdk-hlz-file-publishing-role-{HERE}"]["Statement"]:
        if statement["Sid"] != "TemplatesKey":
            assert statement["Condition"] == {"StringEquals": {"aws:ResourceAccount": "333333333333"}}


def test_the_key_is_used_by_two_roles_through_s3_and_administered_by_others(full: dict[str, Any]) -> None:
    (key,) = resources(full, "AWS::KMS::Key").values()
    by_sid = {statement["Sid"]: statement for statement in key["KeyPolicy"]["Statement"]}
    role = f"arn:aws:iam::333333333333:role/cdk-hlz-%s-role-{HERE}"
    for sid, purpose in {"ReadingTemplates": "deploy", "WritingTemplates": "file-publishing"}.items():
        assert by_sid[sid]["Condition"] == {
            "ArnEquals": {"aws:PrincipalArn": role % purpose},
            "StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"},
        }
    administrators = by_sid["Administration"]["Condition"]["ArnLike"]["aws:PrincipalArn"]
    assert role % "cfn-exec" in administrators
    assert "arn:aws:iam::333333333333:role/stacksets-exec-*" in administrators  # else KMS refuses the key's creation
    management = by_sid["AdministrationInManagementAccount"]["Condition"]
    assert management["StringEquals"] == {"aws:PrincipalAccount": "111111111111"}
    assert management["ForAnyValue:StringEquals"] == {"aws:CalledVia": "cloudformation.amazonaws.com"}


def test_the_bucket_admits_the_own_account_over_tls_and_survives_its_stack(full: dict[str, Any]) -> None:
    (bucket,) = (row for row in full["Resources"].values() if row["Type"] == "AWS::S3::Bucket")
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert bucket["Properties"]["BucketName"] == f"cdk-hlz-assets-{HERE}"
    (policy,) = resources(full, "AWS::S3::BucketPolicy").values()
    statements = {row["Sid"]: row for row in policy["PolicyDocument"]["Statement"]}
    assert {row["Effect"] for row in statements.values()} == {"Deny"}
    assert statements["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statements["Tls12OrNewer"]["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
    foreign = statements["OwnAccountOnly"]["Condition"]
    assert foreign["StringNotEquals"] == {"aws:PrincipalAccount": "333333333333"}


def test_managed_policies_fit_iam(full: dict[str, Any]) -> None:
    for name, document in policies(full).items():
        size = len(json.dumps(document, separators=(",", ":")))
        longer = size + 40 * str(document).count("Fn::GetAtt")  # at most: an ARN in place of the reference
        assert longer <= MANAGED_POLICY_CHARACTERS, name
    execution_role = roles(full)[f"cdk-hlz-cfn-exec-role-{HERE}"]
    assert len(execution_role["ManagedPolicyArns"]) <= POLICIES_OF_A_ROLE


def test_the_execution_role_is_no_administrator(full: dict[str, Any]) -> None:
    assert all("Ref" in arn for arn in roles(full)[f"cdk-hlz-cfn-exec-role-{HERE}"]["ManagedPolicyArns"])
    actions = [action for _, row in execution(full) if row["Effect"] == "Allow" for action in listed(row["Action"])]
    assert not [action for action in actions if "*" in action]


def test_the_execution_role_destroys_no_store_and_reads_no_data(full: dict[str, Any]) -> None:
    actions = {action for _, row in execution(full) if row["Effect"] == "Allow" for action in listed(row["Action"])}
    assert not actions & {
        "backup:DeleteBackupVault",
        "kms:ScheduleKeyDeletion",
        "logs:DeleteLogGroup",
        "logs:GetLogEvents",
        "s3:DeleteBucket",
        "s3:DeleteObject",
        "s3:GetObject",
        "sqs:ReceiveMessage",
    }
    assert "kms:Decrypt" in actions
    for _, row in execution(full):
        if row["Effect"] == "Allow" and "kms:Decrypt" in listed(row["Action"]):
            assert "kms:ViaService" in row["Condition"]["StringEquals"]


def test_the_execution_role_passes_roles_to_named_services_only(full: dict[str, Any]) -> None:
    passing = [row for _, row in execution(full) if "iam:PassRole" in listed(row["Action"])]
    (statement,) = passing
    assert statement["Resource"] == [
        "arn:aws:iam::333333333333:role/hlz-*",
        "arn:aws:iam::333333333333:role/service-role/AWSControlTower*",
    ]
    assert statement["Condition"] == {
        "StringEquals": {"iam:PassedToService": policy_data("bootstrap/execution")["passed_to"]}
    }


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::333333333333:role/cdk-hlz-deploy-role-{HERE}"),
        ("iam:AttachRolePolicy", f"arn:aws:iam::333333333333:role/cdk-hlz-cfn-exec-role-{HERE}"),
        ("iam:CreatePolicyVersion", "arn:aws:iam::333333333333:policy/cdk-hlz-cfn-exec-limits-us-west-2"),
        ("iam:UpdateAssumeRolePolicy", "arn:aws:iam::333333333333:role/hlz-pipeline"),
        ("iam:DeletePolicyVersion", "arn:aws:iam::333333333333:policy/platform-boundary"),
        ("iam:CreateUser", "arn:aws:iam::333333333333:user/someone"),
        ("iam:CreateAccessKey", "arn:aws:iam::333333333333:user/someone"),
        ("organizations:LeaveOrganization", "*"),
    ],
)
def test_the_execution_role_is_denied(full: dict[str, Any], action: str, resource: str) -> None:
    assert any(
        row["Effect"] == "Deny"
        and "Condition" not in row
        and any(fnmatchcase(action, pattern) for pattern in listed(row["Action"]))
        and any(fnmatchcase(resource, pattern) for pattern in listed(row["Resource"]))
        for _, row in execution(full)
    )


def test_administrators_cannot_be_attached(full: dict[str, Any]) -> None:
    row = next(row for _, row in execution(full) if row["Sid"] == "NoAdministrators")
    names = {arn.rpartition("/")[2] for arn in row["Condition"]["ArnEquals"]["iam:PolicyARN"]}
    assert (row["Effect"], names) == ("Deny", {"AdministratorAccess", "IAMFullAccess", "PowerUserAccess"})


def test_the_version_promises_no_refactoring(full: dict[str, Any]) -> None:
    (version,) = resources(full, "AWS::SSM::Parameter").values()
    assert (version["Name"], version["Value"]) == ("/cdk-bootstrap/hlz/version", "23")
    actions = allowed(full, f"cdk-hlz-deploy-role-{HERE}")
    assert {"cloudformation:RollbackStack", "cloudformation:ContinueUpdateRollback"} <= actions  # what 23 promises
    assert not {action for action in actions if "Refactor" in action}  # what 28 would
