"""All faults of a file at once: each mistake once, none missing, and none that only follows from another."""

from __future__ import annotations

import pytest

from tests.manifest.arrange import (
    Json,
    Place,
    changed,
    clinic,
    dotted,
    everything,
    faults_of,
    only_fault,
    place_of,
    renamed,
    text_of,
    with_account,
    without,
)

TEN_MISTAKES = """\
version: 1
organization:
  name: Riverside Clinic
  email: aws+{account}@riverside.example
regions: {home: us-east-1, recovery: us-west-2}
retention: {flow_logs: 3}
contacts:
  security: {name: Security Office, email: security@riverside.example, phone: 15550100}
  operations: {name: Platform Team, email: platform@riverside.example, phnoe: "+1 555 0101"}
network:
  pools: {us-east-1: 10.0.0.0/12, us-west-2: 10.8.0.0/13}
  availability_zones: 9
accounts:
  - {name: ehr-production, ou: phi/prodction, owner: clinical-systems, data: phi, recovery: warm-standby}
  - {name: ehr-training, ou: sandbox, owner: clinical-systems, data: phi}
  - {name: ehr-training, ou: sandbox, owner: clinical-systems, data: none}
zones: {records: {kind: ehr, accounts: [ehr-prodution]}}
"""


def keys_of(manifest: Json | str) -> list[str]:
    return [fault.key for fault in faults_of(manifest)]


def test_ten_mistakes_of_every_kind_are_ten_faults_at_their_places() -> None:
    assert [(fault.line, fault.column, fault.key) for fault in faults_of(TEN_MISTAKES)] == [
        (3, 9, "organization.name"),
        (6, 24, "retention.flow_logs"),
        (8, 79, "contacts.security.phone"),
        (9, 72, "contacts.operations.phnoe"),
        (11, 46, "network.pools.us-west-2"),
        (12, 23, "network.availability_zones"),
        (14, 32, "accounts[0].ou"),
        (15, 30, "accounts[1].ou"),
        (16, 12, "accounts[2].name"),
        (17, 41, "zones.records.accounts[0]"),
    ]


def test_a_malformed_part_of_an_account_hides_nothing_else_about_it() -> None:
    manifest = with_account(ou="nonphy", email=5, tags={"aws:x": "y"}, regions=["eu-west-1"], network="huge")
    expected: list[Place] = [
        ("accounts", 2, "email"),
        ("accounts", 2, "network"),
        ("accounts", 2, "ou"),
        ("accounts", 2, "regions", 0),
    ]
    assert sorted(keys_of(manifest)) == sorted([*map(dotted, expected), "accounts[2].tags.'aws:x'"])


@pytest.mark.parametrize(
    ("broken", "other"),
    [
        (("network", "hub", "enabled"), ("network", "pools", "us-west-2")),
        (("identity", "source"), ("identity", "assignments", 0, "permission_set")),
        (("identity", "assignments", 1, "group"), ("identity", "assignments", 0, "permission_set")),
        (("identity", "assignments", 0, "group"), ("identity", "assignments", 0, "permission_set")),
        (("backup", "enabled"), ("recovery", "tiers", "warm-standby", "plan")),
        (("organizational_units", "research", "description"), ("accounts", 0, "ou")),
        (("organization", "name"), ("accounts", 0, "ou")),
        (("budgets", 1, "monthly_usd"), ("budgets", 1, "account")),
        (("zones", "records", "kind"), ("zones", "records", "accounts", 0)),
        (("delivery", "qualifier"), ("delivery", "deploy_account")),
        (("exceptions", 0, "owner"), ("exceptions", 0, "scope")),
        (("regions", "additional"), ("accounts", 1, "ou")),
    ],
    ids=lambda path: dotted(path),
)
def test_a_malformed_value_hides_no_wrong_reference(broken: Place, other: Place) -> None:
    wrong = "10.8.0.0/13" if other[:2] == ("network", "pools") else "no-such-thing"
    manifest = changed(everything(), (broken, {"not": ["this"]}), (other, wrong))
    assert sorted(keys_of(manifest)) == sorted([dotted(broken), dotted(other)])


@pytest.mark.parametrize(
    "manifest",
    [
        changed(everything(), (("organizational_units",), "research")),
        changed(everything(), (("organizational_units", "research"), 5)),
        changed(everything(), (("organizational_units", "research", "data"), "phii")),
        renamed(everything(), ("organizational_units", "research"), "Research"),
        renamed(everything(), ("organizational_units", "research", "organizational_units"), "organisational_units"),
        renamed(everything(), ("organizational_units",), "organisational_units"),
        changed(everything(), (("regions", "home"), "us-esat-1")),
        changed(everything(), (("regions", "additional", 0), "us-esat-2")),
        changed(everything(), (("regions",), None)),
        renamed(everything(), ("network", "pools", "us-east-2"), "us-esat-2"),
        changed(everything(), (("network", "pools", "us-east-2"), "10.32.0.1/12")),
        changed(everything(), (("network",), [])),
        changed(everything(), (("accounts", 1, "name"), "Genomics")),
        changed(everything(), (("accounts", 1), "genomics")),
        without(everything(), ("accounts",)),
        changed(everything(), (("accounts", 0, "data"), "phii")),
        changed(everything(), (("organization", "email"), "aws")),
        changed(everything(), (("retention", "reason"), 5)),
        renamed(everything(), ("retention", "reason"), "resaon"),
        changed(everything(), (("identity", "permission_sets", "auditor", "session_hours"), 99)),
        renamed(everything(), ("identity", "permission_sets", "auditor"), "Auditor"),
        changed(everything(), (("backup", "plans", "standard"), 5)),
        changed(everything(), (("detection", "alarm_contacts", "low"), "nobody")),
        changed(everything(), (("network", "hybrid", 0, "kind"), "VPN")),
        changed(everything(), (("network", "hybrid", 0, "customer_gateway"), "203.0.113")),
        changed(everything(), (("exceptions", 0, "approved"), "2099-99-99")),
        changed(everything(), (("agreements", 0, "signed"), "2099-99-99")),
        changed(everything(), (("identity", "assignments", 0, "ou"), "PHI")),
        renamed(everything(), ("identity", "assignments", 0, "ou"), "oou"),
    ],
)
def test_what_only_follows_from_a_mistake_is_not_mentioned(manifest: Json) -> None:
    only_fault(manifest)


def test_faults_are_in_the_order_of_the_file() -> None:
    places = [(fault.line, fault.column) for fault in faults_of(TEN_MISTAKES)]
    assert places == sorted(places)


def test_eight_hundred_mistakes_are_eight_hundred_faults() -> None:
    accounts = [{"name": f"a{n}", "ou": "phi/prodction", "owner": "x", "data": "phii"} for n in range(400)]
    manifest = clinic(accounts=accounts)
    assert sorted(keys_of(manifest)) == sorted(f"accounts[{n}].{key}" for n in range(400) for key in ("ou", "data"))


def test_a_fault_in_a_value_that_is_repeated_by_an_alias_stands_where_the_value_is_written() -> None:
    text = text_of(clinic()).replace('"clinical-systems"', "&owner [x]", 1).replace('"clinical-systems"', "*owner", 1)
    faults = faults_of(text)
    assert [fault.key for fault in faults] == ["accounts[0].owner", "accounts[1].owner"]
    assert (faults[0].line, faults[0].column) == place_of(text, ("accounts", 0, "owner"))
    assert faults[1].line == text[: text.index("*owner")].count("\n") + 1
