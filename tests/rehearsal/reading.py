"""What boto3 reads back of a resource, in the words of CloudFormation, and what moto keeps of none."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from botocore.exceptions import ClientError

from tests.arrangement import Json

Client = Callable[[str], Any]
"""A boto3 client by the name of its service."""
Leaves = dict[tuple[str | int, ...], Any]

NOT_MODELLED = {
    "AWS::AccessAnalyzer::Analyzer",
    "AWS::CloudWatch::Alarm",
    "AWS::Config::ConfigurationRecorder",
    "AWS::Config::DeliveryChannel",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SubnetNetworkAclAssociation",
    "AWS::Events::EventBusPolicy",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SSM::PatchBaseline",
}
"""Types of which moto's CloudFormation has no model: it skips them, warns, and says CREATE_COMPLETE."""

UNNAMED = {"AWS::EC2::SecurityGroupIngress"}
"""Types whose resources moto gives no physical id, so that nothing can be read back by it."""

DROPPED: Mapping[str, frozenset[str]] = {
    "AWS::EC2::RouteTable": frozenset({"Tags"}),
    "AWS::EC2::SecurityGroup": frozenset({"SecurityGroupEgress"}),
    "AWS::EC2::SubnetRouteTableAssociation": frozenset({"SubnetId"}),
    "AWS::EC2::VPC": frozenset({"EnableDnsHostnames"}),
    "AWS::Events::EventBus": frozenset({"Description", "KmsKeyIdentifier", "Tags"}),
    "AWS::IAM::Role": frozenset({"ManagedPolicyArns"}),
    "AWS::KMS::Key": frozenset({"MultiRegion", "RotationPeriodInDays"}),
    "AWS::Logs::LogGroup": frozenset({"DeletionProtectionEnabled", "KmsKeyId"}),
    "AWS::S3::Bucket": frozenset(
        {
            "BucketEncryption.ServerSideEncryptionConfiguration.BlockedEncryptionTypes",
            "BucketEncryption.ServerSideEncryptionConfiguration.BucketKeyEnabled",
            "InventoryConfigurations",
            "LifecycleConfiguration",
            "LoggingConfiguration",
            "ObjectLockConfiguration",
            "ObjectLockEnabled",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "ReplicationConfiguration",
            "VersioningConfiguration",
        }
    ),
    "AWS::SNS::Topic": frozenset({"Tags"}),
}
"""Properties, by type, that moto's CloudFormation forgets although its service has them and our templates set them."""

NOT_READABLE: Mapping[str, frozenset[str]] = {
    "AWS::KMS::Key": frozenset({"PendingWindowInDays"}),  # KMS takes it with a deletion, not before
    "AWS::SSM::Document": frozenset({"UpdateMethod"}),  # tells CloudFormation what to do
}
"""Properties that no API of AWS shows."""


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Leaves:
    """Every scalar inside a value, by its path."""
    if isinstance(value, dict):
        return {way: leaf for key, entry in value.items() for way, leaf in leaves(entry, (*path, key)).items()}
    if isinstance(value, list):
        return {way: leaf for at, entry in enumerate(value) for way, leaf in leaves(entry, (*path, at)).items()}
    return {path: value}


def property_name(path: tuple[str | int, ...]) -> str:
    """The dotted name of a property, without places in lists."""
    return ".".join(step for step in path if isinstance(step, str))


def is_part_of(path: tuple[str | int, ...], names: Collection[str]) -> bool:
    """Whether a scalar is one of these properties or inside of one."""
    return any(f"{property_name(path)}.".startswith(f"{name}.") for name in names)


def _maybe(call: Callable[..., Json], within: str, **arguments: Any) -> Any:
    """A part of an answer, or nothing where there is none or the service says so by an error."""
    try:
        return call(**arguments).get(within, {})
    except ClientError:
        return {}


def _only(rows: list[Json]) -> Json:
    (row,) = rows
    return row


