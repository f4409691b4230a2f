"""Which stack makes which account: nobody ever changes stacks, and no stack outgrows the quota."""

from __future__ import annotations

from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.lock import Lock
from landing_zone.plan.vending import ACCOUNTS_PER_STACK, vending
from tests.arrangement import manifest_text
from tests.plan.arrange import accounts, landing_zone


def manifest_of(*names: str) -> Manifest:
    return parsed_manifest(manifest_text(landing_zone(*accounts(*names, network="none"))), "landing-zone.yaml").manifest


def test_every_account_but_the_management_account_has_one_stack() -> None:
    stacks = vending(manifest_of("b", "a"), Lock())
    assert stacks == {"1": ("a", "b", "backup", "log-archive", "network", "security", "shared-services")}


def test_a_full_stack_is_followed_by_the_next() -> None:
    stacks = vending(manifest_of(*(f"app-{number}" for number in range(900))), Lock())
    assert [len(names) for names in stacks.values()] == [ACCOUNTS_PER_STACK, ACCOUNTS_PER_STACK, 105]


def test_new_accounts_come_last_and_move_nobody() -> None:
    before = vending(manifest_of("m", "z"), Lock())
    after = vending(manifest_of("a", "m", "z"), Lock(vending=before))
    assert after == {"1": (*before["1"], "a")}


def test_an_account_that_left_keeps_its_place_until_it_is_released() -> None:
    lock = Lock(vending=vending(manifest_of("gone", "stays"), Lock()))
    assert "gone" in vending(manifest_of("stays"), lock)["1"]
    assert "gone" not in vending(manifest_of("stays"), lock, ["gone"])["1"]
