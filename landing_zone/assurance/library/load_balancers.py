"""Rules over edges that one resource alone does not decide: listeners, certificates' expiry, logs of distributions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landing_zone.assurance.library.functions import names
from landing_zone.assurance.library.presence import is_given, those_that
from landing_zone.assurance.rules import Outcome, RuleContext, Undecided, Violation, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Reference, Unresolved, Value, leaves, value_at

_TLS_PORTS = (443, 636, 853, 989, 990, 993, 995, 5671, 6514, 8443, 8883, 9443, 22)
"""Ports whose protocols are encrypted end to end (IANA service names)."""


@rule(
    "HLZ-ELB-020",
    control="LZ-NET-09",
    resource="AWS::ElasticLoadBalancingV2::Listener",
    title="Network listeners end TLS or pass it through",
    fix="Set Protocol to TLS with a certificate, or forward to a target group that speaks TLS itself.",
)
def network_listeners_are_encrypted(listener: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A TCP listener has a target group that speaks TLS: an encrypted port, HTTPS health checks, or an ALB behind it.

    Cannot see: what the targets really speak, UDP, and target groups outside of the template.
    """
    if listener.text("Protocol") not in ("TCP", "TCP_UDP"):
        return
    groups, unknown = _target_groups(listener, context)
    for group in groups:
        if not _speaks_tls(group):
            yield Violation(
                f"Listener {listener.logical_id} passes traffic in clear to {group.logical_id}; TLS is expected.",
                "Protocol",
            )
    if unknown:
        yield Undecided("which target group it forwards to is not known")


def _target_groups(listener: Resource, context: RuleContext) -> tuple[list[Resource], bool]:
    found: dict[str, Resource] = {}
    unknown = False
    for action in listener.items("DefaultActions"):
        tuples = value_at(action, "ForwardConfig.TargetGroups")
        arns: list[Value] = [value_at(entry, "TargetGroupArn") for entry in tuples] if isinstance(tuples, list) else []
        for arn in (*arns, value_at(action, "TargetGroupArn")):
            group = context.template.resources.get(arn.logical_id) if isinstance(arn, Reference) else None
            if group is not None:
                found[group.logical_id] = group
            unknown |= isinstance(arn, Unresolved)
    return list(found.values()), unknown


def _speaks_tls(group: Resource) -> bool:
    if group.text("TargetType") == "alb" or group.text("HealthCheckProtocol") == "HTTPS":
        return True
    return group.number("Port") in _TLS_PORTS


