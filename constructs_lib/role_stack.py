"""The base of every stack role: values as template parameters, bootstrap by our qualifier."""

from __future__ import annotations

from aws_cdk import CfnParameter, DefaultStackSynthesizer, Stack
from constructs import Construct

from landing_zone.plan.model import Variant


class RoleStack(Stack):
    """One variant of a stack role.

    What differs between deployments is declared with `value` and replaced by literals when the assembly is fanned out.
    """

    def __init__(self, scope: Construct, variant: Variant, *, qualifier: str, description: str) -> None:
        super().__init__(
            scope, variant.id, synthesizer=DefaultStackSynthesizer(qualifier=qualifier), description=description
        )
        self._values: dict[str, CfnParameter] = {}

    def value(self, name: str) -> str:
        """A reference to the planned value `name`, as a token."""
        if name not in self._values:
            self._values[name] = CfnParameter(self, name, type="String")
        return self._values[name].value_as_string
