"""Rules over Lambda functions and who may call them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from landing_zone.assurance.library.presence import is_given, those_that
from landing_zone.assurance.library.principals import belongs_to_own_account
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Symbolic, Unresolved

_WITHOUT_SOURCE = ("elasticloadbalancing.amazonaws.com", "alexa-appkit.amazon.com", "edgelambda.amazonaws.com")
"""Principals whose permission is circular with a source (a target group), or has another way to name it."""


def names(value: object, resource: Resource) -> bool:
    """Whether a resolved value is a reference to the resource, or a text with one in it."""
    if isinstance(value, Unresolved):
        raise CannotEvaluate(f"what refers to {resource.logical_id} is not known: {value.reason}")
    if isinstance(value, Reference):
        return value.logical_id == resource.logical_id
    if isinstance(value, Symbolic):
        return f"${{{resource.logical_id}}}" in value or f"${{{resource.logical_id}." in value
    return False


@rule(
    "HLZ-LAM-010",
    control="LZ-AVL-02",
    resource="AWS::Lambda::Function",
    applies=of_others,
    title="Events that a function fails on are kept",
    fix="Set DeadLetterConfig.TargetArn to a queue or topic, or give the function an OnFailure destination.",
)
def failed_events_are_kept(function: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The function has a dead-letter target, or an OnFailure destination of its own or of its event source.

    An event source's destination keeps its own records only: it is not enough for a function that others call as well.

    The same is asked by HIPAA.Security-LambdaDLQ, which judges our own stacks.

    Cannot see: whether the function is ever invoked asynchronously, and whether anybody empties the queue.
    """
    if is_given(function, "DeadLetterConfig.TargetArn"):
        return
    called = those_that(
        context.template.of_type("AWS::Lambda::Permission"),
        lambda permission: names(permission.value("FunctionName"), function),
    )
    types = ("AWS::Lambda::EventInvokeConfig", *(() if called else ("AWS::Lambda::EventSourceMapping",)))
    kept = those_that(
        context.template.of_type(*types),
        lambda other: (
            names(other.value("FunctionName"), function) and is_given(other, "DestinationConfig.OnFailure.Destination")
        ),
    )
    if not kept:
        yield Violation(
            f"Function {function.logical_id} loses the events it fails on; DeadLetterConfig or an OnFailure "
            "destination is expected."
        )


def _is_odd(function: Resource, context: RuleContext, lacks: Callable[[Resource], bool]) -> bool:
    """Whether the function lacks something that, in templates of others, no other function lacks."""
    others = (other for other in context.template.of_type(function.type) if other is not function)
    return lacks(function) and (context.own or not those_that(others, lacks))


@rule(
    "HLZ-LAM-003",
    control="LZ-CMP-06",
    resource="AWS::Lambda::Function",
    severity="warning",
    title="Variables of functions are encrypted with a customer managed key",
    fix="Set KmsKeyArn to a customer managed key.",
)
def variables_are_under_a_key(function: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A function with variables names a key, unless the template leaves other functions' variables to AWS's own key.

    Cannot see: whether the variables say anything worth a key.
    """

    def lacks(other: Resource) -> bool:
        return other.known("Environment.Variables") is not MISSING and not is_given(other, "KmsKeyArn")

    if _is_odd(function, context, lacks):
        yield Violation(
            f"Function {function.logical_id} keeps its variables under AWS's own key; KmsKeyArn is expected.",
            "KmsKeyArn",
        )


@rule(
    "HLZ-LAM-004",
    control="LZ-LOG-12",
    resource="AWS::Lambda::Function",
    severity="warning",
    title="Functions are traced",
    fix="Set TracingConfig.Mode to Active.",
)
def functions_are_traced(function: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Tracing is active (Security Hub control Lambda.7), unless the template leaves other functions untraced as well.

    Cannot see: tracing by an agent of another vendor.
    """
    if _is_odd(function, context, lambda other: other.text("TracingConfig.Mode") != "Active"):
        yield Violation(
            f"Function {function.logical_id} is not traced; TracingConfig.Mode Active is expected.",
            "TracingConfig.Mode",
        )


@rule(
    "HLZ-LAM-011",
    control="LZ-NET-14",
    resource="AWS::Lambda::Permission",
    title="Functions are called by named accounts, and by services for one source",
    fix="Name the principal; for a service add SourceArn or SourceAccount, for another account PrincipalOrgID.",
)
def permissions_name_their_caller(permission: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No permission is for everybody, for a URL without authentication, for a foreign account or for any customer.

    PrincipalOrgID pins everybody and foreign accounts; SourceArn or SourceAccount pin a service. Load balancers are
    left out: their target group needs the permission first. HIPAA.Security-LambdaFunctionPublicAccessProhibited asks
    for a part of it.

    Cannot see: permissions given outside of the template, and accounts that parameters name.
    """
    subject = f"Permission {permission.logical_id}"
    if permission.value("FunctionUrlAuthType") == "NONE":
        yield Violation(f"{subject} opens a URL without authentication; AWS_IAM is expected.", "FunctionUrlAuthType")
        return
    principal = permission.known("Principal")
    if not isinstance(principal, str) or is_given(permission, "PrincipalOrgID"):
        return
    if principal == "*":
        yield Violation(f"{subject} lets everybody call the function; a named principal is expected.", "Principal")
    elif ".amazonaws.com" in principal or principal.endswith(".amazon.com"):
        pinned = any(permission.value(path) is not MISSING for path in ("SourceArn", "SourceAccount"))
        if not pinned and principal not in _WITHOUT_SOURCE:
            yield Violation(
                f"{subject} lets {principal} call the function for any customer; SourceArn or SourceAccount is "
                "expected.",
                "Principal",
            )
    elif not belongs_to_own_account(principal, context):
        yield Violation(
            f"{subject} lets another account ({principal}) call the function; PrincipalOrgID is expected.", "Principal"
        )


@rule(
    "HLZ-LAM-012",
    control="LZ-ORG-06",
    resource="AWS::Lambda::LayerVersionPermission",
    title="Layers are shared inside the organization",
    fix="Set OrganizationId, or name an account of the organization by parameter.",
)
def layers_are_shared_inside(permission: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A layer version is given to everybody only inside the organization, and to no foreign account by number.

    Cannot see: accounts that parameters name.
    """
    principal = permission.known("Principal")
    if is_given(permission, "OrganizationId") or not isinstance(principal, str):
        return
    if principal == "*" or not belongs_to_own_account(principal, context):
        who = "everybody" if principal == "*" else f"another account ({principal})"
        yield Violation(
            f"Permission {permission.logical_id} gives the layer to {who}; OrganizationId is expected.", "Principal"
        )
