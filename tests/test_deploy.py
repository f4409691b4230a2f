"""A rehearsal with the real CDK CLI: bootstrap and deploy into moto, then read back what exists.

What moto 5.2.5 has no model for is not rehearsed here: network ACLs with their entries and associations, and egress
rules of their own (NOT_MODELLED; moto skips such a type, warns, and says CREATE_COMPLETE). Of the types it models it
drops: the log group's key and deletion protection, egress rules inside a security group, the key's rotation period and
waiting time, DNS host names of the VPC, MapPublicIpOnLaunch, tags and associations of route tables, and stack tags on
resources. It enforces neither policies nor limits, and rolls nothing back. What it gets wrong so that nothing could be
deployed is mended below, in moto, so that the assembly under test is the one that `hlz synth` wrote.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.cloudformation.models import Stack, cloudformation_backends
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.subnets import Subnet
from moto.kms.models import Key
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer
from moto.sts.models import sts_backends

from landing_zone.assembly.fan_out import write_assembly
from landing_zone.plan.model import Deployment, Environment, Plan, Variant
from tests.arrangement import (
    ACCOUNT_IDS,
    ORGANIZATION_ID,
    PRODUCTION,
    Completed,
    Json,
    Synthesized,
    cdk,
    hlz,
    read_json,
    synthesized,
)

pytestmark = [
    pytest.mark.cdk,
    pytest.mark.filterwarnings("ignore:Tried to parse .* not supported:UserWarning"),  # NOT_MODELLED says it
]

ACCOUNT, REGION = ACCOUNT_IDS["ehr-production"], "us-east-1"  # moto takes 123456789012 for its own account
NOT_MODELLED = {
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SubnetNetworkAclAssociation",
}


@dataclass
class Cloud:
    """A moto server, the assembly that is deployed into it, and what was seen while the CLI worked."""

    url: str
    home: Path
    folder: Path
    assembly: Path
    bootstrap: Completed | None = None
    deploy: Completed | None = None
    locks_while_deploying: set[str] = field(default_factory=set)

    def cdk(self, *arguments: str | Path) -> Completed:
        """The CDK CLI with credentials of the account that moto takes for its own."""
        credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": REGION}
        return cdk(*arguments, home=self.home, cwd=self.folder, AWS_ENDPOINT_URL=self.url, **credentials)

    def client(self, service: str) -> Any:
        """A boto3 client of the account."""
        session = boto3.Session("testing", "testing", region_name=REGION)
        return session.client(service, endpoint_url=self.url, config=Config(proxies={}))

    def stack(self, name: str) -> Json:
        (found,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        stack: Json = found
        return stack


@pytest.fixture(scope="module")
def cloud(clinic_synthesized: Synthesized, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The production spoke of the clinic, deployed. The name `localhost` matters: without it moto finds no bucket."""
    folder = tmp_path_factory.mktemp("cloud")
    moto_api_backend.reset()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        server.start()
        url = f"http://localhost:{server.get_host_and_port()[1]}"
        cloud = Cloud(
            url,
            home,
            folder,
            Path(
                shutil.copytree(
                    clinic_synthesized.assembly, folder / "cdk.out", ignore=shutil.ignore_patterns("*.lock")
                )
            ),
        )
        mend(patch, cloud)
        environment = f"aws://{ACCOUNT}/{REGION}"
        cloud.bootstrap = cloud.cdk(
            "bootstrap", environment, "--qualifier", "hlz", "--toolkit-stack-name", "hlz-bootstrap"
        )
        cloud.deploy = deploy_production(cloud)
        yield cloud
        server.stop()
        moto_api_backend.reset()


def deploy_production(cloud: Cloud) -> Completed:
    return cloud.cdk("--app", cloud.assembly, "deploy", PRODUCTION, "-e", "--require-approval", "never")


def mend(patch: pytest.MonkeyPatch, cloud: Cloud) -> None:
    """Give moto's CloudFormation what our template needs and it lacks."""
    create_key, create_subnet = Key.create_from_cloudformation_json, Subnet.create_from_cloudformation_json

    def update_termination_protection(self: CloudFormationResponse) -> ActionResult:
        # Not implemented in moto: the CLI would retry for 45 s and fail.
        cloud.locks_while_deploying |= {path.name for path in cloud.assembly.glob("*.lock")}
        stack: Stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
        stack.enable_termination_protection = self._get_param("EnableTerminationProtection") in (True, "true")
        return ActionResult({"StackId": stack.stack_id})

    def key_with_tags(name: str, resource: Json, account_id: str, region: str, **about: Any) -> Key:
        # moto hands CloudFormation's tags and policy to its KMS, which spells the one differently and wants the other
        # as text: KeyError in the middle of the stack, and the CLI's retry then reports success for half of it.
        properties = resource["Properties"]
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags", [])]
        mended = properties | {"Tags": tags, "KeyPolicy": json.dumps(properties["KeyPolicy"])}
        return create_key(name, resource | {"Properties": mended}, account_id, region, **about)

    def subnet_in_its_zone(name: str, resource: Json, account_id: str, region: str, **about: Any) -> Subnet:
        # moto ignores AvailabilityZoneId here (its EC2 knows it) and puts every subnet into the first zone.
        zones = {zone.zone_id: zone.name for zone in ec2_backends[account_id][region].describe_availability_zones()}
        mended = resource["Properties"] | {"AvailabilityZone": zones[resource["Properties"]["AvailabilityZoneId"]]}
        return create_subnet(name, resource | {"Properties": mended}, account_id, region, **about)

    patch.setattr(CloudFormationResponse, "update_termination_protection", update_termination_protection, raising=False)
    patch.setattr(Key, "create_from_cloudformation_json", key_with_tags)
    patch.setattr(Subnet, "create_from_cloudformation_json", subnet_in_its_zone)


