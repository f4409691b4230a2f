"""Rules over databases that need more than one resource: parameters, second instances, capacity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from landing_zone.assurance.library.presence import is_given, those_that
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import (
    MISSING,
    CannotEvaluate,
    Reference,
    Symbolic,
    Unresolved,
    Value,
    named,
    text_of,
)

_CLUSTER_GROUPS = (
    "AWS::RDS::DBClusterParameterGroup",
    "AWS::DocDB::DBClusterParameterGroup",
    "AWS::Neptune::DBClusterParameterGroup",
)
_GROUPS = ("AWS::RDS::DBParameterGroup", *_CLUSTER_GROUPS)


@dataclass(frozen=True)
class _Parameter:
    """A parameter of families of engines. `default` is what the engine takes; None: it is to be stated."""

    family: str
    name: str
    good: str
    expected: str
    default: str | None = None
    clusters_only: bool = False


_TLS = (
    _Parameter("postgres.*|sqlserver-.*", "rds.force_ssl", "1|true|on", "1"),
    _Parameter("aurora-postgresql.*", "rds.force_ssl", "1|true|on", "1", clusters_only=True),
    _Parameter("mysql.*|mariadb.*", "require_secure_transport", "1|true|on", "1"),
    _Parameter("aurora-mysql.*", "require_secure_transport", "1|true|on", "ON", clusters_only=True),
    _Parameter("docdb.*", "tls", "(?!disabled).+", "enabled", default="enabled"),
    _Parameter("neptune.*", "neptune_enforce_ssl", "1", "1", default="1"),
    _Parameter("(aurora-)?postgres.*", "ssl_min_protocol_version", "TLSv1\\.[23]", "TLSv1.2", default="TLSv1.2"),
    _Parameter("(aurora-)?mysql.*|mariadb.*", "tls_version", "(TLSv1\\.[23],?)+", "TLSv1.2", default="TLSv1.2"),
)
"""Sources: the user guides of RDS, Aurora, DocumentDB and Neptune on SSL/TLS. PostgreSQL 15 requires TLS by itself;
a group of one's own is expected to say so all the same."""

_AUDIT = (
    _Parameter("docdb.*", "audit_logs", "(?!disabled|none).+", "enabled"),
    _Parameter("neptune.*", "neptune_enable_audit_log", "1", "1"),
    _Parameter("(aurora-)?postgres.*", "log_connections", "(?!0|off|false).+", "1", default="1"),
    _Parameter("(aurora-)?postgres.*", "log_disconnections", "(?!0|off|false).+", "1", default="1"),
    _Parameter("(aurora-)?postgres.*", "log_statement", "(?!none).+", "ddl", default="ddl"),
    _Parameter("(aurora-)?postgres.*", "pgaudit.log", "(?!none).+", "all", default="all"),
    _Parameter("aurora-mysql.*", "server_audit_logging", "(?!0|off|false).+", "1", default="1"),
)
"""What switches auditing on. With a default here, the template's silence is not judged: the engine's is off, and not
every database is to log every statement."""


def _wrong(group: Resource, wanted: tuple[_Parameter, ...]) -> Iterator[tuple[_Parameter, str]]:
    family = group.text("Family") or ""
    for parameter in wanted:
        if not re.fullmatch(parameter.family, family, re.IGNORECASE):
            continue
        if parameter.clusters_only and group.type not in _CLUSTER_GROUPS:
            parameters = group.known("Parameters")
            if not isinstance(parameters, Mapping) or parameter.name not in parameters:
                continue
        found = _stated(group, parameter.name)
        if found is None and parameter.default is not None:
            continue
        if found is None or not re.fullmatch(parameter.good, found.replace(" ", ""), re.IGNORECASE):
            yield parameter, found or "nothing"


def _stated(group: Resource, name: str) -> str | None:
    parameters = group.known("Parameters")
    if parameters is MISSING:
        return None
    if not isinstance(parameters, Mapping):
        raise group.misfit("Parameters", parameters, "a map")
    value = parameters.get(name, MISSING)
    if value is MISSING:
        return None
    text = text_of(value)
    if text is None or isinstance(text, Symbolic):
        reason = value.reason if isinstance(value, Unresolved) else f"it is {named(value)}"
        raise CannotEvaluate(f"parameter {name} is not known: {reason}")
    return text


