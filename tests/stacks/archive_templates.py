"""The templates of the log archive and its landing buckets, in the order of their deployment, with names as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.manifest.model.security import LOG_KINDS
from tests.stacks.arrange import built, deployments_of, resources

EAST, WEST = "us-east-1", "us-west-2"
PSEUDO = {
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "OrganizationId": "o-a1b2c3d4e5",
    "ManagementAccountId": "222233334444",
    "SecurityAccountId": "333344445555",
}
BUCKETS = "AWS::S3::Bucket"
POLICIES = "AWS::S3::BucketPolicy"


@dataclass(frozen=True)
class Built:
    """A synthesized variant of a role in a Region."""

    role: str
    region: str
    variant: SynthesizedVariant

    @property
    def template(self) -> Mapping[str, Any]:
        """The template as JSON."""
        return self.variant.template

    def text(self, value: Any) -> str:
        """A value of the template as AWS would see it."""
        if isinstance(value, str):
            return value
        ((function, argument),) = value.items()
        if function == "Fn::Join":
            return str(argument[0]).join(map(self.text, argument[1]))
        if function == "Fn::ImportValue":
            return f"arn:aws:kms:{self.region}:111122223333:key/imported"
        name = argument if function == "Ref" else argument[0]
        if name == "AWS::Region":
            return self.region
        if name in PSEUDO:
            return PSEUDO[name]
        resource = self.template["Resources"][name]
        if resource["Type"] == BUCKETS:
            bucket = self.text(resource["Properties"]["BucketName"])
            return bucket if function == "Ref" else f"arn:aws:s3:::{bucket}"
        return f"arn:aws:kms:{self.region}:111122223333:key/{name}"

    def buckets(self) -> dict[str, dict[str, Any]]:
        """Properties of the buckets by their name."""
        return {self.text(bucket["BucketName"]): bucket for bucket in resources(self.template, BUCKETS).values()}

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every statement of every bucket policy with the name of its bucket."""
        for policy in resources(self.template, POLICIES).values():
            for statement in policy["PolicyDocument"]["Statement"]:
                yield self.text(policy["Bucket"]), statement

    def named(self, bucket: str) -> dict[str, dict[str, Any]]:
        """The statements about a bucket by their Sid."""
        return {statement["Sid"]: statement for name, statement in self.statements() if name == bucket}

    def copies(self, bucket: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Replication rules of a bucket by the name of their destination."""
        rules = bucket.get("ReplicationConfiguration", {}).get("Rules", [])
        return {self.text(rule["Destination"]["Bucket"]).removeprefix("arn:aws:s3:::"): rule for rule in rules}


@cache
def chain() -> tuple[Built, ...]:
    """The clinic's four stacks, each after those that it needs."""
    deployments = [*deployments_of("log_archive"), *deployments_of("log_landing")]
    variants = built([deployment.variant for deployment in deployments])
    return tuple(
        Built(deployment.variant.role, deployment.environment.region, variants[deployment.variant.id])
        for deployment in deployments
    )


def archive(region: str) -> Built:
    """The clinic's archive in a Region."""
    return next(stack for stack in chain() if (stack.role, stack.region) == ("log_archive", region))


def landing(region: str) -> Built:
    """The clinic's landing buckets in a Region."""
    return next(stack for stack in chain() if (stack.role, stack.region) == ("log_landing", region))


def bucket(kind: str, region: str) -> str:
    """Name of a locked bucket."""
    return f"hlz-{kind.replace('_', '-')}-111122223333-{region}"


def locked(stack: Built) -> dict[str, dict[str, Any]]:
    """The locked buckets of a stack by kind of log."""
    found = stack.buckets()
    return {kind: found[bucket(kind, stack.region)] for kind in LOG_KINDS}


def tags(properties: Mapping[str, Any]) -> dict[str, str]:
    """The tags of a resource."""
    return {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
