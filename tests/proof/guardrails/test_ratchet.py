"""Every writing action of a protected service was judged: bad in a theorem, denied all the same, or left free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache

import pytest

from landing_zone import action_catalogue as catalogue
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.theorems import load_theorems
from tests.guardrails.data_library import own_guardrails

CAUTION = policy_data("guardrails/caution")["services"]
ACCESS = policy_data("guardrails/classified_access")["services"]
RECORDS = policy_data("guardrails/classified")["services"]
DATA = policy_data("guardrails/classified_data")
PROTECTED = sorted({*CAUTION, *ACCESS, *RECORDS, *DATA})
"""Services whose own workings theorems protect; of the others one call is asked that writes data or makes a store."""
IN_PASSING = frozenset(
    {
        "cloudformation",
        "dynamodb",
        "ecr",
        "es",
        "events",
        "firehose",
        "kinesis",
        "lambda",
        "secretsmanager",
        "sns",
        "sqs",
        "sts",
    }
)


@cache
def bad(service: str) -> frozenset[str]:
    """What some theorem names of a service, not as all of it and not for foreign resources alone; in lower case."""
    return frozenset(
        action.name.lower()
        for pattern in named()
        if pattern.startswith(f"{service}:")
        for action in catalogue.matching(pattern)
    )


@cache
def named() -> tuple[str, ...]:
    found: list[str] = []
    for theorem in load_theorems():
        asked = [*theorem.requests, *(request for axiom in theorem.axioms for request in axiom.otherwise)]
        found += [one for request in asked if request.where != "outside" for one in request.actions]
    return tuple(one for one in found if one != "*" and not one.endswith(":*"))


def harmless(service: str) -> frozenset[str]:
    """What was left free, with prefix, in lower case."""
    listed = [action for rows in (ACCESS, RECORDS) for row in rows.get(service, ()) for action in row["actions"]]
    listed += DATA.get(service, {}).get("harmless", [])
    return frozenset(f"{service}:{action}".lower() for action in listed)


def caution(service: str) -> frozenset[str]:
    """What our guardrails deny and no theorem asks for, with prefix, in lower case."""
    return frozenset(f"{service}:{action}".lower() for action in CAUTION.get(service, {}).get("actions", ()))


def unclassified(service: str, actions: Iterable[catalogue.Action]) -> list[str]:
    """The writing actions that nobody judged, by name."""
    judged = bad(service) | harmless(service) | caution(service)
    return sorted(action.name for action in actions if action.writes and action.name.lower() not in judged)


@cache
def denied_patterns(service: str) -> tuple[str, ...]:
    return tuple(pattern for pattern in _patterns() if fnmatchcase(service, pattern.partition(":")[0]))


def _patterns() -> Iterator[str]:
    for sourced in own_guardrails().values():
        statement = sourced.guardrail.statement
        if statement and sourced.own and sourced.type == "SERVICE_CONTROL_POLICY":
            yield from (action.lower() for action in statement.Action or () if action != "*")


def test_every_service_of_which_a_theorem_names_actions_is_protected_or_asked_in_passing() -> None:
    assert {pattern.partition(":")[0] for pattern in named()} <= {*PROTECTED, *IN_PASSING}


@pytest.mark.parametrize("service", PROTECTED)
def test_every_writing_action_of_a_protected_service_was_judged(service: str) -> None:
    assert unclassified(service, catalogue.actions(service).values()) == []


@pytest.mark.parametrize("service", PROTECTED)
def test_no_action_was_judged_twice_and_none_that_is_not_there(service: str) -> None:
    writing = {action.name.lower() for action in catalogue.actions(service).values() if action.writes}
    assert harmless(service) | caution(service) <= writing
    assert bad(service) & harmless(service) == set()
    assert bad(service) & caution(service) == set()
    assert harmless(service) & caution(service) == set()
    assert all(row["why"] for row in ACCESS.get(service, ()))


@pytest.mark.parametrize("service", sorted(CAUTION))
def test_what_is_denied_all_the_same_is_denied_by_a_guardrail(service: str) -> None:
    patterns = denied_patterns(service)
    assert [one for one in caution(service) if not any(fnmatchcase(one, pattern) for pattern in patterns)] == []


def test_an_action_that_the_catalogue_brings_is_named_until_it_is_judged() -> None:
    known = list(catalogue.actions("cloudtrail").values())
    new = catalogue.Action("cloudtrail:PauseTrail", "Write", (), frozenset())
    tagging = catalogue.Action("cloudtrail:RelabelTrail", "Tagging", (), frozenset())
    reading = catalogue.Action("cloudtrail:DescribeEverything", "List", (), frozenset())
    assert unclassified("cloudtrail", [*known, new, tagging, reading]) == [
        "cloudtrail:PauseTrail",
        "cloudtrail:RelabelTrail",
    ]
