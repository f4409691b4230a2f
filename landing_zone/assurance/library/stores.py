"""A rule over everything else that stores data. Buckets, log groups and keys have rules of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landing_zone.assurance.library.retention import first_loss, losses
from landing_zone.assurance.rules import Outcome, RuleContext, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING

STORES: Mapping[str, str] = {
    "AWS::Backup::BackupVault": "Backup vault",
    "AWS::Backup::LogicallyAirGappedBackupVault": "Backup vault",
    "AWS::Cassandra::Table": "Table",
    "AWS::CloudTrail::EventDataStore": "Event data store",
    "AWS::DSQL::Cluster": "Database cluster",
    "AWS::DocDB::DBCluster": "Database cluster",
    "AWS::DocDBElastic::Cluster": "Database cluster",
    "AWS::DynamoDB::GlobalTable": "Table",
    "AWS::DynamoDB::Table": "Table",
    "AWS::EC2::Volume": "Volume",
    "AWS::EFS::FileSystem": "File system",
    "AWS::Elasticsearch::Domain": "Search domain",
    "AWS::FSx::FileSystem": "File system",
    "AWS::FSx::Volume": "Volume",
    "AWS::HealthImaging::Datastore": "Data store",
    "AWS::HealthLake::FHIRDatastore": "Data store",
    "AWS::MemoryDB::Cluster": "Database cluster",
    "AWS::Neptune::DBCluster": "Database cluster",
    "AWS::OpenSearchServerless::Collection": "Search collection",
    "AWS::OpenSearchService::Domain": "Search domain",
    "AWS::RDS::DBCluster": "Database cluster",
    "AWS::RDS::DBInstance": "Database instance",
    "AWS::Redshift::Cluster": "Data warehouse",
    "AWS::RedshiftServerless::Namespace": "Data warehouse",
    "AWS::S3Express::DirectoryBucket": "Directory bucket",
    "AWS::S3Tables::TableBucket": "Table bucket",
    "AWS::SecretsManager::Secret": "Secret",
    "AWS::Timestream::Table": "Table",
}
"""Resource types that hold data, and what a message calls them."""

SNAPSHOT_STORES = frozenset(
    {
        "AWS::DocDB::DBCluster",
        "AWS::EC2::Volume",
        "AWS::Neptune::DBCluster",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
    }
)
"""Those of which CloudFormation takes a snapshot. Source: aws_cdk.CfnDeletionPolicy.SNAPSHOT's documentation; Neptune
and DocumentDB as quoted from the CloudFormation user guide's page on DeletionPolicy."""

_MAY_STAY_OPEN = ("AWS::SecretsManager::Secret", "AWS::Backup::BackupVault")


def _holds_data(store: Resource, context: RuleContext) -> bool:
    """An instance of a database cluster keeps nothing itself: its cluster does.

    In templates of others secrets may be made anew, a backup vault with recovery points cannot be deleted, and nor can
    an event data store with termination protection, which is on by default.
    """
    if store.type == "AWS::CloudTrail::EventDataStore" and not context.own and store.deletion_policy is MISSING:
        return store.flag("TerminationProtectionEnabled") is False
    if store.type in _MAY_STAY_OPEN and not context.own and store.deletion_policy is MISSING:
        return False
    return store.type != "AWS::RDS::DBInstance" or store.known("DBClusterIdentifier") is MISSING


@rule(
    "HLZ-RET-001",
    control="LZ-STO-05",
    resource=tuple(STORES),
    applies=_holds_data,
    title="Stores of data outlive their stack",
    fix="Set DeletionPolicy to Retain (or RetainExceptOnCreate) and UpdateReplacePolicy to Retain; Snapshot for "
    "databases and volumes.",
)
def stores_outlive_the_stack(store: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Deleting the stack, or replacing the resource in an update, keeps the data.

    Snapshot counts for EC2 volumes, RDS and Redshift. What CloudFormation does without a policy differs by type (RDS
    takes a snapshot), so it is to be stated. Instances of a database cluster are not examined.

    Cannot see: types that are not in the list, deletion protection, who may delete the resource itself, and caches.
    """
    found = losses if context.own else first_loss
    yield from found(store, STORES[store.type], snapshot=store.type in SNAPSHOT_STORES)
