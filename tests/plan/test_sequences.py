"""What `hlz plan` says where an account or OU moves, leaves or is unknown: nothing is ever deleted by surprise."""

from __future__ import annotations

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.lock import Lock, LockedAccount, LockedOrganization, LockedUnit, UnlistedAccount
from landing_zone.plan.sequences import SafeSequence, safe_sequences
from landing_zone.policy_data import policy_data
from tests.manifest.arrange import FILE, Json, text_of
from tests.plan.arrange import account, landing_zone

UNITS = {"nonphi": LockedUnit(id="ou-a1b2-11111111"), "sandbox": LockedUnit(id="ou-a1b2-22222222")}


def sequences(manifest: Json, **lock: object) -> list[SafeSequence]:
    loaded = parsed_manifest(text_of(manifest), FILE)
    given = Lock.model_validate({"organization": LockedOrganization(root="r-a1b2"), "units": UNITS, **lock})
    return list(safe_sequences(Knowledge(loaded.manifest, given)))


def one(manifest: Json, **lock: object) -> SafeSequence:
    (found,) = sequences(manifest, **lock)
    return found


def seen(ou: str | None, *, adopted: bool = False) -> dict[str, LockedAccount]:
    return {"web": LockedAccount(id="111111111111", ou=ou, adopted=adopted)}


def steps(sequence: SafeSequence) -> str:
    return "\n".join(sequence.steps)


def test_where_everything_is_in_its_place_there_is_nothing_to_do() -> None:
    assert sequences(landing_zone(account("web")), accounts=seen("nonphi")) == []
    assert sequences(landing_zone(account("web")), accounts=seen(None)) == []
    assert sequences(landing_zone(), accounts={"management": LockedAccount(id="222222222222", ou="root")}) == []


def test_an_account_that_a_stack_made_is_moved_by_its_stack() -> None:
    found = one(landing_zone(account("web")), accounts=seen("sandbox"), vending={"3": ("web",)})
    assert (found.kind, found.account, found.origin, found.target) == ("move", "web", "sandbox", "nonphi")
    assert "`cdk diff hlz-accounts-management-us-east-1-3`" in steps(found)
    assert "move-account" not in steps(found)
    assert "profile sandbox, then nonphi" in steps(found)
    assert "is new" not in steps(found)


def test_an_adopted_account_is_moved_by_hand() -> None:
    found = one(landing_zone(account("web")), accounts=seen("root", adopted=True))
    assert "--source-parent-id r-a1b2 --destination-parent-id ou-a1b2-11111111" in steps(found)
    assert "cdk diff" not in steps(found)


def test_a_new_ou_gets_its_guardrails_before_an_account_arrives() -> None:
    found = one(landing_zone(account("web")), accounts=seen("sandbox"), units={})
    assert found.steps[0].startswith("OU nonphi is new")
    assert "cdk deploy --exclusively hlz-organization-management-us-east-1" in found.steps[0]


def test_an_account_that_left_the_manifest_is_quarantined_before_it_is_closed() -> None:
    found = one(landing_zone(), accounts=seen("nonphi"))
    assert (found.kind, found.title) == ("decommission", "Account web has left the manifest")
    assert found.steps[0].startswith("Nothing is deleted by that")
    text = steps(found)
    order = [
        "ou: suspended",
        "recovery points",
        "Wait until",
        "close-account --account-id 111111111111",
        "--release web",
    ]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_an_account_on_its_way_to_suspended_is_being_closed_and_not_just_moved() -> None:
    found = one(landing_zone(account("web", ou="suspended")), accounts=seen("nonphi"))
    assert (found.kind, found.title, found.target) == ("decommission", "Account web is being closed", "suspended")
    assert "Deploy the move to suspended" in found.steps[0]
    assert "science agrees" in steps(found)
    arrived = one(landing_zone(account("web", ou="suspended")), accounts=seen("suspended"))
    assert "Deploy the move" not in steps(arrived)
    assert "Remove it from the manifest" in steps(arrived)


def test_control_tower_lets_go_of_an_account_before_it_is_closed() -> None:
    manifest = landing_zone(account("web", ou="suspended"))
    assert "Control Tower" not in steps(one(manifest, accounts=seen("suspended")))
    manifest["control_tower"] = {"enabled": True}
    assert "Unmanage it in AWS Control Tower" in steps(one(manifest, accounts=seen("suspended")))


def test_an_ou_with_another_path_is_a_new_ou_and_the_old_one_stays() -> None:
    manifest = landing_zone(
        account("web", ou="nonphi/web"), organizational_units={"nonphi": {"organizational_units": {"web": {}}}}
    )
    units = {**UNITS, "web": LockedUnit(id="ou-a1b2-33333333")}
    move, unit = sequences(manifest, units=units, accounts=seen("web"))
    assert (move.kind, unit.kind, unit.origin, unit.target) == ("move", "unit", "web", "nonphi/web")
    assert "nonphi/web is a new OU" in unit.steps[0]
    assert "Still in it: web." in steps(unit)
    assert "delete-organizational-unit --organizational-unit-id ou-a1b2-33333333" in steps(unit)


def test_an_empty_ou_that_left_is_only_to_be_deleted() -> None:
    found = one(landing_zone(), units={**UNITS, "old": LockedUnit(id="ou-a1b2-33333333")})
    assert (found.origin, found.target) == ("old", None)
    assert "Still in it" not in steps(found)
    assert "new OU" not in steps(found)


@pytest.mark.parametrize(("treatment", "said"), [("quarantine", "what runs there may stop"), ("report", "Nothing is")])
def test_an_unlisted_account_is_said_to_be_quarantined_or_only_reported(treatment: str, said: str) -> None:
    found = one(
        landing_zone(guardrails={"unlisted_accounts": treatment}),
        unlisted={"333333333333": UnlistedAccount(name="Bob's", ou="root")},
    )
    assert (found.kind, found.account, found.origin) == ("unlisted", "333333333333", "root")
    assert said in found.steps[0]
    assert 'id: "333333333333"' in steps(found)


def test_every_fact_of_the_data_is_one_that_the_code_decides() -> None:
    decided = {"left", "listed", "made_here", "adopted", "to_be_moved", "target_is_new", "control_tower"}
    decided |= {"renamed", "inhabited", "quarantine", "report"}
    rows = policy_data("organization/sequences")["sequences"].values()
    named = {fact for row in rows for text in (*row["titles"], *row["steps"]) for fact in text.get("when", ())}
    assert named == decided
