"""Policies as other people write them: exemptions by String operators, boundaries, nobody exempt at all."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.prove import CLOSURE, Prover
from landing_zone.proof.guardrails.results import Result
from tests.proof.guardrails.test_theorem_data import THEOREMS, VALUES, foreign

EXEMPT = [*VALUES["pipeline_principals"], *VALUES["break_glass_principals"]]
TRAIL = [*THEOREMS["trail-cannot-be-stopped"].requests[0].actions]
CLOSING = policy_data("guardrails/closing")["roles"]["closing"]
BOUNDARY = "arn:aws:iam::*:policy/workload-boundary"


def result(id: str, rows: list[dict[str, Any]], **values: tuple[str, ...]) -> Result:
    """What comes of a theorem, exemptions included."""
    return next(one for one in Prover(foreign(rows, **values)).results([THEOREMS[id]]) if one.id == id)


def closing() -> dict[str, Any]:
    """Nobody but the pipeline changes exempt roles."""
    spared = {"ArnNotLike": {"aws:PrincipalArn": [*VALUES["pipeline_principals"]]}}
    return {"Action": CLOSING, "Resource": EXEMPT, "Condition": spared}


@pytest.mark.parametrize("operator", ["StringNotLike", "ArnNotLike"])
def test_roles_may_be_exempt_by_either_operator(operator: str) -> None:
    rows = [{"Action": TRAIL, "Condition": {operator: {"aws:PrincipalArn": EXEMPT}}}]
    assert result("trail-cannot-be-stopped", rows).verdict == "PROVED"


@pytest.mark.parametrize(
    ("operator", "account", "verdict"),
    [
        ("ArnNotLike", "${aws:PrincipalAccount}", "PROVED"),
        ("StringNotLike", "${aws:PrincipalAccount}", "REFUTED"),
        ("StringNotLike", "*", "PROVED"),
    ],
)
def test_what_an_operator_of_strings_spares_across_colons_has_to_be_closed_as_well(
    operator: str, account: str, verdict: str
) -> None:
    """A role `x` at the path `/a:role/` is spared by `arn:aws:iam::*:role/x`, read as a string."""
    spared = {operator: {"aws:PrincipalArn": EXEMPT}}
    closed = closing() | {"Resource": [text.replace("::*:", f"::{account}:") for text in EXEMPT]}
    assert result(CLOSURE, [{"Action": TRAIL, "Condition": spared}, closed]).verdict == verdict


def test_an_exemption_of_strings_that_spares_more_than_a_theorem_leaves_out_refutes_it() -> None:
    spared = {"StringNotLike": {"aws:PrincipalArn": [*EXEMPT, "*:role/ops-*"]}}
    assert result("trail-cannot-be-stopped", [{"Action": TRAIL, "Condition": spared}]).verdict == "REFUTED"


def test_a_boundary_is_compared_as_the_arn_of_a_policy_even_by_an_operator_of_strings() -> None:
    bare = {"StringNotLike": {"iam:PermissionsBoundary": BOUNDARY}, "ArnNotLike": {"aws:PrincipalArn": EXEMPT}}
    pipeline_only = {"ArnNotLike": {"aws:PrincipalArn": EXEMPT}}
    rows: list[dict[str, Any]] = [
        {"Action": ["iam:CreateRole", "iam:PutRolePermissionsBoundary"], "Condition": bare},
        {"Action": ["iam:DeleteRolePermissionsBoundary"], "Condition": pipeline_only},
        {"Action": ["iam:*Policy*"], "Resource": "arn:aws:iam::*:policy/*", "Condition": pipeline_only},
    ]
    pipeline = tuple(EXEMPT)
    given = {"pipeline_principals": pipeline, "boundary_policies": (BOUNDARY,)}
    assert result("boundary-on-created-roles", rows, **given).verdict == "PROVED"
    assert result("boundary-on-created-roles", rows[:-1], **given).verdict == "REFUTED", "its text may be changed"
    given["boundary_policies"] = ("arn:aws:iam::*:policy/workload-boundary-of-ours",)
    assert result("boundary-on-created-roles", rows, **given).verdict == "REFUTED"


def test_principals_that_theorems_leave_out_are_closed_even_where_no_policy_spares_them() -> None:
    assert result(CLOSURE, [{"Action": TRAIL}]).verdict == "REFUTED"
    assert result(CLOSURE, [closing()]).verdict == "PROVED"


def test_without_the_principals_that_theorems_leave_out_nobody_knows_who_is_exempt() -> None:
    organization = foreign([{"Action": TRAIL}])
    left = {name: texts for name, texts in organization.values.items() if name != "break_glass_principals"}
    organization = type(organization)(organization.targets, organization.accounts, left)
    found = next(one for one in Prover(organization).results([THEOREMS[CLOSURE]]) if one.id == CLOSURE)
    assert (found.verdict, "break_glass_principals" in found.reason) == ("UNKNOWN", True)


@pytest.mark.parametrize("pattern", ["*BreakGlass*", "*:role/ops-*"])
def test_an_exemption_that_is_no_whole_arn_is_closed_as_well(pattern: str) -> None:
    spared = {"Action": TRAIL, "Condition": {"StringNotLike": {"aws:PrincipalArn": [*EXEMPT, pattern]}}}
    assert result(CLOSURE, [closing(), spared]).verdict == "REFUTED"


@pytest.mark.parametrize(
    ("key", "operator", "value"),
    [
        ("aws:PrincipalServiceName", "StringNotEquals", "cloudtrail.amazonaws.com"),
        ("aws:PrincipalServiceNamesList", "ForAllValues:StringNotEquals", "cloudtrail.amazonaws.com"),
        ("aws:SourceOrgID", "StringNotEqualsIfExists", VALUES["organization_id"][0]),
    ],
)
def test_what_spares_calls_of_services_spares_nobody_outside(key: str, operator: str, value: str) -> None:
    outside = {"aws:PrincipalOrgID": VALUES["organization_id"][0]}
    actions = [*THEOREMS["outsiders-cannot-touch-phi"].requests[0].actions]
    condition: dict[str, dict[str, str]] = {"StringNotEqualsIfExists": {**outside}}
    condition.setdefault(operator, {})[key] = value
    rows = [{"Principal": "*", "Action": actions, "Condition": condition}]
    assert result("outsiders-cannot-touch-phi", rows).verdict == "PROVED"
    del condition["StringNotEqualsIfExists"]["aws:PrincipalOrgID"]
    condition["Null"] = {key: "false"}
    assert result("outsiders-cannot-touch-phi", rows).verdict == "REFUTED"


def test_regions_may_be_denied_by_the_example_of_the_user_guide() -> None:
    # Wildcards of the list in "General examples of SCPs" spare actions of tomorrow, too.
    spared = [
        "iam:*",
        "kms:*",
        "organizations:*",
        "s3:GetAccountPublic*",
        "s3:ListAllMyBuckets",
        "s3:PutAccountPublic*",
    ]
    rows = [
        {"NotAction": spared, "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}}}
    ]
    assert result("allowed-regions-only", rows).verdict == "PROVED"
    rows[0]["NotAction"] = [*spared, "s3:Put*"]
    assert result("allowed-regions-only", rows).verdict == "REFUTED"
