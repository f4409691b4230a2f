"""The examples are what the README says they are, and every check passes on them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from landing_zone.assurance.acknowledgements import load_toolkit_acknowledgements
from landing_zone.assurance.files import lint_templates
from landing_zone.manifest.load import load_manifest
from landing_zone.plan.lock import read_lock
from landing_zone.plan.make import Planned, make_plan
from landing_zone.reports.reference import FOLDER, pages
from tests.arrangement import ROOT, hlz

EXAMPLES = ROOT / "examples"
CLINIC, HEALTH_SYSTEM = EXAMPLES / "clinic.yaml", EXAMPLES / "regional-health-system.yaml"


def planned(manifest: Path) -> Planned:
    return make_plan(load_manifest(manifest), read_lock(manifest))


@pytest.mark.parametrize("manifest", [CLINIC, HEALTH_SYSTEM], ids=lambda path: path.stem)
def test_the_lock_of_an_example_is_current(manifest: Path) -> None:
    assert planned(manifest).stale == ()


def test_the_clinic_is_withheld_because_no_id_is_known() -> None:
    plan = planned(CLINIC).plan
    assert plan.written == ()
    assert all(reason.startswith("account id") for reason in plan.withheld.values())
    assert len(plan.withheld) == len(plan.deployments)


def test_the_health_system_has_42_applications_in_two_regions_and_production_recovery_and_training() -> None:
    accounts = yaml.safe_load(HEALTH_SYSTEM.read_text())["accounts"]
    assert sum(len(account.get("applications", ())) for account in accounts) == 42
    plan = planned(HEALTH_SYSTEM).plan
    assert {environment.region for environment in plan.environments} == {"us-east-1", "us-west-2"}
    assert {dict(deployment.tags)["hlz:environment"] for deployment in plan.deployments} >= {
        "production",
        "recovery",
        "training",
    }
    assert all(len(variant.shape["zones"]) == 3 for variant in plan.variants if variant.role == "workload_network")
    assert not plan.withheld


@pytest.mark.cdk
def test_every_rule_passes_on_every_variant_and_cfn_lint_on_every_shape(home: Path, tmp_path: Path) -> None:
    """cfn-lint takes a second for each, so a shape of two Regions is linted in the first; `hlz check` lints all."""
    result = hlz("synth", "--json", "-m", HEALTH_SYSTEM, home=home, cwd=tmp_path)
    document = json.loads(result.stdout)
    assert document["findings"] == []
    assert document["not_evaluated"] == []
    assert document["rules_run"] > 30
    assert result.returncode == 0
    rows = json.loads((tmp_path / "cdk.out" / "landing-zone.json").read_text())["deployments"].values()
    at_home = {row["role"] for row in rows if row["region"] == "us-east-1"}
    shapes = {row["variant"]: row for row in rows if row["region"] == "us-east-1" or row["role"] not in at_home}
    paths = {variant: tmp_path / "cdk.out" / row["template"] for variant, row in shapes.items()}
    assert {row["role"] for row in shapes.values()} == {row["role"] for row in rows}
    assert lint_templates(paths, tmp_path / "cache").report.findings == ()


def test_acknowledgements_of_our_own_stacks_stay_few() -> None:
    """Each is a sentence that an auditor has to read and accept."""
    assert len(load_toolkit_acknowledgements()) <= 15


@pytest.mark.cdk
def test_a_weakened_template_is_named_by_check(home: Path, tmp_path: Path) -> None:
    assert hlz("synth", "-q", "-m", HEALTH_SYSTEM, home=home, cwd=tmp_path).returncode == 0
    path = tmp_path / "cdk.out" / "hlz-workload-network-pharmacy-us-east-1.template.json"
    template = json.loads(path.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Logs::LogGroup":
            resource["Properties"]["RetentionInDays"] = 365
    path.write_text(json.dumps(template))
    result = hlz("check", "--json", path, home=home, cwd=tmp_path)
    assert result.returncode == 1
    rules = {finding["rule"] for finding in json.loads(result.stdout)["findings"]}
    assert "HLZ-LOG-001" in rules


@pytest.mark.parametrize("name", pages())
def test_the_reference_pages_are_current(name: str) -> None:
    assert (FOLDER / name).read_text() == pages()[name], "run python -m landing_zone.reports.reference"


def test_links_in_the_documentation_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_nobody_is_called_compliant() -> None:
    words = re.compile(r"\b(is|are|fully|hipaa)[- ]compliant\b", re.IGNORECASE)
    sources = [*(ROOT / "landing_zone").rglob("*.py"), *(ROOT / "landing_zone").rglob("*.j2")]
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *sources]:
        assert not words.search(page.read_text()), page