@rule(
    "HLZ-RDS-040",
    control="LZ-DB-03",
    resource=_GROUPS,
    title="Parameters of databases require TLS",
    fix="Set rds.force_ssl 1 (PostgreSQL, SQL Server), require_secure_transport ON (MySQL, MariaDB), tls enabled "
    "(DocumentDB) or neptune_enforce_ssl 1 (Neptune).",
)
def parameters_require_tls(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The group states the parameter by which the engine refuses connections without TLS, and no TLS below 1.2.

    DocumentDB and Neptune require TLS unless they are told otherwise. Aurora reads the parameter from the cluster's
    group. Engines without such a parameter (Oracle) are not examined.

    Cannot see: whether a database uses the group, and what the engine's version takes by itself.
    """
    for parameter, found in _wrong(group, _TLS):
        yield Violation(
            f"Parameter group {group.logical_id} does not require TLS ({parameter.name}: {found}); "
            f"{parameter.expected} is expected.",
            "Parameters",
        )


@rule(
    "HLZ-RDS-041",
    control="LZ-LOG-14",
    resource=_GROUPS,
    title="Parameters of databases leave auditing on",
    fix="Set audit_logs enabled (DocumentDB) or neptune_enable_audit_log 1 (Neptune), and do not switch "
    "log_connections or the audit extension off.",
)
def parameters_audit(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """DocumentDB and Neptune state that they audit; others do not switch off what logs connections and statements.

    Cannot see: whether a database uses the group, and what it exports.
    """
    for parameter, found in _wrong(group, _AUDIT):
        yield Violation(
            f"Parameter group {group.logical_id} does not audit ({parameter.name}: {found}); "
            f"{parameter.expected} is expected.",
            "Parameters",
        )


_GROUP_PROPERTY = {"AWS::RDS::DBInstance": "DBParameterGroupName", "AWS::RDS::DBCluster": "DBClusterParameterGroupName"}


def _needs_parameters(database: Resource, context: RuleContext) -> bool:
    if database.type == "AWS::RDS::DBInstance" and is_given(database, "DBClusterIdentifier"):
        return False
    engine = database.text("Engine") or ""
    major = re.match(r"\d+", database.text("EngineVersion") or "")
    if engine == "postgres" and major and int(major.group()) >= 15:
        return False
    if engine == "aurora-postgresql" and major and int(major.group()) >= 17:
        return False
    return bool(re.fullmatch(r"(aurora-)?(postgres(ql)?|mysql)|mariadb|sqlserver-.*", engine))


@rule(
    "HLZ-RDS-042",
    control="LZ-DB-03",
    resource=tuple(_GROUP_PROPERTY),
    applies=_needs_parameters,
    title="Databases have parameters of their own",
    fix="Set DBParameterGroupName (for clusters DBClusterParameterGroupName) to a group that requires TLS.",
)
def databases_have_parameters(database: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The database names a parameter group that is not the engine's default one, which takes connections without TLS.

    PostgreSQL 15 and Aurora PostgreSQL 17 require TLS by default; they and Oracle are not examined.

    Cannot see: what a group of another stack says.
    """
    path = _GROUP_PROPERTY[database.type]
    if not is_given(database, path) or (text_of(database.value(path)) or "").startswith("default."):
        yield Violation(
            f"Database {database.logical_id} takes its engine's default parameters, which do not require TLS; {path} "
            "is expected.",
            path,
        )


_INSTANCES = {
    "AWS::RDS::DBCluster": "AWS::RDS::DBInstance",
    "AWS::DocDB::DBCluster": "AWS::DocDB::DBInstance",
    "AWS::Neptune::DBCluster": "AWS::Neptune::DBInstance",
}


def _has_instances(cluster: Resource, context: RuleContext) -> bool:
    """A cluster whose instances stand beside it; a Multi-AZ cluster of RDS has a class of its own and makes them."""
    if cluster.value("DBClusterInstanceClass") is not MISSING:
        return False
    return any(_is_of(instance, cluster) for instance in context.template.of_type(_INSTANCES[cluster.type]))


def _is_of(instance: Resource, cluster: Resource) -> bool:
    value = instance.value("DBClusterIdentifier")
    if isinstance(value, Reference):
        return value.logical_id == cluster.logical_id
    name = text_of(cluster.value("DBClusterIdentifier"))
    return name is not None and text_of(value) == name


@rule(
    "HLZ-RDS-043",
    control="LZ-DB-04",
    resource=tuple(_INSTANCES),
    applies=_has_instances,
    title="Clusters have a second instance to fail over to",
    fix="Add a second instance to the cluster, in another Availability Zone.",
)
def clusters_have_a_second_instance(cluster: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A cluster with an instance in its template has two or more, and they do not all name one Availability Zone.

    Cannot see: instances of other stacks, and whether the second one is large enough.
    """
    instances = [each for each in context.template.of_type(_INSTANCES[cluster.type]) if _is_of(each, cluster)]
    zones = [text_of(instance.value("AvailabilityZone")) for instance in instances]
    if len(instances) < 2:
        yield Violation(
            f"Cluster {cluster.logical_id} has one instance ({instances[0].logical_id}); a second one to fail over to "
            "is expected."
        )
    elif zones[0] is not None and len(set(zones)) == 1:
        yield Violation(
            f"All instances of cluster {cluster.logical_id} stand in {zones[0]}; two Availability Zones are expected."
        )


def _is_member(instance: Resource, context: RuleContext) -> bool:
    return not context.own and is_given(instance, "DBClusterIdentifier")


@rule(
    "HLZ-RDS-044",
    control="LZ-LOG-14",
    resource="AWS::RDS::DBInstance",
    applies=_is_member,
    title="Instances of clusters have enhanced monitoring",
    fix="Set MonitoringInterval to 60 or less, and MonitoringRoleArn, on the instance or the cluster.",
)
def members_are_monitored(instance: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The instance, or the cluster of the template that it belongs to, states a MonitoringInterval above 0.

    HLZ-RDS-014 asks the same of databases without a cluster.

    Cannot see: whether the role lets RDS write.
    """
    interval = instance.number("MonitoringInterval")
    if interval is None:
        clusters = [each for each in context.template.of_type("AWS::RDS::DBCluster") if _is_of(instance, each)]
        interval = clusters[0].number("MonitoringInterval") if clusters else None
    if not interval:
        yield Violation(
            f"Database instance {instance.logical_id} has no enhanced monitoring; a MonitoringInterval of 1 to 60 is "
            "expected.",
            "MonitoringInterval",
        )


_CAPACITIES = {"reads": "dynamodb:table:ReadCapacityUnits", "writes": "dynamodb:table:WriteCapacityUnits"}


def _is_provisioned(table: Resource, context: RuleContext) -> bool:
    return not context.own and table.text("BillingMode") in (None, "PROVISIONED")


@rule(
    "HLZ-DDB-010",
    control="LZ-AVL-02",
    resource="AWS::DynamoDB::Table",
    applies=_is_provisioned,
    title="Capacity of tables follows demand",
    fix="Set BillingMode PAY_PER_REQUEST, or add AWS::ApplicationAutoScaling::ScalableTarget for reads and writes.",
)
def tables_scale(table: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A table with provisioned capacity has a scalable target in the template, and the target a scaling policy.

    Our own stacks are judged by HIPAA.Security-DynamoDBAutoScalingEnabled.

    Cannot see: whether the target's bounds are wide enough, and indexes.
    """
    targets = [
        target
        for target in context.template.of_type("AWS::ApplicationAutoScaling::ScalableTarget")
        if (text_of(target.value("ServiceNamespace")) or "") in ("", "dynamodb") and _has_a_policy(target, context)
    ]
    scaled = those_that(targets, lambda target: _speaks_of(target.known("ResourceId"), table))
    dimensions = {text_of(target.value("ScalableDimension")) for target in scaled}
    for what, dimension in _CAPACITIES.items():
        if dimension not in dimensions and None not in dimensions:
            yield Violation(
                f"Table {table.logical_id} refuses {what} beyond a fixed capacity; PAY_PER_REQUEST or a scalable "
                "target is expected.",
                "BillingMode",
            )
            return


def _has_a_policy(target: Resource, context: RuleContext) -> bool:
    """A scaling policy refers to the target, or names the same resource itself."""
    policies = context.template.of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
    wanted = (Reference(target.logical_id), target.value("ResourceId"))
    return any(
        policy.value("ScalingTargetId") == wanted[0] or policy.value("ResourceId") == wanted[1] for policy in policies
    )


def _speaks_of(value: Value, table: Resource) -> bool:
    text, name = text_of(value) or "", text_of(table.value("TableName"))
    return "${" + table.logical_id + "}" in text or (name is not None and f"table/{name}" in text)
