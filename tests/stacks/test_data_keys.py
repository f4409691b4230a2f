"""Why the keys of an account's data must be as they are; the snapshots show what they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.policy_data import policy_data
from tests.arrangement import clinic
from tests.stacks.arrange import Template, built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

PRODUCTION = ("ehr-production", "us-east-1")
RECOVERY = ("ehr-production", "us-west-2")
TRAINING = ("ehr-training", "us-east-1")
ADMINISTRATION = {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:CancelKeyDeletion"}


@pytest.fixture(scope="module")
def variants() -> Mapping[tuple[str, str], SynthesizedVariant]:
    """The variant of each account and Region of the clinic."""
    deployments = deployments_of("data_keys", clinic(keys={"administrators": ["KeyOfficers"]}))
    by_id = built(list({one.variant.id: one.variant for one in deployments}.values()))
    return {(one.environment.account, one.environment.region): by_id[one.variant.id] for one in deployments}


@pytest.fixture(scope="module")
def home(variants: Mapping[tuple[str, str], SynthesizedVariant]) -> Template:
    return dict(variants[PRODUCTION].template)


@pytest.fixture(scope="module")
def recovery(variants: Mapping[tuple[str, str], SynthesizedVariant]) -> Template:
    return dict(variants[RECOVERY].template)


def by_domain(template: Template, type: str = "AWS::KMS::Key") -> dict[str, dict[str, Any]]:
    """Keys by the domain they are tagged with."""
    return {key["Tags"][0]["Value"]: key for key in resources(template, type).values()}


def by_sid(key: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in key["KeyPolicy"]["Statement"]}


def services(statement: Mapping[str, Any]) -> list[str]:
    """The services a statement is confined to, without Region."""
    names = statement["Condition"]["StringEquals"]["kms:ViaService"]
    return [name["Fn::Join"][1][0].removesuffix(".") for name in (names if isinstance(names, list) else [names])]


def test_the_template_is_this(home: Template, snapshot: SnapshotAssertion) -> None:
    assert home == snapshot(extension_class=TemplateSnapshots)


def test_the_second_sites_template_is_this(recovery: Template, snapshot: SnapshotAssertion) -> None:
    assert recovery == snapshot(extension_class=TemplateSnapshots)


def test_no_rule_has_an_open_finding(variants: Mapping[tuple[str, str], SynthesizedVariant]) -> None:
    for place, variant in variants.items():
        assert open_findings(variant) == [], place


def test_a_stack_uses_every_value_that_is_planned_for_it(
    variants: Mapping[tuple[str, str], SynthesizedVariant],
) -> None:
    for one in deployments_of("data_keys"):
        used = set(variants[one.environment.account, one.environment.region].template.get("Parameters", {}))
        assert used - {"BootstrapVersion"} == {value.name for value in one.values}


def test_what_is_written_at_home_is_read_in_the_recovery_region_with_the_same_key(
    home: Template, recovery: Template
) -> None:
    primaries = {domain for domain, key in by_domain(home).items() if key.get("MultiRegion")}
    replicas = by_domain(recovery, "AWS::KMS::ReplicaKey")
    assert primaries == set(replicas) == {"data", "secrets"}
    assert replicas["data"]["PrimaryKeyArn"] == {"Ref": "DataPrimaryKeyArn"}


def test_backups_have_a_key_of_their_own_in_each_region(home: Template, recovery: Template) -> None:
    for template in (home, recovery):
        assert "MultiRegion" not in by_domain(template)["backup"]


def test_an_account_without_a_second_site_shares_no_key_between_regions(
    variants: Mapping[tuple[str, str], SynthesizedVariant],
) -> None:
    keys = by_domain(dict(variants[TRAINING].template))
    assert set(keys) == {"data", "secrets", "backup"}
    assert not [key for key in keys.values() if key.get("MultiRegion")]


def test_keys_rotate_every_year_wait_thirty_days_and_outlive_their_stack(home: Template, recovery: Template) -> None:
    for key in by_domain(home).values():
        assert (key["EnableKeyRotation"], key["RotationPeriodInDays"], key["PendingWindowInDays"]) == (True, 365, 30)
    for template in (home, recovery):
        for resource in template["Resources"].values():
            if resource["Type"] in ("AWS::KMS::Key", "AWS::KMS::ReplicaKey"):
                assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_whoever_administers_a_key_cannot_use_it(home: Template) -> None:
    for domain, key in by_domain(home).items():
        for sid, statement in by_sid(key).items():
            actions = {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
            uses = {a for a in actions if a.startswith(("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:*"))}
            assert not (uses and actions & ADMINISTRATION), (domain, sid)
        named = by_sid(key)["Administration"]["Condition"]["ArnLike"]["aws:PrincipalArn"]
        assert len(named) == 3
        for role in ("role/cdk-hlz-cfn-exec-role-", "role/hlz-break-glass", "role/KeyOfficers"):
            assert role in str(named), domain


def test_the_account_uses_a_key_only_through_the_services_of_its_domain(home: Template) -> None:
    keys = by_domain(home)
    for domain, key in keys.items():
        statement = by_sid(key)["ThroughServices"]
        assert services(statement) == policy_data("keys/domains")[domain]["via"]
        assert statement["Condition"]["StringEquals"]["kms:CallerAccount"] == {"Ref": "AWS::AccountId"}
    assert not set(services(by_sid(keys["secrets"])["ThroughServices"])) & {"s3", "ec2", "rds"}


def test_grants_are_for_aws_resources_alone(home: Template) -> None:
    for key in by_domain(home).values():
        for statement in key["KeyPolicy"]["Statement"]:
            if "kms:CreateGrant" in statement["Action"]:
                assert statement["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    assert "Grants" not in by_sid(by_domain(home)["secrets"])


def test_everybody_means_one_service_linked_role_of_the_own_account(home: Template) -> None:
    everybody = [
        statement
        for key in by_domain(home).values()
        for statement in key["KeyPolicy"]["Statement"]
        if statement["Principal"] == {"AWS": "*"}
    ]
    assert [statement["Sid"] for statement in everybody] == ["AutoScaling", "AutoScalingGrants"]
    for statement in everybody:
        assert statement["Condition"]["StringEquals"] == {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}
        assert "AWSServiceRoleForAutoScaling" in str(statement["Condition"]["ArnEquals"]["aws:PrincipalArn"])


def test_stacks_that_come_later_find_keys_by_export_and_alias(home: Template) -> None:
    exports = {output["Export"]["Name"] for output in home["Outputs"].values()}
    assert exports == {"hlz-data-key-arn", "hlz-secrets-key-arn", "hlz-backup-key-arn"}
    aliases = {alias["AliasName"] for alias in resources(home, "AWS::KMS::Alias").values()}
    assert aliases == {"alias/hlz-data", "alias/hlz-secrets", "alias/hlz-backup"}


def test_of_the_backup_account_only_the_role_that_copies_may_use_the_keys_of_data_and_backups(home: Template) -> None:
    keys = by_domain(home)
    for domain in ("data", "backup"):
        for sid in ("CopiesToTheBackupAccount", "GrantsForCopiesToTheBackupAccount"):
            statement = by_sid(keys[domain])[sid]
            assert {"Ref": "BackupAccountId"} in statement["Principal"]["AWS"]["Fn::Join"][1]
            assert "AWSServiceRoleForBackup" in str(statement["Condition"]["ArnEquals"]["aws:PrincipalArn"])
    assert "CopiesToTheBackupAccount" not in by_sid(keys["secrets"])


def test_the_backup_accounts_key_admits_the_organization_through_aws_backup_alone(
    variants: Mapping[tuple[str, str], SynthesizedVariant],
) -> None:
    key = by_domain(dict(variants["backup", "us-east-1"].template))["backup"]
    for sid in ("CopiesOfTheOrganization", "GrantsForCopiesOfTheOrganization"):
        statement = by_sid(key)[sid]
        assert statement["Condition"]["StringEquals"]["aws:PrincipalOrgID"] == {"Ref": "OrganizationId"}
        assert services(statement) == ["backup"]