def _bucket(client: Client, name: str) -> Json:
    s3 = client("s3")
    encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    for rule in encryption:
        rule["ServerSideEncryptionByDefault"] = rule.pop("ApplyServerSideEncryptionByDefault")
    record = _maybe(s3.get_bucket_logging, "LoggingEnabled", Bucket=name)
    lock = _maybe(s3.get_object_lock_configuration, "ObjectLockConfiguration", Bucket=name)
    found = {
        property: _maybe(call, within, Bucket=name)
        for property, call, within in (
            ("InventoryConfigurations", s3.list_bucket_inventory_configurations, "InventoryConfigurationList"),
            ("LifecycleConfiguration", s3.get_bucket_lifecycle_configuration, "Rules"),
            ("OwnershipControls", s3.get_bucket_ownership_controls, "OwnershipControls"),
            ("PublicAccessBlockConfiguration", s3.get_public_access_block, "PublicAccessBlockConfiguration"),
            ("ReplicationConfiguration", s3.get_bucket_replication, "ReplicationConfiguration"),
            ("Tags", s3.get_bucket_tagging, "TagSet"),
            ("VersioningConfiguration", s3.get_bucket_versioning, "Status"),
        )
    }
    return found | {
        "BucketName": name,
        "BucketEncryption": {"ServerSideEncryptionConfiguration": encryption},
        "LifecycleConfiguration": {"Rules": found["LifecycleConfiguration"]},
        "LoggingConfiguration": {"DestinationBucketName": record.get("TargetBucket")},
        "ObjectLockConfiguration": lock,
        "ObjectLockEnabled": bool(lock),
        "VersioningConfiguration": {"Status": found["VersioningConfiguration"]},
    }


