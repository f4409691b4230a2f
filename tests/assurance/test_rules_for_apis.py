"""HLZ-API-020 to 024, HLZ-COG-020: who calls APIs, what stands before them, and how long tokens live."""

from __future__ import annotations

from typing import Any

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    policy,
    resource,
    statement,
)

PRIVATE: Json = {"EndpointConfiguration": {"Types": ["PRIVATE"]}}
TO_API: Json = {"Ref": "Api"}


def method(api: Json | None = None, **properties: Any) -> Report:
    return check(
        "HLZ-API-020",
        Api=resource("AWS::ApiGateway::RestApi", api or {}),
        Method=resource("AWS::ApiGateway::Method", {"RestApiId": TO_API, "HttpMethod": "GET"} | properties),
    )


def test_a_method_that_answers_everybody_is_found() -> None:
    assert_found(method(AuthorizationType="NONE"), "Method answers everybody")
    assert_found(method(), "answers everybody")


def test_methods_that_ask_or_answer_nothing_are_fine() -> None:
    assert_quiet(method(AuthorizationType="AWS_IAM"))
    assert_quiet(method(AuthorizationType="NONE", ApiKeyRequired=True))
    assert_quiet(method(HttpMethod="OPTIONS"))
    assert_quiet(method(Integration={"Type": "MOCK"}))
    assert_quiet(method(PRIVATE))
    assert_undecided(method(AuthorizationType={"Ref": "Stage"}), "parameter Stage")


def route(key: str, kind: str = "HTTP", **properties: Any) -> Report:
    return check(
        "HLZ-API-021",
        Api=resource("AWS::ApiGatewayV2::Api", {"ProtocolType": kind}),
        Route=resource("AWS::ApiGatewayV2::Route", {"ApiId": TO_API, "RouteKey": key} | properties),
    )


def test_routes_ask_who_calls_where_they_can() -> None:
    assert_found(route("GET /patients"), "GET /patients")
    assert_found(route("$default"), "answers everybody")
    assert_found(route("$connect", "WEBSOCKET"), "$connect")
    assert_quiet(route("GET /patients", AuthorizationType="JWT"))
    assert_quiet(route("OPTIONS /patients"))
    assert_quiet(route("$default", "WEBSOCKET"))
    assert_undecided(route("GET /", AuthorizationType={"Ref": "Stage"}), "parameter Stage")


def staged(rule: str, api: Json | None = None, **others: Json) -> Report:
    return check(
        rule,
        Api=resource("AWS::ApiGateway::RestApi", api or {}),
        Stage1=resource("AWS::ApiGateway::Stage", {"RestApiId": TO_API} | others.pop("stage", {})),
        **others,
    )


def test_backends_are_shown_a_certificate() -> None:
    bare = resource("AWS::ApiGateway::Stage", {})
    assert_found(check("HLZ-API-022", context={"own": False}, Prod=bare), "no certificate")
    assert_did_not_run(check("HLZ-API-022", Prod=bare))
    shown = resource("AWS::ApiGateway::Stage", {"ClientCertificateId": "c"})
    assert_quiet(check("HLZ-API-022", context={"own": False}, Prod=shown))
    unknown = resource("AWS::ApiGateway::Stage", {"ClientCertificateId": {"Ref": "Stage"}})
    assert_undecided(check("HLZ-API-022", context={"own": False}, Prod=unknown), "parameter Stage")


def association(arn: Any) -> Json:
    return resource("AWS::WAFv2::WebACLAssociation", {"ResourceArn": arn})


def test_a_web_acl_stands_before_public_apis() -> None:
    assert_found(staged("HLZ-API-023"), "without a web ACL")
    assert_found(staged("HLZ-API-023", Acl=association("another")), "without a web ACL")
    by_stage = {"Fn::Sub": "arn:aws:apigateway:us-east-1::/restapis/${Api}/stages/${Stage1}"}
    by_api = {"Fn::Sub": "arn:aws:apigateway:us-east-1::/restapis/${Api}/stages/prod"}
    assert_quiet(staged("HLZ-API-023", Acl=association(by_stage)))
    assert_quiet(staged("HLZ-API-023", Acl=association(by_api)))
    assert_undecided(staged("HLZ-API-023", Acl=association({"Ref": "Stage"})), "parameter Stage")
    assert_did_not_run(staged("HLZ-API-023", PRIVATE))


def admitted(*statements: Json) -> Report:
    return check("HLZ-API-024", Api=resource("AWS::ApiGateway::RestApi", {"Policy": policy(*statements)}))


def test_policies_of_apis_do_not_admit_everybody() -> None:
    everybody = statement(Action="execute-api:Invoke", Principal="*")
    narrow = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    assert_found(admitted(everybody), "admits everybody")
    assert_quiet(admitted(everybody, statement(Effect="Deny", Principal="*", Condition=narrow)))
    assert_quiet(admitted(everybody | {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}))
    unknown = resource("AWS::ApiGateway::RestApi", {"Policy": {"Ref": "Stage"}})
    assert_undecided(check("HLZ-API-024", Api=unknown), "parameter Stage")


def tokens(**properties: Any) -> Report:
    return check("HLZ-COG-020", Client=resource("AWS::Cognito::UserPoolClient", properties))


def test_tokens_of_users_expire() -> None:
    assert_found(tokens(AccessTokenValidity=24), "AccessToken valid for 24 hours")
    assert_found(tokens(RefreshTokenValidity=365), "365 days")
    assert_quiet(tokens(AccessTokenValidity=60, TokenValidityUnits={"AccessToken": "minutes"}))
    assert_quiet(tokens())
    assert_undecided(tokens(IdTokenValidity={"Ref": "Stage"}), "parameter Stage")
