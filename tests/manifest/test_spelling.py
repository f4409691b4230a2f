"""The nearest spelling: what somebody probably meant, or nothing; fast among thousands."""

from __future__ import annotations

import pytest

from landing_zone.fault import Fault, InputError, closest, excerpt, nearest

REGIONS = ("us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("us-esat-1", "us-east-1"),
        ("us-wset-2", "us-west-2"),
        ("US-EAST-1", "us-east-1"),
        ("us-east-11", "us-east-1"),
        ("useast2", "us-east-2"),
        ("eu-centrl-1", "eu-central-1"),
        ("mars", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_the_nearest_spelling_is_the_one_with_the_fewest_mistakes(typed: str, meant: str | None) -> None:
    assert closest(typed, REGIONS) == meant
    assert nearest(typed, REGIONS) == (f"did you mean '{meant}'?" if meant else "")


def test_of_equally_near_spellings_the_first_is_meant() -> None:
    assert closest("approvex", ("approver", "approved")) == "approver"
    assert closest("approvex", ("approved", "approver")) == "approved"


def test_the_spelling_is_shown_in_its_own_case() -> None:
    assert closest("KMS", ("kms", "Logs")) == "kms"
    assert closest("logs", ("kms", "Logs")) == "Logs"


@pytest.mark.parametrize(
    "typed",
    ["cardiology-17-productionx", "cardiolgy-17-production", "cardiology-17-prodcution", "CARDIOLOGY-17-production"],
)
def test_one_mistake_is_found_among_thousands(typed: str) -> None:
    fields, stages = ("cardiology", "oncology", "radiology"), ("production", "training", "recovery")
    names = [f"{field}-{number}-{stage}" for field in fields for number in range(500) for stage in stages]
    assert closest(typed, names) == "cardiology-17-production"
    assert closest("something-else", names) is None


def test_a_value_is_shown_on_one_line_cut_and_escaped() -> None:
    assert excerpt("a\nb\x00\u202e") == "'a\\nb\\x00\\u202e'"
    assert excerpt("ü😀") == "'ü😀'"
    assert len(excerpt("x" * 1000)) == 62
    assert excerpt("\ud800") == "'\\ud800'"


def test_faults_are_sorted_by_place_and_each_is_told_once() -> None:
    first, second = Fault("f", 2, 1, "b", "late"), Fault("f", 1, 9, "a", "early")
    error = InputError([first, second, first])
    assert error.faults == (second, first)
    assert str(error) == "f:1:9: a: early\nf:2:1: b: late"


def test_a_fault_without_file_or_key_is_its_message() -> None:
    assert str(Fault("", 1, 1, "", "needs --write")) == "needs --write"
    assert str(Fault("f", 1, 2, "k", "is wrong", "right it")) == "f:1:2: k: is wrong (right it)"
