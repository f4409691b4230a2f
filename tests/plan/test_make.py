"""From manifest and lock to the plan: what is kept, what is new, what contradicts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landing_zone.manifest.organization_tree import CORE_ACCOUNTS
from landing_zone.plan.lock import Lock
from landing_zone.plan.make import check_dependencies
from landing_zone.plan.model import Deployment, Environment, Value, Variant
from tests.manifest.arrange import FILE, Json, clinic, place_of, text_of
from tests.plan.arrange import (
    LOCK,
    ORGANIZATION_ID,
    account,
    accounts,
    deployments_of,
    landing_zone,
    lock_of,
    plan_faults,
    plan_of,
    ranges_of,
    without_hub,
)

EAST, WEST = "us-east-1", "us-west-2"


def assert_only_lock_fault(manifest: Json, lock: Lock, key: str, *parts: str) -> None:
    faults = plan_faults(manifest, lock)
    assert [(fault.file, fault.key) for fault in faults] == [(str(LOCK), key)], faults
    for part in parts:
        assert part in f"{faults[0].message} {faults[0].hint}", faults


# What is allocated, and kept


def test_a_first_plan_allocates_and_says_that_there_is_no_lock() -> None:
    planned = plan_of(clinic())
    assert ranges_of(planned.lock) == {
        (EAST, "ehr-production"): "10.0.0.0/22",
        (EAST, "ehr-training"): "10.0.4.0/22",
        (WEST, "ehr-production"): "10.16.0.0/22",
    }
    assert planned.stale == ("the lock file does not exist",)


def test_a_plan_with_its_own_lock_is_the_same_plan_and_not_stale() -> None:
    first = plan_of(clinic())
    again = plan_of(clinic(), first.lock)
    assert (again.plan, again.lock, again.stale) == (first.plan, first.lock, ())


def test_the_order_of_accounts_in_the_file_changes_nothing() -> None:
    names = [f"account-{number}" for number in range(9)]
    assert plan_of(landing_zone(*accounts(*names))) == plan_of(landing_zone(*accounts(*reversed(names))))


def test_what_changed_is_said_one_by_one() -> None:
    lock = plan_of(landing_zone(*accounts("b"))).lock
    planned = plan_of(landing_zone(*accounts("a"), account("b", id="123456789012"), account("c", network="none")), lock)
    assert planned.stale == (
        "the id of account 'b' is missing",
        "the stacks that make 2 accounts are missing",
        "the range of account 'a' in us-east-1 is missing",
    )
    assert planned.lock.networks[EAST]["b"] == lock.networks[EAST]["b"]


def test_an_account_that_left_keeps_its_range_and_id() -> None:
    lock = lock_of({EAST: {"gone": "10.0.0.0/22"}}, {"gone": "123456789012"}, ORGANIZATION_ID)
    planned = plan_of(landing_zone(*accounts("new")), lock)
    assert ranges_of(planned.lock) == {(EAST, "gone"): "10.0.0.0/22", (EAST, "new"): "10.0.4.0/22"}
    assert planned.lock.accounts == lock.accounts
    assert not [name for name in planned.plan.withheld if "gone" in name]


def test_an_account_whose_network_shrank_to_none_keeps_its_range() -> None:
    lock = lock_of({EAST: {"a": "10.0.0.0/22"}})
    planned = plan_of(landing_zone(account("a", network="none")), lock)
    assert ranges_of(planned.lock) == {(EAST, "a"): "10.0.0.0/22"}
    assert deployments_of(landing_zone(account("a", network="none")), lock=lock) == []


def test_an_account_that_comes_back_finds_its_range() -> None:
    first = plan_of(landing_zone(*accounts("a", "b"))).lock
    without_a = plan_of(landing_zone(*accounts("b", "c")), first).lock
    assert (
        plan_of(landing_zone(*accounts("a", "b", "c")), without_a).lock.networks[EAST]["a"] == first.networks[EAST]["a"]
    )


def test_a_released_range_is_free_for_others() -> None:
    lock = lock_of({EAST: {"gone": "10.0.0.0/22"}, WEST: {"gone": "10.16.0.0/22"}})
    planned = plan_of(landing_zone(*accounts("new")), lock, release=["gone"])
    assert ranges_of(planned.lock) == {(EAST, "new"): "10.0.0.0/22"}
    assert "the range of account 'gone' in us-east-1 is given back" in planned.stale
    assert "the range of account 'gone' in us-west-2 is given back" in planned.stale


def test_releasing_an_unknown_account_names_the_nearest() -> None:
    lock = lock_of({EAST: {"gone-long-ago": "10.0.0.0/22"}})
    faults = plan_faults(landing_zone(), lock, release=["gone-long-agoo", "<script>"])
    assert [fault.file for fault in faults] == [str(LOCK)] * 2
    assert any("did you mean 'gone-long-ago'?" in fault.hint for fault in faults)
    assert "no range is held under that name" in plan_faults(landing_zone(), None, release=["x"])[0].message


numbers = st.sets(st.integers(0, 30), max_size=12)
SIZE = st.sampled_from(["small", "medium", "large"])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(numbers, min_size=2, max_size=4), st.dictionaries(st.integers(0, 30), SIZE))
def test_whoever_comes_or_goes_nobody_else_moves(rounds: list[set[int]], sizes: dict[int, str]) -> None:
    lock: Lock | None = None
    seen: dict[tuple[str, str], str] = {}
    for members in rounds:
        entries = [
            account(f"account-{n}", network=sizes.get(n, "small"), recovery="warm-standby" if n % 3 else "none")
            for n in members
        ]
        lock = plan_of(landing_zone(*entries), lock).lock
        ranges = ranges_of(lock)
        assert {key: ranges[key] for key in seen} == seen
        seen = ranges


# What contradicts


@pytest.mark.parametrize(("size", "prefix"), [("small", 24), ("large", 20), ("xlarge", 18)])
def test_another_size_than_the_lock_has_is_a_fault_that_names_the_way_out(size: str, prefix: int) -> None:
    manifest = landing_zone(account("a", network=size))
    lock = lock_of({EAST: {"a": "10.0.0.0/22"}})
    key = "networks.us-east-1.a.cidr"
    assert_only_lock_fault(manifest, lock, key, "'a' holds 10.0.0.0/22", f"asks for a /{prefix}", "--release a")
    (moved,) = ranges_of(plan_of(manifest, lock, release=["a"]).lock).values()
    assert moved.endswith(f"/{prefix}")


def test_another_default_size_is_a_fault_for_each_range() -> None:
    lock = plan_of(landing_zone(*accounts("a", "b"))).lock
    manifest = landing_zone(*accounts("a", "b"))
    manifest["network"]["default_size"] = "small"
    assert [fault.key for fault in plan_faults(manifest, lock)] == [f"networks.us-east-1.{name}.cidr" for name in "ab"]


def test_a_pool_that_moved_is_a_fault_and_a_release_allocates_in_the_new_one() -> None:
    lock = plan_of(without_hub(landing_zone(*accounts("a")))).lock
    manifest = without_hub(landing_zone(*accounts("a"), pools={EAST: "10.32.0.0/12"}))
    assert_only_lock_fault(
        manifest, lock, "networks.us-east-1.a.cidr", "10.0.0.0/22 of 'a' is outside the pool", "--release a"
    )
    assert ranges_of(plan_of(manifest, lock, release=["a"]).lock) == {(EAST, "a"): "10.32.0.0/22"}


def test_a_pool_that_grew_by_a_second_range_moves_nobody() -> None:
    lock = plan_of(landing_zone(*accounts("a"))).lock
    manifest = landing_zone(*accounts("a"), pools={EAST: ["10.32.0.0/12", "10.0.0.0/12"]})
    assert ranges_of(plan_of(manifest, lock).lock) == {(EAST, "a"): "10.0.0.0/22"}


def test_a_hub_outside_its_pool_is_a_fault_that_says_that_hubs_stay() -> None:
    lock = plan_of(landing_zone()).lock
    manifest = landing_zone(pools={EAST: "10.32.0.0/12"})
    assert_only_lock_fault(manifest, lock, "hubs.us-east-1.cidr", "of 'the hub' is outside the pool", "is not moved")


def test_a_range_that_a_hospital_uses_by_now_is_one_fault() -> None:
    lock = plan_of(without_hub(landing_zone(*accounts("a")))).lock
    manifest = without_hub(landing_zone(*accounts("a"), pools={EAST: "10.32.0.0/12"}))
    manifest["network"]["on_premises"] = ["10.0.0.0/24"]
    manifest["network"]["hybrid"] = [{"name": "north", "kind": "direct-connect", "ranges": "10.0.1.0/24"}]
    assert_only_lock_fault(manifest, lock, "networks.us-east-1.a.cidr", "overlaps 10.0.1.0/24 on premises")


def test_a_range_of_somebody_who_left_contradicts_nothing() -> None:
    lock = lock_of({EAST: {"gone": "10.0.0.0/20"}, WEST: {"a": "172.16.0.0/22"}})
    assert ranges_of(plan_of(landing_zone(*accounts("a")), lock).lock)[EAST, "a"] == "10.0.16.0/22"


def test_an_account_id_that_differs_is_a_fault() -> None:
    manifest = landing_zone(account("a", id="111111111111"))
    lock = lock_of(ids={"a": "222222222222"})
    assert_only_lock_fault(manifest, lock, "accounts.a.id", "the lock says '222222222222', the manifest '111111111111'")


def test_the_management_accounts_id_is_compared_as_well() -> None:
    manifest = landing_zone()
    manifest["organization"]["management_account"] = "111111111111"
    assert_only_lock_fault(
        manifest, lock_of(ids={"management": "222222222222"}), "accounts.management.id", "the lock says"
    )
    assert plan_of(manifest).lock.accounts["management"].id == "111111111111"


def test_an_id_that_the_lock_gives_to_another_account_is_a_fault() -> None:
    manifest = landing_zone(account("a", id="111111111111"))
    lock = lock_of(ids={"b": "111111111111"})
    assert_only_lock_fault(manifest, lock, "accounts.b.id", "is the id of 'b', the manifest that of 'a'")


def test_an_organization_id_that_differs_is_a_fault() -> None:
    manifest = landing_zone()
    manifest["organization"]["id"] = "o-1111111111"
    lock = lock_of(organization="o-2222222222")
    assert_only_lock_fault(
        manifest, lock, "organization.id", "the lock says 'o-2222222222', the manifest 'o-1111111111'"
    )


def test_an_unknown_layout_is_a_fault() -> None:
    lock = lock_of({EAST: {"a": "10.0.0.0/22"}})
    network = lock.networks[EAST]["a"].model_copy(update={"layout": "v9"})
    wrong = lock.model_copy(update={"networks": {EAST: {"a": network}}})
    assert_only_lock_fault(landing_zone(*accounts("a")), wrong, "networks.us-east-1.a", "unknown layout 'v9'", "v1")


def test_all_contradictions_are_told_at_once() -> None:
    manifest = landing_zone(
        account("a", id="111111111111", network="small"), account("b"), pools={EAST: "10.32.0.0/12"}
    )
    manifest["organization"]["id"] = "o-1111111111"
    lock = lock_of({EAST: {"a": "10.32.0.0/22", "b": "10.0.4.0/22"}}, {"a": "222222222222"}, "o-2222222222")
    keys = [fault.key for fault in plan_faults(manifest, lock)]
    assert keys == ["organization.id", "accounts.a.id", "networks.us-east-1.a.cidr", "networks.us-east-1.b.cidr"]


def test_an_exhausted_pool_is_one_fault_for_each_region_at_the_pool() -> None:
    pools = {EAST: "10.0.0.0/22", WEST: ["10.16.0.0/22", "10.20.0.0/24"]}
    manifest = without_hub(landing_zone(*accounts("a", "b", "c", recovery="warm-standby"), pools=pools))
    faults = plan_faults(manifest)
    assert [(fault.file, fault.key) for fault in faults] == [
        (FILE, f"network.pools.{region}") for region in (EAST, WEST)
    ]
    for fault, region in zip(faults, (EAST, WEST), strict=True):
        assert (fault.line, fault.column) == place_of(text_of(manifest), ("network", "pools", region))
        assert "the pool is exhausted: 'b' (/22) and 1 more" in fault.message
        assert "second range" in fault.hint
    assert "0 addresses are left" in faults[0].message
    assert "256 addresses are left" in faults[1].message


# What is withheld


def withheld(manifest: Json, lock: Lock) -> dict[str, str | None]:
    """What the networks themselves wait for; what they depend on is another matter."""
    return {d.environment.account: d.unknown or None for d in deployments_of(manifest, lock=lock)}


OWNERS = {"log-archive": "100000000002", "network": "100000000004"}  # whose buckets and parameters networks use


def test_a_deployment_waits_for_the_ids_that_are_unknown() -> None:
    manifest = landing_zone(*accounts("a", "b"))
    assert withheld(manifest, lock_of()) == dict.fromkeys("ab", "account id, organization id")
    assert withheld(manifest, lock_of(organization=ORGANIZATION_ID)) == dict.fromkeys("ab", "account id")
    assert withheld(manifest, lock_of(ids={"a": "123456789012", **OWNERS})) == {
        "a": "organization id",
        "b": "account id, organization id",
    }
    known = lock_of(ids={"a": "123456789012", **OWNERS}, organization=ORGANIZATION_ID)
    assert withheld(manifest, known) == {"a": None, "b": "account id"}


def test_a_deployment_waits_for_what_it_depends_on() -> None:
    manifest = landing_zone(*accounts("a", "b"))
    ids = {name: f"{number:012}" for number, name in enumerate([*CORE_ACCOUNTS, "a"], start=100)}
    network, baseline = "hlz-workload-network-{}-us-east-1", "hlz-account-baseline-{}-us-east-1"
    planned = plan_of(manifest, lock_of(ids=ids, organization=ORGANIZATION_ID)).plan
    assert not {network.format("a"), baseline.format("a")} & planned.withheld.keys()
    assert planned.withheld[baseline.format("b")] == planned.withheld[network.format("b")] == "account id"
    del ids["security"]
    planned = plan_of(manifest, lock_of(ids=ids, organization=ORGANIZATION_ID)).plan
    assert planned.withheld[network.format("a")] == f"depends on {baseline.format('a')}"
    hub = {"transit gateway id", "transit attachment id"}
    assert planned.withheld_reasons.keys() == {"account id", "depends on others", *hub}


def test_ids_of_the_manifest_are_known() -> None:
    manifest = landing_zone(account("a", id="123456789012"))
    manifest["organization"]["id"] = ORGANIZATION_ID
    assert withheld(manifest, lock_of(ids=OWNERS)) == {"a": None}


# Dependencies


def deployment(name: str, *depends_on: str) -> Deployment:
    variant = Variant("workload_network", {"region": EAST})
    values: tuple[Value, ...] = ()
    return Deployment(name, variant, Environment(name, EAST), None, values, depends_on=depends_on)


def test_dependencies_without_a_cycle_are_fine() -> None:
    check_dependencies([deployment("a"), deployment("b", "a"), deployment("c", "a", "b")])


@pytest.mark.parametrize(
    "graph", [{"a": ["a"]}, {"a": ["b"], "b": ["a"]}, {"a": ["b"], "b": ["c"], "c": ["a"], "d": []}], ids=str
)
def test_a_cycle_is_refused_and_shown(graph: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"circular dependencies: .* -> "):
        check_dependencies([deployment(name, *targets) for name, targets in graph.items()])


def test_an_unknown_dependency_is_refused() -> None:
    with pytest.raises(ValueError, match="dependencies on unknown deployments: nowhere"):
        check_dependencies([deployment("a", "nowhere")])