@rule(
    "HLZ-ELB-021",
    control="LZ-NET-09",
    resource="AWS::ElasticLoadBalancingV2::ListenerRule",
    title="Rules of HTTP listeners serve nothing in clear",
    fix="Let the rule redirect to HTTPS, or move it to the HTTPS listener.",
)
def rules_of_clear_listeners_redirect(entry: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A rule of an HTTP listener of the template does nothing but redirect to HTTPS.

    Cannot see: listeners outside of the template.
    """
    listener = entry.known("ListenerArn")
    target = context.template.resources.get(listener.logical_id) if isinstance(listener, Reference) else None
    if target is None or target.text("Protocol") != "HTTP":
        return
    for index, action in enumerate(entry.items("Actions")):
        if value_at(action, "Type") != "redirect" or value_at(action, "RedirectConfig.Protocol") == "HTTP":
            yield Violation(
                f"Rule {entry.logical_id} serves in clear on listener {target.logical_id}; a redirect to HTTPS is "
                "expected.",
                f"Actions.{index}",
            )
            return


@rule(
    "HLZ-ELB-022",
    control="LZ-CMP-07",
    resource=("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule"),
    title="Who must sign in at the load balancer cannot pass without",
    fix="Set OnUnauthenticatedRequest to authenticate or deny.",
)
def signing_in_is_not_optional(entry: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An action that authenticates lets nobody through unauthenticated.

    Cannot see: what targets do with requests without an identity.
    """
    where = "DefaultActions" if entry.type.endswith("Listener") else "Actions"
    for index, action in enumerate(entry.items(where)):
        for config in ("AuthenticateCognitoConfig", "AuthenticateOidcConfig"):
            if value_at(action, f"{config}.OnUnauthenticatedRequest") == "allow":
                yield Violation(
                    f"{entry.logical_id} lets through who has not signed in; authenticate is expected.",
                    f"{where}.{index}.{config}.OnUnauthenticatedRequest",
                )


def _foreign(resource: Resource, context: RuleContext) -> bool:
    return not context.own


@rule(
    "HLZ-CRT-003",
    control="LZ-KMS-05",
    resource="AWS::CertificateManager::Certificate",
    severity="warning",
    applies=_foreign,
    title="Somebody hears of a certificate before it expires",
    fix="Add an alarm on AWS/CertificateManager DaysToExpiry, or an EventBridge rule for aws.acm.",
)
def expiry_is_noticed(certificate: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An alarm on DaysToExpiry names the certificate, or a rule takes Certificate Manager's events.

    A renewal that fails, because a validation record is gone, is silent otherwise.

    Cannot see: alarms and AWS Config rules in other templates.
    """
    for entry in context.template.of_type("AWS::Config::ConfigRule"):
        if entry.value("Source.SourceIdentifier") == "ACM_CERTIFICATE_EXPIRATION_CHECK":
            return
    for entry in context.template.of_type("AWS::Events::Rule"):
        sources = entry.value("EventPattern.source")
        if isinstance(sources, list) and ("aws.acm" in sources or "aws.health" in sources):
            return
    unknown = ""
    for alarm in context.template.of_type("AWS::CloudWatch::Alarm"):
        if alarm.value("MetricName") != "DaysToExpiry":
            continue
        try:
            for dimension in alarm.items("Dimensions"):
                if names(value_at(dimension, "Value"), certificate):
                    return
        except CannotEvaluate as reason:
            unknown = f"{alarm.logical_id}: {reason.reason}"
    if unknown:
        raise CannotEvaluate(unknown)
    yield Violation(
        f"Nobody hears when certificate {certificate.logical_id} is about to expire; an alarm on DaysToExpiry is "
        "expected."
    )


@rule(
    "HLZ-CFR-020",
    control="LZ-LOG-11",
    resource="AWS::CloudFront::Distribution",
    title="Distributions write access logs",
    fix="Set DistributionConfig.Logging.Bucket, or add an AWS::Logs::DeliverySource of log type ACCESS_LOGS.",
)
def distributions_write_logs(distribution: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Standard logging names a bucket, or a delivery source of CloudWatch Logs names the distribution.

    Cannot see: deliveries set up outside of the template, and real-time logs, which are samples.
    """
    if is_given(distribution, "DistributionConfig.Logging.Bucket"):
        return
    sources = those_that(
        context.template.of_type("AWS::Logs::DeliverySource"),
        lambda source: names(source.value("ResourceArn"), distribution),
    )
    if not sources:
        yield Violation(
            f"Distribution {distribution.logical_id} writes no access logs; Logging is expected.",
            "DistributionConfig.Logging",
        )


def _is_regional(acl: Resource, context: RuleContext) -> bool:
    return acl.value("Scope") == "REGIONAL" and not context.own


@rule(
    "HLZ-WAF-020",
    control="LZ-NET-11",
    resource="AWS::WAFv2::WebACL",
    severity="warning",
    applies=_is_regional,
    title="Web ACLs stand before something",
    fix="Add an AWS::WAFv2::WebACLAssociation, or export the web ACL's ARN for one.",
)
def web_acls_stand_before_something(acl: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An association of the template names the regional web ACL, or an output or parameter hands its ARN on.

    Cannot see: associations that other tools make.
    """
    outputs = context.template.resolver.resolve(context.template.document.get("Outputs", {}))
    handed_on = [value for _, value in leaves(outputs) if not isinstance(value, Unresolved)]
    parameters = [use.resource for use in context.template.uses if use.target == acl.logical_id]
    for user in (context.template.resources[name] for name in parameters):
        if user.type != "AWS::WAFv2::LoggingConfiguration" and user.type != "AWS::CloudWatch::Alarm":
            return
    if any(names(value, acl) for value in handed_on):
        return
    for association in context.template.of_type("AWS::WAFv2::WebACLAssociation"):
        if isinstance(association.value("WebACLArn"), Unresolved):
            raise CannotEvaluate(f"which web ACL {association.logical_id} is about is not known")
    yield Violation(f"Web ACL {acl.logical_id} stands before nothing; a WebACLAssociation is expected.")


@rule(
    "HLZ-WAF-021",
    control="LZ-NET-11",
    resource=("AWS::WAFv2::WebACL", "AWS::WAFv2::RuleGroup"),
    title="No rule of a web ACL lets everybody pass",
    fix="Let through named addresses (an IP set) or labels alone, after the rules that stop.",
)
def no_rule_lets_everybody_pass(acl: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A rule that allows asks for an address set, a label, a rule group, or several things at once.

    What a single test of size, text, country or a negation lets through, skips all later rules.

    Cannot see: whether the addresses are the right ones (HLZ-WAF-007 reads the sets of the template).
    """
    for index, entry in enumerate(acl.items("Rules")):
        statement = value_at(entry, "Statement")
        if not isinstance(value_at(entry, "Action.Allow"), Mapping) or not isinstance(statement, Mapping):
            continue
        if not _NARROW & set(statement):
            name = value_at(entry, "Name")
            yield Violation(
                f"{acl.logical_id} lets everybody pass by rule {name}; named addresses are expected.",
                f"Rules.{index}.Action",
            )


_NARROW = {"IPSetReferenceStatement", "LabelMatchStatement", "AndStatement", "RuleGroupReferenceStatement"}
