"""Services that notice attacks and weaknesses are neither switched off nor blinded."""

from __future__ import annotations

import pytest

from tests.guardrails.calls import ADMINISTRATOR, BREAK_GLASS, EXECUTION, ROOT_USER, SETTINGS, Call, stopping

SECURITY = "security"  # where the delegated administrators are

CALLS = [
    Call("guardduty-stays-on", ADMINISTRATOR, "guardduty:DeleteDetector"),
    Call("guardduty-stays-on", ADMINISTRATOR, "guardduty:UpdateMemberDetectors", ou=SECURITY),
    Call("guardduty-stays-on", ADMINISTRATOR, "guardduty:StopMonitoringMembers", ou=SECURITY),
    Call("guardduty-stays-on", ADMINISTRATOR, "guardduty:DisassociateFromAdministratorAccount"),
    Call("guardduty-stays-on", ADMINISTRATOR, "guardduty:UpdatePublishingDestination", ou=SECURITY),
    Call("guardduty-stays-on", EXECUTION, "guardduty:UpdateDetector", ou=SECURITY),
    Call("guardduty-stays-on", SETTINGS, "guardduty:DeleteMembers", ou=SECURITY),
    Call("guardduty-stays-on", BREAK_GLASS, "guardduty:DeleteDetector"),
    Call("", ADMINISTRATOR, "guardduty:CreateMembers", ou=SECURITY),
    Call("", ADMINISTRATOR, "guardduty:StartMalwareScan"),
    Call("guardduty-cannot-be-blinded", ADMINISTRATOR, "guardduty:CreateFilter", ou=SECURITY),
    Call("guardduty-cannot-be-blinded", EXECUTION, "guardduty:UpdateIPSet", ou=SECURITY),
    Call("guardduty-cannot-be-blinded", ADMINISTRATOR, "guardduty:CreateTrustedEntitySet", ou=SECURITY),
    Call("guardduty-cannot-be-blinded", ADMINISTRATOR, "guardduty:DeleteThreatIntelSet", ou=SECURITY),
    Call("", ADMINISTRATOR, "guardduty:ArchiveFindings", ou=SECURITY),
    Call("", ADMINISTRATOR, "guardduty:CreateThreatIntelSet", ou=SECURITY),
    Call("", ADMINISTRATOR, "guardduty:GetFilter", ou=SECURITY),
    Call("detection-services-stay-on", ADMINISTRATOR, "securityhub:DisableSecurityHub"),
    Call("detection-services-stay-on", EXECUTION, "securityhub:DisassociateMembers", ou=SECURITY),
    Call("detection-services-stay-on", ADMINISTRATOR, "macie2:DisableMacie"),
    Call("detection-services-stay-on", BREAK_GLASS, "inspector2:Disable"),
    Call("detection-services-stay-on", ADMINISTRATOR, "detective:DeleteGraph", ou=SECURITY),
    Call("", ADMINISTRATOR, "securityhub:EnableSecurityHub"),
    Call("", SETTINGS, "inspector2:Enable", ou=SECURITY),
    Call("", SETTINGS, "macie2:CreateMember", ou=SECURITY),
    Call("findings-stay", ADMINISTRATOR, "securityhub:BatchDisableStandards"),
    Call("findings-stay", ADMINISTRATOR, "securityhub:CreateAutomationRuleV2", ou=SECURITY),
    Call("findings-stay", ADMINISTRATOR, "securityhub:UpdateFindings", ou=SECURITY),
    Call("findings-stay", ADMINISTRATOR, "macie2:UpdateMacieSession"),
    Call("findings-stay", ADMINISTRATOR, "macie2:CreateFindingsFilter", ou=SECURITY),
    Call("findings-stay", ADMINISTRATOR, "inspector2:CreateFilter", ou=SECURITY),
    Call("findings-stay", ADMINISTRATOR, "access-analyzer:CreateArchiveRule"),
    Call("findings-stay", ADMINISTRATOR, "access-analyzer:DeleteAnalyzer"),
    Call("findings-stay", ADMINISTRATOR, "guardduty:UpdateOrganizationConfiguration", ou=SECURITY),
    Call("", EXECUTION, "access-analyzer:DeleteAnalyzer"),
    Call("", EXECUTION, "securityhub:UpdateConfigurationPolicy", ou=SECURITY),
    Call("", SETTINGS, "guardduty:UpdateOrganizationConfiguration", ou=SECURITY),
    Call("", SETTINGS, "macie2:UpdateOrganizationConfiguration", ou=SECURITY),
    Call("", SETTINGS, "inspector2:UpdateOrganizationConfiguration", ou=SECURITY),
    Call("", ADMINISTRATOR, "securityhub:BatchUpdateFindings", ou=SECURITY),
    Call("", ADMINISTRATOR, "access-analyzer:UpdateFindings"),
    Call("root-user-unusable", ROOT_USER, "s3:DeleteBucketPolicy", "arn:aws:s3:::locked-out"),
    Call("root-user-unusable", ROOT_USER, "iam:CreateAccessKey"),
    Call("", ROOT_USER, "s3:DeleteBucketPolicy", "arn:aws:s3:::locked-out", context={"aws:AssumedRoot": "true"}),
]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_detection_stays_on_and_sees_and_those_who_work_with_it_can(call: Call) -> None:
    assert call.stopped_by in stopping(call)
