"""Databases: parameters, second instances, monitoring of members, capacity."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    resource,
)

FOREIGN = {"own": False}
UNKNOWN = {"Ref": "Stage"}
TLS, AUDIT = "HLZ-RDS-040", "HLZ-RDS-041"


def group(rule: str, family: str, parameters: Any = None, type_: str = "AWS::RDS::DBParameterGroup") -> Report:
    properties = {"Family": family} if parameters is None else {"Family": family, "Parameters": parameters}
    return check(rule, Group=resource(type_, properties))


CLUSTER_GROUP = "AWS::RDS::DBClusterParameterGroup"
DOCUMENTS = "AWS::DocDB::DBClusterParameterGroup"
GRAPHS = "AWS::Neptune::DBClusterParameterGroup"


@pytest.mark.parametrize(
    ("family", "parameters", "type_"),
    [
        ("postgres16", {"rds.force_ssl": "1"}, "AWS::RDS::DBParameterGroup"),
        ("postgres16", {"rds.force_ssl": 1}, "AWS::RDS::DBParameterGroup"),
        ("mysql8.0", {"require_secure_transport": "ON"}, "AWS::RDS::DBParameterGroup"),
        (
            "mysql8.0",
            {"require_secure_transport": "1", "tls_version": "TLSv1.2, TLSv1.3"},
            "AWS::RDS::DBParameterGroup",
        ),
        ("aurora-postgresql15", {"rds.force_ssl": "1"}, CLUSTER_GROUP),
        ("aurora-postgresql15", {"work_mem": "64"}, "AWS::RDS::DBParameterGroup"),
        ("oracle-ee-19", {}, "AWS::RDS::DBParameterGroup"),
        ("docdb5.0", {}, DOCUMENTS),
        ("docdb5.0", {"tls": "tls1.2+"}, DOCUMENTS),
        ("neptune1.3", {"neptune_enforce_ssl": "1"}, GRAPHS),
    ],
)
def test_parameters_that_require_tls_are_fine(family: str, parameters: Json, type_: str) -> None:
    assert_quiet(group(TLS, family, parameters, type_))


@pytest.mark.parametrize(
    ("family", "parameters", "type_"),
    [
        ("postgres16", {"rds.force_ssl": "0"}, "AWS::RDS::DBParameterGroup"),
        ("postgres16", None, "AWS::RDS::DBParameterGroup"),
        ("sqlserver-se-16.0", {"rds.force_ssl": "0"}, "AWS::RDS::DBParameterGroup"),
        ("mariadb10.11", {"require_secure_transport": "OFF"}, "AWS::RDS::DBParameterGroup"),
        ("mysql8.0", {"require_secure_transport": "ON", "tls_version": "TLSv1,TLSv1.2"}, "AWS::RDS::DBParameterGroup"),
        ("aurora-mysql8.0", {}, CLUSTER_GROUP),
        ("aurora-postgresql15", {"rds.force_ssl": "1", "ssl_min_protocol_version": "TLSv1"}, CLUSTER_GROUP),
        ("aurora-postgresql15", {"rds.force_ssl": "0"}, "AWS::RDS::DBParameterGroup"),
        ("docdb5.0", {"tls": "disabled"}, DOCUMENTS),
        ("neptune1.3", {"neptune_enforce_ssl": "0"}, GRAPHS),
    ],
)
def test_parameters_that_do_not_require_tls_are_a_finding(family: str, parameters: Any, type_: str) -> None:
    assert_found(group(TLS, family, parameters, type_), "does not require TLS")


@pytest.mark.parametrize("parameters", [UNKNOWN, {"rds.force_ssl": UNKNOWN}, []])
def test_parameters_decided_at_deployment_are_not_evaluated(parameters: Any) -> None:
    assert_undecided(group(TLS, "postgres16", parameters), "")


@pytest.mark.parametrize(
    ("family", "bad", "good", "type_"),
    [
        ("docdb5.0", {}, {"audit_logs": "enabled"}, DOCUMENTS),
        ("docdb5.0", {"audit_logs": "disabled"}, {"audit_logs": "all"}, DOCUMENTS),
        ("neptune1.3", {"neptune_enable_audit_log": "0"}, {"neptune_enable_audit_log": "1"}, GRAPHS),
        ("postgres16", {"log_connections": "0"}, {"log_connections": "1"}, "AWS::RDS::DBParameterGroup"),
        ("aurora-postgresql15", {"pgaudit.log": "none"}, {"pgaudit.log": "ddl,role"}, CLUSTER_GROUP),
        ("aurora-mysql8.0", {"server_audit_logging": "0"}, {}, CLUSTER_GROUP),
    ],
)
def test_parameters_that_switch_auditing_off_are_a_finding(family: str, bad: Json, good: Json, type_: str) -> None:
    assert_found(group(AUDIT, family, bad, type_), "does not audit")
    assert_quiet(group(AUDIT, family, good, type_))


def test_auditing_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(group(AUDIT, "docdb5.0", UNKNOWN, DOCUMENTS), "Parameters")


def database(properties: Json, type_: str = "AWS::RDS::DBInstance") -> Report:
    return check("HLZ-RDS-042", Database=resource(type_, properties))


@pytest.mark.parametrize("version", ["14.9", "13", None])
def test_a_database_with_default_parameters_is_a_finding(version: str | None) -> None:
    engine = {"Engine": "postgres", **({"EngineVersion": version} if version else {})}
    assert_found(database(engine), "default parameters")
    assert_found(database({**engine, "DBParameterGroupName": "default.postgres14"}), "default parameters")
    assert_quiet(database({**engine, "DBParameterGroupName": "clinic"}))


def test_a_cluster_needs_parameters_of_its_own() -> None:
    assert_found(database({"Engine": "aurora-mysql"}, "AWS::RDS::DBCluster"), "DBClusterParameterGroupName")


@pytest.mark.parametrize(
    "properties",
    [
        {"Engine": "postgres", "EngineVersion": "16.3"},
        {"Engine": "oracle-ee"},
        {"Engine": "aurora-mysql", "DBClusterIdentifier": "clinic"},
    ],
)
def test_engines_that_require_tls_by_themselves_and_members_are_not_examined(properties: Json) -> None:
    assert_did_not_run(database(properties))


def test_a_parameter_group_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(database({"Engine": "mysql", "DBParameterGroupName": UNKNOWN}), "DBParameterGroupName")


def member(**fields: Any) -> Json:
    return resource("AWS::RDS::DBInstance", {"DBClusterIdentifier": {"Ref": "Cluster"}, **fields})


def test_a_cluster_with_one_instance_is_a_finding() -> None:
    cluster = resource("AWS::RDS::DBCluster")
    assert_found(check("HLZ-RDS-043", Cluster=cluster, One=member()), "one instance (One)")
    assert_quiet(check("HLZ-RDS-043", Cluster=cluster, One=member(), Two=member()))


def test_instances_in_one_zone_are_a_finding() -> None:
    cluster = resource("AWS::RDS::DBCluster")
    both = {"One": member(AvailabilityZone="us-east-1a"), "Two": member(AvailabilityZone="us-east-1a")}
    assert_found(check("HLZ-RDS-043", Cluster=cluster, **both), "us-east-1a")


def test_clusters_without_instances_beside_them_are_not_examined() -> None:
    assert_did_not_run(check("HLZ-RDS-043", Cluster=resource("AWS::RDS::DBCluster")))
    of_its_own = resource("AWS::RDS::DBCluster", {"DBClusterInstanceClass": "db.m6gd.large"})
    assert_did_not_run(check("HLZ-RDS-043", Cluster=of_its_own, One=member()))


def test_a_graph_clusters_instances_are_known_by_its_name_too() -> None:
    cluster = resource("AWS::Neptune::DBCluster", {"DBClusterIdentifier": "graph"})
    one = resource("AWS::Neptune::DBInstance", {"DBClusterIdentifier": "graph"})
    assert_found(check("HLZ-RDS-043", Cluster=cluster, One=one), "one instance")


def monitored(cluster: Json, **fields: Any) -> Report:
    return check("HLZ-RDS-044", context=FOREIGN, Cluster=resource("AWS::RDS::DBCluster", cluster), One=member(**fields))


def test_members_are_monitored_by_themselves_or_by_their_cluster() -> None:
    assert_quiet(monitored({}, MonitoringInterval=60))
    assert_quiet(monitored({"MonitoringInterval": 30}))
    assert_found(monitored({}), "no enhanced monitoring")
    assert_found(monitored({"MonitoringInterval": 30}, MonitoringInterval=0), "no enhanced monitoring")
    assert_undecided(monitored({}, MonitoringInterval=UNKNOWN), "MonitoringInterval")


def scaled(table: Json, **beside: Any) -> Report:
    return check("HLZ-DDB-010", context=FOREIGN, Table=resource("AWS::DynamoDB::Table", table), **beside)


def test_a_table_with_fixed_capacity_is_a_finding() -> None:
    assert_found(scaled({"BillingMode": "PROVISIONED"}), "fixed capacity")
    assert_found(scaled({}), "fixed capacity")
    assert_did_not_run(scaled({"BillingMode": "PAY_PER_REQUEST"}))


@pytest.mark.parametrize("id_", [{"Fn::Sub": "table/${Table}"}, {"Fn::Join": ["/", ["table", {"Ref": "Table"}]]}])
def test_a_table_with_a_scalable_target_is_fine(id_: Json) -> None:
    target = resource(
        "AWS::ApplicationAutoScaling::ScalableTarget", {"ServiceNamespace": "dynamodb", "ResourceId": id_}
    )
    scaling = resource("AWS::ApplicationAutoScaling::ScalingPolicy", {"ScalingTargetId": {"Ref": "Target"}})
    assert_quiet(scaled({"BillingMode": "PROVISIONED"}, Target=target, Scaling=scaling))
    assert_found(scaled({"BillingMode": "PROVISIONED"}, Target=target), "fixed capacity")


def test_reads_and_writes_scale_both() -> None:
    def target(dimension: str) -> Json:
        properties = {"ResourceId": {"Fn::Sub": "table/${Table}"}, "ScalableDimension": f"dynamodb:table:{dimension}"}
        return resource("AWS::ApplicationAutoScaling::ScalableTarget", properties)

    def scaling(name: str) -> Json:
        return resource("AWS::ApplicationAutoScaling::ScalingPolicy", {"ScalingTargetId": {"Ref": name}})

    reads = {"Reads": target("ReadCapacityUnits"), "ReadScaling": scaling("Reads")}
    writes = {"Writes": target("WriteCapacityUnits"), "WriteScaling": scaling("Writes")}
    assert_found(scaled({}, **reads), "refuses writes")
    assert_found(scaled({}, **writes), "refuses reads")
    assert_quiet(scaled({}, **reads, **writes))


def test_a_target_decided_at_deployment_is_not_evaluated() -> None:
    target = resource("AWS::ApplicationAutoScaling::ScalableTarget", {"ResourceId": UNKNOWN})
    scaling = resource("AWS::ApplicationAutoScaling::ScalingPolicy", {"ScalingTargetId": {"Ref": "Target"}})
    assert_undecided(scaled({}, Target=target, Scaling=scaling), "ResourceId")
