"""A rehearsal with the real CDK CLI: our bootstrap, then archive, baseline, keys and network of the clinic, into moto.

One call names three stacks: network and data keys of ehr-production, and the log archive's own baseline, whose topic
the alarms on replication name. What these depend on comes along, in four environments of three accounts. Then boto3
reads back what exists, property by property, and compares it with the templates. The clinic has no hub here.

What is not rehearsed stands in tests/rehearsal/reading.py, and tests here notice when a moto that models more comes
along: types that moto 5.2.5 skips while it says CREATE_COMPLETE (NOT_MODELLED; among them bucket and topic policies,
alarms, Config, patch baselines, network ACLs), and properties that it drops (DROPPED; of buckets the lock, versioning,
lifecycle, logging, replication; of keys the period of rotation; of log groups the key and deletion protection). moto
enforces neither policies nor limits, and rolls nothing back; a StackSet's stacks it hides, so the bootstrap is put as a
stack. What it gets so wrong that nothing could be deployed is mended in moto (tests/rehearsal/mending.py), and the
assembly under test is the one that `hlz synth` wrote. The clinic has no budgets.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.cloudformation.parsing import clean_json
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from landing_zone.plan.model import Environment
from landing_zone.plan.names import deploy_role, execution_role, file_publishing_role, lookup_role, staging_bucket
from stacks.bootstrap import VERSION
from tests.arrangement import (
    ACCOUNT_IDS,
    PRODUCTION,
    Completed,
    Json,
    Synthesized,
    clinic,
    hlz,
    read_json,
    written,
)
from tests.rehearsal.cloud import BOOTSTRAP, DEPLOY_ACCOUNT, Cloud
from tests.rehearsal.mending import mend
from tests.rehearsal.reading import (
    DROPPED,
    NOT_MODELLED,
    NOT_READABLE,
    READERS,
    UNNAMED,
    Leaves,
    is_part_of,
    leaves,
    property_name,
    read_back,
)
from tests.rehearsal.references import REFERENCES, exists

pytestmark = [
    pytest.mark.cdk,
    pytest.mark.filterwarnings("ignore:Tried to parse .* not supported:UserWarning"),  # NOT_MODELLED says it
]

HOME, RECOVERY = "us-east-1", "us-west-2"
PRODUCTION_HOME = Environment("ehr-production", HOME)
ARCHIVE_HOME, ARCHIVE_RECOVERY = Environment("log-archive", HOME), Environment("log-archive", RECOVERY)
ENVIRONMENTS = (ARCHIVE_RECOVERY, ARCHIVE_HOME, Environment("security", HOME), PRODUCTION_HOME)
KEYS = "hlz-data-keys-ehr-production-us-east-1"
FINAL_COPY, ARCHIVE = "hlz-log-archive-log-archive-us-west-2", "hlz-log-archive-log-archive-us-east-1"
LANDING = "hlz-log-landing-log-archive-us-east-1"
BASELINE, ARCHIVE_BASELINE, HUB_BASELINE = (
    f"hlz-account-baseline-{account}-us-east-1" for account in ("ehr-production", "log-archive", "security")
)
HUB = "hlz-alarm-hub-security-us-east-1"
NAMED = (PRODUCTION, KEYS, ARCHIVE_BASELINE)
STACKS = (FINAL_COPY, ARCHIVE, LANDING, HUB_BASELINE, HUB, ARCHIVE_BASELINE, BASELINE, KEYS, PRODUCTION)
"""What is deployed: those named in the call, and what they depend on."""


@pytest.fixture(scope="module")
def clinic_alone(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """The clinic without a hub: of the hub moto models neither route tables of transit gateways nor what is shared."""
    folder = tmp_path_factory.mktemp("clinic")
    network = clinic()["network"] | {"hub": {"enabled": False}}
    found = Synthesized(written(folder, clinic(network=network)), folder / "cdk.out")
    result = hlz("synth", "-q", "-m", found.manifest, "-o", found.assembly, home=home, cwd=folder)
    assert result.returncode == 0, result.stderr
    return found


@pytest.fixture(scope="module")
def cloud(clinic_alone: Synthesized, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Four environments with our bootstrap. The name `localhost` matters: without it moto finds no bucket."""
    folder = tmp_path_factory.mktemp("cloud")
    made = hlz("bootstrap", "-q", "-m", clinic_alone.manifest, "-o", folder / "bootstrap", home=home, cwd=folder)
    assert made.returncode == 0, made.stderr
    assembly = shutil.copytree(clinic_alone.assembly, folder / "cdk.out", ignore=shutil.ignore_patterns("*.lock"))
    moto_api_backend.reset()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        server.start()
        url = f"http://localhost:{server.get_host_and_port()[1]}"
        cloud = Cloud(url, home, assembly, folder / "bootstrap" / "bootstrap.template.json")
        mend(patch, cloud.crashes, cloud.note_locks)
        for environment in ENVIRONMENTS:
            cloud.bootstrap(environment)
        yield cloud
        server.stop()
        moto_api_backend.reset()


