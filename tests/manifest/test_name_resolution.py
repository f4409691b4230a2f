"""Names in the manifest: domains, resolvers that can be reached, lists of used Regions."""

from __future__ import annotations

import pytest

from tests.manifest.arrange import Json, Place, assert_only_fault_at, changed, clinic, faults_of

DNS = ("network", "dns")


def clinic_with(key: str, value: object) -> Json:
    return changed(clinic(), ((*DNS, key), value))


@pytest.mark.parametrize("resolver", ["10.0.0.53", "172.16.0.53", "192.168.0.53"])
def test_a_resolver_in_a_pool_at_a_site_or_elsewhere_on_premises_is_fine(resolver: str) -> None:
    manifest = changed(
        clinic_with("forwarded_domains", {"hospital.example": [resolver]}),
        (("network", "on_premises"), ["192.168.0.0/16"]),
        (("network", "hybrid"), [{"name": "hospital", "kind": "direct-connect", "ranges": "172.16.0.0/16"}]),
    )
    assert faults_of(manifest) == []


def test_a_resolver_to_which_no_route_leads_is_a_fault() -> None:
    manifest = clinic_with("forwarded_domains", {"hospital.example": ["10.0.0.53", "172.16.0.53"]})
    place: Place = (*DNS, "forwarded_domains", "hospital.example", 1)
    assert_only_fault_at(manifest, place, "resolver 172.16.0.53 lies in no pool", "add its site's range")


def test_a_domain_that_nobody_answers_for_is_a_fault() -> None:
    (fault,) = faults_of(clinic_with("forwarded_domains", {"hospital.example": []}))
    assert fault.key == "network.dns.forwarded_domains.hospital.example"


@pytest.mark.parametrize("name", ["Hospital.example", "a..b", "-a.example", "a b", ".example", "a" * 64, "a.example."])
def test_what_is_no_domain_is_a_fault(name: str) -> None:
    assert_only_fault_at(clinic_with("private_zone", name), (*DNS, "private_zone"), "a domain name in lower case")


@pytest.mark.parametrize("name", ["corp", "_msdcs.corp.example", "xn--mller-kva.example", "a.b.c.example"])
def test_names_as_hospitals_have_them_are_fine(name: str) -> None:
    assert faults_of(clinic_with("private_zone", name)) == []


def test_a_list_for_a_region_that_is_not_used_is_a_fault() -> None:
    manifest = clinic_with("blocked_domain_lists", {"us-east-2": ["rslvr-fdl-2c46f2ecbfec4dcc"]})
    place: Place = (*DNS, "blocked_domain_lists", "us-east-2")
    assert_only_fault_at(manifest, place, "'us-east-2' is not one of this landing zone", at_key=True)


def test_a_list_is_named_by_its_id() -> None:
    manifest = clinic_with("blocked_domain_lists", {"us-east-1": ["AWSManagedDomainsMalwareDomainList"]})
    place: Place = (*DNS, "blocked_domain_lists", "us-east-1", 0)
    assert_only_fault_at(manifest, place, "the id of a DNS Firewall domain list")
