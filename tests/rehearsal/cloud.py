"""Accounts of the clinic in a moto server: credentials, clients, the bootstrap, and the CDK CLI as the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from moto.cloudformation.models import Stack, cloudformation_backends
from moto.sts.models import sts_backends

from landing_zone.plan.model import Environment
from landing_zone.plan.names import PIPELINE_ROLE, bootstrap_stack
from tests.arrangement import ACCOUNT_IDS, Completed, Json, cdk, read_json

ADMINISTRATION = "OrganizationAccountAccessRole"
"""The role by which the management account reaches a member, before there is a bootstrap."""
DEPLOY_ACCOUNT = "shared-services"
BOOTSTRAP = bootstrap_stack("hlz")


@dataclass
class Cloud:
    """A moto server at `url`, the assembly that is deployed into it, and what was seen meanwhile."""

    url: str
    home: Path
    assembly: Path
    bootstrap_template: Path
    crashes: list[str] = field(default_factory=list)
    locks_while_deploying: set[str] = field(default_factory=set)
    roles_while_deploying: set[str] = field(default_factory=set)
    _sessions: dict[str, boto3.Session] = field(default_factory=dict)
    _clients: dict[tuple[str, Environment], Any] = field(default_factory=dict)

    def credentials(self, account: str, role: str) -> dict[str, str]:
        """Credentials of a role. In moto the role need not exist; its ARN decides the account."""
        sts = boto3.client("sts", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing", **self._at)
        arn = f"arn:aws:iam::{ACCOUNT_IDS[account]}:role/{role}"
        assumed = sts.assume_role(RoleArn=arn, RoleSessionName="rehearsal")["Credentials"]
        names = {
            "AWS_ACCESS_KEY_ID": "AccessKeyId",
            "AWS_SECRET_ACCESS_KEY": "SecretAccessKey",
            "AWS_SESSION_TOKEN": "SessionToken",
        }
        return {variable: assumed[name] for variable, name in names.items()}

    @property
    def _at(self) -> dict[str, Any]:
        return {"endpoint_url": self.url, "config": Config(proxies={}, retries={"total_max_attempts": 1})}

    def client(self, service: str, environment: Environment) -> Any:
        """A boto3 client in an account and Region, as its administrator."""
        if (service, environment) not in self._clients:
            if environment.account not in self._sessions:
                own = self.credentials(environment.account, ADMINISTRATION)
                self._sessions[environment.account] = boto3.Session(*own.values())
            session = self._sessions[environment.account]
            client = session.client(service, region_name=environment.region, **self._at)
            self._clients[service, environment] = client
        return self._clients[service, environment]

    def bootstrap(self, environment: Environment) -> None:
        """Our bootstrap as a stack. (In AWS a StackSet does it in members; moto hides the stacks of a StackSet.)"""
        self.client("cloudformation", environment).create_stack(
            StackName=BOOTSTRAP,
            TemplateBody=self.bootstrap_template.read_text(encoding="utf-8"),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )

    def cdk(self, *arguments: str) -> Completed:
        """The CDK CLI on the assembly, with credentials of the pipeline's role in the deploy account."""
        variables = {"AWS_ENDPOINT_URL": self.url, "AWS_REGION": "us-east-1"}
        credentials = self.credentials(DEPLOY_ACCOUNT, PIPELINE_ROLE)
        folder = self.assembly.parent
        return cdk("--app", self.assembly, *arguments, home=self.home, cwd=folder, **variables, **credentials)

    def note_locks(self) -> None:
        """Remember the CLI's locks on the assembly."""
        self.locks_while_deploying |= {path.name for path in self.assembly.glob("*.lock")}

    def roles_assumed(self) -> list[str]:
        """ARNs of the roles that were assumed in any account, without those that the test itself assumed."""
        assumed = [role.role_arn for id in ACCOUNT_IDS.values() for role in sts_backends[id]["aws"].assumed_roles]
        return [arn for arn in assumed if arn.rpartition("/")[2] not in (ADMINISTRATION, PIPELINE_ROLE)]

    def artifact(self, name: str) -> Json:
        """A stack's artifact in the assembly."""
        artifact: Json = read_json(self.assembly / "manifest.json")["artifacts"][name]
        return artifact

    def environment(self, name: str) -> Environment:
        """Where a deployment goes, by its artifact."""
        _, _, account_id, region = self.artifact(name)["environment"].split("/")
        (account,) = (account for account, id in ACCOUNT_IDS.items() if id == account_id)
        return Environment(account, region)

    def template(self, name: str) -> Json:
        """A deployment's template as `hlz synth` wrote it."""
        return read_json(self.assembly / self.artifact(name)["properties"]["templateFile"])

    def stack(self, name: str) -> Json:
        """What CloudFormation says about a stack."""
        client = self.client("cloudformation", self.environment(name))
        (found,) = client.describe_stacks(StackName=name)["Stacks"]
        stack: Json = found
        return stack

    def in_moto(self, name: str, environment: Environment | None = None) -> Stack:
        """moto's own record of a stack."""
        place = environment or self.environment(name)
        return cloudformation_backends[ACCOUNT_IDS[place.account]][place.region].get_stack(name)
