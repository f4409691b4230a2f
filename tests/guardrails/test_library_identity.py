"""Nobody becomes somebody else: users, providers, boundaries, root, emergency access, the organization."""

from __future__ import annotations

import pytest

from tests.guardrails.calls import (
    ACCESS_ROLE,
    ACCOUNT,
    ADMINISTRATOR,
    BOUNDARY,
    BREAK_GLASS,
    CONTROL_TOWER,
    DEPLOY,
    EVIDENCE,
    EXECUTION,
    LOOKUP,
    PUBLISHING,
    ROOT_USER,
    SETTINGS,
    STACK_SETS,
    Call,
    role,
    stopping,
)

BOUNDED = {"iam:PermissionsBoundary": BOUNDARY}
OTHER_BOUNDARY = {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}
APPLICATION = role("ehr-web")
USER = f"arn:aws:iam::{ACCOUNT}:user/svc-ftp"

CALLS = [
    Call("no-iam-users-or-keys", ADMINISTRATOR, "iam:CreateUser", USER),
    Call("no-iam-users-or-keys", EXECUTION, "iam:CreateAccessKey", USER),
    Call("no-iam-users-or-keys", BREAK_GLASS, "iam:CreateLoginProfile", USER),
    Call("no-iam-users-or-keys", ADMINISTRATOR, "iam:UpdateAccessKey", USER),
    Call("no-iam-users-or-keys", ADMINISTRATOR, "iam:ResetServiceSpecificCredential", USER),
    *[
        Call("no-iam-users-or-keys", ADMINISTRATOR, f"iam:{action}", USER)
        for action in (
            "CreateServiceSpecificCredential",
            "UpdateLoginProfile",
            "UpdateServiceSpecificCredential",
            "UploadSSHPublicKey",
            "UploadSigningCertificate",
        )
    ],
    Call("", ADMINISTRATOR, "iam:DeleteAccessKey", USER),
    Call("", SETTINGS, "iam:UpdateAccountPasswordPolicy"),
    Call("no-new-identity-providers", ADMINISTRATOR, "iam:CreateSAMLProvider"),
    Call("no-new-identity-providers", ADMINISTRATOR, "iam:AddClientIDToOpenIDConnectProvider"),
    Call("no-new-identity-providers", BREAK_GLASS, "iam:UpdateOpenIDConnectProviderThumbprint"),
    Call("no-new-identity-providers", ADMINISTRATOR, "sso:CreateInstance"),
    Call("no-new-identity-providers", ADMINISTRATOR, "rolesanywhere:CreateTrustAnchor", ou="nonphi"),
    *[
        Call("no-new-identity-providers", ADMINISTRATOR, action, ou="security")
        for action in (
            "iam:CreateOpenIDConnectProvider",
            "iam:UpdateSAMLProvider",
            "sso-directory:EnableExternalIdPConfigurationForDirectory",
            "sso-directory:ImportExternalIdPCertificate",
            "sso:CreateTrustedTokenIssuer",
            "sso:UpdateTrustedTokenIssuer",
        )
    ],
    Call("", EXECUTION, "iam:CreateSAMLProvider"),
    Call("", ADMINISTRATOR, "iam:DeleteSAMLProvider"),
    Call("", ADMINISTRATOR, "cognito-identity:CreateIdentityPool"),
    Call("boundary-on-created-roles", ADMINISTRATOR, "iam:CreateRole", APPLICATION),
    Call("boundary-on-created-roles", ADMINISTRATOR, "iam:CreateRole", APPLICATION, context=OTHER_BOUNDARY),
    Call(
        "boundary-on-created-roles",
        ADMINISTRATOR,
        "iam:PutRolePermissionsBoundary",
        APPLICATION,
        context=OTHER_BOUNDARY,
    ),
    Call("boundary-on-created-roles", ADMINISTRATOR, "iam:AttachRolePolicy", APPLICATION),
    Call("boundary-on-created-roles", ADMINISTRATOR, "iam:PutRolePolicy", APPLICATION, ou="sandbox"),
    Call("boundary-on-created-roles", ADMINISTRATOR, "iam:UpdateAssumeRolePolicy", APPLICATION),
    Call("boundary-on-created-roles", EXECUTION, "iam:CreateRole", role("hlz-anything")),
    Call("boundary-on-created-roles", EXECUTION, "iam:AttachRolePolicy", role("ehr-web"), ou="nonphi"),
    Call("", ADMINISTRATOR, "iam:CreateRole", APPLICATION, context=BOUNDED),
    Call("", ADMINISTRATOR, "iam:AttachRolePolicy", APPLICATION, context=BOUNDED),
    *[
        Call("", EXECUTION, "iam:CreateRole", role(name))
        for name in ("hlz-alarm-forwarding", "hlz-config", "hlz-evidence", "hlz-settings")
    ],
    Call("", EXECUTION, "iam:CreateRole", role("hlz-log-archive-replication-us-east-1"), ou="infrastructure"),
    Call("", EXECUTION, "iam:CreateRole", role("hlz-workload-network-ehr-FlowLogRole-0123")),
    Call("", STACK_SETS, "iam:CreateRole", role("hlz-pipeline"), ou="infrastructure"),
    Call("", EXECUTION, "iam:CreateRole", role("hlz-break-glass"), context=BOUNDED),
    Call("", STACK_SETS, "iam:CreateRole", role(f"cdk-hlz-deploy-role-{ACCOUNT}-us-east-1")),
    Call("boundaries-stay", ADMINISTRATOR, "iam:DeleteRolePermissionsBoundary", APPLICATION, context=BOUNDED),
    Call("", STACK_SETS, "iam:DeleteRolePermissionsBoundary", DEPLOY),
    Call("", ADMINISTRATOR, "iam:DeleteRole", APPLICATION, context=BOUNDED),
    Call("break-glass-from-outside", ADMINISTRATOR, "sts:AssumeRole", BREAK_GLASS),
    Call("break-glass-from-outside", SETTINGS, "sts:AssumeRole", role("hlz-break-glass", "100000000003")),
    Call("", role("hlz-pipeline"), "sts:AssumeRole", DEPLOY),
    Call("", ADMINISTRATOR, "sts:AssumeRole", APPLICATION),
    Call("accounts-cannot-leave", ADMINISTRATOR, "organizations:LeaveOrganization"),
    Call("accounts-cannot-leave", EXECUTION, "account:CloseAccount"),
    Call("accounts-cannot-leave", ADMINISTRATOR, "organizations:DetachPolicy", ou="security"),
    Call("accounts-cannot-leave", ADMINISTRATOR, "organizations:MoveAccount", ou="security"),
    Call("", ADMINISTRATOR, "organizations:DescribeOrganization"),
    Call("", EXECUTION, "organizations:ListDelegatedAdministrators"),
    Call("account-details-stay", ADMINISTRATOR, "account:PutAlternateContact"),
    Call("account-details-stay", ADMINISTRATOR, "account:EnableRegion"),
    Call("", ADMINISTRATOR, "account:GetAlternateContact"),
    Call("access-role-unused", ACCESS_ROLE, "s3:GetObject", "arn:aws:s3:::ehr/x"),
    Call("access-role-unused", ACCESS_ROLE, "ec2:DescribeInstances", ou="infrastructure"),
    Call("", ACCESS_ROLE, "ec2:DescribeInstances", ou="sandbox"),
    Call("quarantine", ADMINISTRATOR, "ec2:DescribeInstances", ou="suspended"),
    Call("quarantine", role("hlz-config"), "s3:PutObject", "arn:aws:s3:::x/y", ou="suspended"),
    *[
        Call("", principal, "s3:ListAllMyBuckets", ou="suspended")
        for principal in (DEPLOY, EXECUTION, LOOKUP, PUBLISHING, STACK_SETS, SETTINGS, EVIDENCE, BREAK_GLASS)
    ],
    Call("no-health-services", ADMINISTRATOR, "healthlake:CreateFHIRDatastore", ou="sandbox"),
    Call("no-health-services", ADMINISTRATOR, "comprehendmedical:DetectPHI", ou="nonphi"),
    Call("no-health-services", ADMINISTRATOR, "medical-imaging:CreateDatastore", ou="nonphi"),
    Call("no-health-services", ADMINISTRATOR, "omics:CreateSequenceStore", ou="nonphi"),
    Call("", ADMINISTRATOR, "healthlake:CreateFHIRDatastore"),
    Call("", ADMINISTRATOR, "comprehend:DetectEntities", ou="sandbox"),
]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_nobody_becomes_somebody_else_and_a_role_with_the_boundary_passes(call: Call) -> None:
    assert call.stopped_by in stopping(call)


def test_control_tower_makes_roles_without_the_boundary_where_it_governs() -> None:
    call = Call("", CONTROL_TOWER, "iam:CreateRole", role("aws-controltower-ConfigRecorderRole"))
    assert "" in stopping(call, control_tower=True)
    assert "boundary-on-created-roles" in stopping(call)


def test_the_root_user_of_a_task_session_still_meets_the_other_guardrails() -> None:
    call = Call("", ROOT_USER, "organizations:LeaveOrganization", context={"aws:AssumedRoot": "true"})
    assert "accounts-cannot-leave" in stopping(call)
