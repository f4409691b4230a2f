"""Which organization, OUs, accounts and policies a manifest asks for, and in which stacks."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.guardrails.compile import Compiled, Policy
from landing_zone.guardrails.model import PolicyType
from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.lock import Lock, LockedAccount, LockedOrganization, LockedUnit, UnlistedAccount
from landing_zone.plan.model import Deployment
from landing_zone.plan.organization import organization_outlook
from landing_zone.plan.roles.accounts import vended
from landing_zone.plan.roles.guardrails import POLICIES_PER_STACK, guardrails
from landing_zone.plan.roles.organization import unit_value_name
from landing_zone.plan.vending import ACCOUNTS_PER_STACK
from tests.manifest.arrange import FILE, Json, clinic, text_of
from tests.plan.arrange import account, accounts, deployments_of, landing_zone, plan_of

HOME = "management-us-east-1"
ORGANIZATION = f"hlz-organization-{HOME}"


def organization(manifest: Json, lock: Lock | None = None) -> Deployment:
    (found,) = deployments_of(manifest, "organization", lock)
    return found


def made(manifest: Json, lock: Lock | None = None) -> dict[str, list[str]]:
    """Names of the accounts by the name of the stack that makes them."""
    return {
        stack.name: [row["name"] for row in stack.variant.shape["accounts"]]
        for stack in deployments_of(manifest, "accounts", lock)
    }


def test_a_new_organization_is_made_and_needs_no_id() -> None:
    found = organization(clinic())
    assert found.name == ORGANIZATION
    assert (found.environment.account, found.environment.region) == ("management", "us-east-1")
    assert found.variant.shape["existing"] is False
    assert (found.values, found.depends_on) == ((), ())


def test_an_existing_organization_is_not_made_and_waits_for_its_roots_id() -> None:
    manifest = clinic()
    manifest["organization"]["id"] = "o-a1b2c3d4e5"
    found = organization(manifest)
    assert found.variant.shape["existing"] is True
    assert found.unknown == "account id, root id"
    lock = Lock(organization=LockedOrganization(id="o-a1b2c3d4e5", root="r-a1b2"))
    assert [(value.name, value.text) for value in organization(manifest, lock).values] == [
        ("OrganizationRootId", "r-a1b2")
    ]


def test_an_organization_that_the_lock_calls_adopted_is_not_made_again() -> None:
    lock = Lock(organization=LockedOrganization(id="o-a1b2c3d4e5", root="r-a1b2", adopted=True))
    assert organization(clinic(), lock).variant.shape["existing"] is True


def test_every_ou_of_the_tree_is_there_with_the_profile_that_binds_it_and_parents_first() -> None:
    manifest = clinic(
        organizational_units={"nonphi": {"organizational_units": {"web": {"description": "Web, public"}}}},
        guardrails={"profiles": {"nonphi/web": "sandbox"}},
    )
    units = organization(manifest).variant.shape["units"]
    assert list(units) == sorted(units)
    assert {"security", "phi/production", "suspended"} <= units.keys()
    assert units["nonphi/web"] == {
        "data": "deidentified",
        "guardrails": "sandbox",
        "description": "Web, public",
        "adopted": False,
    }


def test_an_adopted_ou_is_a_value_and_one_that_the_stack_made_is_none() -> None:
    lock = Lock(
        units={
            "phi": LockedUnit(id="ou-a1b2-11111111", adopted=True),
            "security": LockedUnit(id="ou-a1b2-22222222"),
        }
    )
    found = organization(clinic(), lock)
    assert [(value.name, value.type, value.text) for value in found.values] == [
        (unit_value_name("phi"), "unit_id", "ou-a1b2-11111111")
    ]
    units = found.variant.shape["units"]
    assert (units["phi"]["adopted"], units["security"]["adopted"]) == (True, False)


def test_values_of_ous_with_like_sounding_paths_have_different_names() -> None:
    names = {unit_value_name(path) for path in ("a-b/c", "a/b-c", "a/b/c", "ab/c", "a-b-c")}
    assert len(names) == 5
    deepest = unit_value_name("/".join(["a" * 50] * 5))
    assert deepest.isalnum()
    assert len(deepest) < 255  # CloudFormation's limit of a parameter's name


def test_an_ou_that_left_the_manifest_stays_while_the_lock_names_it() -> None:
    lock = Lock(units={"old": LockedUnit(id="ou-a1b2-11111111"), "old/web": LockedUnit(id="ou-a1b2-22222222")})
    units = organization(clinic(), lock).variant.shape["units"]
    assert units["old/web"]["description"] == "Left the manifest"
    assert "old" not in organization(clinic()).variant.shape["units"]


def test_an_ou_that_left_without_its_parent_is_left_out() -> None:
    lock = Lock(units={"old/web": LockedUnit(id="ou-a1b2-22222222")})
    assert "old/web" not in organization(clinic(), lock).variant.shape["units"]


def test_accounts_have_the_manifests_email_ou_and_tags() -> None:
    entry = account("web", email="web@riverside.example", tags={"cost-center": "42"})
    (stack,) = deployments_of(landing_zone(entry), "accounts")
    rows = {row["name"]: row for row in stack.variant.shape["accounts"]}
    assert rows["web"] | {"tags": {}} == {
        "name": "web",
        "email": "web@riverside.example",
        "ou": "nonphi",
        "tags": {},
    }
    assert rows["web"]["tags"]["cost-center"] == "42"
    assert rows["web"]["tags"]["hlz:data"] == "none"
    assert "hlz:role" not in rows["web"]["tags"]
    assert rows["backup"]["email"] == "aws+backup@riverside.example"
    assert "management" not in rows


def test_what_was_there_before_is_not_made_again() -> None:
    entries = [account("given", id="111111111111"), account("adopted"), account("made"), account("new")]
    lock = Lock(
        accounts={
            "adopted": LockedAccount(id="222222222222", adopted=True),
            "made": LockedAccount(id="333333333333"),
        }
    )
    (names,) = made(landing_zone(*entries), lock).values()
    assert {"given", "adopted"} & {*names} == set()
    assert {"made", "new"} <= {*names}


def test_an_id_that_the_manifest_gave_stays_known_as_one_that_was_there_before() -> None:
    lock = plan_of(landing_zone(account("given", id="111111111111"))).lock
    assert lock.accounts["given"] == LockedAccount(id="111111111111", adopted=True)
    (names,) = made(landing_zone(account("given")), lock).values()
    assert "given" not in names


def test_an_account_that_left_the_manifest_leaves_the_template_and_moves_nobody() -> None:
    before = plan_of(landing_zone(*accounts("a", "b", "c"))).lock
    (names,) = made(landing_zone(*accounts("a", "c")), before).values()
    assert names == ["a", "backup", "c", "log-archive", "network", "security", "shared-services"]


def test_stacks_of_1200_accounts_stay_below_the_quota_and_follow_one_another() -> None:
    names = [f"app-{number:04}" for number in range(1200)]
    stacks = deployments_of(landing_zone(*accounts(*names, network="none")), "accounts")
    assert [len(stack.variant.shape["accounts"]) for stack in stacks] == [400, 400, 400, 5]
    assert ACCOUNTS_PER_STACK < 500
    ordered = [ORGANIZATION, *(f"hlz-accounts-{HOME}-{number}" for number in range(1, 5))]
    assert [stack.depends_on for stack in stacks] == [(name,) for name in ordered[:-1]]
    assert [stack.name for stack in stacks] == ordered[1:]


def test_a_stack_whose_accounts_are_all_adopted_or_gone_is_left_out() -> None:
    lock = Lock(vending={"1": ("gone",), "2": ("a",)})
    everybody = {name: LockedAccount(id=f"{n:012}", adopted=True) for n, name in enumerate(("b", "c"))}
    manifest = landing_zone(*accounts("a", "b", "c"))
    loaded = parsed_manifest(text_of(manifest), FILE)
    assert list(vended(Knowledge(loaded.manifest, lock.model_copy(update={"accounts": everybody})))) == ["2"]


def policy(name: str, type: PolicyType = "SERVICE_CONTROL_POLICY", **fields: Any) -> Policy:
    given: dict[str, Any] = {
        "description": "d",
        "targets": ("root",),
        "content": {},
        "characters": 100,
        "guardrails": (),
    } | fields
    return Policy(name=name, type=type, **given)


def guardrail_stacks(*policies: Policy, lock: Lock | None = None) -> list[Deployment]:
    planned = plan_of(clinic(), lock)
    loaded = parsed_manifest(text_of(clinic()), FILE)
    return list(guardrails(Knowledge(loaded.manifest, planned.lock, Compiled(policies))))


def test_each_policy_type_has_a_stack_after_organization_and_accounts() -> None:
    stacks = guardrail_stacks(policy("b", "S3_POLICY"), policy("a"))
    assert [stack.name for stack in stacks] == [f"hlz-guardrails-{HOME}-scp", f"hlz-guardrails-{HOME}-s3"]
    for stack in stacks:
        assert stack.depends_on == (ORGANIZATION, f"hlz-accounts-{HOME}-1")


def test_late_tokens_are_values_of_the_stack_that_uses_them() -> None:
    content = {"Statement": [{"Resource": "arn:aws:s3:::hlz-${LogArchiveAccountId}", "Id": "${OrganizationId}"}]}
    lock = Lock(accounts={"log-archive": LockedAccount(id="111111111111")})
    stack, other = guardrail_stacks(policy("a", content=content), policy("b", "S3_POLICY"), lock=lock)
    assert [(value.name, value.type, value.text) for value in stack.values] == [
        ("LogArchiveAccountId", "account_id", "111111111111"),
        ("OrganizationId", "organization_id", None),
    ]
    assert stack.variant.shape["policies"][0]["content"] == content
    assert other.values == ()


def test_the_deploy_account_is_the_one_that_the_manifest_names() -> None:
    content = {"Resource": "${DeployAccountId}"}
    lock = Lock(accounts={"shared-services": LockedAccount(id="111111111111")})
    (stack,) = guardrail_stacks(policy("a", content=content), lock=lock)
    assert stack.values[0].text == "111111111111"


def test_a_token_that_no_value_fills_is_never_filled_with_another_accounts_id() -> None:
    with pytest.raises(KeyError, match="AuditAccountId"):
        guardrail_stacks(policy("a", content={"Resource": "${AuditAccountId}"}))


def test_policies_beyond_a_stacks_quota_or_size_go_into_the_next() -> None:
    many = guardrail_stacks(*(policy(f"p{number}") for number in range(POLICIES_PER_STACK + 1)))
    assert [len(stack.variant.shape["policies"]) for stack in many] == [POLICIES_PER_STACK, 1]
    assert many[1].name == f"hlz-guardrails-{HOME}-scp-2"
    large = guardrail_stacks(*(policy(f"p{number}", characters=10_240) for number in range(100)))
    assert [len(stack.variant.shape["policies"]) for stack in large] == [58, 42]


def test_the_security_account_reads_the_organization_once_its_id_is_known() -> None:
    (found,) = deployments_of(clinic(), "organization_delegation")
    assert found.depends_on == (ORGANIZATION, f"hlz-accounts-{HOME}-1")
    assert [value.name for value in found.values] == ["SecurityAccountId"]


def test_the_outlook_counts_everybody_against_the_quota_and_says_what_is_new() -> None:
    lock = Lock(
        units={"phi": LockedUnit(id="ou-a1b2-11111111")},
        accounts={"gone": LockedAccount(id="111111111111"), "network": LockedAccount(id="222222222222")},
        unlisted={"333333333333": UnlistedAccount(name="Old test", ou="root")},
    )
    loaded = parsed_manifest(text_of(clinic()), FILE)
    outlook = organization_outlook(Knowledge(loaded.manifest, lock))
    assert (outlook.accounts, outlook.account_quota_needed) == (8, 10)
    assert "phi" not in outlook.new_units
    assert "phi/production" in outlook.new_units
    assert "network" not in outlook.new_accounts
    assert {"backup", "ehr-production"} <= {*outlook.new_accounts}
