"""Rules over who may call APIs, and over what stands before them."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.functions import names
from landing_zone.assurance.library.presence import is_given
from landing_zone.assurance.library.principals import is_world
from landing_zone.assurance.policy_statements import Statement, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Reference, Symbolic, Unresolved

_HOURS = {"seconds": 1 / 3600, "minutes": 1 / 60, "hours": 1.0, "days": 24.0}
_LONGEST = {"AccessToken": (12, "hours"), "IdToken": (12, "hours"), "RefreshToken": (30 * 24, "days")}
"""Hours a token may be valid, and the unit Cognito assumes."""


def named_resource(resource: Resource, path: str, context: RuleContext) -> Resource | None:
    """The resource of the template that `path` refers to, if any. Raises CannotEvaluate if that is open."""
    api = resource.known(path)
    return context.template.resources.get(api.logical_id) if isinstance(api, Reference) else None


def _is_private(api: Resource) -> bool:
    types = api.value("EndpointConfiguration.Types")
    return isinstance(types, list) and "PRIVATE" in types


@rule(
    "HLZ-API-020",
    control="LZ-CMP-07",
    resource="AWS::ApiGateway::Method",
    title="Methods of REST APIs ask who calls",
    fix="Set AuthorizationType to AWS_IAM, COGNITO_USER_POOLS or CUSTOM with an authorizer.",
)
def methods_ask_who_calls(method: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every method but OPTIONS and mock answers has an authorizer, IAM or at least an API key.

    Methods of private APIs are left to the API's policy.

    Cannot see: methods in an OpenAPI body, mutual TLS, and what the backend checks.
    """
    if method.value("HttpMethod") == "OPTIONS" or method.value("Integration.Type") == "MOCK":
        return
    api = named_resource(method, "RestApiId", context)
    if (api is not None and _is_private(api)) or method.flag("ApiKeyRequired"):
        return
    if method.text("AuthorizationType") in (None, "NONE"):
        yield Violation(
            f"Method {method.logical_id} answers everybody; an authorizer or AWS_IAM is expected.", "AuthorizationType"
        )


@rule(
    "HLZ-API-021",
    control="LZ-CMP-07",
    resource="AWS::ApiGatewayV2::Route",
    title="Routes of HTTP and WebSocket APIs ask who calls",
    fix="Set AuthorizationType to JWT, AWS_IAM or CUSTOM, for a WebSocket API on its $connect route.",
)
def routes_ask_who_calls(route: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every route has an authorizer or IAM; of a WebSocket API the route $connect, for OPTIONS none.

    Cannot see: routes in an OpenAPI body, mutual TLS, and what the backend checks.
    """
    key = route.text("RouteKey") or ""
    api = named_resource(route, "ApiId", context)
    websocket = api is not None and api.value("ProtocolType") == "WEBSOCKET"
    if key.startswith("OPTIONS ") or (key != "$connect" and (websocket or (key[:1] == "$" and key != "$default"))):
        return
    if route.text("AuthorizationType") in (None, "NONE"):
        yield Violation(f"Route {route.logical_id} ({key}) answers everybody; an authorizer is expected.")


def _foreign(resource: Resource, context: RuleContext) -> bool:
    return not context.own


@rule(
    "HLZ-API-022",
    control="LZ-NET-12",
    resource="AWS::ApiGateway::Stage",
    severity="warning",
    applies=_foreign,
    title="Backends can tell that API Gateway asks",
    fix="Make an AWS::ApiGateway::ClientCertificate and set the stage's ClientCertificateId.",
)
def backends_know_who_asks(stage: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A stage has a client certificate, as HIPAA.Security-APIGWSSLEnabled asks, which judges our own stacks.

    It shows in requests to backends over HTTP; a function knows the caller by its permission.

    Cannot see: whether backends look at the certificate.
    """
    if not is_given(stage, "ClientCertificateId"):
        yield Violation(
            f"Stage {stage.logical_id} shows its backends no certificate; ClientCertificateId is expected.",
            "ClientCertificateId",
        )


def _is_public_entrance(resource: Resource, context: RuleContext) -> bool:
    if resource.type == "AWS::ApiGateway::Stage":
        api = resource.value("RestApiId")
        target = context.template.resources.get(api.logical_id) if isinstance(api, Reference) else None
        return target is not None and not _is_private(target)
    if resource.type == "AWS::AppRunner::Service":
        return resource.value("NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible") is not False
    return True


@rule(
    "HLZ-API-023",
    control="LZ-NET-11",
    resource=("AWS::ApiGateway::Stage", "AWS::AppSync::GraphQLApi", "AWS::AppRunner::Service"),
    applies=_is_public_entrance,
    title="A web ACL stands before each public API",
    fix="Add an AWS::WAFv2::WebACLAssociation whose ResourceArn is the stage, API or service.",
)
def public_apis_have_a_web_acl(entrance: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An association names the stage (or its API), the GraphQL API or the App Runner service.

    Private REST APIs need none; HTTP APIs can have none.

    Cannot see: associations made by Firewall Manager or outside of the template, and distributions before it.
    """
    api = entrance.value("RestApiId")
    unknown = ""
    for association in context.template.of_type("AWS::WAFv2::WebACLAssociation"):
        arn = association.value("ResourceArn")
        if isinstance(arn, Unresolved):
            unknown = f"{association.logical_id}: {arn.reason}"
        elif names(arn, entrance) or (isinstance(api, Reference) and isinstance(arn, Symbolic) and str(api) in arn):
            return
    if unknown:
        raise CannotEvaluate(unknown)
    yield Violation(
        f"{entrance.logical_id} is reached by everybody without a web ACL; a WebACLAssociation is expected."
    )


@rule(
    "HLZ-API-024",
    control="LZ-CMP-07",
    resource="AWS::ApiGateway::RestApi",
    title="Policies of REST APIs do not admit everybody",
    fix="Add a condition (aws:SourceVpce, aws:PrincipalOrgID, aws:SourceIp), or a Deny with one.",
)
def api_policies_are_narrow(api: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No statement allows everybody without a condition, unless another denies under one.

    Cannot see: whether the conditions are the right ones, and the authorizers of the methods, which ask beside it.
    """
    found = [readable(entry) for entry in statements(api.value("Policy"), "Policy")]
    if any(not entry.allows and entry.limits for entry in found):
        return
    for entry in found:
        if _admits_everybody(entry):
            yield Violation(f"API {api.logical_id} admits everybody in {entry}; a condition is expected.", entry.path)


def _admits_everybody(entry: Statement) -> bool:
    return entry.allows and not entry.limits and any(is_world(principal) for _, principal in entry.principals)


@rule(
    "HLZ-COG-020",
    control="LZ-IAM-12",
    resource="AWS::Cognito::UserPoolClient",
    title="Tokens of users expire",
    fix="Let access and ID tokens expire within 12 hours and refresh tokens within 30 days.",
)
def tokens_expire(client: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Access and ID tokens are valid for at most 12 hours, refresh tokens for at most 30 days (Cognito's default).

    Cannot see: sessions that the application keeps itself.
    """
    for token, (hours, unit) in _LONGEST.items():
        validity = client.number(f"{token}Validity")
        unit = client.text(f"TokenValidityUnits.{token}") or unit
        if validity and validity * _HOURS.get(unit, 1.0) > hours:
            yield Violation(
                f"Client {client.logical_id} keeps its {token} valid for {validity} {unit}; at most {hours} hours are "
                "expected.",
                f"{token}Validity",
            )
