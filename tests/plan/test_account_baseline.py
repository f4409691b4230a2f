"""Which baselines a manifest asks for: in which shape, with which values, after what."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.operations.settings.permissions import KINDS
from landing_zone.plan.model import Deployment
from tests.manifest.arrange import Json, clinic
from tests.plan.arrange import account, deployments_of, landing_zone, variants_of

EAST, WEST = "us-east-1", "us-west-2"
ROLE = "account_baseline"


def baselines(manifest: Json) -> dict[tuple[str, str], Deployment]:
    """Baselines by account and Region."""
    found = deployments_of(manifest, ROLE)
    return {(one.environment.account, one.environment.region): one for one in found}


def three_regions() -> Json:
    """An account whose network lies in a Region without archive and hub."""
    regions = {"home": EAST, "recovery": WEST, "additional": ["us-east-2"]}
    return landing_zone(account("a", regions=["us-east-2"]), pools={"us-east-2": "10.32.0.0/12"}, regions=regions)


def value_names(deployment: Deployment) -> list[str]:
    return [value.name for value in deployment.values]


def test_every_account_has_one_at_home_in_the_recovery_region_and_where_it_has_a_network() -> None:
    found = baselines(three_regions())
    assert [region for name, region in found if name == "a"] == [EAST, "us-east-2", WEST]
    assert {name for name, _ in found} == {
        "a", "backup", "log-archive", "management", "network", "security", "shared-services",
    }  # fmt: skip
    assert [region for name, region in found if name == "network"] == [EAST, "us-east-2", WEST], "it has the hubs"
    assert len(found) == 16


def test_eight_hundred_accounts_share_one_shape_in_each_region() -> None:
    few = {variant.id for variant in variants_of(landing_zone(account("a", network="none")), ROLE)}
    names = [account(f"account-{number:03}", network="none") for number in range(800)]
    assert {variant.id for variant in variants_of(landing_zone(*names), ROLE)} == few
    assert len(few) == 3  # home: ordinary, security (more settings); recovery


def test_only_budgets_are_values_that_differ_between_accounts() -> None:
    found = baselines(clinic(budgets=[{"monthly_usd": 500, "ou": "phi"}]))
    values = {frozenset((v.name, v.text) for v in one.values) for (_, region), one in found.items() if region == WEST}
    assert len(values) == 1
    common, budgeted = found["backup", EAST], found["ehr-production", EAST]
    assert set(value_names(budgeted)) - set(value_names(common)) == {"Budget1Usd"}
    assert budgeted.values[-1].text == "500"


def test_budgets_lie_in_the_home_region_of_their_accounts_and_the_organizations_in_the_management_account() -> None:
    budgets = [
        {"monthly_usd": 900},
        {"monthly_usd": 400, "account": "ehr-production", "alert_percent": [100, 50, 50]},
        {"monthly_usd": 20, "ou": "phi/nonproduction"},
    ]
    found = baselines(clinic(budgets=budgets))
    limited = {
        place: (one.values[-1].text, one.variant.shape["budget_alert_percent"])
        for place, one in found.items()
        if one.variant.shape.get("budget_alert_percent")
    }
    assert limited == {
        ("management", EAST): ("900", [[80, 100]]),
        ("ehr-production", EAST): ("400", [[50, 100]]),
        ("ehr-training", EAST): ("20", [[80, 100]]),
    }
    assert found["management", EAST].variant.shape["operations_email"] == "platform@riverside.example"
    assert found["backup", EAST].variant.shape["operations_email"] is None


def test_under_control_tower_there_is_no_recorder_and_no_archive_to_wait_for() -> None:
    ours, theirs = (baselines(clinic(control_tower=on))["backup", EAST] for on in (False, True))
    assert "LogArchiveAccountId" in value_names(ours)
    assert f"hlz-log-landing-log-archive-{EAST}" in ours.depends_on
    assert not theirs.variant.shape["recorder"]
    assert "LogArchiveAccountId" not in value_names(theirs)
    assert not [name for name in theirs.depends_on if "log-landing" in name]


def test_under_control_tower_the_management_account_is_recorded_by_us() -> None:
    """Control Tower deploys its recorder into the accounts that it governs, and the management account is none."""
    found = baselines(clinic(control_tower=True))
    assert {name for (name, _), one in found.items() if one.variant.shape["recorder"]} == {"management"}
    assert f"hlz-log-landing-log-archive-{EAST}" in found["management", EAST].depends_on
    assert "LogArchiveAccountId" in value_names(found["management", EAST])


def test_the_hub_comes_after_its_own_accounts_baseline_and_before_all_others() -> None:
    found = baselines(clinic())
    hub = f"hlz-alarm-hub-security-{WEST}"
    assert hub not in found["security", WEST].depends_on
    assert all(hub in one.depends_on for (name, region), one in found.items() if region == WEST and name != "security")


def test_a_baseline_elsewhere_follows_the_one_at_home_which_makes_the_roles() -> None:
    for (name, region), one in baselines(clinic()).items():
        assert (f"hlz-account-baseline-{name}-{EAST}" in one.depends_on) == (region != EAST)


def test_a_region_without_archive_and_hub_uses_those_at_home() -> None:
    found = baselines(three_regions())
    core = {region: found["a", region].variant.shape["core_region"] for region in (EAST, "us-east-2", WEST)}
    assert core == {EAST: EAST, "us-east-2": EAST, WEST: WEST}


def test_settings_are_made_in_every_account_and_those_of_the_organization_in_the_security_account() -> None:
    found = baselines(clinic())
    kinds = {name: found[name, EAST].variant.shape["settings_kinds"] for name in ("security", "ehr-production")}
    assert kinds == {"security": ["every account", "security"], "ehr-production": ["every account"]}
    assert set(kinds["security"]) <= set(KINDS)


@pytest.mark.parametrize(
    "sections",
    [
        {"detection": {"access_analyzer": False}},
        {"detection": {"runbooks": "https://runbooks.example"}},
        {"identity": {"break_glass": {"enabled": False}}},
        {"retention": {"sessions": 10}},
        {"keys": {"rotation_days": 90}},
    ],
)
def test_what_changes_the_template_changes_the_variant(sections: Any) -> None:
    home = [baselines(manifest)["backup", EAST].variant.id for manifest in (clinic(), clinic(**sections))]
    assert home[0] != home[1]


def test_retention_of_other_logs_changes_nothing() -> None:
    before, after = (baselines(clinic(**s))["backup", EAST].variant for s in ({}, {"retention": {"flow_logs": 10}}))
    assert before.id == after.id