def _key(client: Client, id: str) -> Json:
    kms = client("kms")
    about, rotation = kms.describe_key(KeyId=id)["KeyMetadata"], kms.get_key_rotation_status(KeyId=id)
    tags = kms.list_resource_tags(KeyId=id)["Tags"]
    return {
        "Description": about["Description"],
        "EnableKeyRotation": rotation["KeyRotationEnabled"],
        "KeyPolicy": json.loads(kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"]),
        "MultiRegion": about["MultiRegion"],
        "Tags": [{"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in tags],
        **{name: rotation[name] for name in ("RotationPeriodInDays",) if name in rotation},
    }


def _alias(client: Client, name: str) -> Json:
    return {"AliasName": name, "TargetKeyId": client("kms").describe_key(KeyId=name)["KeyMetadata"]["Arn"]}


def _role(client: Client, name: str) -> Json:
    iam = client("iam")
    role: Json = iam.get_role(RoleName=name)["Role"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    arns = [policy["PolicyArn"] for policy in attached]
    boundary = role.pop("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return role | {"ManagedPolicyArns": arns, "PermissionsBoundary": boundary}


def _managed_policy(client: Client, arn: str) -> Json:
    iam = client("iam")
    about: Json = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=about["DefaultVersionId"])["PolicyVersion"]
    roles = [role["RoleName"] for role in iam.list_entities_for_policy(PolicyArn=arn)["PolicyRoles"]]
    return about | {
        "ManagedPolicyName": about["PolicyName"],
        "PolicyDocument": version["Document"],
        "Roles": roles,
    }


def _topic(client: Client, arn: str) -> Json:
    sns = client("sns")
    tags = sns.list_tags_for_resource(ResourceArn=arn)["Tags"]
    about: Json = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    return about | {"TopicName": arn.rpartition(":")[2], "Tags": tags}


def _bus(client: Client, name: str) -> Json:
    about: Json = client("events").describe_event_bus(Name=name)
    return about | {"Tags": client("events").list_tags_for_resource(ResourceARN=about["Arn"])["Tags"]}


def _rule(client: Client, name: str) -> Json:
    events = client("events")
    buses = [bus["Name"] for bus in events.list_event_buses()["EventBuses"]]
    rows = [row for bus in buses for row in events.list_rules(EventBusName=bus)["Rules"] if row["Name"] == name]
    rule = _only(rows)
    targets = events.list_targets_by_rule(Rule=name, EventBusName=rule["EventBusName"])["Targets"]
    return rule | {"EventPattern": json.loads(rule["EventPattern"]), "Targets": targets}


def _log_group(client: Client, name: str) -> Json:
    logs = client("logs")
    group = _only(logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"])
    tags = logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"]
    spelled = {f"{key[0].upper()}{key[1:]}": entry for key, entry in group.items()}
    return spelled | {"Tags": [{"Key": key, "Value": text} for key, text in tags.items()]}


def _logs_policy(client: Client, name: str) -> Json:
    rows = client("logs").describe_resource_policies()["resourcePolicies"]
    row = _only([row for row in rows if row["policyName"] == name])
    return {"PolicyName": name, "PolicyDocument": row["policyDocument"]}


def _document(client: Client, name: str) -> Json:
    document: Json = client("ssm").get_document(Name=name)
    return document | {"Content": json.loads(document["Content"])}


def _parameter(client: Client, name: str) -> Json:
    parameter: Json = client("ssm").get_parameter(Name=name)["Parameter"]
    return parameter


def _vpc(client: Client, id: str) -> Json:
    ec2 = client("ec2")
    vpc = _only(ec2.describe_vpcs(VpcIds=[id])["Vpcs"])
    switches = {
        name: ec2.describe_vpc_attribute(VpcId=id, Attribute=f"{name[0].lower()}{name[1:]}")[name]["Value"]
        for name in ("EnableDnsHostnames", "EnableDnsSupport")
    }
    return vpc | switches


def _subnet(client: Client, id: str) -> Json:
    return _only(client("ec2").describe_subnets(SubnetIds=[id])["Subnets"])


def _route_table(client: Client, id: str) -> Json:
    return _only(client("ec2").describe_route_tables(RouteTableIds=[id])["RouteTables"])


def _route_table_association(client: Client, id: str) -> Json:
    # moto names an association after its table, and makes none: were there one, its subnet would appear here.
    table = _route_table(client, id)
    return {"RouteTableId": table["RouteTableId"], **{key: row[key] for row in table["Associations"] for key in row}}


def _endpoint(client: Client, id: str) -> Json:
    endpoint = _only(client("ec2").describe_vpc_endpoints(VpcEndpointIds=[id])["VpcEndpoints"])
    groups = [group["GroupId"] for group in endpoint.get("Groups", [])]
    return endpoint | {"PolicyDocument": json.loads(endpoint["PolicyDocument"]), "SecurityGroupIds": groups}


def _security_group(client: Client, id: str) -> Json:
    group = _only(client("ec2").describe_security_groups(GroupIds=[id])["SecurityGroups"])
    egress = [row for row in group["IpPermissionsEgress"] if row["IpProtocol"] != "-1"]
    return group | {"GroupDescription": group["Description"], "SecurityGroupEgress": egress}


def _flow_log(client: Client, id: str) -> Json:
    log = _only(client("ec2").describe_flow_logs(FlowLogIds=[id])["FlowLogs"])
    return log | {"ResourceType": log["ResourceId"].partition("-")[0].upper()}


READERS: Mapping[str, Callable[[Client, str], Json]] = {
    "AWS::EC2::FlowLog": _flow_log,
    "AWS::EC2::RouteTable": _route_table,
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::EC2::Subnet": _subnet,
    "AWS::EC2::SubnetRouteTableAssociation": _route_table_association,
    "AWS::EC2::VPC": _vpc,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::Events::EventBus": _bus,
    "AWS::Events::Rule": _rule,
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Alias": _alias,
    "AWS::KMS::Key": _key,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Logs::ResourcePolicy": _logs_policy,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Topic": _topic,
    "AWS::SSM::Document": _document,
    "AWS::SSM::Parameter": _parameter,
}
"""How a resource of a type is read back, by its physical id."""


def read_back(client: Client, type: str, id: str) -> Json:
    """What exists of a resource, by the names of CloudFormation's properties, with others besides."""
    return READERS[type](client, id)
