"""Our rules as a CDK policy-validation plugin: hands template JSON to `landing_zone.assurance`, nothing else."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import jsii
from aws_cdk import (
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.finding import Finding, Report
from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.template import Template
from landing_zone.assurance.values import Symbolic
from landing_zone.plan.names import EXPORTS, ORGANIZATION_ROOT_EXPORT, UNIT_EXPORT_PREFIX

PLUGIN = "hlz"
_IMPORTED_UNIT = re.compile(rf'"Fn::ImportValue": *"({UNIT_EXPORT_PREFIX}[a-z0-9:-]+)"')

ContextOf = Callable[[Template], RuleContext]


@jsii.implements(IPolicyValidationPlugin)
class LandingZoneRules:
    """Runs our rules on every template of the app and keeps the reports, by template file.

    context_of: the rule context of a template, by its name (the artifact id).
    judged_parameters: by template name, the value parameters that the value rules judge in every deployment.
    """

    def __init__(self, context_of: ContextOf, judged_parameters: Mapping[str, Collection[str]]) -> None:
        self._context_of = context_of
        self._judged_parameters = judged_parameters
        self.reports: dict[str, Report] = {}

    @property
    def name(self) -> str:
        """The plugin's name in the CDK's report."""
        return PLUGIN

    @property
    def version(self) -> str | None:
        """None: the rules carry no version apart from the checkout's."""
        return None

    @property
    def rule_ids(self) -> list[str] | None:
        """None: the CDK would use them for its analytics only."""
        return None

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Evaluate every template. The CDK raises when a report holds violations."""
        violations: dict[str, list[tuple[Finding, str]]] = defaultdict(list)
        for path in context.template_paths:
            name = template_name(path)
            text = Path(path).read_text(encoding="utf-8")
            document = json.loads(text)
            template = Template.from_json(
                document,
                name=name,
                given=own_exports(text),
                judged_parameters=self._judged_parameters.get(name, ()),
            )
            report = evaluate(template, self._context_of(template))
            self.reports[template.name] = report
            for finding in report.findings:
                violations[finding.rule].append((finding, path))
        return PolicyValidationPluginReport(
            success=not violations, violations=[_violation(rule, found) for rule, found in sorted(violations.items())]
        )


def own_exports(template: str) -> dict[str, Symbolic]:
    """What our stacks export to each other: an ARN or id that this run does not know, and that names one resource.

    template: its text; of the exports of OUs those count that it imports.
    """
    names = {*EXPORTS, ORGANIZATION_ROOT_EXPORT, *_IMPORTED_UNIT.findall(template)}
    return {f"import:{name}": Symbolic("${" + name + "}") for name in names}


def template_name(path: str) -> str:
    """The artifact id of a template file."""
    return Path(path).name.removesuffix(".template.json")


def _violation(rule: str, found: list[tuple[Finding, str]]) -> PolicyViolation:
    first = found[0][0]
    return PolicyViolation(
        rule_name=rule,
        description=first.message,
        severity=first.severity,
        fix=first.fix,
        violating_resources=[
            PolicyViolatingResource(
                resource_logical_id=finding.resource, template_path=path, locations=[finding.path or finding.message]
            )
            for finding, path in found
        ],
    )
