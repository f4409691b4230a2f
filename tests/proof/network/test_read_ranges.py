from __future__ import annotations

import random
from ipaddress import ip_address, ip_network

import pytest

from landing_zone.proof.network.model import Ranges
from landing_zone.proof.network.ranges import (
    ALL_V4,
    LAST,
    NOTHING,
    V6,
    cidrs,
    intersect,
    listed,
    parse,
    size,
    subtract,
    text,
    union,
)


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/32", "::/0", "2001:db8::/32", "fd00::1/128"])
def test_a_cidr_parses_to_its_first_and_last_address_and_back(cidr: str) -> None:
    network = ip_network(cidr)
    start = V6 if network.version == 6 else 0
    assert parse(cidr) == ((start + int(network[0]), start + int(network[-1])),)
    assert cidrs(parse(cidr) or ()) == (cidr,)


def test_bits_behind_the_prefix_are_cut_off_as_ec2_does() -> None:
    assert parse("10.1.2.3/8") == parse("10.0.0.0/8")
    assert parse("2001:db8::1/32") == parse("2001:db8::/32")


def test_an_address_without_prefix_is_a_range_of_one() -> None:
    assert parse("10.1.2.3") == parse("10.1.2.3/32")


@pytest.mark.parametrize(
    "bad",
    ["", "10.0.0.0/33", "10.0.0/8", "256.0.0.0/8", "10.0.0.0/-1", "x", "\u0661.0.0.0/8", "fe80::1%eth0", "10.0.0.0 /8"],
)
def test_what_is_no_cidr_parses_to_none(bad: str) -> None:
    assert parse(bad) is None


def test_the_last_ipv4_and_the_first_ipv6_address_are_not_neighbours() -> None:
    assert union(ALL_V4, ((V6, LAST),)) == (ALL_V4[0], (V6, LAST))


def test_listing_keeps_neighbours_apart_because_routes_have_prefixes() -> None:
    left, right = parse("10.0.0.0/24") or (), parse("10.0.1.0/24") or ()
    assert listed(right, left) == (*left, *right)
    assert len(union(left, right)) == 1


def test_nothing_reads_as_no_address() -> None:
    assert text(NOTHING) == "no address"


def test_union_intersection_and_difference_agree_with_sets_of_addresses() -> None:
    generator = random.Random(5)

    def some() -> tuple[Ranges, set[int]]:
        spans = [(first, first + generator.randrange(9)) for first in generator.sample(range(60), 4)]
        ranges = union(tuple(spans))
        return ranges, {address for first, last in spans for address in range(first, last + 1)}

    for _ in range(2_000):
        (left, left_set), (right, right_set) = some(), some()
        for ranges, expected in (
            (union(left, right), left_set | right_set),
            (intersect(left, right), left_set & right_set),
            (subtract(left, right), left_set - right_set),
        ):
            assert {address for first, last in ranges for address in range(first, last + 1)} == expected
            assert all(ranges[at][1] + 1 < ranges[at + 1][0] for at in range(len(ranges) - 1)) or ranges != union(
                ranges
            )
            assert size(ranges) == len(expected)
            shown = {int(ip_address(address)) for cidr in cidrs(ranges) for address in ip_network(cidr)}
            assert shown == expected
