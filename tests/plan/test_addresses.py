"""Allocation: deterministic, disjoint, inside the pools, and nobody is ever moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landing_zone.plan.addresses import PoolExhausted, Request, allocate

EAST, WEST = "us-east-1", "us-west-2"
POOLS = {EAST: ("10.0.0.0/12", "10.64.0.0/14"), WEST: ("10.16.0.0/12",)}
ONE_RANGE = {EAST: ("10.0.0.0/12",)}
Ranges = dict[tuple[str, str], str]

requests = st.lists(
    st.builds(
        Request,
        prefix=st.sampled_from([18, 20, 22, 24]),
        account=st.integers(0, 40).map(lambda number: f"account-{number:02}"),
        region=st.sampled_from([EAST, WEST]),
    ),
    max_size=30,
    unique_by=lambda request: (request.region, request.account),
)
CALM = settings(max_examples=60, deadline=None, derandomize=True)


def served(
    wanted: Iterable[Request], given: Ranges | None = None, pools: Mapping[str, Iterable[str]] = POOLS
) -> Ranges:
    found, exhausted = allocate(wanted, pools, given or {})
    assert exhausted == []
    return found


def assert_sound(ranges: Ranges, wanted: Iterable[Request]) -> None:
    """One range of the right size for each request, inside a pool of its Region, and all disjoint."""
    assert ranges.keys() == {(request.region, request.account) for request in wanted}
    for request in wanted:
        block = IPv4Network(ranges[request.region, request.account])
        assert block.prefixlen == request.prefix
        assert any(block.subnet_of(IPv4Network(pool)) for pool in POOLS[request.region])
    blocks = sorted(map(IPv4Network, ranges.values()))
    assert not any(one.overlaps(other) for one, other in pairwise(blocks))


def test_the_largest_comes_first_then_the_name_then_the_lowest_address() -> None:
    wanted = [Request(24, "a", EAST), Request(22, "c", EAST), Request(22, "b", EAST), Request(20, "d", EAST)]
    assert served(wanted, pools=ONE_RANGE) == {
        (EAST, "d"): "10.0.0.0/20",
        (EAST, "b"): "10.0.16.0/22",
        (EAST, "c"): "10.0.20.0/22",
        (EAST, "a"): "10.0.24.0/24",
    }


def test_the_smallest_free_block_that_fits_is_taken() -> None:
    given = {(EAST, "old"): "10.0.0.0/24", (EAST, "older"): "10.0.4.0/22"}
    assert served([Request(24, "new", EAST)], given, ONE_RANGE) == {(EAST, "new"): "10.0.1.0/24"}
    assert served([Request(22, "new", EAST)], given, ONE_RANGE) == {(EAST, "new"): "10.0.8.0/22"}
    assert served([Request(23, "new", EAST)], given, ONE_RANGE) == {(EAST, "new"): "10.0.2.0/23"}


def test_a_second_range_of_a_pool_is_used_when_the_first_is_full() -> None:
    wanted = [Request(16, "b", EAST), Request(16, "a", EAST), Request(16, "c", EAST)]
    found, exhausted = allocate(wanted, {EAST: ["10.1.0.0/16", "10.64.0.0/15"]}, {})
    assert exhausted == []
    assert found == {(EAST, "a"): "10.1.0.0/16", (EAST, "b"): "10.64.0.0/16", (EAST, "c"): "10.65.0.0/16"}


def test_ranges_outside_the_pool_and_of_other_regions_take_nothing_from_it() -> None:
    given = {(EAST, "moved"): "172.16.0.0/16", (WEST, "other"): "10.0.0.0/16"}
    assert served([Request(22, "new", EAST)], given, ONE_RANGE) == {(EAST, "new"): "10.0.0.0/22"}


def test_a_range_around_the_pool_takes_all_of_it() -> None:
    found, exhausted = allocate([Request(24, "new", EAST)], {EAST: ["10.0.0.0/16"]}, {(EAST, "old"): "10.0.0.0/8"})
    assert found == {}
    assert exhausted == [PoolExhausted(EAST, (Request(24, "new", EAST),), 0)]


def test_exhaustion_is_told_once_for_each_region_with_what_is_left() -> None:
    wanted = [Request(22, name, region) for name in "abc" for region in (EAST, WEST)]
    found, exhausted = allocate(wanted, {EAST: ["10.0.0.0/22"], WEST: ["10.4.0.0/22", "10.8.0.0/24"]}, {})
    assert found == {(EAST, "a"): "10.0.0.0/22", (WEST, "a"): "10.4.0.0/22"}
    assert [(error.region, [request.account for request in error.requests], error.free) for error in exhausted] == [
        (EAST, ["b", "c"], 0),
        (WEST, ["b", "c"], 256),
    ]


def test_what_is_small_is_served_when_what_is_large_does_not_fit() -> None:
    found, exhausted = allocate([Request(20, "large", EAST), Request(24, "small", EAST)], {EAST: ["10.0.0.0/22"]}, {})
    assert found == {(EAST, "small"): "10.0.0.0/24"}
    assert [request.account for error in exhausted for request in error.requests] == ["large"]


def test_a_region_without_a_pool_is_exhausted() -> None:
    assert allocate([Request(24, "a", EAST)], {}, {})[1] == [PoolExhausted(EAST, (Request(24, "a", EAST),), 0)]


@pytest.mark.parametrize("pool", ["10.0.0.0/24", "10.0.0.0/25", "10.0.0.0/32"])
def test_a_pool_may_be_smaller_than_what_is_asked_for(pool: str) -> None:
    found, exhausted = allocate([Request(24, "a", EAST)], {EAST: [pool]}, {})
    assert (len(found), len(exhausted)) == ((1, 0) if pool.endswith("/24") else (0, 1))


def test_a_pool_is_filled_to_the_last_address() -> None:
    wanted = [Request(24, f"account-{number:02}", EAST) for number in range(16)]
    found, exhausted = allocate(wanted, {EAST: ["10.0.0.0/20"]}, {})
    assert exhausted == []
    assert sum(IPv4Network(cidr).num_addresses for cidr in found.values()) == 4096


@CALM
@given(requests, st.randoms())
def test_the_order_of_requests_changes_nothing(wanted: list[Request], random: Random) -> None:
    shuffled = list(wanted)
    random.shuffle(shuffled)
    assert served(shuffled) == served(wanted)


@CALM
@given(requests)
def test_every_request_gets_a_range_of_its_own_inside_its_pools(wanted: list[Request]) -> None:
    assert_sound(served(wanted), wanted)


@CALM
@given(requests, requests)
def test_whoever_has_a_range_keeps_it_when_others_come(before: list[Request], later: list[Request]) -> None:
    given = served(before)
    new = [request for request in later if (request.region, request.account) not in given]
    after = served([*before, *new], given)
    assert {key: after[key] for key in given} == given
    assert_sound(after, [*before, *new])


@CALM
@given(requests, st.sets(st.integers(0, 40).map(lambda number: f"account-{number:02}")))
def test_whoever_has_a_range_keeps_it_when_others_leave(before: list[Request], gone: set[str]) -> None:
    given = served(before)
    staying = [request for request in before if request.account not in gone]
    assert served(staying, given) == {key: cidr for key, cidr in given.items() if key[1] not in gone}


@CALM
@given(st.lists(requests, max_size=4))
def test_coming_and_going_never_moves_or_overlaps_anybody(rounds: list[list[Request]]) -> None:
    given: Ranges = {}
    sizes: dict[tuple[str, str], int] = {}
    for wanted in rounds:
        kept = [Request(sizes.get((r.region, r.account), r.prefix), r.account, r.region) for r in wanted]
        found, exhausted = allocate(kept, POOLS, given)
        assert exhausted == []
        assert {key: found[key] for key in found.keys() & given.keys()} == {
            key: given[key] for key in found.keys() & given.keys()
        }
        given |= found
        sizes |= {key: IPv4Network(cidr).prefixlen for key, cidr in found.items()}
        blocks = sorted(map(IPv4Network, given.values()))
        assert not any(one.overlaps(other) for one, other in pairwise(blocks))