def deploy(cloud: Cloud) -> Completed:
    return cloud.cdk("deploy", *NAMED, "--concurrency", "3", "--require-approval", "never")


@pytest.fixture(scope="module")
def deployed(cloud: Cloud) -> Completed:
    """The named stacks, deployed in one call with what they depend on."""
    result = deploy(cloud)
    assert result.returncode == 0, result.stdout + result.stderr
    cloud.roles_while_deploying = set(cloud.roles_assumed())
    return result


@pytest.fixture(scope="module")
def resources(cloud: Cloud, deployed: Completed) -> list[tuple[Environment, str, str, Json, Any]]:
    """Environment, stack, type, properties with every reference resolved, and moto's object of each resource."""
    bootstraps = [(BOOTSTRAP, environment, read_json(cloud.bootstrap_template)) for environment in ENVIRONMENTS]
    stacks = [(name, cloud.environment(name), cloud.template(name)) for name in STACKS]
    found = []
    for name, environment, template in [*bootstraps, *stacks]:
        known = cloud.in_moto(name, environment).resource_map
        of_management = {id for id, row in template["Resources"].items() if "AtManagement" in row.get("Condition", "")}
        for id, resource in template["Resources"].items():
            if id in of_management:
                continue
            properties = clean_json(resource.get("Properties", {}), known)
            found.append((environment, name, resource["Type"], properties, known[id]))
    return found


@pytest.fixture(scope="module")
def compared(cloud: Cloud, resources: list[Any]) -> list[tuple[str, str, Leaves, Leaves]]:
    """Stack, type, and the scalars in template and cloud of every resource that can be read back."""
    return [
        (name, type, leaves(properties), leaves(_read(cloud, environment, type, found)))
        for environment, name, type, properties, found in resources
        if type in READERS
    ]


def _read(cloud: Cloud, environment: Environment, type: str, found: Any) -> Json:
    return read_back(lambda service: cloud.client(service, environment), type, found.physical_resource_id)


@pytest.fixture(scope="module")
def vpc(cloud: Cloud, deployed: Completed) -> Json:
    """The VPC that was deployed; moto's account also has a default one."""
    (found,) = (vpc for vpc in cloud.client("ec2", PRODUCTION_HOME).describe_vpcs()["Vpcs"] if not vpc["IsDefault"])
    vpc: Json = found
    return vpc


def of_vpc(vpc: Json) -> list[Json]:
    return [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]


def test_what_the_named_stacks_depend_on_is_deployed_with_them_by_one_call(cloud: Cloud, deployed: Completed) -> None:
    reported = {line.split("/")[1] for line in deployed.stdout.splitlines() if line.startswith("arn:")}
    assert reported == set(STACKS)
    assert {cloud.stack(name)["StackStatus"] for name in STACKS} == {"CREATE_COMPLETE"}
    assert cloud.crashes == []
    assert "bootstrap" not in deployed.stderr.lower()  # neither a warning nor the advice to bootstrap anew


