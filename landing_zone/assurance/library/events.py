"""A rule over who may put events on an event bus."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from landing_zone.assurance.library.admission import CALLER_KEYS, any_customer, outsiders
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.policy_statements import Statement, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Value, value_at


@rule(
    "HLZ-EVB-001",
    control="LZ-ORG-06",
    resource=("AWS::Events::EventBus", "AWS::Events::EventBusPolicy"),
    title="Event buses take events from the organization and named accounts only",
    fix="Add StringEquals aws:PrincipalOrgID to the statement, or name the accounts.",
)
def buses_take_events_from_the_organization(bus: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No statement of an event bus policy lets everybody in without the organization, or a service for any customer.

    Both spellings are read: a statement, and the older Principal with Condition. In our own stacks, where a value rule
    knows the organization's accounts, a named account is fine; elsewhere it needs the condition as well.

    Cannot see: policies attached outside the template, and what rules do with an event once it is on the bus.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        subject = f"Event bus policy {bus.logical_id}"
        foreign = None if context.own else CALLER_KEYS
        yield from outsiders(subject, statement, context, everybody=CALLER_KEYS, foreign=foreign)
        yield from any_customer(subject, statement)

    yield from each(_statements(bus), judge)


def _statements(bus: Resource) -> Iterator[Statement | CannotEvaluate]:
    if bus.type == "AWS::Events::EventBus":
        yield from statements(bus.value("Policy"), "Policy")
        return
    written = bus.value("Statement")
    path = "Principal" if written is MISSING else "Statement"
    for entry in statements({"Statement": _older(bus) if written is MISSING else written}, ""):
        yield replace(entry, path=path) if isinstance(entry, Statement) else entry


def _older(bus: Resource) -> Value:
    statement: dict[str, Value] = {"Effect": "Allow", "Principal": {"AWS": bus.value("Principal")}}
    condition = bus.value("Condition")
    if condition is not MISSING:
        operator, key = bus.text("Condition.Type"), bus.text("Condition.Key")
        statement["Condition"] = {operator or "": {key or "": bus.value("Condition.Value")}}
    return statement


_HIGH = 7.0
"""From here on GuardDuty calls a finding high (user guide, "Severity levels of GuardDuty findings")."""
_LABELS = ("CRITICAL", "HIGH")
_FINDING = re.compile(r"finding|guardduty|securityhub|inspector", re.IGNORECASE)


@rule(
    "HLZ-EVB-003",
    control="LZ-DET-08",
    resource="AWS::Events::Rule",
    applies=of_others,
    title="Event rules for findings take all that are high",
    fix="Let the pattern take severities from 7, or the labels HIGH and CRITICAL.",
)
def event_rules_take_high_findings(event_rule: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A rule for findings of GuardDuty, Security Hub or Inspector lets every finding of high severity through.

    New ones among them: a list of workflow states of Security Hub has NEW in it. A rule is for findings by its
    logical id or its detail type, and then its source is one that sends them.

    Cannot see: rules that share the severities among them, and what the target does.
    """
    pattern = event_rule.known("EventPattern")
    narrow: Mapping[str, Callable[[], bool]] = {
        "aws.guardduty": lambda: _starts_above_high(value_at(pattern, "detail.severity")),
        "aws.securityhub": lambda: (
            _lacks_a_label(value_at(pattern, "detail.findings.Severity.Label"))
            or _lacks_new(value_at(pattern, "detail.findings.Workflow.Status"))
        ),
        "aws.inspector2": lambda: _lacks_a_label(value_at(pattern, "detail.severity")),
    }
    sources = value_at(pattern, "source") if isinstance(pattern, Mapping) else MISSING
    texts = {source for source in sources if isinstance(source, str)} if isinstance(sources, list) else set()
    senders = {*narrow, "aws.macie", "aws.access-analyzer", "aws.inspector", "aws.config", "aws.detective"}
    types = value_at(pattern, "detail-type") if isinstance(pattern, Mapping) else MISSING
    names = [event_rule.logical_id, *(str(entry) for entry in (types if isinstance(types, list) else []))]
    amazon = all(text.startswith("aws.") for text in texts)
    means_findings = _FINDING.search(names[0]) or (amazon and any("Finding" in name for name in names[1:]))
    if texts and means_findings and not texts & senders:
        yield Violation(
            f"Rule {event_rule.logical_id} listens to {', '.join(sorted(texts))}, which sends no findings.",
            "EventPattern",
        )
    for source in sources if isinstance(sources, list) else []:
        if str(source) in narrow and narrow[str(source)]():
            yield Violation(
                f"Rule {event_rule.logical_id} leaves findings of {source} out that are of high severity.",
                "EventPattern",
            )


def _starts_above_high(severity: Value) -> bool:
    """Whether a pattern on GuardDuty's number leaves high out: `[{"numeric": [">=", 8]}]`, or a list of numbers."""
    entries = severity if isinstance(severity, list) else []
    return bool(entries) and all(_misses_high(entry) for entry in entries)


def _misses_high(entry: Value) -> bool:
    """Whether a number, or a comparison with numbers, leaves out severity 7."""
    if isinstance(entry, (int, float)):
        return entry != _HIGH
    bounds = entry.get("numeric", MISSING) if isinstance(entry, Mapping) else MISSING
    if not isinstance(bounds, list):
        return False
    for operator, bound in zip(bounds[::2], bounds[1::2], strict=False):
        if not isinstance(bound, (int, float)):
            return False
        if operator == "=" and bound != _HIGH:
            return True
        if operator in (">", ">=") and (bound > _HIGH or (operator == ">" and bound == _HIGH)):
            return True
        if operator in ("<", "<=") and bound <= _HIGH:
            return True
    return False


def _lacks_a_label(labels: Value) -> bool:
    """Whether a list of plain labels leaves CRITICAL or HIGH out."""
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        return False
    return not set(_LABELS) <= {str(label) for label in labels}


def _lacks_new(states: Value) -> bool:
    """Whether a list of plain workflow states leaves out the one that findings come in."""
    return bool(
        isinstance(states, list)
        and states
        and all(isinstance(state, str) for state in states)
        and "NEW" not in {str(state) for state in states}
    )
