"""Every writing action of services that hold snapshots, backups and network edges is denied or was found harmless."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from landing_zone.action_catalogue import raw_actions
from landing_zone.policy_data import policy_data
from tests.guardrails.data_library import own_guardrails

TOPICS = frozenset({"audit", "backup", "encryption", "keys", "network", "perimeter", "sharing", "storage"})
"""Files of `policies/scp` whose guardrails deny what the classification leaves over."""
SERVICES = policy_data("guardrails/classified_data")


def denied_patterns() -> Iterator[str]:
    for sourced in own_guardrails().values():
        statement = sourced.guardrail.statement
        if statement and sourced.own and sourced.path.stem in TOPICS and sourced.type == "SERVICE_CONTROL_POLICY":
            yield from (action.lower() for action in statement.Action or ())


def is_denied(action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern) for pattern in denied_patterns())


def writing(service: str) -> set[str]:
    return {
        action["name"]
        for action in raw_actions(service).values()
        if not {"Read", "List"} & set(action["accessLevel"].split(", "))
    }


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_writing_action_is_denied_or_harmless(service: str) -> None:
    harmless = set(SERVICES[service]["harmless"])
    assert {name for name in writing(service) if not is_denied(f"{service}:{name}")} - harmless == set()


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_harmless_action_exists_and_is_not_denied(service: str) -> None:
    harmless = SERVICES[service]["harmless"]
    assert set(harmless) <= writing(service)
    assert not [name for name in harmless if is_denied(f"{service}:{name}")]
    assert len(harmless) == len(set(harmless))
