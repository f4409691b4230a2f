"""What every resource of AWS Organizations has in common: it is kept, and it comes after the one before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from aws_cdk import CfnDeletionPolicy, CfnResource, CfnTag, DefaultStackSynthesizer, IStackSynthesizer

from landing_zone.plan.names import ORGANIZATION_ROOT_EXPORT, unit_export

ROOT = "root"
_ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)
_NOT_IN_TAGS = re.compile(r"[^\w .:/=+\-@]+")


def before_the_bootstrap(qualifier: str) -> IStackSynthesizer:
    """How stacks are synthesized that are deployed before there is a bootstrap: without asking for its version.

    The bootstrap trusts the deploy account inside the organization, so both have to exist before it.
    """
    return DefaultStackSynthesizer(qualifier=qualifier, generate_bootstrap_version_rule=False)


def kept(resources: Iterable[CfnResource]) -> None:
    """Retain resources that leave the template or are replaced: no deployment closes an account or ends a guardrail."""
    for resource in resources:
        resource.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN
        resource.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN


def chained(resources: Iterable[CfnResource], implied: Collection[tuple[CfnResource, CfnResource]] = ()) -> None:
    """Make each resource after the one before: AWS Organizations refuses changes that overlap.

    implied: pairs (later, earlier) of which the later one refers to the earlier one anyway.
    """
    before: CfnResource | None = None
    for resource in resources:
        if before and (resource, before) not in implied:
            resource.add_resource_dependency(before)
        before = resource


def target_export(target: str) -> str | None:
    """The export with the id of `root` or of an OU path; None for an account id, which needs none."""
    if _ACCOUNT_ID.fullmatch(target):
        return None
    return ORGANIZATION_ROOT_EXPORT if target == ROOT else unit_export(target)


def tags_of(texts: Mapping[str, str]) -> list[CfnTag]:
    """Tags with texts of which AWS takes every character; the others are left out. Empty texts make no tag."""
    return [CfnTag(key=key, value=_NOT_IN_TAGS.sub("", text)[:256]) for key, text in texts.items() if text]
