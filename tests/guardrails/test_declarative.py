"""The declarative policies of a landing zone follow their syntax, know the manifest, and contradict no setting."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
import yaml

from landing_zone.assurance.controls import controls
from landing_zone.guardrails.compile import Policy
from landing_zone.guardrails.limits import limits
from landing_zone.guardrails.model import AUTHORIZATION_TYPES
from landing_zone.guardrails.sources import SourcedGuardrail, load_guardrails
from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.model.base import DataClass, RecoveryTier
from landing_zone.manifest.model.organization import Account
from landing_zone.operations.settings.table import settings_table
from landing_zone.plan.guardrails import compiled_guardrails
from landing_zone.plan.lock import Lock
from landing_zone.policy_data import policy_data
from tests.manifest.arrange import FILE, Json, clinic, text_of

SCHEMAS = yaml.safe_load((Path(__file__).parent / "declarative_schemas.yaml").read_text(encoding="utf-8"))["types"]
THIRD_REGION = "us-east-2"
THREE_REGIONS = {"home": "us-east-1", "recovery": "us-west-2", "additional": [THIRD_REGION]}


@cache
def own() -> tuple[SourcedGuardrail, ...]:
    """The project's own declarative guardrails."""
    return tuple(one for one in load_guardrails() if one.type not in AUTHORIZATION_TYPES)


def policies(manifest: Json | None = None) -> list[Policy]:
    """The declarative policies of a manifest (default: the clinic's)."""
    compiled = compiled_guardrails(parsed_manifest(text_of(manifest or clinic()), FILE), Lock())
    return [policy for policy in compiled.policies if policy.type not in AUTHORIZATION_TYPES]


def of_type(type: str, manifest: Json | None = None, target: str = "root") -> Any:
    """The content of the one policy of a type on a target; None if there is none."""
    found = [policy.content for policy in policies(manifest) if policy.type == type and target in policy.targets]
    assert len(found) <= 1
    return found[0] if found else None


def test_every_document_follows_the_syntax_of_its_type() -> None:
    for policy in policies(clinic(regions=THREE_REGIONS)):
        jsonschema.validate(policy.content, SCHEMAS[policy.type])


def test_every_type_that_is_used_is_checked_and_enabled_in_the_organization() -> None:
    used = {one.type for one in own()}
    assert used == set(SCHEMAS)
    assert used | AUTHORIZATION_TYPES == set(settings_table()["policy-types"].desired)


@pytest.mark.parametrize("type", sorted(SCHEMAS))
def test_a_schema_refuses_a_key_that_its_type_does_not_have(type: str) -> None:
    content = json.loads(json.dumps(next(policy.content for policy in policies() if policy.type == type)))
    content["statement"] = {}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, SCHEMAS[type])


def test_every_document_fits_into_its_quota() -> None:
    quotas = limits("5x5120", control_tower=False)
    assert all(policy.characters <= quotas[policy.type].characters for policy in policies())


def test_every_guardrail_says_where_its_attributes_are_documented_and_which_control_it_serves() -> None:
    for one in own():
        assert one.guardrail.source.startswith("https://docs.aws.amazon.com/organizations/"), one.guardrail.id
        assert one.guardrail.control in controls()
        assert one.guardrail.basis == "declarative"


def test_no_parameter_is_left_but_the_backup_accounts_id() -> None:
    assert {name for policy in policies() for name in policy.late} == {"BackupAccountId"}


def test_services_are_enabled_in_every_allowed_region() -> None:
    allowed = ["us-east-1", "us-west-2", THIRD_REGION]
    manifest = clinic(regions=THREE_REGIONS)
    assert of_type("SECURITYHUB_POLICY", manifest)["securityhub"]["enable_in_regions"] == {"@@assign": allowed}
    for scan in of_type("INSPECTOR_POLICY", manifest)["inspector"]["enablement"].values():
        assert scan == {"enable_in_regions": {"@@assign": allowed}, "disable_in_regions": {"@@assign": []}}


@pytest.mark.parametrize(
    ("type", "section"),
    [
        ("GUARDDUTY_POLICY", {"detection": {"guardduty": False}}),
        ("INSPECTOR_POLICY", {"detection": {"inspector": False}}),
        ("SECURITYHUB_POLICY", {"detection": {"security_hub": False}}),
        ("BACKUP_POLICY", {"backup": {"enabled": False}}),
    ],
)
def test_a_switch_of_the_manifest_takes_the_policy_away(type: str, section: Json) -> None:
    assert type in {policy.type for policy in policies()}
    assert type not in {policy.type for policy in policies(clinic(**section))}


