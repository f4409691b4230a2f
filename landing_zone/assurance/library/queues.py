"""Rules over SQS queues: nobody sends without TLS, and what fails is kept apart."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.denials import is_denied, lacks_tls
from landing_zone.assurance.policy_statements import Statement, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING

_QUEUE = "AWS::SQS::Queue"


def _takes_failures(queue: Resource, context: RuleContext) -> bool:
    """Whether the queue is where others put what failed: by reference (a target of dead letters) or by name."""
    if any(mark in queue.logical_id.lower() for mark in ("dlq", "dead", "failed", "failure", "undelivered")):
        return True
    return any(
        use.target == queue.logical_id
        and any(mark in use.path for mark in ("RedrivePolicy", "DeadLetter", "OnFailure", "deadLetterTargetArn"))
        for use in context.template.uses
    )


def _has_own_work(queue: Resource, context: RuleContext) -> bool:
    return not context.own and not _takes_failures(queue, context)


@rule(
    "HLZ-SQS-010",
    control="LZ-AVL-02",
    resource=_QUEUE,
    applies=_has_own_work,
    severity="warning",
    title="Queues keep apart what fails",
    fix="Set RedrivePolicy with deadLetterTargetArn and maxReceiveCount.",
)
def queues_have_dead_letters(queue: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A queue has a redrive policy, unless it is itself the place for dead letters, by reference or by name.

    Without one, a message that cannot be processed is tried until it expires and is then gone.

    Cannot see: whether an alarm notices what lies there.
    """
    if queue.known("RedrivePolicy") in (MISSING, {}):
        yield Violation(
            f"Queue {queue.logical_id} drops what its consumer cannot process; a RedrivePolicy is expected.",
            "RedrivePolicy",
        )


@rule(
    "HLZ-SQS-011",
    control="LZ-STO-04",
    resource=("AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"),
    title="Queue policies deny requests without TLS",
    fix="Add a statement that denies sqs:* to everybody with Bool aws:SecureTransport false.",
)
def queues_refuse_plain_transport(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The policy denies everybody to send, or everything, without TLS, and has no further condition there.

    A queue without a policy admits the own account's identities only: it is not examined.

    Cannot see: other policies of the same queue in other stacks.
    """
    entries = list(statements(policy.value("PolicyDocument"), "PolicyDocument"))

    def speaks(statement: Statement) -> bool:
        return not statement.not_resource

    if not is_denied(entries, "sqs:SendMessage", lacks_tls, speaks):
        yield Violation(
            f"Queue policy {policy.logical_id} accepts messages without TLS; a Deny for everybody with "
            "aws:SecureTransport false is expected.",
            "PolicyDocument",
        )
