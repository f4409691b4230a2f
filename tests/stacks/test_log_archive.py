"""Why the log archive's templates must be as they are; the snapshots show what they are."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.manifest.model.security import LOG_KINDS
from landing_zone.plan.names import replication_role
from tests.arrangement import clinic
from tests.stacks.archive_templates import EAST, WEST, Built, archive, bucket, chain, landing, locked, tags
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

RECORDS = "hlz-archive-records-landing-111122223333-{}"
LONGEST_REGION = "ap-southeast-1"
MANAGED_POLICY_QUOTA = 6144


@pytest.mark.parametrize("region", [EAST, WEST])
def test_the_template_is_this(region: str, snapshot: SnapshotAssertion) -> None:
    assert archive(region).template == snapshot(extension_class=TemplateSnapshots)


@pytest.mark.parametrize("region", [EAST, WEST])
def test_no_rule_finds_anything_that_is_not_acknowledged(region: str) -> None:
    assert open_findings(archive(region).variant) == []


def test_each_kind_of_log_is_locked_in_compliance_mode_for_its_own_retention_in_both_regions() -> None:
    years = {"default": 6, "audit_trail": 10, "flow_logs": 1, "reason": "Flow logs are kept one year, as assessed."}
    deployments = deployments_of("log_archive", {**clinic(), "retention": years})
    variants = built([deployment.variant for deployment in deployments])
    for deployment in deployments:
        stack = Built("log_archive", deployment.environment.region, variants[deployment.variant.id])
        days = {}
        for kind, properties in locked(stack).items():
            assert properties["ObjectLockEnabled"] is True
            retention = properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
            assert retention["Mode"] == "COMPLIANCE"
            days[kind] = retention["Days"]
            (expiry,) = [rule for rule in properties["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule]
            assert expiry["ExpirationInDays"] == retention["Days"], "lifecycle deletes when the lock has ended"
            classes = [step["StorageClass"] for step in expiry["Transitions"]]
            pays = ["GLACIER_IR"] if kind == "flow_logs" else ["GLACIER_IR", "DEEP_ARCHIVE"]
            assert classes == pays, "no class whose minimum charge outlasts the retention"
        assert days == {kind: {"audit_trail": 3653, "flow_logs": 365}.get(kind, 2192) for kind in LOG_KINDS}


def test_under_control_tower_the_archive_takes_data_events_and_no_organization_trail() -> None:
    deployments = deployments_of("log_archive", clinic(control_tower=True))
    variants = built([deployment.variant for deployment in deployments])
    for deployment in deployments:
        stack = Built("log_archive", deployment.environment.region, variants[deployment.variant.id])
        assert open_findings(stack.variant) == []
        assert "OrganizationTrail" not in str(stack.template)
        if stack.region == EAST:
            assert {"DataEventTrails", "DataEventTrailsCheck"} <= stack.named(bucket("audit_trail", EAST)).keys()
            (key,) = resources(stack.template, "AWS::KMS::Key").values()
            assert "DataEventTrails" in {statement["Sid"] for statement in key["KeyPolicy"]["Statement"]}


@pytest.mark.parametrize("region", [EAST, WEST])
def test_every_bucket_is_private_versioned_and_kept_with_its_policy(region: str) -> None:
    for stack in (archive(region), landing(region)):
        for name, properties in stack.buckets().items():
            assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}, name
            assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, name
            assert properties["VersioningConfiguration"] == {"Status": "Enabled"}, name
            (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            assert rule["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}, "such objects are not replicated"
        for resource in stack.template["Resources"].values():
            if resource["Type"].startswith(("AWS::S3::", "AWS::KMS::Key")):
                assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_locked_buckets_are_encrypted_with_the_archives_key_and_only_a_service_can_exempt_a_bucket() -> None:
    for stack in chain():
        for name, properties in stack.buckets().items():
            (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            default = rule["ServerSideEncryptionByDefault"]
            if "access-logs-landing" in name or "archive-records" in name:
                assert default == {"SSEAlgorithm": "AES256"}, name
                assert tags(properties)["hlz:encryption"] == "service-constraint", name
            else:
                assert default["SSEAlgorithm"] == "aws:kms", name
                assert rule["BucketKeyEnabled"] is True, name
                assert stack.text(default["KMSMasterKeyID"]).startswith(f"arn:aws:kms:{stack.region}:"), name
                assert "hlz:encryption" not in tags(properties), name


def test_home_copies_every_kind_to_the_recovery_regions_bucket_under_that_regions_key() -> None:
    home = archive(EAST)
    for kind, properties in locked(home).items():
        ((destination, rule),) = home.copies(properties).items()
        assert destination == bucket(kind, WEST)
        assert (rule["Status"], rule["Filter"]) == ("Enabled", {"Prefix": ""}), "everything"
        assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}, "a deletion stays where it was made"
        assert rule["SourceSelectionCriteria"] == {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
        key = home.text(rule["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"])
        assert key == f"arn:aws:kms:{WEST}:111122223333:alias/hlz-archive"


def test_the_recovery_region_is_the_end_of_the_chain_and_no_service_delivers_there() -> None:
    end = archive(WEST)
    for kind, properties in locked(end).items():
        assert "ReplicationConfiguration" not in properties
        allowed = [s for s in end.named(bucket(kind, WEST)).values() if s["Effect"] == "Allow"]
        assert allowed == [], kind
    assert "cloudtrail" not in str(resources(end.template, "AWS::KMS::Key"))


def test_nothing_is_named_before_it_exists() -> None:
    """S3 refuses replication to, and logging into, a bucket that is not there."""
    existing: set[str] = set()
    for stack in chain():
        own = stack.buckets()
        for name, properties in own.items():
            for target in edges(stack, properties):
                assert target in existing | own.keys(), f"{name} -> {target}"
                if target in own:
                    assert target in ordered_after(stack, name), f"{name} may be created before {target}"
        existing |= own.keys()


def edges(stack: Built, properties: dict[str, Any]) -> set[str]:
    """The buckets into which a bucket's objects, logs and inventories go."""
    targets = set(stack.copies(properties))
    if "LoggingConfiguration" in properties:
        targets.add(stack.text(properties["LoggingConfiguration"]["DestinationBucketName"]))
    for inventory in properties.get("InventoryConfigurations", []):
        targets.add(stack.text(inventory["Destination"]["BucketArn"]).removeprefix("arn:aws:s3:::"))
    return targets


