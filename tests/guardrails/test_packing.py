"""Packing: nothing is lost, nothing is too long, and what is added last moves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from landing_zone.guardrails.evaluate import one_or_more
from landing_zone.guardrails.limits import Limit
from landing_zone.guardrails.packing import Draft, packed_documents, packed_statements
from landing_zone.guardrails.parameters import Parameters
from landing_zone.guardrails.statements import characters

PARAMETERS = Parameters(late={"OrganizationId": 34})
EXEMPT = ("arn:aws:iam::*:role/a", "arn:aws:iam::*:role/b", "${OrganizationId}")


def deny(id: str, *actions: str, exempt: str = "", key: str = "Action") -> dict[str, Any]:
    statement = {"Sid": id.title(), "Effect": "Deny", key: list(actions) if len(actions) > 1 else actions[0]}
    condition = {"Condition": {"ArnNotLike": {"aws:PrincipalArn": exempt}}} if exempt else {}
    return {**statement, "Resource": "*", **condition}


@st.composite
def statements(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    found = {}
    for number in range(draw(st.integers(1, 12))):
        actions = [f"svc{number}:Action{n}" for n in range(draw(st.integers(1, 12)))]
        key = draw(st.sampled_from(["Action", "Action", "NotAction"]))
        found[f"g{number}"] = deny(f"g{number}", *actions, exempt=draw(st.sampled_from(["", *EXEMPT])), key=key)
    return found


LIMITS = st.builds(Limit, st.integers(1, 6), st.integers(450, 900))


def denied(drafts: list[Draft]) -> set[tuple[str, str, str]]:
    """Every action, on which terms and by which element it is denied."""
    return {
        (key, action, str(statement.get("Condition")))
        for draft in drafts
        for statement in draft.content["Statement"]
        for key in ("Action", "NotAction")
        for action in one_or_more(statement.get(key, ()))
    }


def wanted(given: Mapping[str, dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {
        (key, action, str(statement.get("Condition")))
        for statement in given.values()
        for key in ("Action", "NotAction")
        for action in one_or_more(statement.get(key, ()))
    }


@given(statements(), LIMITS)
def test_exactly_what_was_given_is_denied_on_the_same_terms(given: dict[str, Any], limit: Limit) -> None:
    assert denied(packed_statements(given, limit, PARAMETERS)) == wanted(given)


@given(statements(), LIMITS)
def test_a_deny_with_notaction_stays_whole_and_alone(given: dict[str, Any], limit: Limit) -> None:
    found = [
        {key: part for key, part in statement.items() if key != "Sid"}
        for draft in packed_statements(given, limit, PARAMETERS)
        for statement in draft.content["Statement"]
        if "NotAction" in statement
    ]
    expected = [
        {key: part for key, part in statement.items() if key != "Sid"}
        for statement in given.values()
        if "NotAction" in statement
    ]
    assert sorted(map(str, found)) == sorted(map(str, expected))


@given(statements(), LIMITS)
def test_no_policy_is_longer_than_allowed_unless_one_statement_is(given: dict[str, Any], limit: Limit) -> None:
    for draft in packed_statements(given, limit, PARAMETERS):
        assert draft.characters == characters(draft.content, PARAMETERS)
        assert draft.characters <= limit.characters or len(draft.statements) == 1


@given(statements(), LIMITS)
def test_every_guardrail_is_listed_where_its_statement_went(given: dict[str, Any], limit: Limit) -> None:
    drafts = packed_statements(given, limit, PARAMETERS)
    for draft in drafts:
        for statement in draft.content["Statement"]:
            held = draft.sids[statement["Sid"]]
            for key in ("Action", "NotAction"):
                for action in one_or_more(statement.get(key, ())):
                    assert any(action in one_or_more(given[id].get(key, ())) for id in held)
    assert {id for draft in drafts for ids in draft.sids.values() for id in ids} == set(given)


@given(statements(), st.integers(450, 900))
def test_a_guardrail_added_last_moves_no_other(given: dict[str, Any], length: int) -> None:
    limit = Limit(99, length)
    before = packed_statements(given, limit, PARAMETERS)
    after = packed_statements({**given, "last": deny("last", "new:Action")}, limit, PARAMETERS)
    homes = [{id for ids in draft.sids.values() for id in ids} for draft in before]
    assert [{id for ids in draft.sids.values() for id in ids} - {"last"} for draft in after][: len(homes)] == homes


@given(statements(), LIMITS)
def test_the_same_input_gives_the_same_policies(given: dict[str, Any], limit: Limit) -> None:
    one, other = (packed_statements(given, limit, PARAMETERS) for _ in range(2))
    assert [draft.content for draft in one] == [draft.content for draft in other]


def test_statements_on_the_same_terms_become_one() -> None:
    given = {"a": deny("a", "s3:A", "s3:B"), "b": deny("b", "s3:B", "s3:C"), "c": deny("c", "s3:D", exempt=EXEMPT[0])}
    (draft,) = packed_statements(given, Limit(4, 5120), PARAMETERS)
    first, second = draft.content["Statement"]
    assert (first["Action"], second["Action"]) == (["s3:A", "s3:B", "s3:C"], "s3:D")
    assert draft.sids == {"A": ("a", "b"), "C": ("c",)}


def test_a_tighter_packing_is_used_only_where_the_quota_asks_for_it() -> None:
    given = {
        "long": deny("long", *(f"long:Action{n:02}" for n in range(14))),
        "own": deny("own", *(f"own:Action{n:02}" for n in range(12)), exempt=EXEMPT[0]),
        "more": deny("more", *(f"more:Action{n:02}" for n in range(14)), exempt=EXEMPT[1]),
    }
    loose = packed_statements(given, Limit(3, 480), PARAMETERS)
    assert [list(draft.sids.values()) for draft in loose] == [[("long",)], [("own",)], [("more",)]]
    sizes = sum(characters(statement, PARAMETERS) for statement in given.values())
    tight = packed_statements(given, Limit(2, sizes // 2 + 300), PARAMETERS)
    assert len(tight) == 2
    assert denied(tight) == wanted(given)


def test_a_late_token_counts_at_its_longest() -> None:
    draft = Draft(PARAMETERS)
    draft.add("a", deny("a", "s3:A", exempt="${OrganizationId}"))
    assert draft.characters == len(str(draft.content).replace("'", '"').replace(": ", ":").replace(", ", ",")) + 34 - 17


def test_documents_become_one_and_are_parted_only_when_too_long() -> None:
    documents = {id: {"ec2_attributes": {id: {"state": {"@@assign": "on"}}}} for id in ("one", "other")}
    ((ids, content),) = packed_documents(documents, Limit(10, 10000), PARAMETERS)
    assert ids == ("one", "other")
    assert content == {"ec2_attributes": {"one": {"state": {"@@assign": "on"}}, "other": {"state": {"@@assign": "on"}}}}
    assert [ids for ids, _ in packed_documents(documents, Limit(10, 70), PARAMETERS)] == [("one",), ("other",)]
