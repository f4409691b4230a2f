"""Values that other accounts read: Systems Manager parameters, shared through AWS Resource Access Manager.

A consumer's template reads them with a parameter of type `AWS::SSM::Parameter::Value<String>` (plan value of type
`shared_parameter`). Only advanced parameters can be shared, and only read. Source: AWS Systems Manager User Guide,
parameter-store-shared-parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, CfnTag
from aws_cdk import aws_ram as ram
from aws_cdk import aws_ssm as ssm
from constructs import Construct


def organization_arn(management_account: str, organization_id: str) -> str:
    """ARN of the organization, as RAM names it as a principal."""
    return f"arn:{Aws.PARTITION}:organizations::{management_account}:organization/{organization_id}"


class OrganizationShare(Construct):
    """A resource share that nobody outside of the organization can be added to.

    principals: `organization_arn`, or account ids of the organization.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, resource_arns: Sequence[str], principals: Sequence[str]
    ) -> None:
        super().__init__(scope, id)
        self.share = ram.CfnResourceShare(
            self,
            "Share",
            name=name,
            allow_external_principals=False,
            resource_arns=list(resource_arns),
            principals=list(principals),
            tags=[CfnTag(key="hlz:purpose", value="organization-share")],
        )


class SharedParameters(Construct):
    """Parameters of this account that `principals` may read.

    values: (description, value) by parameter name, one of `plan.names`. share: name of the resource share.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        share: str,
        values: Mapping[str, tuple[str, str]],
        principals: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        for name, (description, value) in values.items():
            ssm.CfnParameter(
                self, _label(name), name=name, description=description, value=value, type="String", tier="Advanced"
            )
        arn = f"arn:{Aws.PARTITION}:ssm:{Aws.REGION}:{Aws.ACCOUNT_ID}:parameter"
        shared = OrganizationShare(
            self, "Share", name=share, resource_arns=[f"{arn}{name}" for name in values], principals=principals
        )
        shared.node.add_dependency(*(child for child in self.node.children if isinstance(child, ssm.CfnParameter)))


def _label(name: str) -> str:
    return "".join(part.title() for part in name.rpartition("/")[2].split("-"))
