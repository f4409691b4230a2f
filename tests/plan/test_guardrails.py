"""Guardrails of a manifest: what is attached where, what the manifest may say, and what make_plan refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from landing_zone.action_catalogue import actions, services
from landing_zone.fault import Fault, InputError
from landing_zone.guardrails.compile import Compiled
from landing_zone.guardrails.evaluate import one_or_more
from landing_zone.guardrails.statements import sid
from landing_zone.manifest.load import load_manifest, parsed_manifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan import guardrails as module
from landing_zone.plan.guardrails import compiled_guardrails, profiles
from landing_zone.plan.lock import Lock, UnlistedAccount
from landing_zone.plan.needs import ground, needs
from landing_zone.policy_data import ROOT, policy_data
from tests.guardrails.arrange import guardrail, statement, written
from tests.manifest.arrange import FILE, clinic, text_of

SNAPSHOT = ROOT / "tests" / "snapshots" / "test_bootstrap" / "test_the_template_is_this.json"


@pytest.fixture(autouse=True)
def memory(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HLZ_CACHE_DIR", str(shared / "guardrails"))


def compiled(folder: Path, *guardrails: dict[str, Any], lock: Lock | None = None, **sections: Any) -> Compiled:
    """The clinic with guardrails of its own beside it."""
    given = dict(sections.pop("guardrails", {}))
    if guardrails:
        written(folder / "own", *guardrails)
        given["sources"] = ["own"]
    path = folder / "landing-zone.yaml"
    path.write_text(text_of(clinic(**sections, guardrails=given)), encoding="utf-8")
    return compiled_guardrails(load_manifest(path), lock or Lock())


def refused(folder: Path, *guardrails: dict[str, Any], **sections: Any) -> list[Fault]:
    with pytest.raises(InputError) as error:
        compiled(folder, *guardrails, **sections)
    return list(error.value.faults)


def test_a_guardrail_of_the_users_joins_the_policies_of_its_profile(tmp_path: Path) -> None:
    own = guardrail("no-classic-links", profiles=["nonphi"], statement=statement(Action="ec2:AttachClassicLinkVpc"))
    found = compiled(tmp_path, own)
    (policy,) = [policy for policy in found.policies if "no-classic-links" in policy.guardrails]
    assert (policy.name, policy.targets) == ("hlz-scp-nonphi-1", ("nonphi",))


def test_what_an_ou_inherits_is_not_attached_to_it_again(tmp_path: Path) -> None:
    units = {"clinics": {"data": "phi", "guardrails": "phi", "organizational_units": {"north": {}}}}
    found = compiled(tmp_path, organizational_units=units)
    phi = {policy.name: policy.targets for policy in found.policies if "-phi-" in policy.name}
    assert {targets for targets in phi.values()} == {("clinics", "phi")}
    assert found.composition.attached["clinics/north"] == ()
    assert set(found.composition.in_force("clinics/north")) == set(found.composition.in_force("phi/production"))


def test_a_weaker_profile_below_a_stronger_one_takes_nothing_away(tmp_path: Path) -> None:
    units = {"phi": {"organizational_units": {"trial": {"data": "synthetic", "guardrails": "sandbox"}}}}
    found = compiled(tmp_path, organizational_units=units)
    assert set(found.composition.in_force("phi")) <= set(found.composition.in_force("phi/trial"))
    assert any("under-phi" in policy.name for policy in found.policies if "phi/trial" in policy.targets)


def test_an_account_that_the_manifest_lacks_is_in_quarantine_with_the_suspended_ones(tmp_path: Path) -> None:
    lock = Lock(unlisted={"123456789012": UnlistedAccount(name="stray", ou="root")})
    found = compiled(tmp_path, lock=lock)
    targets = {policy.targets for policy in found.policies if policy.name.startswith("hlz-scp-quarantine")}
    assert targets == {("suspended", "123456789012")}
    reported = compiled(tmp_path, lock=lock, guardrails={"unlisted_accounts": "report"})
    assert "123456789012" not in reported.profiles


def test_the_same_manifest_gives_the_same_policies_to_the_letter(tmp_path: Path) -> None:
    one, other = (compiled(tmp_path) for _ in range(2))
    assert json.dumps([vars(p) for p in one.policies]) == json.dumps([vars(p) for p in other.policies])


def test_names_are_stable_short_and_sorted(tmp_path: Path) -> None:
    names = [policy.name for policy in compiled(tmp_path).policies]
    assert names == sorted(names)
    assert all(len(name) <= 128 and name.startswith("hlz-") for name in names)


@pytest.mark.parametrize("control_tower", [False, True])
def test_every_statement_is_in_a_policy_of_the_target_or_above_and_no_policy_exceeds(
    tmp_path: Path, control_tower: bool
) -> None:
    found = compiled(tmp_path, control_tower={"enabled": control_tower})
    for target in found.profiles:
        here = [p for p in found.policies if target in p.targets]
        for type in {policy.type for policy in here}:
            assert len([p for p in here if p.type == type]) <= found.limits[type].on(target).policies
        held = [id for policy in here for id in policy.guardrails]
        assert sorted(set(held)) == sorted(found.composition.attached[target])
    assert all(policy.characters <= found.limits[policy.type].characters for policy in found.policies)


def test_every_compiled_policy_is_valid_grammar(tmp_path: Path) -> None:
    for policy in compiled(tmp_path).policies:
        if policy.type not in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
            continue
        assert policy.content["Version"] == "2012-10-17"
        sids = [row["Sid"] for row in policy.content["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(name.isalnum() for name in sids)
        assert {id for ids in policy.sids.values() for id in ids} == set(policy.guardrails)
        assert set(policy.sids) == set(sids) <= {sid(id) for id in policy.guardrails}
        for row in policy.content["Statement"]:
            rcp = policy.type == "RESOURCE_CONTROL_POLICY"
            assert row["Effect"] == "Deny"
            assert (row.get("Principal") == "*") is rcp
            assert ("Action" in row) != ("NotAction" in row)
            assert ("Resource" in row) != ("NotResource" in row)
            texts = [text for key in ("Action", "NotAction", "Resource", "NotResource") for text in texts_of(row, key)]
            assert all(texts)


def texts_of(row: dict[str, Any], key: str) -> Iterator[str]:
    yield from one_or_more(row.get(key, ()))


# What the manifest may say


def test_a_parameter_of_the_manifest_is_filled_in(tmp_path: Path) -> None:
    own = guardrail(
        statement=statement(Action="s3:PutBucketPolicy", Resource="arn:aws:s3:::${Shared}"), exempt=["execution"]
    )
    found = compiled(tmp_path, own, guardrails={"parameters": {"Shared": ["one", "two"]}})
    (row,) = [
        row
        for p in found.policies
        for row in p.content.get("Statement", ())
        if row.get("Resource") == ["arn:aws:s3:::one", "arn:aws:s3:::two"]
    ]
    assert row["Action"] == "s3:PutBucketPolicy"


@pytest.mark.parametrize(
    ("name", "message"),
    [("Shard", "no guardrail of yours names ${Shard}"), ("Qualifier", "is a parameter of the toolkit's own")],
)
def test_a_parameter_that_names_nothing_or_something_of_ours_is_refused(
    tmp_path: Path, name: str, message: str
) -> None:
    (fault,) = refused(tmp_path, guardrails={"parameters": {name: "x"}})
    assert (fault.key, message in fault.message) == (f"guardrails.parameters.{name}", True)


def test_a_parameter_that_is_missing_is_refused_where_it_is_named(tmp_path: Path) -> None:
    own = guardrail(statement=statement(Action="s3:PutBucketPolicy", Resource="arn:aws:s3:::${Shared}"))
    (fault,) = refused(tmp_path, own)
    assert "unknown parameter ${Shared}" in fault.message
    assert fault.file.endswith("own/service_control_policy.yaml")


def test_trusted_accounts_are_added_to_the_management_account(tmp_path: Path) -> None:
    found = compiled(tmp_path, guardrails={"parameters": {"TrustedAccounts": ["111122223333"]}})
    text = json.dumps([policy.content for policy in found.policies if policy.type == "RESOURCE_CONTROL_POLICY"])
    assert "111122223333" in text
    assert "${ManagementAccountId}" in text


def test_a_switch_that_the_manifest_lacks_is_refused(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, guardrail(when="not detection.maccie"))
    assert "names no switch of the manifest" in fault.message
    assert fault.hint == "did you mean 'detection.macie'?"


def test_a_guardrail_for_a_profile_that_no_ou_has_is_refused(tmp_path: Path) -> None:
    own = guardrail(profiles=["phi", "sandbox"], exempt=["execution", "stacksets"])
    assert compiled(tmp_path, own).policies
    (fault,) = refused(tmp_path, own, guardrails={"profiles": {"sandbox": "nonphi"}})
    assert fault.key == "guardrails[0].profiles[1]"
    assert "no OU has the profile 'sandbox'; in use: foundation" in fault.message


def test_a_folder_that_is_missing_or_empty_or_holds_what_nobody_reads_is_refused(
    tmp_path: Path,
) -> None:
    (fault,) = refused(tmp_path, guardrails={"sources": ["nowhere"]})
    assert fault.key == "guardrails.sources[0]"
    assert "'nowhere' is no folder" in fault.message
    (tmp_path / "empty").mkdir()
    (fault,) = refused(tmp_path, guardrails={"sources": ["empty"]})
    assert "holds no file NAME.yaml" in fault.message
    for name in ("a.yaml", "b.yml"):
        (tmp_path / "empty" / name).write_text("")
    (fault,) = refused(tmp_path, guardrails={"sources": ["empty"]})
    assert "holds b.yml, which nobody reads" in fault.message


def test_an_id_of_ours_is_not_given_again(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, guardrail("accounts-cannot-leave"))
    assert "'accounts-cannot-leave' is already in" in fault.message


def test_a_quota_that_is_exceeded_is_told_with_the_largest_guardrails(tmp_path: Path) -> None:
    every = [action for service in ("ec2", "rds", "iam", "glue") for action in long_list(service)]
    exempt = ["execution", "settings", "stacksets", "deploy", "publishing", "evidence"]
    own = [
        guardrail(f"big-{n}", profiles=["nonphi"], exempt=exempt, statement=statement(Action=every[n::3]))
        for n in range(3)
    ]
    (fault,) = [fault for fault in refused(tmp_path, *own) if "SERVICE_CONTROL_POLICY needs" in fault.message]
    assert fault.key.endswith(".id")
    assert fault.message.startswith("nonphi: SERVICE_CONTROL_POLICY needs ")
    assert "4 of 5,120 are left" in fault.message
    assert "the largest: big-" in fault.message


def long_list(service: str) -> list[str]:
    return [action.name for action in actions(service).values() if action.writes]


def test_a_statement_longer_than_a_policy_that_cannot_be_split_is_refused(tmp_path: Path) -> None:
    allowed = [f"{service}:*" for service in sorted(services())]
    own = guardrail("long-list", profiles=["nonphi"], statement=statement(NotAction=allowed))
    (fault,) = refused(tmp_path, own)
    assert fault.key == "guardrails[0].id"
    assert "5,120 are allowed" in fault.message
    assert "it cannot be split" in fault.message


def test_a_guardrail_of_the_users_that_locks_the_pipeline_out_is_refused(tmp_path: Path) -> None:
    own = guardrail("no-policies", statement=statement(Action="iam:CreatePolicy"))
    (fault,) = refused(tmp_path, own)
    assert "locks out the pipeline's execution role" in fault.message
    assert "may not iam:CreatePolicy on arn:aws:iam::100000000000:policy/hlz-config" in fault.message
    exempting = guardrail("no-policies", exempt=["execution", "stacksets"], statement=own["statement"])
    assert "no-policies" in compiled(tmp_path, exempting).guardrails


def test_a_set_that_nobody_could_undo_through_the_pipeline_is_refused(tmp_path: Path) -> None:
    own = guardrail("nobody-assumes", profiles=["infrastructure"], statement=statement(Action="sts:AssumeRole"))
    found = refused(tmp_path, own)
    assert any("by which alone these guardrails can be changed back" in fault.message for fault in found)


def test_emergency_access_can_bring_keys_back_and_a_set_that_keeps_it_from_that_is_refused(tmp_path: Path) -> None:
    found = refused(tmp_path, guardrail("keys", statement=statement(Action="kms:CancelKeyDeletion")))
    assert "locks out emergency access" in found[0].message
    absent: dict[str, Any] = {"break_glass": {"enabled": False}}
    keys = guardrail("keys", statement=statement(Action="kms:CancelKeyDeletion"))
    assert "keys" in compiled(tmp_path, keys, identity=absent).guardrails


def test_hlz_settings_can_make_its_settings_and_a_set_that_keeps_it_from_that_is_refused(tmp_path: Path) -> None:
    own = guardrail("ebs", statement=statement(Action="ec2:EnableEbsEncryptionByDefault"))
    assert "locks out the role of hlz settings" in refused(tmp_path, own)[0].message


# Memory


def test_what_passed_is_not_examined_again_until_something_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HLZ_CACHE_DIR", str(tmp_path / "memory"))
    examined: list[object] = []
    original = module._examine

    def examine(manifest: Manifest, found: Any) -> None:
        examined.append(found)
        original(manifest, found)

    monkeypatch.setattr(module, "_examine", examine)
    own = guardrail("no-classic-links", statement=statement(Action="ec2:AttachClassicLinkVpc"))
    compiled(tmp_path, own)
    compiled(tmp_path, own)
    assert len(examined) == 1
    compiled(tmp_path, guardrail("no-classic-links", statement=statement(Action="ec2:DetachClassicLinkVpc")))
    compiled(tmp_path, own, regions={"home": "us-east-1", "recovery": "us-west-2", "additional": ["us-east-2"]})
    assert len(examined) == 3


def test_a_fault_is_told_every_time(tmp_path: Path) -> None:
    wrong = guardrail(statement=statement(Action="s3:Nope"))
    assert [fault.key for fault in refused(tmp_path, wrong)] == [fault.key for fault in refused(tmp_path, wrong)]


# Needs


def test_needs_of_the_bootstraps_roles_are_what_their_template_grants() -> None:
    resources = json.loads(SNAPSHOT.read_bytes())["Resources"].values()
    for role in policy_data("guardrails/needs")["roles"]:
        purpose = next(
            (
                p
                for p in ("deploy-role", "file-publishing-role", "lookup-role", "hlz-pipeline")
                if p in role["principal"]
            ),
            "",
        )
        if not purpose:
            continue
        granted = {
            action
            for row in resources
            if row["Type"] == "AWS::IAM::ManagedPolicy"
            and purpose in json.dumps(row["Properties"]["ManagedPolicyName"])
            for entry in row["Properties"]["PolicyDocument"]["Statement"]
            for action in one_or_more(entry["Action"])
        }
        assert granted == {action for row in role["needs"] for action in row["actions"]}, purpose


def test_every_action_of_the_execution_role_and_of_hlz_settings_is_needed() -> None:
    manifest = parsed_manifest(text_of(clinic()), FILE).manifest
    found = needs(manifest)
    of_management = policy_data("bootstrap/execution")["management_account"]
    parts = policy_data("bootstrap/execution_actions")["policies"]
    granted = [policy for part, policy in parts.items() if part not in of_management]
    actions = {
        a for p in granted for a in (*p["reading"], *p["everywhere"], *(x for c in p["confined"].values() for x in c))
    }
    needed = {need.request.action for need in found if need.group == "execution"}
    assert actions <= needed
    assert not {action for action in needed if action.startswith("organizations:")}  # no guardrail binds that account
    assert {"ec2:EnableEbsEncryptionByDefault", "s3:PutAccountPublicAccessBlock"} <= {
        need.request.action for need in found if need.group == "settings"
    }
    assert not any("${" in need.request.resource.replace("${Account}", "").replace("${Region}", "") for need in found)


def test_needs_are_asked_for_where_the_core_accounts_are() -> None:
    manifest = parsed_manifest(text_of(clinic()), FILE).manifest
    places = ground(manifest).accounts
    assert "LogArchiveAccountId" in places["security"]
    assert "DeployAccountId" in places["infrastructure"]
    assert all("ManagementAccountId" not in names for names in places.values())
    assert set(places) <= set(profiles(manifest, Lock()))