@pytest.fixture(scope="module")
def planned(clinic_synthesized: Synthesized, home: Path) -> dict[str, str]:
    """The values that `hlz plan --json` gives for the deployment."""
    result = hlz("plan", "--json", "-m", clinic_synthesized.manifest, home=home, cwd=home)
    rows = json.loads(result.stdout)["deployments"]
    (values,) = (row["values"] for row in rows if row["name"] == PRODUCTION)
    assert isinstance(values, dict)
    return values


@pytest.fixture(scope="module")
def vpc(cloud: Cloud) -> Json:
    """The VPC that was deployed; moto's account also has a default one."""
    (found,) = (v for v in cloud.client("ec2").describe_vpcs()["Vpcs"] if not v["IsDefault"])
    vpc: Json = found
    return vpc


def named(resource: Json) -> str:
    return next(str(tag["Value"]) for tag in resource["Tags"] if tag["Key"] == "Name")


def of_vpc(vpc: Json) -> list[Json]:
    return [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]


def test_the_standard_bootstrap_and_the_deployment_succeed(cloud: Cloud) -> None:
    for step in (cloud.bootstrap, cloud.deploy):
        assert step is not None
        assert step.returncode == 0, step.stdout + step.stderr
    stack = cloud.stack(PRODUCTION)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["EnableTerminationProtection"] is True


def test_every_resource_that_moto_models_exists(cloud: Cloud) -> None:
    resources = read_json(cloud.assembly / f"{PRODUCTION}.template.json")["Resources"]
    listed = cloud.client("cloudformation").describe_stack_resources(StackName=PRODUCTION)["StackResources"]
    missing = resources.keys() - {row.get("LogicalResourceId") for row in listed}  # moto lists what it skipped as {}
    assert {resources[name]["Type"] for name in missing} == NOT_MODELLED
    assert missing == {name for name, resource in resources.items() if resource["Type"] in NOT_MODELLED}


def test_the_stack_carries_the_planned_tags_and_no_values_as_parameters(cloud: Cloud) -> None:
    stack = cloud.stack(PRODUCTION)
    artifact = read_json(cloud.assembly / "manifest.json")["artifacts"][PRODUCTION]
    assert {tag["Key"]: tag["Value"] for tag in stack["Tags"]} == artifact["properties"]["tags"]
    assert [parameter["ParameterKey"] for parameter in stack["Parameters"]] == ["BootstrapVersion"]


def test_the_roles_of_our_bootstrap_did_it(cloud: Cloud) -> None:
    assumed = {role.role_arn for role in sts_backends[ACCOUNT]["aws"].assumed_roles}
    prefix, place = f"arn:aws:iam::{ACCOUNT}:role/cdk-hlz", f"{ACCOUNT}-{REGION}"
    assert {f"{prefix}-deploy-role-{place}", f"{prefix}-file-publishing-role-{place}"} <= assumed
    stack = cloudformation_backends[ACCOUNT][REGION].get_stack(PRODUCTION)
    assert stack.role_arn == f"{prefix}-cfn-exec-role-{place}"


def test_the_vpc_has_the_planned_range_and_name(vpc: Json, planned: dict[str, str]) -> None:
    assert (vpc["CidrBlock"], named(vpc)) == (planned["VpcCidr"], planned["NetworkName"])
    assert {"Key": "hlz:segment", "Value": planned["Segment"]} in vpc["Tags"]


def test_every_subnet_has_its_planned_range_and_zone(cloud: Cloud, vpc: Json, planned: dict[str, str]) -> None:
    subnets = cloud.client("ec2").describe_subnets(Filters=of_vpc(vpc))["Subnets"]
    expected = {
        f"{planned['NetworkName']}-{tier}-{number}": planned[f"{tier.title()}Subnet{number}Cidr"]
        for tier in ("application", "data")
        for number in (1, 2, 3)
    }
    assert {named(subnet): subnet["CidrBlock"] for subnet in subnets} == expected
    zones = {named(subnet)[-1]: subnet["AvailabilityZoneId"] for subnet in subnets}
    assert len(set(zones.values())) == 3
    assert all(subnet["AvailabilityZoneId"] == zones[named(subnet)[-1]] for subnet in subnets)