def test_guardduty_gets_the_same_plans_by_policy_and_by_setting() -> None:
    features = dict(of_type("GUARDDUTY_POLICY")["guardduty"]["enablement"]["default"])
    assert features.pop("foundational") == {"status": {"@@assign": "enabled"}}
    desired = {row["Name"].lower(): row for row in settings_table()["guardduty-organization"].desired["features"]}
    assert set(features) == set(desired)
    agents = {row["Name"].lower() for row in desired["runtime_monitoring"]["AdditionalConfiguration"]}
    assert set(features["runtime_monitoring"]["additional_configuration"]) == agents
    assert all(feature["status"] == {"@@assign": "enabled"} for feature in features.values())


def test_inspector_gets_the_same_scans_by_policy_and_by_setting() -> None:
    scans = {"ec2": "ec2_scanning", "ecr": "ecr_scanning", "lambda": "lambda_standard_scanning"}
    desired = settings_table()["inspector-organization"].desired
    assert set(of_type("INSPECTOR_POLICY")["inspector"]["enablement"]) == {scans[name] for name in desired}


def test_ec2_keeps_what_the_settings_ask_for() -> None:
    held = of_type("DECLARATIVE_POLICY_EC2")["ec2_attributes"]
    asked = {id: row.desired for id, row in settings_table().items()}
    for switch in ("image", "snapshot"):
        sharing = held[f"{switch}_block_public_access"]["state"]["@@assign"]
        assert sharing.replace("_", "-") == asked[f"{switch}-block-public-access"]
    mode = held["vpc_block_public_access"]["internet_gateway_block"]["mode"]["@@assign"]
    assert mode.replace("_", "-") == asked["vpc-block-public-access"]
    assert held["instance_metadata_defaults"]["http_tokens"]["@@assign"] == asked["instance-metadata-defaults"]
    assert (held["serial_console_access"]["status"]["@@assign"] == "enabled") is asked["serial-console"]
    assert held["exception_message"]["@@assign"].endswith("security@riverside.example")


def test_only_infrastructure_may_except_a_network_from_the_ban_on_internet_gateways() -> None:
    blocked = {
        target: of_type("DECLARATIVE_POLICY_EC2", target=target)["ec2_attributes"].get("vpc_block_public_access")
        for target in ("root", "infrastructure", "phi")
    }
    gateway = {"mode": {"@@assign": "block_bidirectional"}, "exclusions_allowed": {"@@assign": "disabled"}}
    assert blocked == {
        "root": {"internet_gateway_block": gateway},
        "infrastructure": {"internet_gateway_block": {**gateway, "exclusions_allowed": {"@@assign": "enabled"}}},
        "phi": None,
    }


def test_no_ou_below_can_undo_what_keeps_data_private() -> None:
    locked = {"@@operators_allowed_for_child_policies": ["@@none"]}.items()
    ec2 = of_type("DECLARATIVE_POLICY_EC2")["ec2_attributes"]
    assert locked <= ec2["snapshot_block_public_access"]["state"].items()
    assert locked <= ec2["image_block_public_access"]["state"].items()
    assert locked <= of_type("S3_POLICY")["s3_attributes"]["public_access_block_configuration"].items()
    services = of_type("AISERVICES_OPT_OUT_POLICY")["services"]
    for part in (services, services["default"], services["default"]["opt_out_policy"]):
        assert locked <= part.items()


def test_tags_may_have_the_values_that_the_toolkit_sets() -> None:
    tags = of_type("TAG_POLICY")["tags"]
    environments = get_args(get_args(Account.model_fields["environment"].annotation)[0])
    assert set(tags["hlz:data"]["tag_value"]["@@assign"]) == set(get_args(DataClass))
    assert set(tags["hlz:recovery"]["tag_value"]["@@assign"]) == set(get_args(RecoveryTier))
    assert set(tags["hlz:environment"]["tag_value"]["@@assign"]) == set(environments)


def test_the_backup_tag_takes_the_names_of_the_plans_and_none() -> None:
    manifest = clinic(backup={"plans": {"standard": {}, "hourly": {"frequency_hours": 1}}})
    tag = of_type("TAG_POLICY", manifest, "phi")["tags"]["hlz:backup"]
    assert tag["tag_value"] == {"@@assign": ["hourly", "standard", "none"]}


def test_images_of_strangers_are_reported_and_still_start() -> None:
    """Copies of images into the backup account would fail otherwise (AWS Backup Developer Guide)."""
    settings = of_type("DECLARATIVE_POLICY_EC2", target="phi")["ec2_attributes"]["allowed_images_settings"]
    assert settings["state"] == {"@@assign": "audit_mode"}


def test_the_document_of_backup_plans_is_empty_in_the_data_and_made_from_the_manifest() -> None:
    (row,) = policy_data("declarative/backup")["guardrails"]
    assert row["content"] == {"plans": {}}
    assert of_type("BACKUP_POLICY", target="phi")["plans"]
