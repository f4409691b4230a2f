"""What Control Tower governs, with which controls, and after what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from landing_zone.guardrails.sources import load_guardrails
from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.control_tower import (
    EXEMPTED_PRINCIPALS,
    assignments,
    controls,
    exempted,
    facts,
    landing_zone_document,
    registered_units,
    versions,
)
from landing_zone.plan.guardrails import compiled_guardrails, profiles
from landing_zone.plan.lock import Lock
from landing_zone.plan.model import Deployment
from landing_zone.policy_data import policy_data
from tests.manifest.arrange import FILE, Json, changed, clinic, text_of
from tests.plan.arrange import lock_of, plan_of

HOME = "us-east-1"
TOWER = f"hlz-control-tower-management-{HOME}"
FIRST_CONTROLS = f"hlz-control-tower-controls-management-{HOME}-1"
TABLE: Json = policy_data("control_tower/controls")


def governed(**sections: Any) -> Json:
    return clinic(control_tower=True, **sections)


def planned(manifest: Json, lock: Lock | None = None) -> Mapping[str, Deployment]:
    return {d.name: d for d in plan_of(manifest, lock).plan.deployments}


def units_of(manifest: Json) -> list[str]:
    units: list[str] = planned(manifest)[TOWER].variant.shape["units"]
    return units


def controls_of(manifest: Json) -> dict[str, set[str]]:
    """Ids of the controls of each OU."""
    found: dict[str, set[str]] = {}
    for deployment in planned(manifest).values():
        for row in deployment.variant.shape["controls"] if deployment.variant.role == "control_tower_controls" else ():
            found.setdefault(row["unit"], set()).add(row["id"])
    return found


def test_without_control_tower_there_is_nothing_of_it() -> None:
    assert not [name for name in planned(clinic()) if "control-tower" in name]


def test_ous_and_accounts_come_first_then_the_landing_zone_then_controls_and_alarms() -> None:
    found = planned(governed())
    assert set(found[TOWER].depends_on) == {
        f"hlz-organization-management-{HOME}",
        f"hlz-accounts-management-{HOME}-1",
    }
    assert found[FIRST_CONTROLS].depends_on == (TOWER,)
    assert TOWER in found[f"hlz-audit-trail-management-{HOME}"].depends_on


def test_it_waits_for_the_ids_of_the_accounts_that_it_is_given() -> None:
    reasons = plan_of(governed(), lock_of(organization="o-a1b2c3d4e5")).plan.withheld
    assert reasons[TOWER] == "account id"
    assert reasons[FIRST_CONTROLS] == "account id"


def test_every_region_of_the_manifest_is_governed_home_first() -> None:
    manifest = changed(
        governed(),
        (("regions", "additional"), ["us-east-2"]),
        (("network", "pools", "us-east-2"), "10.32.0.0/12"),
    )
    assert planned(manifest)[TOWER].variant.shape["governed_regions"] == [HOME, "us-west-2", "us-east-2"]


def test_every_ou_is_registered_after_its_parent_but_the_security_ou_and_quarantine() -> None:
    assert units_of(governed()) == [
        "infrastructure",
        "nonphi",
        "phi",
        "phi/nonproduction",
        "phi/production",
        "phi/recovery",
        "sandbox",
    ]


def test_what_lies_below_an_ou_that_is_not_registered_is_not_either() -> None:
    tree: Json = {"suspended": {"organizational_units": {"closing": {"guardrails": "foundation"}}}}
    assert not [path for path in units_of(governed(organizational_units=tree)) if path.startswith("suspended")]


def test_preventive_controls_stand_on_the_highest_ou_and_detective_ones_on_each() -> None:
    found = controls_of(governed())
    behavior = {control.id: control.behavior for control in controls()}
    assert {ou for ou, ids in found.items() if "AWS-GR_RESTRICT_ROOT_USER" in ids} == {
        "infrastructure",
        "nonphi",
        "phi",
        "sandbox",
    }
    for ou in ("phi/production", "phi/recovery", "phi/nonproduction"):
        assert {behavior[id] for id in found[ou]} == {"detective"}
        assert found[ou] < found["phi"]


def test_an_ou_with_phi_guardrails_below_one_without_gets_their_preventive_controls_itself() -> None:
    tree: Json = {
        "nonphi": {"organizational_units": {"registry": {"guardrails": "phi"}}},
    }
    found = controls_of(governed(organizational_units=tree))
    assert "AWS-GR_DISALLOW_VPN_CONNECTIONS" in found["nonphi/registry"]
    assert "AWS-GR_RESTRICT_ROOT_USER" not in found["nonphi/registry"], "it is on nonphi, and reaches down"


def test_many_ous_make_several_stacks_one_after_the_other() -> None:
    tree: Json = {"phi": {"organizational_units": {f"hospital-{n}": {} for n in range(60)}}}
    found = {n: d for n, d in planned(governed(organizational_units=tree)).items() if "tower-controls" in n}
    quota = facts()["quotas"]["controls_per_stack"]
    assert len(found) == 2
    assert all(len(d.variant.shape["controls"]) <= quota for d in found.values())
    assert found[f"hlz-control-tower-controls-management-{HOME}-2"].depends_on == (FIRST_CONTROLS,)


@pytest.mark.parametrize("version", list(versions()))
def test_the_landing_zones_document_is_what_aws_publishes_as_its_schema(version: str) -> None:
    document = landing_zone_document(
        version,
        regions=[HOME, "us-west-2"],
        retention_days={"audit_trail": 2192, "configuration": 3653, "access_logs": 365},
        log_account="111122223333",
        security_account="222233334444",
        key_arn="arn:aws:kms:us-east-1:333344445555:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        security_ou="Security",
    )
    schema = policy_data("control_tower/schemas")["schemas"][version]
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    logging = document["centralizedLogging"]["configurations"]
    assert logging["accessLoggingBucket"]["retentionDays"] == 365
    if versions()[version].makes_security_ou:
        assert logging["loggingBucket"]["retentionDays"] == 3653, "AWS Config's records are in the same bucket"
        assert document["organizationStructure"] == {"security": {"name": "Security"}}
    else:
        assert logging["loggingBucket"]["retentionDays"] == 2192
        assert document["config"]["configurations"]["loggingBucket"]["retentionDays"] == 3653


def test_the_schema_refuses_what_is_missing_and_what_is_unknown() -> None:
    schema = policy_data("control_tower/schemas")["schemas"]["4.0"]
    refused: list[Json] = [{"config": {"enabled": True}}, {"organizationStructure": {}}, {"backup": {"enabled": True}}]
    for document in refused:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, schema)


def test_principals_that_a_control_does_not_bind_are_those_of_our_guardrails() -> None:
    (internet,) = [control for control in controls() if control.id == "AWS-GR_DISALLOW_VPC_INTERNET_ACCESS"]
    assert exempted(internet, "hlz") == ["arn:aws:iam::*:role/cdk-hlz-cfn-exec-role-*"]
    rows = planned(governed())[FIRST_CONTROLS].variant.shape["controls"]
    given = [row["parameters"][EXEMPTED_PRINCIPALS] for row in rows if EXEMPTED_PRINCIPALS in row["parameters"]]
    assert given == [exempted(internet, "hlz")]


def test_every_control_has_an_id_of_its_own_a_page_and_a_theorem() -> None:
    rows = TABLE["controls"]
    assert len({row["arn"] for row in rows}) == len({row["id"] for row in rows}) == len(rows)
    assert all(row["source"].endswith(".html") and row["invariants"] for row in rows)


def theorems() -> set[str]:
    """Every theorem of the table: those with a control, by choice or by Control Tower's own, and those without."""
    rows: list[Json] = [*TABLE["controls"], *TABLE["mandatory"]["controls"]]
    reasons: Json = TABLE["without_control"]
    return {name for row in rows for name in row["invariants"]} | set(reasons)


