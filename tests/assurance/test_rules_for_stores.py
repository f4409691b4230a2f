"""HLZ-RET: stores of data outlive their stack."""

from __future__ import annotations

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from landing_zone.assurance.library.stores import SNAPSHOT_STORES, STORES
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    resource,
)

RULE = "HLZ-RET-001"
KEPT: Json = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


@pytest.mark.parametrize("type_", STORES)
def test_a_store_that_goes_with_its_stack_is_two_findings(type_: str) -> None:
    report = check(RULE, Store=resource(type_))
    assert [finding.path for finding in report.findings] == [
        "Resources/Store/DeletionPolicy",
        "Resources/Store/UpdateReplacePolicy",
    ]
    assert report.findings[0].message.startswith(f"{STORES[type_]} Store")
    assert_quiet(check(RULE, Store=resource(type_, **KEPT)))


@pytest.mark.parametrize("type_", STORES)
def test_a_listed_type_exists(type_: str) -> None:
    assert PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_)


@pytest.mark.parametrize("type_", sorted(SNAPSHOT_STORES))
def test_a_snapshot_keeps_the_data_where_cloudformation_takes_one(type_: str) -> None:
    assert_quiet(check(RULE, Store=resource(type_, DeletionPolicy="Snapshot", UpdateReplacePolicy="Snapshot")))


def test_a_snapshot_keeps_nothing_elsewhere() -> None:
    table = resource("AWS::DynamoDB::Table", DeletionPolicy="Snapshot", UpdateReplacePolicy="Retain")
    assert_found(check(RULE, Store=table), "Table Store has Snapshot DeletionPolicy")


def test_an_instance_of_a_cluster_stores_nothing_itself() -> None:
    instance = "AWS::RDS::DBInstance"
    assert_did_not_run(check(RULE, Store=resource(instance, {"DBClusterIdentifier": "cluster"})))
    member = check(RULE, Store=resource(instance, {"DBClusterIdentifier": {"Ref": "Stage"}}, **KEPT))
    assert_undecided(member, "DBClusterIdentifier is not known")


def test_survival_decided_at_deployment_is_not_evaluated() -> None:
    open_policy = {"Fn::If": ["IsProduction", "Retain", "Delete"]}
    table = resource("AWS::DynamoDB::Table", DeletionPolicy="Retain", UpdateReplacePolicy=open_policy)
    assert_undecided(check(RULE, Store=table), "UpdateReplacePolicy is not known")


def test_a_vault_of_others_may_leave_it_open_but_not_say_delete() -> None:
    vault = "AWS::Backup::BackupVault"
    assert_did_not_run(check(RULE, context={"own": False}, Store=resource(vault)))
    assert_found(check(RULE, context={"own": False}, Store=resource(vault, DeletionPolicy="Delete")), "Delete")
