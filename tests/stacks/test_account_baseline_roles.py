"""Who may enter an account, for what, and what its budgets tell."""

from __future__ import annotations

import pytest

from landing_zone.operations.adopt.permissions import adopt_policies
from landing_zone.operations.settings.table import settings_table
from tests.stacks.arrange import Template, resources
from tests.stacks.baselines import EAST, Variants, clinics_baselines, flat, only, policy, role, trust

pytestmark = pytest.mark.cdk


@pytest.fixture
def variants() -> Variants:
    return clinics_baselines()


@pytest.fixture
def home() -> Template:
    return dict(clinics_baselines()["ehr-training", EAST].template)


@pytest.mark.parametrize(
    ("name", "accounts", "principals"),
    [
        (
            "hlz-settings",
            ["DeployAccountId", "ManagementAccountId"],
            ["${DeployAccountId}:role/hlz-pipeline", "${ManagementAccountId}:role/aws-reserved/sso.amazonaws.com/*"],
        ),
        ("hlz-evidence", ["SecurityAccountId"], ["${SecurityAccountId}:role/aws-reserved/sso.amazonaws.com/*"]),
        ("hlz-break-glass", ["ManagementAccountId"], ["${ManagementAccountId}:user/hlz-break-glass-*"]),
    ],
)
def test_a_role_trusts_named_principals_of_the_organization_for_an_hour(
    home: Template, name: str, accounts: list[str], principals: list[str]
) -> None:
    statement = trust(home, name)
    trusted = statement["Principal"]["AWS"]
    assert [flat(arn).split("::", 2)[-1] for arn in (trusted if isinstance(trusted, list) else [trusted])] == [
        f"${{{account}}}:root" for account in accounts
    ]
    assert statement["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}}
    found = statement["Condition"]["ArnLike"]["aws:PrincipalArn"]
    assert [flat(arn).split("::", 2)[-1] for arn in found] == principals
    assert role(home, name)[1]["MaxSessionDuration"] == 3600


def test_emergency_access_needs_a_second_factor_and_stays_inside_the_boundary(home: Template) -> None:
    assert trust(home, "hlz-break-glass")["Condition"]["Bool"] == {"aws:MultiFactorAuthPresent": "true"}
    _, found = role(home, "hlz-break-glass")
    (boundary,) = [i for i, p in resources(home, "AWS::IAM::ManagedPolicy").items() if "ManagedPolicyName" in p]
    assert found["PermissionsBoundary"] == {"Ref": boundary}


def test_evidence_is_read_and_data_is_not(home: Template) -> None:
    _, found = role(home, "hlz-evidence")
    assert [flat(arn).rsplit("/", 1)[-1] for arn in found["ManagedPolicyArns"]] == ["SecurityAudit"]
    (statement,) = policy(home, "hlz-evidence")
    assert (statement["Effect"], statement["Resource"]) == ("Deny", "*")
    assert {
        "s3:GetObject",
        "dynamodb:Query",
        "kms:Decrypt",
        "logs:GetLogEvents",
        "secretsmanager:GetSecretValue",
    } <= set(statement["Action"])


def test_the_settings_role_may_do_what_settings_and_adoption_ask_for_and_no_more(variants: Variants) -> None:
    asked = {
        kind: {
            p.action
            for s in settings_table().values()
            if s.accounts == kind and s.caller == "account"
            for p in s.permissions
        }
        for kind in ("all", "security")
    }
    (reading,) = adopt_policies(EAST, "hlz-settings")["every account"]["policy"]["Statement"]
    adoption = set(reading["Action"])
    for account, kinds in (("ehr-training", ["all"]), ("security", ["all", "security"])):
        allowed = set()
        for statement in policy(dict(variants[account, EAST].template), "hlz-settings"):
            action = statement["Action"]
            allowed |= {action} if isinstance(action, str) else set(action)
        assert allowed == set().union(adoption, *(asked[kind] for kind in kinds)), account


# Budgets


def test_a_budget_tells_at_each_percentage_and_when_the_forecast_passes_the_limit(variants: Variants) -> None:
    budget = only(dict(variants["ehr-production", EAST].template), "AWS::Budgets::Budget")
    assert budget["Budget"]["BudgetLimit"] == {"Amount": {"Ref": "Budget1Usd"}, "Unit": "USD"}
    told = [
        (entry["Notification"]["NotificationType"], entry["Notification"]["Threshold"])
        for entry in budget["NotificationsWithSubscribers"]
    ]
    assert told == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    for entry in budget["NotificationsWithSubscribers"]:
        assert entry["Subscribers"] == [{"SubscriptionType": "EMAIL", "Address": "platform@riverside.example"}]
    assert "BudgetName" not in budget["Budget"]  # a changed notification replaces it; a fixed name would collide