def test_nothing_in_the_vpc_has_a_route_out(cloud: Cloud, vpc: Json) -> None:
    ec2 = cloud.client("ec2")
    tables = ec2.describe_route_tables(Filters=of_vpc(vpc))["RouteTables"]
    subnets = ec2.describe_subnets(Filters=of_vpc(vpc))["Subnets"]
    assert len(tables) == len(subnets) + 1  # one is the VPC's own main table
    for table in tables:
        assert {route["GatewayId"].split("-")[0] for route in table["Routes"]} <= {"local", "vpce"}
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    assert ec2.describe_internet_gateways(Filters=attached)["InternetGateways"] == []
    assert ec2.describe_nat_gateways()["NatGateways"] == []


def test_all_traffic_is_logged_into_the_retained_log_group(cloud: Cloud, vpc: Json) -> None:
    (log,) = cloud.client("ec2").describe_flow_logs()["FlowLogs"]
    (group,) = cloud.client("logs").describe_log_groups()["logGroups"]
    assert (log["ResourceId"], log["TrafficType"], log["MaxAggregationInterval"]) == (vpc["VpcId"], "ALL", 60)
    assert (log["LogGroupName"], group["retentionInDays"]) == (group["logGroupName"], 2192)
    role = log["DeliverLogsPermissionArn"].rpartition("/")[2]
    (policy,) = cloud.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert PRODUCTION in policy["PolicyName"]


def test_the_key_rotates_and_its_policy_names_this_account_and_log_group(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    described = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    (key,) = (key for key in described if key["Description"].endswith("/hlz/network/flow-logs"))
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    tags = kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
    assert tags == [{"TagKey": "hlz:key-domain", "TagValue": "logs"}]
    administration, use = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])[
        "Statement"
    ]
    assert administration["Principal"]["AWS"] == f"arn:aws:iam::{ACCOUNT}:root"
    (group,) = use["Condition"]["ArnEquals"].values()
    assert group == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/hlz/network/flow-logs"


def test_every_endpoint_admits_the_organization_only(cloud: Cloud, vpc: Json) -> None:
    ec2 = cloud.client("ec2")
    endpoints = ec2.describe_vpc_endpoints(Filters=of_vpc(vpc))["VpcEndpoints"]
    types = {endpoint["ServiceName"].rpartition(f"{REGION}.")[2]: endpoint["VpcEndpointType"] for endpoint in endpoints}
    assert (types["s3"], types["dynamodb"], types["kms"]) == ("Gateway", "Gateway", "Interface")
    for endpoint in endpoints:
        assert ORGANIZATION_ID in endpoint["PolicyDocument"]
    servers = {group["GroupId"] for endpoint in endpoints for group in endpoint["Groups"]}
    (group,) = ec2.describe_security_groups(GroupIds=list(servers))["SecurityGroups"]
    (rule,) = group["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpRanges"]) == (443, 443, [])
    (clients,) = rule["UserIdGroupPairs"]
    (client_group,) = ec2.describe_security_groups(GroupIds=[clients["GroupId"]])["SecurityGroups"]
    assert named(client_group) == f"{named(vpc)}-endpoint-clients"


def test_the_cli_holds_the_lock_that_keeps_hlz_from_swapping_the_folder(cloud: Cloud) -> None:
    (lock,) = cloud.locks_while_deploying
    assert lock.startswith("read.")


def test_an_unchanged_deployment_does_nothing(cloud: Cloud) -> None:
    before = cloud.stack(PRODUCTION)
    again = deploy_production(cloud)
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"{PRODUCTION} (no changes)" in again.stdout + again.stderr
    assert cloud.stack(PRODUCTION) == before


def test_all_is_deployed_in_the_order_of_the_plan(cloud: Cloud, tmp_path: Path) -> None:
    variant = Variant("workload_network", {"region": REGION})
    plan = Plan(
        tuple(
            Deployment(name, variant, Environment(name, REGION), ACCOUNT, (), (), depends_on, False)
            for name, depends_on in (("a-spoke", ("m-hub",)), ("m-hub", ("z-keys",)), ("z-keys", ()))
        )
    )
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    write_assembly(tmp_path, plan, {variant.id: synthesized(variant.id, template)}, {})
    options = ("--all", "--concurrency", "3", "--require-approval", "never")
    result = cloud.cdk("--app", tmp_path, "deploy", *options)
    assert result.returncode == 0, result.stdout + result.stderr
    created = {name: cloud.stack(name)["CreationTime"] for name in ("z-keys", "m-hub", "a-spoke")}
    assert list(created) == sorted(created, key=lambda name: created[name])