def ordered_after(stack: Built, name: str) -> set[str]:
    """The buckets that CloudFormation has made before this one, by DependsOn."""
    found: set[str] = set()
    every = stack.template["Resources"]
    waiting = [
        id for id, r in resources(stack.template, "AWS::S3::Bucket").items() if stack.text(r["BucketName"]) == name
    ]
    while waiting:
        for id in every[waiting.pop()].get("DependsOn", []):
            target = every[id]["Properties"].get("Bucket", {}).get("Ref", id)  # of a policy, its bucket
            if every[target]["Type"] == "AWS::S3::Bucket":
                found.add(stack.text(every[target]["Properties"]["BucketName"]))
            waiting += [id] if target == id else [id, target]
    return found


def test_logs_about_logs_come_to_an_end() -> None:
    """A circle of access logs, inventories and copies would write for ever: S3 warns of it."""
    graph = {name: edges(stack, properties) for stack in chain() for name, properties in stack.buckets().items()}
    TopologicalSorter(graph).prepare()  # raises CycleError
    silent = {name for stack in chain() for name, b in stack.buckets().items() if "LoggingConfiguration" not in b}
    expected = {name for region in (EAST, WEST) for name in (RECORDS.format(region), bucket("access_logs", region))}
    assert silent == expected, "only these are left to the data-event trail"


@pytest.mark.parametrize("region", [EAST, WEST])
def test_every_recorded_locked_bucket_has_a_weekly_inventory_with_the_lock_of_each_version(region: str) -> None:
    for kind, properties in locked(archive(region)).items():
        inventories = properties.get("InventoryConfigurations", [])
        if kind == "access_logs":
            assert inventories == []
            continue
        (inventory,) = inventories
        assert (inventory["ScheduleFrequency"], inventory["IncludedObjectVersions"]) == ("Weekly", "All")
        assert {"ObjectLockMode", "ObjectLockRetainUntilDate", "ReplicationStatus"} <= set(inventory["OptionalFields"])


@pytest.mark.parametrize("region", [EAST, WEST])
def test_everybody_is_refused_without_tls_and_from_outside_the_organization(region: str) -> None:
    for stack in (archive(region), landing(region)):
        for name in stack.buckets():
            by_sid = stack.named(name)
            for sid, condition in (
                ("DenyWithoutTls", {"Bool": {"aws:SecureTransport": "false"}}),
                ("DenyOldTls", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
                (
                    "DenyOutsideOrganization",
                    {
                        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}},
                        "Bool": {"aws:PrincipalIsAWSService": "false"},
                    },
                ),
            ):
                statement = by_sid[sid]
                assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
                assert statement["Condition"] == condition
                arn = f"arn:aws:s3:::{name}"
                assert [stack.text(resource) for resource in statement["Resource"]] == [arn, f"{arn}/*"]


