"""What the internet calls has a host, an account of the zone, a certificate for the Region, and a way in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.manifest.arrange import Json, assert_only_fault_at, changed, clinic, faults_of

HOST = "portal.riverside.example"


def certificate(region: str = "us-east-1") -> str:
    return f"arn:aws:acm:{region}:100000000004:certificate/01234567-89ab-cdef-0123-456789abcdef"


def zones(*more: tuple[str, Json], hub: Json | None = None, **portal: Any) -> Json:
    """The clinic with an ingress network and a zone `portal`; None leaves a key of the zone out."""
    zone = {
        "kind": "ehr",
        "accounts": ["ehr-production"],
        "internet": True,
        "hosts": {HOST: "ehr-production"},
        "certificates": [certificate()],
        **portal,
    }
    kept = {key: value for key, value in zone.items() if value is not None}
    hub = {"public_ingress": True} if hub is None else hub
    return changed(clinic(), (("network", "hub"), hub), (("zones",), {"portal": kept, **dict(more)}))


def test_a_zone_with_hosts_and_a_certificate_for_each_region_is_fine() -> None:
    assert faults_of(zones()) == []
    assert faults_of(zones(certificates=[certificate(), certificate("us-west-2")])) == []
    assert faults_of(zones(hosts=None, certificates=None)) == []


def test_a_host_is_answered_by_an_account_of_the_zone() -> None:
    place = ("zones", "portal", "hosts", HOST)
    assert_only_fault_at(zones(hosts={HOST: "ehr-training"}), place, "is no account of the zone: ehr-production")


def test_a_host_is_given_once() -> None:
    other = {"kind": "fhir", "accounts": ["ehr-training"], "internet": True}
    other |= {"hosts": {HOST: "ehr-training"}, "certificates": [certificate()]}
    (fault,) = faults_of(zones(("second", other)))
    assert "is taken on line" in str(fault)


def test_hosts_without_certificate_and_certificates_without_host_are_faults() -> None:
    assert_only_fault_at(zones(certificates=None), ("zones", "portal", "hosts"), "have no certificate")
    assert_only_fault_at(zones(hosts=None), ("zones", "portal", "certificates"), "serve no host")


def test_hosts_ask_for_a_zone_for_the_internet_and_for_the_ingress_network() -> None:
    place = ("zones", "portal", "hosts")
    assert_only_fault_at(zones(internet=False), place, "set internet: true")
    assert_only_fault_at(zones(hub={}), place, "set network.hub.public_ingress: true")


def test_a_certificate_is_of_a_region_with_an_ingress_network_and_the_only_one_there() -> None:
    second = ("zones", "portal", "certificates", 1)
    elsewhere = [certificate(), certificate("eu-west-1")]
    assert_only_fault_at(zones(certificates=elsewhere), second, "has no ingress network")
    assert_only_fault_at(zones(certificates=[certificate(), certificate()]), second, "is on line")


@pytest.mark.parametrize("host", ["Portal.riverside.example", "portal", "*.riverside.example", "https://a.example"])
def test_what_is_no_host_name_is_a_fault(host: str) -> None:
    (fault,) = faults_of(zones(hosts={host: "ehr-production"}))
    assert "host name" in str(fault)


def test_what_is_no_certificate_is_a_fault_with_an_example() -> None:
    (fault,) = faults_of(zones(certificates=["arn:aws:iam::100000000004:server-certificate/portal"]))
    assert "is not the ARN of an ACM certificate; an example: arn:aws:acm:" in str(fault)
