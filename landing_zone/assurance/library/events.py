"""A rule over who may put events on an event bus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from landing_zone.assurance.library.admission import CALLER_KEYS, any_customer, outsiders
from landing_zone.assurance.policy_statements import Statement, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Value


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
