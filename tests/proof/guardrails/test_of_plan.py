"""Our own organization as the prover reads it: targets, accounts, values, and what is left without a guardrail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from landing_zone.guardrails.compile import Compiled
from landing_zone.guardrails.evaluate import one_or_more
from landing_zone.guardrails.model import AUTHORIZATION_TYPES
from landing_zone.guardrails.parameters import Parameters, filled, late_tokens
from landing_zone.guardrails.statements import iam_statement
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.guardrails import compiled_guardrails, principal_groups
from landing_zone.plan.lock import Lock, LockedAccount, LockedOrganization, UnlistedAccount
from landing_zone.proof.guardrails.of_plan import late_ids, organization_of, without_guardrail
from landing_zone.proof.guardrails.organization import Organization, Policy
from landing_zone.proof.guardrails.theorems import value_rows
from tests.guardrails.calls import compiled, manifest_of
from tests.manifest.arrange import FILE, clinic, text_of

UNLISTED = "444455556666"
LOCK = Lock(
    organization=LockedOrganization(id="o-a1b2c3d4e5"),
    accounts={"log-archive": LockedAccount(id="100000000002")},
    unlisted={UNLISTED: UnlistedAccount(name="Old lab/2", ou="phi/production")},
)


@cache
def ours() -> Organization:
    """The clinic's organization, of which nothing is known yet."""
    return organization_of(manifest_of(), Lock(), compiled())


@cache
def locked() -> Organization:
    """The same with a lock, and an account that the manifest lacks."""
    loaded = parsed_manifest(text_of(clinic()), FILE)
    return organization_of(loaded.manifest, LOCK, compiled_guardrails(loaded, LOCK))


def policies_of(organization: Organization) -> dict[str, Policy]:
    """Service and resource control policies by name."""
    levels = organization.targets.values()
    return {policy.name: policy for level in levels for policy in (*level.scps, *level.rcps)}


def test_every_policy_is_attached_where_the_plan_attaches_it_as_one_object() -> None:
    for policy in compiled().policies:
        if policy.type in AUTHORIZATION_TYPES:
            for target in policy.targets:
                level = ours().targets["Root" if target == "root" else f"Root/{target}"]
                assert policies_of(ours())[policy.name] in (*level.scps, *level.rcps)


def test_policies_and_values_name_the_same_ids_and_no_token_is_left() -> None:
    assert not late_tokens([policy.content for policy in policies_of(ours()).values()])
    archive = ours().account("log-archive")
    assert archive
    assert ours().values["log_archive_account"] == (archive.id,)
    assert ours().values["log_archive_buckets"] == (f"hlz-*-{archive.id}-*",)
    assert f"arn:aws:s3:::hlz-*-{archive.id}-*" in json.dumps([p.content for p in policies_of(ours()).values()])


def test_ids_of_the_lock_are_used() -> None:
    assert locked().values["log_archive_account"] == ("100000000002",)
    assert locked().values["organization_id"] == ("o-a1b2c3d4e5",)


def test_every_member_account_is_in_its_ou_and_management_is_not() -> None:
    placed = {account.name: account.target for account in ours().accounts}
    for account in tree.accounts(manifest_of()):
        expected = None if account.name == "management" else f"Root/{account.ou}/{account.name}"
        assert placed.get(account.name) == expected


def test_every_ou_holds_an_account_and_every_id_is_unique() -> None:
    held = {account.target.rpartition("/")[0] for account in ours().accounts}
    assert held == {"Root", *(f"Root/{path}" for path in tree.units(manifest_of()))}
    ids = [account.id for account in locked().accounts]
    assert len(ids) == len({*ids})
    assert all(len(id) == 12 and id.isdecimal() for id in ids)


def test_an_account_that_the_manifest_lacks_is_bound_by_its_ou_and_by_quarantine() -> None:
    account = locked().account(UNLISTED)
    assert account
    assert account.target == f"Root/phi/production/{UNLISTED}"
    bound = [policy.name for level in locked().levels(account.target) for policy in level.scps]
    assert {"hlz-scp-phi-1", "hlz-scp-quarantine-1"} <= {*bound}


def test_an_account_named_like_an_ou_beside_it_has_a_target_of_its_own() -> None:
    row = {"name": "production", "ou": "phi", "owner": "clinical-systems", "data": "none"}
    organization = organization_of(manifest_of(accounts=[row]), Lock(), compiled())
    account = organization.account("production")
    assert account
    assert not [one for one in organization.accounts if one is not account and account.target in one.target]