def test_nothing_starts_before_what_it_depends_on_is_complete(cloud: Cloud, deployed: Completed) -> None:
    times = {name: [event.timestamp for event in cloud.in_moto(name).events] for name in STACKS}
    dependencies = {name: set(STACKS).intersection(cloud.artifact(name)["dependencies"]) for name in STACKS}
    assert dependencies[PRODUCTION] == {BASELINE, LANDING}
    assert dependencies[KEYS] == {BASELINE}
    assert dependencies[ARCHIVE] == {FINAL_COPY}  # the recovery Region's archive first: home replicates into it
    for name, earlier in dependencies.items():
        assert all(times[other][-1] <= times[name][0] for other in earlier), name


@pytest.mark.parametrize("name", STACKS)
def test_moto_has_the_template_that_was_synthesized(cloud: Cloud, deployed: Completed, name: str) -> None:
    assert cloud.in_moto(name).template_dict == cloud.template(name)


def test_every_resource_that_moto_models_exists(cloud: Cloud, resources: list[Any]) -> None:
    assert {type for _, _, type, _, found in resources if found is None} == NOT_MODELLED
    assert {type for _, _, type, _, found in resources if found is not None} == READERS.keys() | UNNAMED


@pytest.mark.parametrize("name", [BOOTSTRAP, *STACKS])
def test_what_moto_keeps_is_what_the_template_says(compared: list[Any], name: str) -> None:
    rows = [row for row in compared if row[0] == name]
    assert rows
    for _, type, template, cloud in rows:
        passed_over = DROPPED.get(type, frozenset()) | NOT_READABLE.get(type, frozenset())
        kept = {path: leaf for path, leaf in template.items() if not is_part_of(path, passed_over)}
        assert {path: cloud.get(path) for path in kept} == kept


@pytest.mark.parametrize(("type", "property"), [(type, name) for type in DROPPED for name in sorted(DROPPED[type])])
def test_what_moto_drops_is_in_a_template_and_not_in_the_cloud(compared: list[Any], type: str, property: str) -> None:
    pairs = [
        (leaf, cloud.get(path))
        for _, of_type, template, cloud in compared
        if of_type == type
        for path, leaf in template.items()
        if is_part_of(path, {property})
    ]
    assert pairs
    assert not [leaf for leaf, found in pairs if leaf == found]


def referenced(resources: list[Any], type: str, property: str) -> set[tuple[str, Environment]]:
    """What the resources of a type name in a property, and from where."""
    return {
        (leaf, environment)
        for environment, _, of_type, properties, _ in resources
        if of_type == type
        for path, leaf in leaves(properties).items()
        if property_name(path) == property
    }


@pytest.mark.parametrize(("type", "property"), [(type, name) for type in REFERENCES for name in REFERENCES[type]])
def test_what_a_resource_names_exists_under_that_name(
    cloud: Cloud, resources: list[Any], type: str, property: str
) -> None:
    named = {row for row in referenced(resources, type, property) if ":logs:" not in row[0]}
    assert named
    assert [reference for reference, here in named if not exists(cloud, reference, here)] == []


def test_the_hub_records_alarms_in_a_log_group_that_exists(cloud: Cloud, resources: list[Any]) -> None:
    targets = referenced(resources, "AWS::Events::Rule", "Targets.Arn")
    ((reference, here),) = {row for row in targets if ":logs:" in row[0]}
    assert exists(cloud, reference, here)


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_has_its_planned_tags_protection_and_no_values_as_parameters(
    cloud: Cloud, deployed: Completed, name: str
) -> None:
    stack, planned = cloud.stack(name), cloud.artifact(name)["properties"]
    assert {tag["Key"]: tag["Value"] for tag in stack["Tags"]} == planned["tags"]
    assert stack["EnableTerminationProtection"] is planned["terminationProtection"] is True
    assert [parameter["ParameterKey"] for parameter in stack["Parameters"]] == ["BootstrapVersion"]


