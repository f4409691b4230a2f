"""Rules over images that are published, policies of devices, and custom resources of others."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.policy_statements import Statement, arn_parts, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Undecided, Violation, rule, template_rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import Unresolved


@rule(
    "HLZ-ECR-021",
    control="LZ-CMP-07",
    resource="AWS::ECR::PublicRepository",
    title="Images are not published",
    fix="Use AWS::ECR::Repository.",
)
def images_are_not_published(repository: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No repository of the public gallery is made.

    Cannot see: whether the images are meant for everybody.
    """
    yield Violation(f"Repository {repository.logical_id} gives its images to everybody; a private one is expected.")


@rule(
    "HLZ-IOT-001",
    control="LZ-CMP-07",
    resource="AWS::IoT::Policy",
    title="Devices may do what they need",
    fix="Name the actions, and the topics and clients by ${iot:Connection.Thing.ThingName}.",
)
def devices_are_confined(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No statement allows all actions, or any action on everything.

    Cannot see: whether the named topics are the device's own.
    """
    for entry in statements(policy.value("PolicyDocument"), "PolicyDocument"):
        statement = readable(entry)
        everything = "*" in statement.resources or statement.not_resource
        if statement.allows and ({"*", "iot:*"} & set(_texts(statement)) or statement.not_action or everything):
            yield Violation(
                f"Policy {policy.logical_id} lets a device do all, or on everything, in {statement}; named actions and "
                "topics are expected.",
                statement.path,
            )


def _texts(statement: Statement) -> Iterator[str]:
    return (action for action in statement.actions if isinstance(action, str))


@template_rule(
    "HLZ-TPL-022",
    control="LZ-ORG-06",
    title="Custom resources are made by the own account",
    fix="Name the function by Ref, GetAtt or a parameter.",
)
def custom_resources_are_own(context: RuleContext) -> Iterator[Outcome]:
    """No custom resource's ServiceToken names an account by number.

    Cannot see: accounts that parameters name.
    """
    for resource in context.template.resources.values():
        if resource.type != "AWS::CloudFormation::CustomResource" and not resource.type.startswith("Custom::"):
            continue
        token = resource.value("ServiceToken")
        if isinstance(token, Unresolved):
            yield Undecided(f"{resource.logical_id}: {token.reason}")
        elif isinstance(token, str) and len(arn_parts(token)) == 6 and arn_parts(token)[4].isdecimal():
            yield Violation(
                f"{resource.logical_id} is made by another account ({token}); the own account's function is expected.",
                "ServiceToken",
                resource.logical_id,
            )
