"""A Route 53 Profile: zones, forwarding rules and DNS firewall that every network of a Region takes over as one."""

from __future__ import annotations

import json

from aws_cdk import aws_route53profiles as profiles
from constructs import Construct

LONGEST_NAME = 64


class ResolverProfile(Construct):
    """A profile. A VPC can have one alone, so everything that networks resolve goes into it.

    It may hold private hosted zones, Resolver rules, DNS Firewall rule groups and interface endpoints (API reference,
    AssociateResourceToProfile).
    """

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        profile = profiles.CfnProfile(self, "Profile", name=name)
        self.id = profile.attr_id
        self.arn = profile.attr_arn

    def hold(self, id: str, *, name: str, arn: str, priority: int | None = None) -> None:
        """Put a resource into the profile. priority: of a DNS Firewall rule group, 100 to 9900."""
        profiles.CfnProfileResourceAssociation(
            self,
            id,
            profile_id=self.id,
            name=name.replace(".", "-")[:LONGEST_NAME],
            resource_arn=arn,
            resource_properties=None if priority is None else json.dumps({"priority": priority}),
        )
