"""What the types cannot say: each check speaks once, at its place, and is quiet on good manifests."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.manifest.checks.organization import MAX_UNITS
from landing_zone.manifest.organization_tree import CORE_ACCOUNTS, MAX_DEPTH, STANDARD_UNITS
from tests.manifest.arrange import (
    Json,
    Place,
    assert_only_fault_at,
    changed,
    clinic,
    everything,
    faults_of,
    only_fault,
    with_account,
    without,
)


def clinic_with(*changes: tuple[Place, Any]) -> Json:
    return changed(clinic(), *changes)


def everything_with(*changes: tuple[Place, Any]) -> Json:
    return changed(everything(), *changes)


def nested_units(*names: str, **leaf: Any) -> Json:
    """`a/b/c` as nested OUs."""
    tree: Json = leaf
    for name in reversed(names):
        tree = {"organizational_units": {name: tree}}
    found: Json = tree["organizational_units"]
    return found


def test_good_manifests_are_quiet() -> None:
    for manifest in (clinic(), everything(), with_account(), clinic(accounts=[])):
        assert [str(fault) for fault in faults_of(manifest)] == []


# Accounts


def test_an_account_name_is_given_once() -> None:
    manifest = with_account(name="ehr-training", email="other@riverside.example")
    assert_only_fault_at(manifest, ("accounts", 2, "name"), "'ehr-training' is taken on line")


def test_a_name_given_three_times_is_two_faults() -> None:
    account = clinic()["accounts"][1]
    faults = faults_of(clinic(accounts=[account, account, account]))
    assert [fault.key for fault in faults] == ["accounts[1].name", "accounts[2].name"]


@pytest.mark.parametrize("email", ["taken@riverside.example", "TAKEN@Riverside.Example"])
def test_an_email_is_given_once_whatever_its_case(email: str) -> None:
    manifest = changed(with_account(email=email), (("accounts", 0, "email"), "taken@riverside.example"))
    assert_only_fault_at(manifest, ("accounts", 2, "email"), "is also that of account 'ehr-production'")


@pytest.mark.parametrize("name", [*CORE_ACCOUNTS, "ehr-training"])
def test_an_email_is_not_that_of_an_account_that_has_the_pattern(name: str) -> None:
    manifest = with_account(email=f"aws+{name}@riverside.example".upper().replace("EXAMPLE", "example"))
    assert_only_fault_at(manifest, ("accounts", 2, "email"), f"is also that of account '{name}'")


def test_a_core_account_with_an_email_of_its_own_frees_the_one_of_the_pattern() -> None:
    security = {"name": "security", "ou": "security", "owner": "x", "data": "none", "email": "s@riverside.example"}
    manifest = changed(with_account(email="aws+security@riverside.example"), (("accounts", 3), security))
    assert faults_of(manifest) == []


def test_a_pattern_without_the_account_is_one_fault_however_many_accounts_there_are() -> None:
    manifest = clinic_with((("organization", "email"), "aws@riverside.example"))
    assert_only_fault_at(
        manifest, ("organization", "email"), "has no {account}", "write aws+{account}@riverside.example"
    )


def test_emails_that_are_given_are_compared_when_the_pattern_is_wrong() -> None:
    manifest = changed(
        with_account(email="a@riverside.example"),
        (("accounts", 0, "email"), "A@riverside.example"),
        (("organization", "email"), "aws@riverside.example"),
    )
    assert [fault.key for fault in faults_of(manifest)] == ["organization.email", "accounts[2].email"]


def test_an_email_has_64_characters_at_most() -> None:
    fits, too_long = "x" * 46 + "@riverside.example", "x" * 47 + "@riverside.example"
    assert len(fits) == 64
    assert faults_of(with_account(email=fits)) == []
    assert_only_fault_at(with_account(email=too_long), ("accounts", 2, "email"), "has 65 characters; AWS allows 64")


def test_a_pattern_that_is_too_long_for_core_accounts_is_one_fault() -> None:
    manifest = clinic_with((("organization", "email"), "x" * 45 + "+{account}@riverside.example"))
    assert_only_fault_at(manifest, ("organization", "email"), "+shared-services@", "AWS allows 64")


def test_a_name_that_makes_the_email_too_long_is_a_fault_of_that_account_alone() -> None:
    manifest = clinic_with((("organization", "email"), "x" * 27 + "+{account}@riverside.example"))
    assert faults_of(manifest) == []
    manifest = changed(manifest, (("accounts", 0, "name"), "electronic-health-record-production"))
    assert_only_fault_at(manifest, ("accounts", 0, "name"), "makes the e-mail", "AWS allows 64")


def test_an_account_id_is_given_once() -> None:
    manifest = changed(with_account(id="123456789012"), (("accounts", 0, "id"), "123456789012"))
    assert_only_fault_at(manifest, ("accounts", 2, "id"), "'123456789012' is taken on line")


def test_the_management_accounts_id_is_no_other_accounts() -> None:
    manifest = changed(with_account(id="123456789012"), (("organization", "management_account"), "123456789012"))
    assert_only_fault_at(manifest, ("accounts", 2, "id"), "is taken on line")


def test_the_management_account_may_repeat_its_own_id() -> None:
    manifest = changed(
        with_account(name="management", ou="root", id="123456789012"),
        (("organization", "management_account"), "123456789012"),
    )
    assert faults_of(manifest) == []


def test_an_account_is_in_an_ou_that_exists() -> None:
    manifest = with_account(ou="phi/prodction")
    assert_only_fault_at(
        manifest, ("accounts", 2, "ou"), "unknown OU 'phi/prodction'", "did you mean 'phi/production'?"
    )


@pytest.mark.parametrize("name", sorted(CORE_ACCOUNTS.keys() - {"management"}))
def test_a_core_account_is_never_suspended(name: str) -> None:
    manifest = clinic()
    manifest["accounts"].append({"name": name, "ou": "suspended", "owner": "platform", "data": "none"})
    (fault,) = faults_of(manifest)
    assert fault.key == "accounts[2].ou"
    assert f"core account '{name}' cannot be in OU 'suspended'" in fault.message
    assert CORE_ACCOUNTS[name] in fault.hint


def test_only_the_management_account_is_in_the_root() -> None:
    assert_only_fault_at(with_account(ou="root"), ("accounts", 2, "ou"), "only the account 'management'")
    manifest = with_account(name="management", ou="security")
    assert_only_fault_at(manifest, ("accounts", 2, "ou"), "only the account 'management'")
    assert faults_of(with_account(name="management", ou="root")) == []


@pytest.mark.parametrize("ou", ["nonphi", "sandbox", "security", "infrastructure", "suspended"])
def test_phi_is_only_under_ous_that_admit_it(ou: str) -> None:
    manifest = with_account(ou=ou, data="phi")
    fault = assert_only_fault_at(manifest, ("accounts", 2, "ou"), "'research' holds phi", f"OU '{ou}' admits at most")
    assert "phi/production" in fault.message


@pytest.mark.parametrize(
    ("ou", "data", "fine"),
    [
        ("phi", "phi", True),
        ("phi/recovery", "none", True),
        ("phi/nonproduction", "phi", True),
        ("nonphi", "deidentified", True),
        ("nonphi", "synthetic", True),
        ("sandbox", "synthetic", True),
        ("sandbox", "deidentified", False),
        ("infrastructure", "synthetic", False),
        ("suspended", "none", True),
    ],
)
def test_an_ou_admits_its_data_class_and_what_is_less_sensitive(ou: str, data: str, fine: bool) -> None:
    assert (faults_of(with_account(ou=ou, data=data)) == []) == fine


def test_an_ou_of_the_manifest_admits_what_it_says_and_its_children_inherit_it() -> None:
    units = {
        "clinics": {
            "data": "phi",
            "guardrails": "phi",
            "organizational_units": {"north": {}, "south": {"data": "none"}},
        }
    }
    manifest = changed(with_account(ou="clinics/north", data="phi"), (("organizational_units",), units))
    assert faults_of(manifest) == []
    manifest["accounts"][2]["ou"] = "clinics/south"
    assert_only_fault_at(manifest, ("accounts", 2, "ou"), "OU 'clinics/south' admits at most none")


@pytest.mark.parametrize("key", ["aws:thing", "AWS:Thing", "hlz:data", "Hlz:x"])
def test_tag_prefixes_of_aws_and_of_the_toolkit_are_reserved(key: str) -> None:
    fault = only_fault(with_account(tags={"fine": "x", key: "y"}))
    assert "has a reserved prefix" in fault.message
    assert fault.key == f"accounts[2].tags.'{key}'"
    assert faults_of(with_account(tags={"awsome": "x", "team:hlz": "y"})) == []


def test_an_account_uses_regions_of_the_landing_zone_each_once() -> None:
    manifest = with_account(regions=["us-east-1", "eu-west-1"])
    place: Place = ("accounts", 2, "regions", 1)
    assert_only_fault_at(manifest, place, "Region 'eu-west-1' is not one of this landing zone", "us-east-1, us-west-2")
    manifest = with_account(regions=["us-east-1", "us-west-2", "us-east-1"])
    assert_only_fault_at(manifest, ("accounts", 2, "regions", 2), "'us-east-1' is already given on line")


# OUs


def units_of(depth: int) -> Json:
    return clinic(organizational_units=nested_units(*"abcdefgh"[:depth]))


def test_more_ous_than_one_stack_can_export_are_refused_once() -> None:
    room = MAX_UNITS - len(STANDARD_UNITS)
    assert faults_of(clinic(organizational_units={f"team-{n}": {} for n in range(room)})) == []
    over = clinic(organizational_units={f"team-{n}": {} for n in range(room + 2)})
    assert_only_fault_at(over, ("organizational_units",), "201 OUs", "at most 199")


def test_the_ou_tree_is_five_levels_deep_at_most_and_says_so_once() -> None:
    assert faults_of(units_of(MAX_DEPTH)) == []
    for depth in (MAX_DEPTH + 1, MAX_DEPTH + 3):
        place = tuple(step for name in "abcdef" for step in ("organizational_units", name))
        assert_only_fault_at(units_of(depth), place, "OU 'a/b/c/d/e/f' is deeper than 5 levels", at_key=True)


def test_the_root_is_no_name_for_an_ou() -> None:
    place: Place = ("organizational_units", "root")
    assert_only_fault_at(clinic(organizational_units={"root": {}}), place, "is the organization's root", at_key=True)


@pytest.mark.parametrize("profile", ["sandbox", "nonphi", "foundation", "infrastructure", "quarantine"])
def test_an_ou_that_admits_phi_has_phi_guardrails_and_its_heirs_are_not_repeated(profile: str) -> None:
    unit = {"data": "phi", "guardrails": profile, "organizational_units": {"north": {}, "south": {}}}
    place: Place = ("organizational_units", "clinics")
    manifest = clinic(organizational_units={"clinics": unit})
    assert_only_fault_at(manifest, place, f"'clinics' admits phi, so its guardrails must be phi, not {profile}")


def test_a_guardrail_profile_by_path_is_held_to_the_same() -> None:
    manifest = clinic(guardrails={"profiles": {"phi/production": "sandbox"}})
    place: Place = ("guardrails", "profiles", "phi/production")
    assert_only_fault_at(manifest, place, "'phi/production' admits phi, so its guardrails must be phi")
    assert faults_of(clinic(guardrails={"profiles": {"sandbox": "nonphi", "root": "foundation"}})) == []


def test_a_guardrail_profile_names_an_ou_that_exists() -> None:
    manifest = clinic(guardrails={"profiles": {"sandbx": "sandbox"}})
    place: Place = ("guardrails", "profiles", "sandbx")
    assert_only_fault_at(manifest, place, "unknown OU 'sandbx'", "did you mean 'sandbox'?", at_key=True)


# Regions


def test_home_and_recovery_region_differ() -> None:
    manifest = changed(clinic(regions={"home": "us-east-1", "recovery": "us-east-1"}))
    manifest["network"] = {"pools": {"us-east-1": "10.0.0.0/12"}}
    assert_only_fault_at(manifest, ("regions", "recovery"), "'us-east-1' is already given on line")


def test_a_recovery_region_outside_the_residency_is_named_with_the_ones_inside() -> None:
    manifest = changed(
        clinic(regions={"home": "us-east-1", "recovery": "eu-west-1"}),
        (("network", "pools"), {"us-east-1": "10.0.0.0/12", "eu-west-1": "10.16.0.0/12"}),
    )
    fault = assert_only_fault_at(manifest, ("regions", "recovery"), "outside the residency profile 'us'", "us-west-2")
    assert "eu-central-1" not in fault.message
    assert faults_of(manifest | {"residency": {"profile": "unrestricted"}}) == []


@pytest.mark.parametrize(
    ("profile", "home", "recovery", "fine"),
    [
        ("us", "us-east-1", "us-west-2", True),
        ("us", "ca-central-1", "us-west-2", False),
        ("us-canada", "ca-central-1", "us-west-2", True),
        ("canada", "ca-central-1", "ca-west-1", True),
        ("eu", "eu-central-1", "eu-west-1", True),
        ("eu", "eu-central-1", "eu-west-2", False),
        ("eu", "eu-central-1", "eu-central-2", False),
    ],
)
def test_residency_profiles(profile: str, home: str, recovery: str, fine: bool) -> None:
    manifest = changed(
        clinic(regions={"home": home, "recovery": recovery}, residency={"profile": profile}),
        (("network", "pools"), {home: "10.0.0.0/12", recovery: "10.16.0.0/12"}),
    )
    assert len(faults_of(manifest)) == (0 if fine else 1)


@pytest.mark.parametrize("place", [("regions", "home"), ("regions", "recovery"), ("regions", "additional", 0)])
def test_a_region_offers_as_many_zones_as_are_wanted(place: Place) -> None:
    manifest = clinic()
    manifest["network"]["pools"]["us-west-1"] = "10.32.0.0/12"
    manifest = changed(manifest, (place, "us-west-1"))
    for code in {"us-east-1", "us-west-2"} - {manifest["regions"]["home"], manifest["regions"]["recovery"]}:
        del manifest["network"]["pools"][code]
    assert_only_fault_at(manifest, place, "'us-west-1' offers 2 Availability Zones; 3 are wanted")
    manifest["network"]["availability_zones"] = 2
    assert faults_of(manifest) == []


# Addresses


def test_pools_are_disjoint() -> None:
    manifest = clinic_with((("network", "pools", "us-west-2"), "10.8.0.0/13"))
    place: Place = ("network", "pools", "us-west-2")
    assert_only_fault_at(manifest, place, "10.8.0.0/13 (the pool of us-west-2) overlaps 10.0.0.0/12")


def test_the_ranges_of_one_pool_are_disjoint() -> None:
    manifest = clinic_with((("network", "pools", "us-east-1"), ["10.0.0.0/16", "10.1.0.0/16", "10.0.128.0/17"]))
    assert_only_fault_at(manifest, ("network", "pools", "us-east-1", 2), "10.0.128.0/17", "overlaps 10.0.0.0/16")


def test_a_pool_does_not_overlap_a_hospital() -> None:
    link = {"name": "north", "kind": "direct-connect", "ranges": ["192.168.0.0/16", "10.15.0.0/24"]}
    manifest = clinic_with((("network", "hybrid"), [link]))
    place: Place = ("network", "hybrid", 0, "ranges", 1)
    assert_only_fault_at(manifest, place, "10.15.0.0/24 (site north) overlaps 10.0.0.0/12")


def test_a_range_around_both_pools_is_one_fault() -> None:
    manifest = clinic_with((("network", "on_premises"), ["172.16.0.0/12", "10.0.0.0/8"]))
    assert_only_fault_at(manifest, ("network", "on_premises", 1), "10.0.0.0/8 (an on-premises range) overlaps")


def test_two_hospitals_inside_a_pool_are_two_faults() -> None:
    links = [
        {"name": name, "kind": "direct-connect", "ranges": cidr}
        for name, cidr in (("a", "10.1.0.0/16"), ("b", "10.2.0.0/16"))
    ]
    faults = faults_of(clinic_with((("network", "hybrid"), links)))
    assert [fault.key for fault in faults] == ["network.hybrid[0].ranges", "network.hybrid[1].ranges"]


def test_ranges_outside_the_pools_may_overlap_each_other() -> None:
    links = [
        {"name": "north", "kind": "direct-connect", "ranges": "172.16.0.0/16"},
        {
            "name": "north-backup",
            "kind": "vpn",
            "ranges": "172.16.0.0/16",
            "customer_gateway": "203.0.113.7",
            "asn": 65010,
        },
    ]
    manifest = clinic_with((("network", "hybrid"), links), (("network", "on_premises"), ["172.16.0.0/12"]))
    assert faults_of(manifest) == []


def test_a_pool_belongs_to_a_region_of_the_landing_zone() -> None:
    manifest = clinic_with((("network", "pools", "us-east-2"), "10.32.0.0/12"))
    place: Place = ("network", "pools", "us-east-2")
    assert_only_fault_at(manifest, place, "'us-east-2' is not one of this landing zone", at_key=True)


def test_a_region_that_does_not_exist_has_no_pool_either() -> None:
    manifest = clinic_with((("network", "pools", "us-esat-1"), "10.32.0.0/12"))
    place: Place = ("network", "pools", "us-esat-1")
    assert_only_fault_at(manifest, place, "unknown Region 'us-esat-1'", "did you mean 'us-east-1'?", at_key=True)


def test_home_recovery_and_used_regions_have_a_pool() -> None:
    manifest = without(clinic(), ("network", "pools", "us-west-2"))
    place: Place = ("network", "pools")
    assert_only_fault_at(manifest, place, "'us-west-2' has no pool", "add us-west-2: 10.x.0.0/12")
    manifest = changed(with_account(regions=["us-east-2"]), (("regions", "additional"), ["us-east-2"]))
    assert_only_fault_at(manifest, place, "'us-east-2' has no pool")
    del manifest["accounts"][2]
    assert faults_of(manifest) == []


def test_a_site_is_named_once_and_uses_regions_of_the_landing_zone() -> None:
    place: Place = ("network", "hybrid", 1, "name")
    assert_only_fault_at(everything_with((place, "main-hospital")), place, "'main-hospital' is taken on line")
    place = ("network", "hybrid", 0, "regions", 0)
    assert_only_fault_at(
        everything_with((place, "eu-west-1")), place, "is not one of this landing zone", "regions.additional"
    )


def test_a_vpn_needs_the_sites_public_address() -> None:
    manifest = without(everything(), ("network", "hybrid", 0, "customer_gateway"))
    place: Place = ("network", "hybrid", 0)
    key = "network.hybrid[0].customer_gateway"
    assert_only_fault_at(manifest, place, "a VPN needs customer_gateway", key=key)


def vpn_links(*changed_links: Json) -> Json:
    """The clinic with VPNs to sites of their own; each argument changes one of them."""
    links = [
        {"name": f"site-{n}", "kind": "vpn", "ranges": [f"172.2{n}.0.0/16"], "customer_gateway": "203.0.113.7"} | change
        for n, change in enumerate(changed_links)
    ]
    return clinic_with((("network", "hybrid"), links))


@pytest.mark.parametrize("name", ["direct-connect", "us-west-2"])
def test_a_site_is_not_called_like_what_the_lock_has_a_name_for(name: str) -> None:
    place: Place = ("network", "hybrid", 0, "name")
    assert_only_fault_at(vpn_links({"name": name}), place, f"'{name}' is no name for a site")


def test_a_site_has_none_of_the_numbers_of_our_transit_gateways() -> None:
    place: Place = ("network", "hybrid", 0, "asn")
    assert_only_fault_at(vpn_links({"asn": 64513}), place, "64513 is for our transit gateways")
    assert not faults_of(vpn_links({"asn": 65010}))


def test_a_vpn_without_bgp_does_not_lead_to_another_links_addresses() -> None:
    same = {"ranges": ["172.20.0.0/16"]}
    place: Place = ("network", "hybrid", 1)
    rivals = vpn_links({**same, "asn": 65010}, same)
    assert_only_fault_at(rivals, place, "'site-1' leads to addresses of 'site-0': BGP has to choose")
    assert not faults_of(vpn_links({**same, "asn": 65010}, {**same, "asn": 65011}))
    apart = vpn_links({**same, "regions": ["us-east-1"]}, {**same, "regions": ["us-west-2"]})
    assert not faults_of(apart)


# Retention, identity, budgets, zones, delivery, recovery, detection, agreements, exceptions


def test_short_retention_needs_a_reason() -> None:
    manifest = clinic(retention={"default": 6, "flow_logs": 5, "sessions": 1})
    assert [fault.key for fault in faults_of(manifest)] == ["retention.flow_logs", "retention.sessions"]
    manifest["retention"]["reason"] = "The archive keeps them for ten years"
    assert faults_of(manifest) == []
    assert_only_fault_at(
        clinic(retention={"default": 3}), ("retention", "default"), "3 years is less than 6", "164.316"
    )


def test_an_assignment_names_what_exists() -> None:
    place: Place = ("identity", "assignments", 0, "permission_set")
    assert_only_fault_at(everything_with((place, "auditr")), place, "unknown permission set", "did you mean 'auditor'?")
    place = ("identity", "assignments", 0, "ou")
    assert_only_fault_at(everything_with((place, "ph")), place, "unknown OU 'ph'", "did you mean 'phi'?")
    place = ("identity", "assignments", 1, "account")
    assert_only_fault_at(everything_with((place, "genomic")), place, "unknown account", "did you mean 'genomics'?")
    assert faults_of(everything_with((("identity", "assignments", 0, "ou"), "root"))) == []


def test_an_assignment_has_one_target() -> None:
    place: Place = ("identity", "assignments", 0)
    assert_only_fault_at(everything_with(((*place, "account"), "genomics")), place, "takes ou or account, not both")
    assert_only_fault_at(without(everything(), (*place, "ou")), place, "needs one of ou and account")


def test_a_budget_has_one_target_or_none() -> None:
    place: Place = ("budgets", 0)
    assert_only_fault_at(everything_with(((*place, "account"), "genomics")), place, "takes ou or account, not both")
    assert faults_of(without(everything(), (*place, "ou"))) == []
    assert_only_fault_at(everything_with(((*place, "ou"), "ph")), (*place, "ou"), "unknown OU")
    place = ("budgets", 1, "account")
    assert_only_fault_at(everything_with((place, "shared-service")), place, "did you mean 'shared-services'?")


def test_a_zone_names_accounts_that_exist() -> None:
    place: Place = ("zones", "records", "accounts", 0)
    assert_only_fault_at(
        everything_with((place, "ehr-prod")), place, "unknown account", "did you mean 'ehr-production'?"
    )


def test_the_deploy_account_exists() -> None:
    place: Place = ("delivery", "deploy_account")
    assert_only_fault_at(clinic_with((place, "delivery")), place, "unknown account 'delivery'", "shared-services")
    assert faults_of(clinic_with((place, "ehr-training"))) == []


def test_a_recovery_tier_names_a_backup_plan_that_exists() -> None:
    place: Place = ("recovery", "tiers", "warm-standby", "plan")
    assert_only_fault_at(everything_with((place, "standrad")), place, "unknown backup plan", "did you mean 'standard'?")


def test_every_severity_has_a_contact_and_what_lacks_is_one_fault() -> None:
    manifest = clinic(detection={"alarm_contacts": {"critical": "security"}})
    assert_only_fault_at(manifest, ("detection", "alarm_contacts"), "has no contact for: high, medium, low")


def test_an_agreement_and_an_exception_end_after_they_begin() -> None:
    for place, first in ((("agreements", 0, "expires"), "signed"), (("exceptions", 0, "expires"), "approved")):
        manifest = everything_with((place, "2020-01-01"))
        assert_only_fault_at(manifest, place, f"ends before it was {first}")


def test_an_exception_is_about_an_account_an_ou_or_the_organization() -> None:
    place: Place = ("exceptions", 0, "scope")
    for scope in ("organization", "phi/production", "genomics", "log-archive", "research/genomics"):
        assert faults_of(everything_with((place, scope))) == []
    assert_only_fault_at(
        everything_with((place, "genomic")), place, "unknown account or OU", "did you mean 'genomics'?"
    )


def test_many_known_names_are_cut_in_the_message() -> None:
    accounts = [{"name": f"workload-{number}", "ou": "nonphi", "owner": "x", "data": "none"} for number in range(300)]
    manifest = clinic(accounts=accounts, zones={"z": {"kind": "ehr", "accounts": ["workload-2999"]}})
    fault = only_fault(manifest)
    assert "and 294 more" in fault.message
    assert fault.hint == "did you mean 'workload-299'?"
    assert len(fault.message) < 400


@pytest.mark.parametrize("text", ["Office ${AWS::AccountId}", "{{resolve:secretsmanager:x}}"])
def test_a_text_that_reaches_templates_is_no_expression(text: str) -> None:
    (fault,) = faults_of(changed(clinic(), (("contacts", "security", "name"), text)))
    assert fault.key == "contacts.security.name"
    assert "CloudFormation reads as an expression" in fault.message
