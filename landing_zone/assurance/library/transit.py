"""Rules over transit gateways and the firewalls between networks."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.networks import SEGMENT, certain
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.rules import Outcome, RuleContext, Undecided, Violation, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Reference, Unresolved

_FIREWALL, _POLICY = "AWS::NetworkFirewall::Firewall", "AWS::NetworkFirewall::FirewallPolicy"
_TO_STATEFUL = "aws:forward_to_sfe"
_KINDS = ("strict", "established", "established_app_layer", "established_app_layer_to_server")
_DROPS, _ALERTS = (tuple(f"aws:{action}_{kind}" for kind in _KINDS) for action in ("drop", "alert"))
_LOGS = ("ALERT", "FLOW")
_INSPECTION = "inspection"


@rule(
    "HLZ-NET-010",
    control="LZ-NET-01",
    resource="AWS::EC2::TransitGateway",
    title="What is attached to a transit gateway is connected to nothing by itself",
    fix="Set DefaultRouteTableAssociation and DefaultRouteTablePropagation to disable; associate each attachment.",
)
def attachments_join_no_table_by_themselves(gateway: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Default association and default propagation are both disabled; EC2 enables what is not stated.

    Cannot see: associations, propagations and routes that are made outside of the template.
    """
    for key in ("DefaultRouteTableAssociation", "DefaultRouteTablePropagation"):
        try:
            state = gateway.text(key)
        except CannotEvaluate as reason:
            yield Undecided(reason.reason)
            continue
        if state != "disable":
            found = f"has {key} {state}" if state else f"leaves {key} to its default, enable"
            yield Violation(f"Transit gateway {gateway.logical_id} {found}; disable is expected.", key)