def test_what_an_ou_says_takes_the_place_of_what_the_root_says() -> None:
    def exclusions(path: str) -> str:
        content = ours().targets[path].declarative["DECLARATIVE_POLICY_EC2"]
        found: str = content["ec2_attributes"]["vpc_block_public_access"]["internet_gateway_block"][
            "exclusions_allowed"
        ]
        return found

    assert exclusions("Root/phi/production") == "disabled"
    assert exclusions("Root/infrastructure") == "enabled"


def test_every_value_is_given_and_nobody_is_exempt_who_is_not_there() -> None:
    assert ours().values.keys() == value_rows().keys()
    assert ours().values["phi_targets"] == ("Root/phi",)
    assert ours().values["break_glass_principals"] == ("arn:aws:iam::*:role/hlz-break-glass",)
    bare = manifest_of(identity={"break_glass": {"enabled": False}}, backup={"vault_lock": False})
    values = organization_of(bare, Lock(), compiled()).values
    assert values["break_glass_principals"] == ()
    assert values["locked_vaults"] == ()


def test_the_topmost_targets_with_phi_are_named() -> None:
    sections: Mapping[str, Any] = {"guardrails": {"profiles": {"nonphi": "phi"}}}
    loaded = parsed_manifest(text_of(clinic(**sections)), FILE)
    organization = organization_of(loaded.manifest, Lock(), compiled_guardrails(loaded, Lock()))
    assert organization.values["phi_targets"] == ("Root/nonphi", "Root/phi")


def test_labels_name_every_guardrail_of_a_statement() -> None:
    named = {id for ids in ours().labels.values() for id in ids}
    statements = {id for id, sourced in compiled().guardrails.items() if sourced.type in AUTHORIZATION_TYPES}
    assert named == {id for id in statements if compiled().composition.targets_of(id)}


@pytest.mark.parametrize("type", sorted(AUTHORIZATION_TYPES))
def test_without_a_guardrail_exactly_what_the_others_say_is_left(type: str) -> None:
    manifest, late = manifest_of(), Parameters(late_ids(manifest_of(), Lock()))
    groups = principal_groups(manifest)
    said = {
        id: frozenset(_said(filled(iam_statement(sourced, groups, compiled().parameters), late)))
        for id, sourced in compiled().guardrails.items()
        if sourced.type == type
    }
    for guardrail in said:
        left = without_guardrail(ours(), guardrail, compiled())
        for target, ids in compiled().composition.attached.items():
            level = left.targets["Root" if target == "root" else f"Root/{target}"]
            policies = level.scps if type == "SERVICE_CONTROL_POLICY" else level.rcps
            found = {one for policy in policies for row in policy.content["Statement"] for one in _said(row)}
            assert found == set().union(*(said[id] for id in ids if id in said and id != guardrail)), guardrail


def _said(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each action of a statement with the terms on which it is denied."""
    terms = json.dumps({key: entry for key, entry in row.items() if key not in ("Sid", "Action")}, sort_keys=True)
    for action in one_or_more(row.get("Action", "")):
        yield terms, action


def test_policies_without_the_guardrail_stay_the_same_objects() -> None:
    before, after = policies_of(ours()), policies_of(without_guardrail(ours(), "trails-stay", compiled()))
    touched = {policy.name for policy in compiled().policies if "trails-stay" in policy.guardrails}
    assert touched
    assert {name for name, policy in before.items() if after.get(name) is not policy} == touched


def test_without_a_declarative_guardrail_its_part_is_gone() -> None:
    left = without_guardrail(ours(), "ec2-hub-vpcs-may-be-excluded", compiled())
    hub, root = (left.targets[path].declarative for path in ("Root/infrastructure", "Root"))
    assert hub["DECLARATIVE_POLICY_EC2"] == root["DECLARATIVE_POLICY_EC2"]
    assert left.targets["Root"].scps == ours().targets["Root"].scps


def test_a_policy_of_which_nothing_is_left_is_not_attached() -> None:
    alone: Compiled = compiled()
    policy = next(policy for policy in alone.policies if policy.name.startswith("hlz-rcp-phi"))
    left = ours()
    for guardrail in policy.guardrails:
        left = without_guardrail(left, guardrail, alone)
    assert policy.name not in policies_of(left)
