"""Rules over the policies of VPC endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator

from landing_zone.assurance.library.principals import is_pinned, is_world
from landing_zone.assurance.library.scope import stranger
from landing_zone.assurance.policy_statements import Statement, arn_parts, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, Value, text_of

_CALLER = ("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount")
_OWNER = ("aws:resourceorgid", "aws:resourceorgpaths", "aws:resourceaccount")
_LITERAL_ORGANIZATION = re.compile(r"^o-[a-z0-9]{10,32}$")


def _takes_a_policy(endpoint: Resource, context: RuleContext) -> bool:
    """Gateway and interface endpoints take one; the others (load balancer, resource, service network) do not."""
    return endpoint.text("VpcEndpointType") in (None, "Gateway", "Interface")


@rule(
    "HLZ-NET-002",
    control="LZ-NET-06",
    resource="AWS::EC2::VPCEndpoint",
    applies=_takes_a_policy,
    title="Endpoint policies let only the organization's callers reach only the organization's resources",
    fix="Give the endpoint a PolicyDocument whose Allow statements carry StringEquals on aws:PrincipalOrgID and "
    "aws:ResourceOrgID; name the resource for what AWS itself owns, with aws:PrincipalOrgID.",
)
def endpoints_serve_the_organization_only(endpoint: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every statement that allows everybody is limited to the organization's callers and to its resources.

    A statement that names specific resources (no wildcard up to the first `/`, such as the buckets AWS serves
    packages from) needs the limit on callers only. An endpoint without a policy allows everything. In templates of
    others one of the two limits is enough, and an interface endpoint may go without a policy where all do; an
    account that only the statement names needs the limit on callers.

    Cannot see: whether the service supports endpoint policies at all, whether the named resources are AWS's, and
    traffic that does not pass the endpoint.
    """
    document = endpoint.value("PolicyDocument")
    others = [] if context.own else list(context.template.of_type("AWS::EC2::VPCEndpoint"))
    none_has_one = bool(others) and all(other.value("PolicyDocument") is MISSING for other in others)
    if none_has_one and endpoint.text("VpcEndpointType") == "Interface":
        return
    if document is MISSING:
        yield Violation(
            f"Endpoint {endpoint.logical_id} has no policy and lets anyone's credentials reach anyone's resources; "
            "one limited to the organization is expected.",
            "PolicyDocument",
        )
        return
    entries = statements(document, "PolicyDocument")
    yield from each(entries, lambda entry: _lets_out(endpoint, readable(entry), context))


def _lets_out(endpoint: Resource, statement: Statement, context: RuleContext) -> Iterator[Outcome]:
    everybody = statement.not_principal or any(is_world(principal) for _, principal in statement.principals)
    if statement.allows and not context.own:
        yield from _strangers(endpoint, statement, context)
    if not statement.allows or not everybody:
        return
    limited = is_pinned(statement, *_CALLER), _names_resources(statement) or is_pinned(statement, *_OWNER)
    if not context.own and any(limited):
        return
    if not limited[0]:
        yield Violation(
            f"Endpoint {endpoint.logical_id} allows callers of any organization in {statement}; a condition on "
            "aws:PrincipalOrgID is expected.",
            statement.path,
        )
    if not limited[1]:
        yield Violation(
            f"Endpoint {endpoint.logical_id} allows resources of any organization in {statement}; a condition on "
            "aws:ResourceOrgID is expected.",
            statement.path,
        )
    yield from _other_organizations(endpoint, statement, context)


def _strangers(endpoint: Resource, statement: Statement, context: RuleContext) -> Iterator[Outcome]:
    """Accounts named by their number alone, which let data out to whoever they belong to."""
    accounts = {stranger(principal, context) for kind, principal in statement.principals if kind == "AWS"} - {None}
    if accounts and not is_pinned(statement, *_CALLER):
        yield Violation(
            f"Endpoint {endpoint.logical_id} admits account {', '.join(sorted(map(str, accounts)))} in {statement}; a "
            "condition on aws:PrincipalOrgID is expected.",
            statement.path,
        )


def _other_organizations(endpoint: Resource, statement: Statement, context: RuleContext) -> Iterator[Outcome]:
    for limit in statement.limits_on("aws:principalorgid", "aws:resourceorgid"):
        for text in limit.pinned_texts():
            if context.organization_id and _LITERAL_ORGANIZATION.match(text) and text != context.organization_id:
                yield Violation(
                    f"Endpoint {endpoint.logical_id} admits organization {text} in {statement}; "
                    f"{context.organization_id} is expected.",
                    statement.path,
                )


def _names_resources(statement: Statement) -> bool:
    return not statement.not_resource and bool(statement.resources) and all(map(_is_specific, statement.resources))


def _is_specific(resource: Value) -> bool:
    if isinstance(resource, Reference):
        return True
    if isinstance(resource, Unresolved):
        raise CannotEvaluate(f"a resource is not known: {resource.reason}")
    parts = arn_parts(text_of(resource) or "")
    return len(parts) == 6 and bool(re.match(r"^[^/*?]+($|/)", parts[5]))


def _interface(endpoint: Resource, context: RuleContext) -> bool:
    return not context.own and endpoint.text("VpcEndpointType") == "Interface"


@rule(
    "HLZ-NET-026",
    control="LZ-NET-06",
    resource="AWS::EC2::VPCEndpoint",
    applies=_interface,
    title="Interface endpoints answer under the service's name, to a group of their own",
    fix="Set PrivateDnsEnabled true and SecurityGroupIds.",
)
def interface_endpoints_are_used(endpoint: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An interface endpoint of an AWS service has private DNS on (off by default) and names a security group.

    Without private DNS programs go on calling the public address. S3 is left to its gateway endpoint. Ours are judged
    by HLZ-NET-015 and resolve names by zones of their own.

    Cannot see: hosted zones that other stacks associate with the network.
    """
    service = text_of(endpoint.known("ServiceName")) or ""
    zones = any(True for _ in context.template.of_type("AWS::Route53::HostedZone"))
    named = service.startswith(("com.amazonaws.", "aws.api.")) and not service.endswith(".s3") and not zones
    if named and not endpoint.flag("PrivateDnsEnabled"):
        yield Violation(
            f"Endpoint {endpoint.logical_id} does not answer under the service's name; PrivateDnsEnabled true is "
            "expected.",
            "PrivateDnsEnabled",
        )
    if not endpoint.items("SecurityGroupIds"):
        yield Violation(
            f"Endpoint {endpoint.logical_id} names no security group, so it takes the VPC's default one.",
            "SecurityGroupIds",
        )