@rule(
    "HLZ-NET-011",
    control="LZ-NET-05",
    resource=(_POLICY, _FIREWALL),
    title="Firewalls drop what no rule passes, and log alerts and flows",
    fix="Policy: STRICT_ORDER, an aws:drop_* and an aws:alert_* default, aws:forward_to_sfe for packets and fragments. "
    "Firewall: a LoggingConfiguration with ALERT and FLOW.",
)
def firewalls_drop_and_log(part: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A policy hands every packet and fragment to rules in strict order whose default drops and alerts; a firewall has
    a logging configuration for alerts and flows. In templates of others alerts of the default are not asked for.

    Cannot see: what the rules pass, and whether the logs' destination receives them.
    """
    yield from _logs(part, context) if part.type == _FIREWALL else _drops(part, context)


def _drops(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    stateless = (_TO_STATEFUL,) if context.own else (_TO_STATEFUL, "aws:drop")
    order = policy.text("FirewallPolicy.StatefulEngineOptions.RuleOrder")
    asked: list[tuple[str, tuple[str, ...], str]] = [
        ("StatelessDefaultActions", stateless, "packets"),
        ("StatelessFragmentDefaultActions", stateless, "fragments"),
    ]
    if context.own or order == "STRICT_ORDER":
        asked.append(("StatefulDefaultActions", _DROPS, "what no rule passes"))
    if context.own:
        asked.append(("StatefulDefaultActions", _ALERTS, "what no rule passes"))
    for path, expected, what in asked:
        actions = policy.items(f"FirewallPolicy.{path}")
        if not any(action in expected for action in actions):
            if any(isinstance(action, Unresolved) for action in actions):
                yield Undecided(f"{path} is not known")
                continue
            message = f"Firewall policy {policy.logical_id} has none of {', '.join(expected)} for {what} in {path}."
            yield Violation(message, f"FirewallPolicy.{path}")
    if order != "STRICT_ORDER":
        message = f"Firewall policy {policy.logical_id} has the rule order {order or 'by default DEFAULT_ACTION_ORDER'}"
        yield Violation(f"{message}; STRICT_ORDER is expected.", "FirewallPolicy.StatefulEngineOptions.RuleOrder")


def _logs(firewall: Resource, context: RuleContext) -> Iterator[Outcome]:
    logged: set[object] = set()
    unknown = ""
    for logging in context.template.of_type("AWS::NetworkFirewall::LoggingConfiguration"):
        try:
            target = logging.known("FirewallArn")  # by Ref or by attribute, both are its ARN
            if not isinstance(target, Reference) or target.logical_id != firewall.logical_id:
                continue
            count = len(logging.items("LoggingConfiguration.LogDestinationConfigs"))
            types = [logging.text(f"LoggingConfiguration.LogDestinationConfigs.{n}.LogType") for n in range(count)]
        except CannotEvaluate as reason:
            unknown = f"{logging.logical_id}: {reason.reason}"
            continue
        if certain(logging, firewall):
            logged.update(types)
        else:
            unknown = f"{logging.logical_id} exists under a condition: {logging.conditional}"
    if missing := [log for log in _LOGS if log not in logged]:
        if unknown:
            yield Undecided(f"no other logging configuration covers {firewall.logical_id}, and {unknown}")
        else:
            yield Violation(f"Firewall {firewall.logical_id} does not log {' and '.join(missing)}.")


@rule(
    "HLZ-NET-022",
    control="LZ-NET-01",
    resource="AWS::EC2::TransitGateway",
    applies=of_others,
    title="Transit gateways accept no attachment by themselves",
    fix="Leave AutoAcceptSharedAttachments out, or set it disable.",
)
def attachments_are_accepted_by_somebody(gateway: Resource, context: RuleContext) -> Iterator[Outcome]:
    """AutoAcceptSharedAttachments is disabled, as it is by default. Our hub is shared with the organization alone.

    Cannot see: with whom the gateway is shared.
    """
    if gateway.text("AutoAcceptSharedAttachments") == "enable":
        yield Violation(
            f"Transit gateway {gateway.logical_id} accepts attachments by itself; disable is expected.",
            "AutoAcceptSharedAttachments",
        )


@rule(
    "HLZ-NET-025",
    control="LZ-NET-05",
    resource=_FIREWALL,
    applies=of_others,
    title="Firewalls stand in two zones",
    fix="Add a subnet of another Availability Zone to SubnetMappings.",
)
def firewalls_span_zones(firewall: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A firewall has endpoints in two subnets, or another one of the template stands beside it (as ours do).

    Cannot see: in which zones the subnets are.
    """
    firewalls = sum(1 for _ in context.template.of_type(_FIREWALL))
    if firewalls == 1 and not firewall.items("AvailabilityZoneMappings") and len(firewall.items("SubnetMappings")) < 2:
        yield Violation(
            f"Firewall {firewall.logical_id} stands in one Availability Zone; two are expected.", "SubnetMappings"
        )


def _leads_to_a_firewall(attachment: Resource, context: RuleContext) -> bool:
    try:
        if attachment.tag(SEGMENT) == _INSPECTION:
            return True
        vpc = attachment.known("VpcId")
    except CannotEvaluate:
        return False
    if not isinstance(vpc, Reference):
        return False
    return any(firewall.value("VpcId") == vpc for firewall in context.template.of_type(_FIREWALL))


@rule(
    "HLZ-NET-012",
    control="LZ-NET-05",
    resource=("AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment"),
    applies=_leads_to_a_firewall,
    title="The inspection network's attachment keeps both directions of a flow in one zone",
    fix="Set Options.ApplianceModeSupport of the attachment to enable.",
)
def inspection_is_symmetric(attachment: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An attachment of a VPC with a firewall, or tagged `hlz:segment: inspection`, is in appliance mode.

    Without it the answer may take another zone, whose firewall never saw the request and drops it.

    Cannot see: whether each zone's route leads to that zone's firewall (the network proof's work).
    """
    mode = attachment.text("Options.ApplianceModeSupport")
    if mode != "enable":
        message = f"Attachment {attachment.logical_id} leads to a firewall and has appliance mode {mode or 'disable'}"
        yield Violation(f"{message}; enable is expected.", "Options.ApplianceModeSupport")
