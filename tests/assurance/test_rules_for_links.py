"""HLZ-NET-018: site-to-site VPNs."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import Json, assert_found, assert_quiet, assert_undecided, check, messages, resource

STRONG: Json = {
    "IKEVersions": [{"Value": "ikev2"}],
    "Phase1EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
    "Phase2EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
    "Phase1IntegrityAlgorithms": [{"Value": "SHA2-384"}],
    "Phase2IntegrityAlgorithms": [{"Value": "SHA2-384"}],
    "Phase1DHGroupNumbers": [{"Value": 20}],
    "Phase2DHGroupNumbers": [{"Value": 20}],
    "LogOptions": {"CloudwatchLogOptions": {"LogEnabled": True, "LogGroupArn": {"Fn::ImportValue": "logs"}}},
}


def vpn(*tunnels: Json) -> Report:
    properties: Json = {"Type": "ipsec.1", "CustomerGatewayId": "cgw-1", "VpnTunnelOptionsSpecifications": [*tunnels]}
    return check("HLZ-NET-018", Vpn=resource("AWS::EC2::VPNConnection", properties))


def beside_a_strong_one(**changed: Any) -> Report:
    return vpn(STRONG, {key: entry for key, entry in (STRONG | changed).items() if entry is not None})


def test_two_strong_logged_tunnels_are_fine() -> None:
    assert_quiet(vpn(STRONG, STRONG))


def test_a_connection_without_options_takes_the_defaults_of_aws_and_is_a_finding() -> None:
    assert_found(check("HLZ-NET-018", Vpn=resource("AWS::EC2::VPNConnection", {})), "0 tunnels", "2 are expected")


def test_the_second_tunnel_counts_as_well() -> None:
    assert_found(vpn(STRONG), "1 tunnels")


@pytest.mark.parametrize(
    ("name", "weak"),
    [
        ("IKEVersions", "ikev1"),
        ("Phase1EncryptionAlgorithms", "AES128"),
        ("Phase2EncryptionAlgorithms", "AES128"),
        ("Phase1IntegrityAlgorithms", "SHA1"),
        ("Phase2IntegrityAlgorithms", "SHA1"),
        ("Phase1DHGroupNumbers", 2),
        ("Phase1DHGroupNumbers", 22),
        ("Phase2DHGroupNumbers", "24"),
    ],
)
def test_one_weak_choice_among_strong_ones_is_a_finding(name: str, weak: str | int) -> None:
    assert_found(beside_a_strong_one(**{name: [*STRONG[name], {"Value": weak}]}), name, f"offers {weak} ")


@pytest.mark.parametrize("name", [name for name in STRONG if name != "LogOptions"])
def test_a_list_that_is_left_to_the_defaults_is_a_finding(name: str) -> None:
    assert_found(beside_a_strong_one(**{name: None}), name, "defaults")


@pytest.mark.parametrize("options", [None, {}, {"CloudwatchLogOptions": {"LogEnabled": False, "LogGroupArn": "arn"}}])
def test_a_tunnel_without_logs_is_a_finding(options: Json | None) -> None:
    assert_found(beside_a_strong_one(LogOptions=options), "without logs")


def test_logs_that_go_nowhere_are_a_finding() -> None:
    assert_found(beside_a_strong_one(LogOptions={"CloudwatchLogOptions": {"LogEnabled": "true"}}), "no log group")


def test_a_secret_in_the_template_is_a_finding_and_a_reference_to_a_secret_is_not() -> None:
    assert_found(beside_a_strong_one(PreSharedKey="abcdefgh"), "PreSharedKey")
    assert_quiet(beside_a_strong_one(PreSharedKey="{{resolve:secretsmanager:vpn:SecretString:key}}"))


def test_what_a_parameter_decides_is_undecided_and_hides_nothing_else() -> None:
    open_choice = [{"Value": {"Ref": "Cidr"}}]
    assert_undecided(beside_a_strong_one(IKEVersions=open_choice), "IKEVersions")
    both = beside_a_strong_one(IKEVersions=open_choice, Phase1DHGroupNumbers=[{"Value": 2}])
    assert len(messages(both)) == 1
    assert both.not_evaluated