def test_our_roles_did_it_and_no_others(cloud: Cloud, deployed: Completed) -> None:
    uploaded = {name for name in STACKS if "stackTemplateAssetObjectUrl" in cloud.artifact(name)["properties"]}
    assert uploaded == {FINAL_COPY, ARCHIVE, LANDING}  # the others travel in the API call
    expected = set()
    for name in STACKS:
        environment = cloud.environment(name)
        place = ("hlz", ACCOUNT_IDS[environment.account], environment.region)
        roles = [deploy_role(*place), *([file_publishing_role(*place)] if name in uploaded else [])]
        expected |= {f"arn:aws:iam::{place[1]}:role/{role}" for role in roles}
        execution = f"arn:aws:iam::{place[1]}:role/{execution_role(*place)}"
        assert cloud.in_moto(name).role_arn == execution
        existing = {role["Arn"] for role in cloud.client("iam", environment).list_roles()["Roles"]}
        assert {execution, *(arn for arn in expected if f"::{place[1]}:" in arn)} <= existing
    assert cloud.roles_while_deploying == expected


def test_the_roles_it_assumed_trust_the_role_it_ran_as(cloud: Cloud, deployed: Completed) -> None:
    caller = f"arn:aws:iam::{ACCOUNT_IDS[DEPLOY_ACCOUNT]}:role/hlz-pipeline"
    for arn in cloud.roles_while_deploying:
        _, _, _, _, id, role = arn.split(":")
        (environment,) = {place for place in ENVIRONMENTS if ACCOUNT_IDS[place.account] == id and place.region in role}
        document = cloud.client("iam", environment).get_role(RoleName=role.removeprefix("role/"))["Role"]
        assert caller in json.dumps(document["AssumeRolePolicyDocument"])


