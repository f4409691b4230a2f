"""HLZ-ELB-020 to 022, HLZ-CRT-003, HLZ-CFR-020: listeners, expiry of certificates, logs of distributions."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    check_document,
    document,
    resource,
)

FOREIGN = {"own": False}
FORWARD: Json = {"Type": "forward", "TargetGroupArn": {"Ref": "Group"}}


def network(group: Json, listener: Json | None = None) -> Report:
    properties = {"Protocol": "TCP", "Port": 443, "DefaultActions": [FORWARD]} | (listener or {})
    return check(
        "HLZ-ELB-020",
        Listener=resource("AWS::ElasticLoadBalancingV2::Listener", properties),
        Group=resource("AWS::ElasticLoadBalancingV2::TargetGroup", group),
    )


def test_a_listener_that_passes_traffic_in_clear_is_found() -> None:
    assert_found(network({"Protocol": "TCP", "Port": 80}), "in clear to Group")
    many = {
        "DefaultActions": [
            {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": {"Ref": "Group"}}]}}
        ]
    }
    assert_found(network({"Protocol": "TCP", "Port": 2575}, many), "in clear")
    assert_found(network({"Protocol": "TLS", "Port": 2762}), "in clear")


@pytest.mark.parametrize(
    "group",
    [
        {"Protocol": "TCP", "Port": 443},
        {"Port": 8080, "HealthCheckProtocol": "HTTPS"},
        {"Port": 80, "TargetType": "alb"},
    ],
)
def test_targets_that_speak_tls_may_be_passed_through_to(group: Json) -> None:
    assert_quiet(network(group))


def test_a_listener_that_ends_tls_is_fine_and_an_unknown_target_open() -> None:
    assert_quiet(network({"Port": 80}, {"Protocol": "TLS"}))
    unknown = {"DefaultActions": [{"Type": "forward", "TargetGroupArn": {"Ref": "Stage"}}]}
    assert_undecided(network({"Port": 80}, unknown), "which target group")


def ruled(protocol: Any, action: Json) -> Report:
    return check(
        "HLZ-ELB-021",
        Listener=resource("AWS::ElasticLoadBalancingV2::Listener", {"Protocol": protocol}),
        Entry=resource(
            "AWS::ElasticLoadBalancingV2::ListenerRule", {"ListenerArn": {"Ref": "Listener"}, "Actions": [action]}
        ),
    )


def test_rules_of_a_clear_listener_do_nothing_but_redirect() -> None:
    assert_found(ruled("HTTP", FORWARD), "serves in clear")
    assert_quiet(ruled("HTTP", {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS"}}))
    assert_quiet(ruled("HTTPS", FORWARD))
    assert_undecided(ruled({"Ref": "Stage"}, FORWARD), "parameter Stage")


def signed(value: str) -> Report:
    action = {"Type": "authenticate-oidc", "AuthenticateOidcConfig": {"OnUnauthenticatedRequest": value}}
    return check("HLZ-ELB-022", Entry=resource("AWS::ElasticLoadBalancingV2::Listener", {"DefaultActions": [action]}))


def test_signing_in_at_the_load_balancer_is_not_optional() -> None:
    assert_found(signed("allow"), "has not signed in")
    assert_quiet(signed("authenticate"))
    unknown = resource("AWS::ElasticLoadBalancingV2::Listener", {"DefaultActions": {"Ref": "Stage"}})
    assert_undecided(check("HLZ-ELB-022", Entry=unknown), "parameter Stage")


def expiring(**others: Json) -> Report:
    certificate = resource("AWS::CertificateManager::Certificate", {"DomainName": "portal.example"})
    return check("HLZ-CRT-003", context=FOREIGN, Certificate=certificate, **others)


def alarm(value: Any) -> Json:
    dimensions = [{"Name": "CertificateArn", "Value": value}]
    return resource("AWS::CloudWatch::Alarm", {"MetricName": "DaysToExpiry", "Dimensions": dimensions})


def test_somebody_hears_of_a_certificate_before_it_expires() -> None:
    assert_found(expiring(), "about to expire")
    assert_found(expiring(Alarm=alarm("another")), "about to expire")
    assert_quiet(expiring(Alarm=alarm({"Ref": "Certificate"})))
    rule = resource("AWS::Events::Rule", {"EventPattern": {"source": ["aws.acm"]}})
    assert_quiet(expiring(Rule=rule))
    managed = resource("AWS::Config::ConfigRule", {"Source": {"SourceIdentifier": "ACM_CERTIFICATE_EXPIRATION_CHECK"}})
    assert_quiet(expiring(Rule=managed))
    assert_undecided(expiring(Alarm=alarm({"Ref": "Stage"})), "parameter Stage")


def test_our_own_certificates_are_watched_elsewhere() -> None:
    certificate = resource("AWS::CertificateManager::Certificate", {})
    assert_did_not_run(check("HLZ-CRT-003", Certificate=certificate))


def delivered(**others: Json) -> Report:
    config = others.pop("config", {})
    site = resource("AWS::CloudFront::Distribution", {"DistributionConfig": config})
    return check("HLZ-CFR-020", Site=site, **others)


def source(arn: Any) -> Json:
    return resource("AWS::Logs::DeliverySource", {"ResourceArn": arn, "LogType": "ACCESS_LOGS"})


def test_distributions_write_logs_of_either_kind() -> None:
    assert_found(delivered(), "Site writes no access logs")
    assert_quiet(delivered(config={"Logging": {"Bucket": "logs"}}))
    by_id = {"Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Site}"}
    assert_quiet(delivered(Source=source(by_id)))
    assert_undecided(delivered(Source=source({"Ref": "Stage"})), "parameter Stage")


ACL: Json = resource("AWS::WAFv2::WebACL", {"Scope": "REGIONAL"})


def stands(**others: Json) -> Report:
    return check("HLZ-WAF-020", context=FOREIGN, Acl=ACL, **others)


def associated(arn: Any) -> Json:
    return resource("AWS::WAFv2::WebACLAssociation", {"WebACLArn": arn, "ResourceArn": "a"})


def test_a_web_acl_stands_before_something() -> None:
    by_arn = {"Fn::GetAtt": ["Acl", "Arn"]}
    log = resource("AWS::WAFv2::LoggingConfiguration", {"ResourceArn": by_arn})
    assert_found(stands(Log=log), "Acl stands before nothing")
    assert_quiet(stands(Link=associated(by_arn)))
    assert_undecided(stands(Link=associated({"Ref": "Stage"})), "not known")
    raw = document(Acl=ACL)
    raw["Outputs"] = {"Arn": {"Value": by_arn}}
    assert_quiet(check_document("HLZ-WAF-020", raw, context=FOREIGN))


def allowing(statement: Json) -> Report:
    entry = {"Name": "first", "Priority": 0, "Action": {"Allow": {}}, "Statement": statement}
    return check("HLZ-WAF-021", Acl=resource("AWS::WAFv2::WebACL", {"Rules": [entry]}))


def test_no_rule_lets_everybody_pass() -> None:
    assert_found(allowing({"SizeConstraintStatement": {"Size": 0, "ComparisonOperator": "GE"}}), "by rule first")
    assert_quiet(allowing({"IPSetReferenceStatement": {"Arn": "a"}}))
    unknown = resource("AWS::WAFv2::WebACL", {"Rules": {"Ref": "Stage"}})
    assert_undecided(check("HLZ-WAF-021", Acl=unknown), "parameter Stage")
