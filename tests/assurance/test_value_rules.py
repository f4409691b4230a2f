"""Value rules: what cdk-nag never sees, because it replaces parameters after the check."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing_zone.assurance.addresses import Network, parse_network
from landing_zone.assurance.value_rules import (
    VALUE_RULES,
    VALUE_TYPES,
    ValueContext,
    judge_overlaps,
    judge_protection,
    judge_values,
    value_rules_run,
)

CONTEXT = ValueContext("us-east-1", {"us-east-1": ("10.0.0.0/12",)}, frozenset({"us-west-2"}))


@dataclass(frozen=True)
class Value:
    name: str
    type: str
    text: str


def found(*values: Value, context: ValueContext = CONTEXT) -> list[str]:
    findings = judge_values("ehr-production-us-east-1", {value.name: value for value in values}, context)
    return [finding.rule for finding in findings]


def rules_for(type_: str, text: str) -> list[str]:
    return found(Value("VpcCidr" if type_ == "cidr" else "Value", type_, text))


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("cidr", "10.1.0.0/16"),
        ("cidr", "10.1.2.240/28"),
        ("account_id", "012345678901"),
        ("organization_id", "o-abcdefghij"),
        ("region", "us-east-1"),
        ("region", "us-west-2"),
        ("tag", "Müller - clinical systems (not)"[:24]),
        ("tag", ""),
        ("tag", "a.b:c/d=e+f-g@h_i"),
        ("name", "ehr-production"),
        ("arn", "arn:aws:s3:::riverside-logs"),
        ("arn", "arn:aws:kms:us-east-1:111122223333:key/0f3c"),
        ("days", "2192"),
        ("amount", "25000"),
    ],
)
def test_good_values_are_fine(type_: str, text: str) -> None:
    assert rules_for(type_, text) == []


@pytest.mark.parametrize(
    ("rule", "type_", "text"),
    [
        ("HLZ-VAL-001", "cidr", "10.1.0.1/16"),
        ("HLZ-VAL-001", "cidr", "10.1.0.0/29"),
        ("HLZ-VAL-001", "cidr", "10.0.0.0/15"),
        ("HLZ-VAL-001", "cidr", "010.1.0.0/16"),
        ("HLZ-VAL-001", "cidr", "10.1.0.0"),
        ("HLZ-VAL-001", "cidr", "10.256.0.0/16"),
        ("HLZ-VAL-001", "cidr", "fd00::/64"),
        ("HLZ-VAL-001", "cidr", "10.1.0.0/16\n"),
        ("HLZ-VAL-001", "cidr", "\uff110.1.0.0/16"),
        ("HLZ-VAL-002", "cidr", "10.16.0.0/16"),
        ("HLZ-VAL-004", "account_id", "1234"),
        ("HLZ-VAL-004", "account_id", "12345678901٢"),
        ("HLZ-VAL-005", "organization_id", "o-SHORT"),
        ("HLZ-VAL-006", "tag", "Müller & Co"),
        ("HLZ-VAL-006", "tag", "a<b"),
        ("HLZ-VAL-006", "tag", 'say "x"'),
        ("HLZ-VAL-006", "tag", "line\nbreak"),
        ("HLZ-VAL-006", "tag", "x" * 257),
        ("HLZ-VAL-007", "name", "1st"),
        ("HLZ-VAL-007", "name", "a" * 129),
        ("HLZ-VAL-007", "name", "ümlaut"),
        ("HLZ-VAL-008", "tag", "${AWS::Region}"),
        ("HLZ-VAL-008", "name", "{{resolve:ssm:/x}}"),
        ("HLZ-VAL-008", "cidr", "${Token[TOKEN.12]}"),
        ("HLZ-VAL-008", "tag", '{"Ref": "AWS::Region"}'),
        ("HLZ-VAL-010", "region", "us-east"),
        ("HLZ-VAL-010", "region", "eu-west-1"),
        ("HLZ-VAL-011", "arn", "arn:aws:kms:us-east-1:111122223333:key/*"),
        ("HLZ-VAL-011", "arn", "arn:aws:kms"),
        ("HLZ-VAL-012", "days", "0"),
        ("HLZ-VAL-012", "days", "7.5"),
        ("HLZ-VAL-013", "password", "x"),
        ("HLZ-VAL-016", "root_id", "r-A"),
        ("HLZ-VAL-016", "unit_id", "ou-a1b2"),
        ("HLZ-VAL-017", "group_id", "clinicians"),
        ("HLZ-VAL-017", "identity_store_id", "d-123"),
        ("HLZ-VAL-014", "amount", "0"),
        ("HLZ-VAL-014", "amount", "-1"),
        ("HLZ-VAL-014", "amount", "99.50"),
        ("HLZ-VAL-014", "amount", "$100"),
    ],
)
def test_bad_values_are_findings(rule: str, type_: str, text: str) -> None:
    assert rules_for(type_, text) == [rule]


@pytest.mark.parametrize("text", ["0.0.0.0/0", "8.8.0.0/16", "172.32.0.0/16", "100.128.0.0/16"])
def test_public_networks_are_found_twice_for_they_lie_in_no_pool_either(text: str) -> None:
    assert rules_for("cidr", text) == ["HLZ-VAL-001", "HLZ-VAL-002"]


def test_a_region_without_pools_takes_no_network() -> None:
    assert found(Value("VpcCidr", "cidr", "10.1.0.0/16"), context=ValueContext("eu-west-1")) == ["HLZ-VAL-002"]


def network(**cidrs: str) -> list[str]:
    return found(*(Value(name, "cidr", text) for name, text in cidrs.items()))


def test_subnets_inside_their_vpc_and_apart_are_fine() -> None:
    assert network(VpcCidr="10.1.0.0/16", App1Cidr="10.1.0.0/24", App2Cidr="10.1.1.0/24") == []


def test_a_subnet_outside_of_its_vpc_is_a_finding() -> None:
    assert network(VpcCidr="10.1.0.0/16", App1Cidr="10.2.0.0/24") == ["HLZ-VAL-003"]


def test_overlapping_subnets_are_findings_even_with_another_one_between() -> None:
    assert network(VpcCidr="10.1.0.0/16", Wide="10.1.0.0/20", A="10.1.0.0/24", B="10.1.8.0/24") == ["HLZ-VAL-003"] * 2


def test_a_finding_names_deployment_value_and_text() -> None:
    (finding,) = judge_values("d", {"Owner": Value("Owner", "tag", "a&b")}, CONTEXT)
    assert (finding.template, finding.resource, finding.path) == ("d", "Owner", "Values/Owner")
    assert "'a&b'" in finding.message
    assert finding.control == "LZ-ORG-08"
    assert finding.citations


def test_every_type_has_a_rule_and_every_rule_a_type() -> None:
    values = {type_: Value(type_, type_, "x") for type_ in VALUE_TYPES} | {"c": Value("c", "cidr", "x")}
    assert value_rules_run(values) == set(VALUE_RULES) - {"HLZ-VAL-009", "HLZ-VAL-015"}


def test_rules_that_met_no_value_did_not_run() -> None:
    assert value_rules_run({}) == frozenset()
    assert "HLZ-VAL-001" not in value_rules_run({"Owner": Value("Owner", "tag", "x")})


def overlaps(*networks: tuple[str, str, str], reserved: tuple[tuple[str, str], ...] = ()) -> list[str]:
    return [finding.message for finding in judge_overlaps(networks, reserved)]


def test_separate_networks_are_fine() -> None:
    assert overlaps(("a", "us-east-1", "10.0.0.0/16"), ("b", "us-east-1", "10.1.0.0/16")) == []


def test_networks_overlap_across_regions() -> None:
    (message,) = overlaps(("a", "us-east-1", "10.0.0.0/16"), ("b", "us-west-2", "10.0.128.0/20"))
    assert "10.0.128.0/20 of b in us-west-2 overlaps 10.0.0.0/16 of a in us-east-1" in message


@pytest.mark.parametrize("reserved", ["10.0.0.0/8", "10.0.0.0/24", "10.0.0.0/16"])
def test_networks_overlap_on_premises_ranges_of_any_size(reserved: str) -> None:
    (message,) = overlaps(("a", "us-east-1", "10.0.0.0/16"), reserved=(("hospital", reserved),))
    assert "of a in us-east-1 overlaps" in message
    assert "reserved range hospital" in message


def test_reserved_ranges_may_overlap_each_other() -> None:
    assert overlaps(reserved=(("a", "10.0.0.0/8"), ("b", "10.0.0.0/16"))) == []


prefixes: st.SearchStrategy[tuple[int, int]] = st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 30))


def cidr(pair: tuple[int, int]) -> str:
    return str(ipaddress.ip_network(pair, strict=False))


@given(st.lists(prefixes, max_size=12), st.lists(prefixes, max_size=4))
def test_the_sweep_finds_an_overlap_exactly_when_there_is_one(
    own: list[tuple[int, int]], reserved: list[tuple[int, int]]
) -> None:
    networks, ranges = [cidr(pair) for pair in own], [cidr(pair) for pair in reserved]
    parsed = [ipaddress.ip_network(text) for text in networks]
    expected = any(one.overlaps(other) for index, one in enumerate(parsed) for other in parsed[index + 1 :]) or any(
        one.overlaps(ipaddress.ip_network(text)) for one in parsed for text in ranges
    )
    findings = judge_overlaps(
        [(f"d{index}", "us-east-1", text) for index, text in enumerate(networks)],
        [(f"r{index}", text) for index, text in enumerate(ranges)],
    )
    assert bool(findings) is expected


@given(prefixes)
def test_networks_are_parsed_as_the_standard_library_does(pair: tuple[int, int]) -> None:
    text = cidr(pair)
    reference = ipaddress.ip_network(text)
    assert parse_network(text) == Network(int(reference[0]), int(reference[-1]), reference.prefixlen)
    assert str(parse_network(text)) == text


@given(st.text(max_size=80), st.sampled_from(sorted(VALUE_TYPES)))
def test_no_text_makes_a_rule_fail(text: str, type_: str) -> None:
    judge_values("d", {"V": Value("V", type_, text)}, CONTEXT)


def timed(work: Callable[[], object]) -> float:
    from time import process_time

    begin = process_time()
    work()
    return process_time() - begin


def test_a_thousand_deployments_are_judged_in_less_than_half_a_second() -> None:
    chosen = random.Random(7)
    deployments = [
        {
            value.name: value
            for value in (
                Value("VpcCidr", "cidr", f"10.{number % 16}.0.0/16"),
                *(Value(f"S{n}Cidr", "cidr", f"10.{number % 16}.{n}.0/24") for n in range(12)),
                Value("AccountId", "account_id", str(chosen.randrange(10**11, 10**12))),
                *(Value(f"Tag{n}", "tag", f"owner {number} {n}") for n in range(6)),
            )
        }
        for number in range(1000)
    ]
    assert timed(lambda: [judge_values("d", values, CONTEXT) for values in deployments]) < 0.5


def test_a_stack_without_termination_protection_is_a_finding() -> None:
    (finding,) = judge_protection([("hlz-log-archive", True), ("hlz-keys", False)])
    assert (finding.rule, finding.template, finding.control) == ("HLZ-VAL-015", "hlz-keys", "LZ-STO-05")
    assert "can be deleted by one call" in finding.message