@pytest.mark.parametrize("region", [EAST, WEST])
def test_nobody_but_services_and_the_four_replication_roles_writes_into_a_locked_bucket(region: str) -> None:
    stack = archive(region)
    made = {role["RoleName"] for each in chain() for role in resources(each.template, "AWS::IAM::Role").values()}
    assert made == {replication_role(role, there) for role in ("log_archive", "log_landing") for there in (EAST, WEST)}
    for kind in LOG_KINDS:
        denial = stack.named(bucket(kind, region))["DenyWritersButDelivery"]
        assert {"s3:PutObject", "s3:ReplicateObject", "s3:DeleteObjectVersion"} <= set(denial["Action"])
        admitted = denial["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
        assert {stack.text(arn) for arn in admitted} == {f"arn:aws:iam::111122223333:role/{name}" for name in made}


def test_only_the_organizations_trail_and_its_data_event_trails_deliver_to_the_audit_trail() -> None:
    home = archive(EAST)
    by_sid = home.named(bucket("audit_trail", EAST))
    writes = [s for s in by_sid.values() if s["Effect"] == "Allow" and s["Action"] == "s3:PutObject"]
    assert [s["Principal"] for s in writes] == [{"Service": "cloudtrail.amazonaws.com"}] * 2
    organization, data_events = (s["Condition"] for s in writes)
    trail = home.text(organization["StringEquals"]["aws:SourceArn"])
    assert trail == f"arn:aws:cloudtrail:{EAST}:222233334444:trail/hlz-organization"
    pattern = home.text(data_events["ArnLike"]["aws:SourceArn"])
    assert pattern == f"arn:aws:cloudtrail:{EAST}:*:trail/hlz-data-events"
    assert data_events["StringEquals"]["aws:SourceOrgID"] == {"Ref": "OrganizationId"}, "any account, but ours"


@pytest.mark.parametrize("stack", range(4))
def test_the_replication_role_copies_what_is_configured_and_can_delete_nothing(stack: int) -> None:
    built = chain()[stack]
    (policy,) = resources(built.template, "AWS::IAM::ManagedPolicy").values()
    by_sid = {statement["Sid"]: statement for statement in policy["PolicyDocument"]["Statement"]}
    sources = {name: built.copies(b) for name, b in built.buckets().items() if "ReplicationConfiguration" in b}
    assert texts(built, by_sid["Sources"]) == {f"arn:aws:s3:::{name}" for name in sources}
    assert texts(built, by_sid["Versions"]) == {f"arn:aws:s3:::{name}/*" for name in sources}
    assert texts(built, by_sid["Replicas"]) == {f"arn:aws:s3:::{to}/*" for rules in sources.values() for to in rules}
    actions = {
        action for s in by_sid.values() for action in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])
    }
    assert not [action for action in actions if "Delete" in action or "Put" in action or action == "s3:GetObject"]
    for statement in by_sid.values():
        if "kms:" in str(statement["Action"]):
            assert statement["Condition"]["ForAnyValue:StringEquals"] == {"kms:ResourceAliases": "alias/hlz-archive"}
            assert built.text(statement["Condition"]["StringEquals"]["kms:ViaService"]).startswith("s3.")


def texts(stack: Built, statement: dict[str, Any]) -> set[str]:
    named = statement["Resource"]
    return {stack.text(entry) for entry in (named if isinstance(named, list) else [named])}


@pytest.mark.parametrize("stack", range(4))
def test_the_replication_policy_fits_its_quota_where_region_names_are_longest(stack: int) -> None:
    built = chain()[stack]
    (policy,) = resources(built.template, "AWS::IAM::ManagedPolicy").values()
    characters = len(
        resolved(built, policy["PolicyDocument"]).replace(EAST, LONGEST_REGION).replace(WEST, LONGEST_REGION)
    )
    assert characters < MANAGED_POLICY_QUOTA


def resolved(stack: Built, part: Any) -> str:
    if isinstance(part, dict) and len(part) == 1 and next(iter(part)).startswith(("Fn::", "Ref")):
        return stack.text(part)
    if isinstance(part, dict):
        return "".join(key + resolved(stack, entry) + '":"",' for key, entry in part.items())
    if isinstance(part, list):
        return "".join(resolved(stack, entry) + '"",' for entry in part)
    return str(part)


@pytest.mark.parametrize("region", [EAST, WEST])
def test_the_key_is_read_with_by_the_own_account_through_s3_alone(region: str) -> None:
    stack = archive(region)
    (key,) = resources(stack.template, "AWS::KMS::Key").values()
    by_sid = {statement["Sid"]: statement for statement in key["KeyPolicy"]["Statement"]}
    own = "arn:aws:iam::111122223333:root"
    people = {
        sid: statement
        for sid, statement in by_sid.items()
        if "AWS" in statement["Principal"] and "kms:Decrypt" in statement["Action"]
    }
    assert people.keys() == {"Readers", "Organization"}
    for sid, limit in (("Readers", "kms:CallerAccount"), ("Organization", "aws:PrincipalOrgID")):
        condition = people[sid]["Condition"]["StringEquals"]
        assert condition.keys() == {limit, "kms:ViaService"}
        assert stack.text(condition["kms:ViaService"]) == f"s3.{region}.amazonaws.com"
    assert stack.text(people["Readers"]["Principal"]["AWS"]) == own
    for each in (archive(region), landing(region)):
        reads = [s for _, s in each.statements() if s["Effect"] == "Allow" and "s3:GetObject" in s["Action"]]
        assert reads == [], "so nobody of another account reads what it may decrypt"


@pytest.mark.parametrize("region", [EAST, WEST])
def test_services_use_the_key_only_for_the_own_organization(region: str) -> None:
    (key,) = resources(archive(region).template, "AWS::KMS::Key").values()
    services = [s for s in key["KeyPolicy"]["Statement"] if "Service" in s["Principal"]]
    assert services
    for statement in services:
        pinned = statement["Condition"]["StringEquals"]
        assert {"aws:SourceOrgID", "aws:SourceAccount", "aws:SourceArn"} & pinned.keys(), statement["Sid"]
