"""A rehearsal of our bootstrap: its template goes into moto as a stack, then the real CDK CLI deploys through it.

moto enforces no policies, so that what is proved is names, version, bucket and encryption as the CLI asks for them; the
trust and permissions are asserted on the template in tests/stacks/test_bootstrap.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.cloudformation.models import cloudformation_backends
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer
from moto.sts.models import sts_backends

from landing_zone.assembly.fan_out import write_assembly
from landing_zone.assembly.render import prepare
from landing_zone.plan.model import Deployment, Environment, Plan, Variant
from tests.arrangement import ORGANIZATION_ID, Completed, Json, clinic, synthesized
from tests.stacks.arrange import bootstrap_of, built
from tests.test_deploy import ACCOUNT, REGION, Cloud, mend

pytestmark = [pytest.mark.cdk, pytest.mark.filterwarnings("ignore:Tried to parse .* not supported:UserWarning")]

STACK = "hlz-rehearsal"


@pytest.fixture(scope="module")
def template() -> bytes:
    """The bootstrap's template with values, as `hlz bootstrap` writes it."""
    deployment = bootstrap_of(clinic(delivery={"pipeline_principal": "github-deploy"}))
    (variant,) = built([deployment.variant]).values()
    values = {"OrganizationId": ORGANIZATION_ID, "DeployAccountId": ACCOUNT, "ManagementAccountId": "999999999999"}
    return prepare(variant.template, values).render(values)


@pytest.fixture(scope="module")
def cloud(template: bytes, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A moto server with our bootstrap in it, and one small stack deployed through it."""
    folder = tmp_path_factory.mktemp("cloud")
    assembly = folder / "cdk.out"
    assembly.mkdir()
    variant = Variant("workload_network", {"region": REGION})
    deployment = Deployment(STACK, variant, Environment("a", REGION), ACCOUNT, ())
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    write_assembly(assembly, Plan((deployment,)), {variant.id: synthesized(variant.id, topic)}, {})
    moto_api_backend.reset()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        server.start()
        cloud = Cloud(f"http://localhost:{server.get_host_and_port()[1]}", home, folder, assembly)
        mend(patch, cloud)
        cloud.client("cloudformation").create_stack(
            StackName="cdk-hlz-bootstrap", TemplateBody=template.decode(), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        cloud.deploy = cloud.cdk("--app", assembly, "deploy", STACK, "--require-approval", "never")
        yield cloud
        server.stop()
        moto_api_backend.reset()


def deployed(cloud: Cloud) -> Completed:
    assert cloud.deploy is not None
    return cloud.deploy


def test_the_cli_deploys_through_our_bootstrap(cloud: Cloud) -> None:
    result = deployed(cloud)
    assert result.returncode == 0, result.stdout + result.stderr
    assert cloud.stack(STACK)["StackStatus"] == "CREATE_COMPLETE"
    assert "bootstrap" not in result.stderr.lower()  # neither a warning nor the advice to bootstrap anew


def test_it_does_so_by_our_roles_and_none_other(cloud: Cloud) -> None:
    assert deployed(cloud).returncode == 0
    prefix, place = f"arn:aws:iam::{ACCOUNT}:role/cdk-hlz", f"{ACCOUNT}-{REGION}"
    assumed = {role.role_arn for role in sts_backends[ACCOUNT]["aws"].assumed_roles}
    assert assumed == {f"{prefix}-{purpose}-role-{place}" for purpose in ("deploy", "file-publishing")}
    assert cloudformation_backends[ACCOUNT][REGION].get_stack(STACK).role_arn == f"{prefix}-cfn-exec-role-{place}"
    existing = {role["Arn"] for role in cloud.client("iam").list_roles()["Roles"]}
    assert assumed < existing


def test_the_template_lies_encrypted_with_our_key_in_the_staging_bucket(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), f"cdk-hlz-assets-{ACCOUNT}-{REGION}"
    (entry,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    head: Json = s3.head_object(Bucket=bucket, Key=entry["Key"])
    assert head["ServerSideEncryption"] == "aws:kms"
    (alias,) = (a for a in cloud.client("kms").list_aliases()["Aliases"] if a["AliasName"] == "alias/hlz-bootstrap")
    assert alias["TargetKeyId"] in head["SSEKMSKeyId"]


def test_the_lookup_role_serves_a_diff(cloud: Cloud) -> None:
    before = len(sts_backends[ACCOUNT]["aws"].assumed_roles)
    result = cloud.cdk("--app", cloud.assembly, "diff", STACK, "--no-change-set")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "no differences" in (result.stdout + result.stderr).lower()
    assumed = {role.role_arn.rpartition("/")[2] for role in sts_backends[ACCOUNT]["aws"].assumed_roles[before:]}
    assert assumed == {f"cdk-hlz-lookup-role-{ACCOUNT}-{REGION}"}


def test_the_version_and_the_outputs_are_those_the_cli_asks_for(cloud: Cloud) -> None:
    from stacks.bootstrap import VERSION

    parameter = cloud.client("ssm").get_parameter(Name="/cdk-bootstrap/hlz/version")["Parameter"]
    outputs: dict[str, Any] = {
        output["OutputKey"]: output["OutputValue"] for output in cloud.stack("cdk-hlz-bootstrap")["Outputs"]
    }
    assert parameter["Value"] == outputs["BootstrapVersion"] == VERSION
    assert outputs["BucketName"] == f"cdk-hlz-assets-{ACCOUNT}-{REGION}"
