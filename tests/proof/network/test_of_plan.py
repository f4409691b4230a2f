"""Which stacks of a plan the prover reads: none that matters is left out."""

from __future__ import annotations

import json

import pytest

from landing_zone.plan.roles import ROLES
from landing_zone.proof.network import known_types
from landing_zone.proof.network.of_plan import NETWORK_ROLES
from landing_zone.proof.network.read import read_network
from tests.arrangement import ROOT
from tests.proof.network.templates import resource, stack

SNAPSHOTS = ROOT / "tests" / "snapshots"
ROLE_OF = {
    "test_network_links/test_the_routes_are_these": "network_link_routes",
    "test_control_tower/test_the_template_is_this[controls]": "control_tower_controls",
}
"""Snapshots that do not lie in the folder of their role."""
READ_ELSEWHERE = {"AWS::SSM::Parameter"}
"""Matters only where a network's stack reads it, which another network's stack has written."""


def _types_by_role() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in sorted(SNAPSHOTS.rglob("*.json")):
        name = file.relative_to(SNAPSHOTS).as_posix().removesuffix(".json")
        role = ROLE_OF.get(name, file.parent.name.removeprefix("test_"))
        types = {row["Type"] for row in json.loads(file.read_bytes())["Resources"].values()}
        found.setdefault(role, set()).update(types)
    return found


def _matters(type_: str) -> bool:
    read = {*known_types.modelled(), *known_types.hosts(), *known_types.subnet_groups(), *known_types.assumptions()}
    return type_ in read - READ_ELSEWHERE or known_types.unmodelled(type_) is not None


def test_every_role_has_a_snapshot_to_judge_it_by() -> None:
    assert sorted({*ROLES, "bootstrap"} ^ _types_by_role().keys()) == []


def test_every_role_with_a_resource_that_matters_to_networks_is_read() -> None:
    mattering = {role for role, types in _types_by_role().items() if any(map(_matters, types))}
    assert sorted(mattering) == sorted(NETWORK_ROLES)


@pytest.mark.parametrize("role", sorted(NETWORK_ROLES))
def test_no_role_that_is_read_has_a_type_beside_which_nothing_is_proved(role: str) -> None:
    assert [why for type_ in _types_by_role()[role] if (why := known_types.unmodelled(type_))] == []


def test_control_tower_proves_under_the_assumption_that_it_makes_no_networks() -> None:
    network = read_network([stack({"LandingZone": resource("ControlTower::LandingZone", Version="3.3")})])
    assert network.unknowns == ()
    assert [text for text in network.assumptions if "Account Factory" in text]
