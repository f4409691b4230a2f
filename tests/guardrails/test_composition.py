"""What is attached along the OU tree, and what declarative documents become together."""

from __future__ import annotations

from pathlib import Path

import pytest

from landing_zone.guardrails.composition import Composition, above
from landing_zone.guardrails.documents import conflicts, merged
from landing_zone.guardrails.globs import arn_covers, arns_intersect, covers, intersect
from landing_zone.guardrails.limits import limits
from tests.guardrails.arrange import guardrail, sourced


def composition(folder: Path, tree: dict[str, str], **profiles: list[str]) -> Composition:
    found = sourced(folder, *(guardrail(id.replace("_", "-"), profiles=names) for id, names in profiles.items()))
    return Composition({"root": "foundation", **tree}, {one.guardrail.id: one for one in found})


def test_what_lies_above_an_ou_is_every_step_from_the_root() -> None:
    assert above("phi/production/north") == ["root", "phi", "phi/production"]
    assert above("123456789012") == ["root"]
    assert above("root") == []


def test_a_target_gets_what_its_profile_has_and_nothing_above_it_has(tmp_path: Path) -> None:
    tree = {"phi": "phi", "phi/a": "phi", "phi/b": "nonphi", "nonphi": "nonphi"}
    found = composition(tmp_path, tree, both=["phi", "nonphi"], all_of=["foundation", "phi"], only=["nonphi"])
    assert found.attached == {
        "root": ("all-of",),
        "phi": ("both",),
        "phi/a": (),
        "phi/b": ("only",),
        "nonphi": ("both", "only"),
    }
    assert found.in_force("phi/b") == {"all-of": "root", "both": "phi", "only": "phi/b"}


def test_targets_with_the_same_guardrails_of_a_profile_share_a_bundle_named_by_what_it_lies_beneath(
    tmp_path: Path,
) -> None:
    tree = {"phi": "phi", "phi/b": "nonphi", "nonphi": "nonphi", "more": "nonphi"}
    found = composition(tmp_path, tree, both=["phi", "nonphi"], only=["nonphi"])
    bundles = {bundle.name: (bundle.ids, bundle.targets) for bundle in found.bundles()}
    assert bundles == {
        "phi": (("both",), ("phi",)),
        "nonphi-under-phi": (("only",), ("phi/b",)),
        "nonphi": (("both", "only"), ("nonphi", "more")),
    }


def test_accounts_that_fare_alike_are_asked_about_once(tmp_path: Path) -> None:
    tree = {"phi": "phi", "phi/a": "phi", "phi/b": "phi"}
    assert list(composition(tmp_path, tree, one=["phi"]).paths.values()) == ["root", "phi"]


def test_control_tower_takes_two_places_of_every_target_but_the_root() -> None:
    free, governed = (limits("5x5120", control_tower=on)["SERVICE_CONTROL_POLICY"] for on in (False, True))
    assert (free.policies, free.on("root").policies) == (4, 4)
    assert (governed.policies, governed.on("phi").policies, governed.on("root").policies) == (2, 2, 4)
    assert limits("10x10240", control_tower=False)["SERVICE_CONTROL_POLICY"].characters == 10240


def test_documents_become_one_and_lists_that_are_appended_are_joined() -> None:
    one = {"tags": {"owner": {"tag_value": {"@@append": ["a"]}, "tag_key": {"@@assign": "Owner"}}}}
    other = {"tags": {"owner": {"tag_value": {"@@append": ["a", "b"]}}}}
    assert merged([one, other]) == {
        "tags": {"owner": {"tag_value": {"@@append": ["a", "b"]}, "tag_key": {"@@assign": "Owner"}}}
    }
    assert list(conflicts(one, other)) == []
    assert one["tags"]["owner"]["tag_value"] == {"@@append": ["a"]}


@pytest.mark.parametrize(
    "other",
    [{"a": {"b": {"@@assign": "2"}}}, {"a": {"b": {"@@append": ["1"]}}}, {"a": {"b": "text"}}],
    ids=["another value", "another operator", "a value where the other has keys"],
)
def test_two_values_for_one_place_are_a_conflict(other: dict[str, object]) -> None:
    ((place, _, _),) = conflicts({"a": {"b": {"@@assign": "1"}}}, other)
    assert place[:2] == ("a", "b")


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("a*c", "ab?", True),
        ("a*", "*b", True),
        ("role/hlz-*", "role/cdk-*", False),
        ("*", "", True),
        ("a?", "a", False),
        ("x*y*z", "x1y", False),
    ],
)
def test_two_patterns_have_a_text_in_common(one: str, other: str, common: bool) -> None:
    assert intersect(one, other) is common
    assert intersect(other, one) is common


@pytest.mark.parametrize(
    ("wide", "narrow", "all_of_it"),
    [
        ("hlz-*", "hlz-a*", True),
        ("hlz-a*", "hlz-*", False),
        ("*", "a?b*", True),
        ("hlz-?", "hlz-*", False),
        ("hlz-????", "hlz-*", False),
        ("a*c", "a*b*c", True),
        ("hlz-a", "hlz-a", True),
    ],
)
def test_a_pattern_covers_another_or_does_not(wide: str, narrow: str, all_of_it: bool) -> None:
    assert covers(wide, narrow) is all_of_it


def test_wildcards_of_arns_stay_in_their_part() -> None:
    assert arn_covers("arn:aws:iam::*:role/hlz-*", "arn:aws:iam::1:role/hlz-a")
    assert not arn_covers("arn:aws:iam::*", "arn:aws:iam::1:role/hlz-a")
    assert not arns_intersect("arn:aws:iam::*:role/a", "arn:aws:iam::1:user/a")
