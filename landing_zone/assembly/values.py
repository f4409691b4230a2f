"""The value rules on every deployment of a plan: on its values, its account id and its tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from landing_zone.assurance.finding import Finding, Report, RuleRun
from landing_zone.assurance.value_rules import (
    VPC_CIDR,
    ValueContext,
    judge_overlaps,
    judge_protection,
    judge_values,
    value_rules_run,
)
from landing_zone.manifest.model import Manifest
from landing_zone.plan.model import Deployment, Plan


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value whose text is known."""

    name: str
    type: str
    text: str


def judged_values(manifest: Manifest, plan: Plan) -> Report:
    """Findings on values, and which rules examined which deployments. Values that are not known yet are left out."""
    network = manifest.network
    regions = frozenset({manifest.regions.home, manifest.regions.recovery, *manifest.regions.additional})
    contexts = {region: ValueContext(region, network.pools, regions) for region in regions}
    findings: list[Finding] = []
    examined: dict[str, list[str]] = defaultdict(list)
    ranges: list[tuple[str, str, str]] = []
    for deployment in (*plan.deployments, *([plan.bootstrap] if plan.bootstrap else [])):
        region = deployment.environment.region
        known = {value.name: value for value in _known(deployment)}
        findings += judge_values(deployment.name, known, contexts[region])
        for rule in value_rules_run(known):
            examined[rule].append(deployment.name)
        if VPC_CIDR in known:
            ranges.append((deployment.name, region, known[VPC_CIDR].text))
    reserved = [(link.name, cidr) for link in network.hybrid for cidr in link.ranges]
    reserved += [("on_premises", cidr) for cidr in network.on_premises]
    findings += judge_overlaps(ranges, reserved)
    if ranges:
        examined["HLZ-VAL-009"] = [name for name, _, _ in ranges]
    findings += judge_protection((d.name, d.termination_protection) for d in plan.deployments)
    if plan.deployments:
        examined["HLZ-VAL-015"] = [deployment.name for deployment in plan.deployments]
    runs = tuple(RuleRun(rule, "values", tuple(names)) for rule, names in sorted(examined.items()))
    return Report(findings=tuple(findings), runs=runs)


def _known(deployment: Deployment) -> Iterator[KnownValue]:
    for value in deployment.values:
        if value.text is not None:
            yield KnownValue(value.name, value.type, value.text)
    if deployment.account_id is not None:
        yield KnownValue("AccountId", "account_id", deployment.account_id)
    yield KnownValue("StackName", "name", deployment.name)
    yield KnownValue("Region", "region", deployment.environment.region)
    for key, text in deployment.tags:
        yield KnownValue(f"Tags/{key}", "tag", text)
