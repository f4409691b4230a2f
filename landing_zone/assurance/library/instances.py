"""Rules over launch templates and what is launched from them."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.functions import names
from landing_zone.assurance.library.presence import is_given, those_that
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule
from landing_zone.assurance.template import Resource

_USERS = ("AWS::EC2::Instance", "AWS::AutoScaling::AutoScalingGroup")
_PATHS = (
    "LaunchTemplate.LaunchTemplateId",
    "LaunchTemplate.LaunchTemplateName",
    "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId",
)


@rule(
    "HLZ-EC2-030",
    control="LZ-IAM-14",
    resource="AWS::EC2::LaunchTemplate",
    title="What a launch template launches carries an instance profile",
    fix="Set LaunchTemplateData.IamInstanceProfile.",
)
def launched_instances_have_a_profile(template: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A launch template of a group or an instance names a profile, unless the instance names its own.

    Templates of EKS node groups and Batch must not: these services set the profile.

    Cannot see: users of the launch template in other templates, and default host management of the account.
    """
    if is_given(template, "LaunchTemplateData.IamInstanceProfile"):
        return
    users = those_that(
        context.template.of_type(*_USERS),
        lambda user: (
            any(names(user.value(path), template) for path in _PATHS) and not is_given(user, "IamInstanceProfile")
        ),
    )
    if users:
        yield Violation(
            f"What launch template {template.logical_id} launches has no instance profile; IamInstanceProfile is "
            "expected.",
            "LaunchTemplateData.IamInstanceProfile",
        )
