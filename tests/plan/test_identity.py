"""The planners of identity and assignments: what is made, what waits, and what never moves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.access import access_matrix
from landing_zone.plan.identity import grants, used_permission_sets
from landing_zone.plan.lock import Lock, LockedAccount, LockedIdentity
from landing_zone.plan.make import make_plan
from landing_zone.plan.model import Deployment, Plan
from landing_zone.plan.names import group_export, group_slug
from tests.manifest.arrange import FILE, Json, clinic, text_of
from tests.plan.arrange import account, accounts, landing_zone, locked

STORE = "d-0123456789"
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
GROUP_ID = "0123456789-01234567-89ab-cdef-0123-456789abcdef"
CORE = ("management", "log-archive", "security", "network", "backup", "shared-services")
ROWS: list[Json] = [
    {"group": "platform", "permission_set": "platform-administrator", "ou": "root"},
    {"group": "Data Science", "permission_set": "developer", "ou": "nonphi"},
]


def lock_of(*names: str, **identity: Any) -> Lock:
    """The lock that knows these accounts besides the core ones, and the instance."""
    known = {name: LockedAccount(id=f"{number:012}") for number, name in enumerate((*CORE, *names), 1)}
    return Lock(accounts=known, identity=LockedIdentity(**({"instance": INSTANCE, "store": STORE} | identity)))


def planned(manifest: Json, lock: Lock) -> Plan:
    return make_plan(parsed_manifest(text_of(manifest), FILE), locked(lock)).plan


def of_role(plan: Plan, role: str) -> list[Deployment]:
    return [deployment for deployment in plan.deployments if deployment.variant.role == role]


def with_people(*names: str, rows: list[Json] = ROWS, **identity: Any) -> Json:
    return landing_zone(*accounts(*names), identity={"assignments": rows, **identity})


def test_nothing_is_planned_where_nobody_is_assigned() -> None:
    plan = planned(clinic(), lock_of())
    assert of_role(plan, "identity") == of_role(plan, "assignments") == []


def test_only_named_permission_sets_are_made() -> None:
    loaded = parsed_manifest(text_of(with_people("lab")), FILE)
    assert [entry.name for entry in used_permission_sets(loaded.manifest)] == ["developer", "platform-administrator"]


def test_assignments_of_one_group_and_set_are_one_grant() -> None:
    rows = [
        {"group": "a", "permission_set": "read-only", "ou": "phi"},
        {"group": "a", "permission_set": "read-only", "ou": "root"},
    ]
    (grant,) = grants(parsed_manifest(text_of(with_people("lab", rows=rows)), FILE).manifest)
    assert grant.rows == (0, 1)
    assert [entry.name for entry in grant.accounts] == sorted({*CORE, "lab"})


def test_an_account_under_quarantine_is_left_out_of_its_ou() -> None:
    old = account("old", ou="suspended")
    manifest = landing_zone(*accounts("lab"), old, identity={"assignments": ROWS[:1]})
    (grant,) = grants(parsed_manifest(text_of(manifest), FILE).manifest)
    assert "old" not in [entry.name for entry in grant.accounts]


def test_groups_are_made_where_identity_center_keeps_them_and_learned_where_not() -> None:
    own = of_role(planned(with_people("lab"), lock_of("lab")), "identity")[0]
    assert own.variant.shape["groups"] == ["Data Science", "platform"]
    assert {value.name: value.text for value in own.values} == {"InstanceArn": INSTANCE, "IdentityStoreId": STORE}
    external = planned(with_people("lab", source="external"), lock_of("lab", groups={"platform": GROUP_ID}))
    assert of_role(external, "identity")[0].variant.shape["groups"] == []
    values = [{v.name: v.text for v in d.values} for d in of_role(external, "assignments")]
    assert [entry["GroupId"] for entry in values] == [None, GROUP_ID]


def test_an_unknown_group_withholds_its_stack_and_no_other() -> None:
    plan = planned(with_people("lab", source="external"), lock_of("lab", groups={"platform": GROUP_ID}))
    waiting = [name for name in plan.withheld if "assignments" in name]
    assert waiting == [f"hlz-assignments-management-us-east-1-{group_slug('Data Science')}-developer-1"]
    assert plan.withheld[waiting[0]].startswith("group id")


def test_an_unknown_account_does_not_keep_the_others_waiting() -> None:
    plan = planned(with_people("lab", "new"), lock_of("lab"))
    shapes = [deployment.variant.shape["accounts"] for deployment in of_role(plan, "assignments")]
    assert shapes[0] == {"lab": "000000000007"}
    assert "new" not in shapes[1]
    assert "lab" in shapes[1]


def test_a_stack_with_no_known_account_is_withheld_for_its_id() -> None:
    plan = planned(with_people("lab"), lock_of())
    (name,) = [name for name in plan.withheld if "assignments" in name]
    assert plan.withheld[name] == "account id"


def test_one_stack_of_assignments_follows_the_other() -> None:
    """CloudFormation would make more assignments at a time than Identity Center takes."""
    first, second = of_role(planned(with_people("lab"), lock_of("lab")), "assignments")
    assert first.depends_on[0] == second.depends_on[0] == "hlz-identity-management-us-east-1"
    assert second.depends_on[1] == first.name


def test_a_set_with_the_boundary_waits_for_the_baselines_that_bring_it() -> None:
    developer, platform = of_role(planned(with_people("lab"), lock_of("lab")), "assignments")
    assert "hlz-account-baseline-lab-us-east-1" in developer.depends_on
    assert not [name for name in platform.depends_on if "baseline" in name]


def test_stacks_follow_the_stacks_that_make_accounts() -> None:
    lock = lock_of("a", "b").model_copy(update={"vending": {"1": (*CORE[1:], "a"), "2": ("b",)}})
    one, two = of_role(planned(with_people("a", "b", rows=ROWS[:1]), lock), "assignments")
    assert set(one.variant.shape["accounts"]) == {*CORE, "a"}
    assert set(two.variant.shape["accounts"]) == {"b"}
    assert (one.name[-2:], two.name[-2:]) == ("-1", "-2")


def test_names_are_valid_distinct_and_say_which_group() -> None:
    names = ["platform", "Platform", "a b", "a-b", "Ärzte", "x" * 128]
    slugs = [group_slug(name) for name in names]
    assert slugs[0] == "platform"
    assert len(set(slugs)) == len(names)
    assert all(len(slug) <= 49 and slug.replace("-", "").isalnum() and slug.isascii() for slug in slugs)
    assert group_export("platform") == "hlz-group-platform"
    longest = f"hlz-assignments-management-ap-southeast-1-{max(slugs, key=len)}-{'s' * 32}-99"
    assert len(longest) <= 128


# The access matrix


def matrix_of(manifest: Json, lock: Lock) -> Any:
    return access_matrix(parsed_manifest(text_of(manifest), FILE), lock)


def test_every_account_is_reached_by_pipeline_settings_evidence_and_break_glass() -> None:
    matrix = matrix_of(with_people("lab"), lock_of("lab"))
    by_kind = {entry.kind: entry for entry in matrix.others}
    for kind in ("pipeline", "settings", "evidence", "break-glass"):
        assert set(by_kind[kind].accounts) == {*CORE, "lab"}, kind
    assert set(by_kind["root-task"].accounts) == {*CORE, "lab"} - {"management"}
    assert by_kind["root-user"].accounts == ("management",)


def test_a_way_in_that_the_manifest_shuts_is_not_listed() -> None:
    manifest = with_people("lab", break_glass={"enabled": False})
    assert "break-glass" not in [entry.kind for entry in matrix_of(manifest, lock_of("lab")).others]


def test_the_matrix_says_who_opens_root_sessions_and_breaks_the_glass() -> None:
    rows = [{"group": "root-watch", "permission_set": "root-tasks", "account": "management"}]
    manifest = with_people("lab", rows=rows, break_glass={"holders": ["CIO on call"]})
    by_kind = {entry.kind: entry.principal for entry in matrix_of(manifest, lock_of("lab")).others}
    assert "(root-watch)" in by_kind["root-task"]
    assert "(CIO on call)" in by_kind["break-glass"]
    assert "no group of the manifest" in {e.kind: e.principal for e in matrix_of(clinic(), Lock()).others}["root-task"]


def test_a_group_has_its_line_its_session_and_what_it_waits_for() -> None:
    matrix = matrix_of(with_people("lab", source="external"), lock_of("lab", groups={"platform": GROUP_ID}))
    science, platform = matrix.groups
    assert platform.source.startswith(f"{Path(FILE).name}:")
    assert (platform.session_hours, platform.waits_for, platform.targets) == (2, "", ("root",))
    assert (science.waits_for, science.mfa) == ("the group's id", "the identity provider's")


def test_an_assignment_that_reaches_no_account_is_noted() -> None:
    rows = [{"group": "people", "permission_set": "sandbox-builder", "ou": "sandbox"}]
    assert matrix_of(with_people("lab", rows=rows), lock_of("lab")).empty == ("people with sandbox-builder: sandbox",)


def test_accounts_that_are_reached_alike_are_one_row_of_groups() -> None:
    names = [f"account-{number:03}" for number in range(800)]
    rows = [{"group": f"g{n}", "permission_set": "read-only", "ou": "root"} for n in range(10)]
    manifest = landing_zone(*accounts(*names, network="none"), identity={"assignments": rows})
    loaded = parsed_manifest(text_of(manifest), FILE)
    matrix = access_matrix(loaded, Lock())
    assert len(matrix.groups) == 10
    assert len(matrix.groups[0].accounts) == 806
