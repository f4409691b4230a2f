"""The base of every stack role: values as template parameters, bootstrap by our qualifier."""

from __future__ import annotations

from aws_cdk import CfnOutput, CfnParameter, DefaultStackSynthesizer, Fn, IStackSynthesizer, Stack
from constructs import Construct

from landing_zone.plan.model import Variant


class RoleStack(Stack):
    """One variant of a stack role.

    What differs between deployments is declared with `value` and replaced by literals when the assembly is fanned out.
    synthesizer: how the stack is deployed; default: through our bootstrap.
    """

    def __init__(
        self,
        scope: Construct,
        variant: Variant,
        *,
        qualifier: str,
        description: str,
        synthesizer: IStackSynthesizer | None = None,
    ) -> None:
        through_bootstrap = DefaultStackSynthesizer(qualifier=qualifier)
        super().__init__(scope, variant.id, synthesizer=synthesizer or through_bootstrap, description=description)
        self.qualifier = qualifier
        self._values: dict[str, CfnParameter] = {}

    def value(self, name: str) -> str:
        """A reference to the planned value `name`, as a token."""
        if name not in self._values:
            self._values[name] = CfnParameter(self, name, type="String")
        return self._values[name].value_as_string

    def export(self, name: str, text: str) -> None:
        """Make a text known to the other stacks of the same account and Region under one of `plan.names`."""
        CfnOutput(self, "".join(part.title() for part in name.split("-")), value=text, export_name=name)

    def imported(self, name: str) -> str:
        """What another stack of the same account and Region exports, as a token."""
        return Fn.import_value(name)