def test_the_table_says_of_every_theorem_of_our_guardrails_whether_control_tower_has_a_control() -> None:
    served = {name for sourced in load_guardrails() for name in sourced.guardrail.invariants}
    assert served <= theorems()


def without_twin(control_tower: bool) -> set[str]:
    """Theorems for which Control Tower has a control, and none of our guardrails serves them."""
    loaded = parsed_manifest(text_of(clinic(control_tower=control_tower)), FILE)
    ours = compiled_guardrails(loaded, Lock()).guardrails.values()
    rows: list[Json] = [*TABLE["controls"], *TABLE["mandatory"]["controls"]]
    controlled = {name for row in rows for name in row["invariants"]}
    return controlled - {name for sourced in ours for name in sourced.guardrail.invariants}


@pytest.mark.parametrize("control_tower", [False, True])
def test_whatever_control_tower_has_a_control_for_our_guardrails_serve_with_and_without_it(control_tower: bool) -> None:
    assert without_twin(control_tower) == set()


def test_nobody_deletes_what_control_tower_recorded_and_the_guardrail_goes_with_it() -> None:
    for control_tower in (False, True):
        loaded = parsed_manifest(text_of(clinic(control_tower=control_tower)), FILE)
        policies = compiled_guardrails(loaded, Lock()).policies
        found = [
            (policy.targets, statement)
            for policy in policies
            for statement in policy.content.get("Statement", ())
            if statement["Sid"] == "ControlTowerLogsStay"
        ]
        assert bool(found) is control_tower
        for targets, statement in found:
            assert targets == ("root",)
            assert statement["Effect"] == "Deny"
            assert {"s3:DeleteObject", "s3:DeleteObjectVersion"} <= set(statement["Action"])
            assert "Condition" not in statement, "nobody is exempt"


def test_no_theorem_has_a_control_and_a_reason_for_having_none() -> None:
    optional = {name for row in TABLE["controls"] for name in row["invariants"]}
    assert not optional & TABLE["without_control"].keys()


def test_controls_are_listed_ou_by_ou_in_the_order_of_registration() -> None:
    manifest = parsed_manifest(text_of(governed()), FILE).manifest
    found = profiles(manifest, Lock())
    units = registered_units(manifest, found)
    assert [path for path, _ in assignments(units, found)] == sorted(
        (path for path, _ in assignments(units, found)), key=units.index
    )