def test_a_large_template_lies_encrypted_with_our_key_in_the_staging_bucket(cloud: Cloud, deployed: Completed) -> None:
    s3, bucket = cloud.client("s3", ARCHIVE_RECOVERY), staging_bucket("hlz", ACCOUNT_IDS["log-archive"], RECOVERY)
    (entry,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    head: Json = s3.head_object(Bucket=bucket, Key=entry["Key"])
    key = cloud.client("kms", ARCHIVE_RECOVERY).describe_key(KeyId="alias/hlz-bootstrap")["KeyMetadata"]["Arn"]
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
    assert json.loads(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()) == cloud.template(FINAL_COPY)


def test_a_small_template_is_uploaded_nowhere(cloud: Cloud, deployed: Completed) -> None:
    id = ACCOUNT_IDS["ehr-production"]
    listed = cloud.client("s3", PRODUCTION_HOME).list_objects_v2(Bucket=staging_bucket("hlz", id, HOME))
    assert "Contents" not in listed
    assert file_publishing_role("hlz", id, HOME) not in {arn.rpartition("/")[2] for arn in cloud.roles_while_deploying}


def test_the_version_and_the_outputs_of_the_bootstrap_are_those_the_cli_asks_for(cloud: Cloud) -> None:
    parameter = cloud.client("ssm", PRODUCTION_HOME).get_parameter(Name="/cdk-bootstrap/hlz/version")["Parameter"]
    (stack,) = cloud.client("cloudformation", PRODUCTION_HOME).describe_stacks(StackName=BOOTSTRAP)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert parameter["Value"] == outputs["BootstrapVersion"] == VERSION
    assert outputs["BucketName"] == staging_bucket("hlz", ACCOUNT_IDS["ehr-production"], HOME)


def test_exports_are_what_stacks_of_the_account_import(cloud: Cloud, deployed: Completed) -> None:
    rows = cloud.client("cloudformation", PRODUCTION_HOME).list_exports()["Exports"]
    exports = {row["Name"]: row["Value"] for row in rows}
    domains = ("logs", "data", "secrets", "backup")
    assert exports.keys() == {"hlz-alarm-topic-arn", *(f"hlz-{domain}-key-arn" for domain in domains)}
    kms = cloud.client("kms", PRODUCTION_HOME)
    for domain in domains:
        assert kms.describe_key(KeyId=f"alias/hlz-{domain}")["KeyMetadata"]["Arn"] == exports[f"hlz-{domain}-key-arn"]
    topic = cloud.client("sns", PRODUCTION_HOME).get_topic_attributes(TopicArn=exports["hlz-alarm-topic-arn"])
    assert topic["Attributes"]["KmsMasterKeyId"] == exports["hlz-logs-key-arn"]


def test_every_subnet_has_its_planned_range_in_one_of_three_zones(
    cloud: Cloud, vpc: Json, clinic_alone: Synthesized
) -> None:
    result = hlz("plan", "--json", "-m", clinic_alone.manifest, home=cloud.home, cwd=cloud.home)
    (row,) = (row for row in json.loads(result.stdout)["deployments"] if row["name"] == PRODUCTION)
    subnets = cloud.client("ec2", PRODUCTION_HOME).describe_subnets(Filters=of_vpc(vpc))["Subnets"]
    ranges = {text for name, text in row["values"].items() if "Subnet" in name}
    assert (vpc["CidrBlock"], {subnet["CidrBlock"] for subnet in subnets}) == (row["values"]["VpcCidr"], ranges)
    assert len(subnets) == 6
    assert len({subnet["AvailabilityZoneId"] for subnet in subnets}) == 3


def test_nothing_in_the_vpc_has_a_route_out(cloud: Cloud, vpc: Json) -> None:
    ec2 = cloud.client("ec2", PRODUCTION_HOME)
    tables = ec2.describe_route_tables(Filters=of_vpc(vpc))["RouteTables"]
    assert len(tables) == 6 + 1  # one is the VPC's own main table
    for table in tables:
        assert {route["GatewayId"].split("-")[0] for route in table["Routes"]} <= {"local", "vpce"}
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    assert ec2.describe_internet_gateways(Filters=attached)["InternetGateways"] == []
    assert ec2.describe_nat_gateways()["NatGateways"] == []


def test_endpoints_are_reached_by_their_clients_over_https_and_by_nobody_else(cloud: Cloud, vpc: Json) -> None:
    ec2 = cloud.client("ec2", PRODUCTION_HOME)
    endpoints = ec2.describe_vpc_endpoints(Filters=of_vpc(vpc))["VpcEndpoints"]
    servers = {group["GroupId"] for endpoint in endpoints for group in endpoint["Groups"]}
    (group,) = ec2.describe_security_groups(GroupIds=list(servers))["SecurityGroups"]
    (rule,) = group["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpRanges"]) == (443, 443, [])
    (clients,) = rule["UserIdGroupPairs"]
    (client_group,) = ec2.describe_security_groups(GroupIds=[clients["GroupId"]])["SecurityGroups"]
    assert {"Key": "Name", "Value": "ehr-production-endpoint-clients"} in client_group["Tags"]


def test_the_cli_holds_the_lock_that_keeps_hlz_from_swapping_the_folder(cloud: Cloud, deployed: Completed) -> None:
    (lock,) = cloud.locks_while_deploying
    assert lock.startswith("read.")


def test_the_lookup_role_serves_a_diff(cloud: Cloud, deployed: Completed) -> None:
    before = len(cloud.roles_assumed())
    result = cloud.cdk("diff", KEYS, "--exclusively", "--no-change-set")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "no differences" in (result.stdout + result.stderr).lower()
    assumed = {arn.rpartition("/")[2] for arn in cloud.roles_assumed()[before:]}
    assert assumed == {lookup_role("hlz", ACCOUNT_IDS["ehr-production"], HOME)}


def test_an_unchanged_deployment_does_nothing(cloud: Cloud, deployed: Completed) -> None:
    before = {name: cloud.stack(name) for name in STACKS}
    again = deploy(cloud)
    assert again.returncode == 0, again.stdout + again.stderr
    assert {name for name in STACKS if f"{name} (no changes)" in again.stdout + again.stderr} == set(STACKS)
    assert {name: cloud.stack(name) for name in STACKS} == before
