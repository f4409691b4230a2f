"""What is known about the 90 rules of cdk-nag's HIPAA.Security pack, `policies/rules/cdk_nag_hipaa.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from landing_zone.assurance.finding import RuleRun
from landing_zone.assurance.template import Template
from landing_zone.policy_data import policy_data


@dataclass(frozen=True)
class NagRule:
    """One rule of the pack.

    `found` is the pack's own sentence, `fix` ours. `resource_types` were read from the rule's source. `basis` tells how
    the control was chosen. `findings` are the suffixes of a rule that reports several findings on one resource. `ours`
    is the rule of ours that says the same, and the part of its path where it does.
    """

    id: str
    level: Literal["error", "warning"]
    control: str
    basis: str
    citations: tuple[str, ...]
    resource_types: tuple[str, ...]
    found: str
    fix: str
    findings: tuple[str, ...] = ()
    ours: str = ""

    @property
    def finding_ids(self) -> tuple[str, ...]:
        """The ids the rule reports and under which it is acknowledged."""
        return tuple(f"{self.id}[{finding}]" for finding in self.findings) or (self.id,)


@cache
def nag_rules() -> Mapping[str, NagRule]:
    """All rules of the pack by id."""
    rules: dict[str, NagRule] = {}
    for row in policy_data("rules/cdk_nag_hipaa")["rules"]:
        fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        rules[row["id"]] = NagRule(**fields)
    return rules


def nag_rules_run(template: Template) -> dict[str, list[str]]:
    """Rule id to the logical ids it examined; rules without a resource of their types did not run and are left out.

    Derived from the resource types, because cdk-nag reports violations only. True for templates made of typed
    constructs: a generic CfnResource is seen by no cdk-nag rule, although it is counted here. Some rules look closer
    and skip part of their type (an ALB rule ignores network load balancers): counted, too.
    """
    examined: dict[str, list[str]] = {}
    for rule in nag_rules().values():
        logical_ids = [resource.logical_id for resource in template.of_type(*rule.resource_types)]
        if logical_ids:
            examined[rule.id] = logical_ids
    return examined


def nag_runs(template: Template) -> tuple[RuleRun, ...]:
    """The same as rule runs, to be merged into a report."""
    return tuple(RuleRun(rule, template.name, tuple(ids)) for rule, ids in sorted(nag_rules_run(template).items()))
