"""Identity Center: the organization's instance, and groups of an external provider."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.operations.adopt.findings import Findings
from landing_zone.operations.adopt.identity import assigned_groups, chosen_instance, learn_identity
from landing_zone.operations.adopt.observe import SeenInstance
from landing_zone.plan.lock import Lock, LockedIdentity
from tests.arrangement import Json, clinic
from tests.manifest.arrange import FILE, text_of
from tests.operations.adopt.arrange import MANAGEMENT, about, organization
from tests.plan.arrange import locked

ARN, STORE = "arn:aws:sso:::instance/ssoins-0123456789abcdef", "d-0123456789"
OTHER = "arn:aws:sso:::instance/ssoins-fedcba9876543210"
INSTANCE = SeenInstance(ARN, STORE, MANAGEMENT, "ACTIVE")
GROUP, OTHER_GROUP = (f"{digit * 8}-1234-1234-1234-123456789012" for digit in "ab")


def clinic_with(**identity: Any) -> Json:
    return clinic(identity=identity)


def external(*groups: str) -> Json:
    sets = {"reader": {"description": "Reads", "managed_policies": ["SecurityAudit"]}}
    rows = [{"group": group, "permission_set": "reader", "ou": "nonphi"} for group in groups]
    return clinic_with(source="external", permission_sets=sets, assignments=rows)


def chosen(
    *instances: SeenInstance, manifest: Json | None = None, before: LockedIdentity | None = None
) -> tuple[SeenInstance | None, Findings]:
    findings = Findings()
    loaded = parsed_manifest(text_of(manifest or clinic()), FILE)
    lock = locked(Lock(identity=before or LockedIdentity()))
    return chosen_instance(loaded, lock, organization(instances=instances), findings), findings


def learned(
    groups: dict[str, str], *, manifest: Json, before: LockedIdentity | None = None, instance: SeenInstance = INSTANCE
) -> tuple[LockedIdentity, Findings]:
    findings = Findings()
    model = parsed_manifest(text_of(manifest), FILE).manifest
    lock = locked(Lock(identity=before or LockedIdentity()))
    return learn_identity(model, lock, instance, groups, findings), findings


def test_the_management_accounts_instance_is_the_organizations() -> None:
    account_instance = SeenInstance(OTHER, STORE, "200000000001", "ACTIVE")
    assert chosen(account_instance, INSTANCE)[0] == INSTANCE
    found, findings = chosen(account_instance)
    assert (found, findings.faults) == (None, [])
    assert about(findings, "Identity Center is not enabled in us-east-1", kind="note")


def test_the_manifests_instance_is_the_one_and_must_be_visible() -> None:
    second = SeenInstance(OTHER, STORE, MANAGEMENT, "ACTIVE")
    assert chosen(INSTANCE, second, manifest=clinic_with(instance_arn=OTHER))[0] == second
    (fault,) = chosen(INSTANCE, manifest=clinic_with(instance_arn=OTHER))[1].faults
    assert OTHER in fault.message
    assert ARN in fault.message
    (fault,) = chosen(INSTANCE, second)[1].faults
    assert fault.hint == "write identity.instance_arn"


def test_another_instance_than_the_lock_knows_is_a_fault_and_so_is_none() -> None:
    before = LockedIdentity(instance=OTHER)
    (fault,) = chosen(INSTANCE, before=before)[1].faults
    assert (fault.file, fault.key) == ("landing-zone.lock.yaml", "identity.instance")
    (fault,) = chosen(before=before)[1].faults
    assert OTHER in fault.message


def test_an_instance_that_is_not_active_needs_a_person() -> None:
    _, findings = chosen(SeenInstance(ARN, STORE, MANAGEMENT, "CREATE_IN_PROGRESS"))
    assert about(findings, "is CREATE_IN_PROGRESS")


def test_groups_are_asked_for_only_where_an_external_provider_brings_them() -> None:
    own = external("readers") | {"identity": external("readers")["identity"] | {"source": "identity-center"}}
    for manifest, groups in ((external("readers"), {"readers"}), (own, set())):
        assert assigned_groups(parsed_manifest(text_of(manifest), FILE).manifest) == groups


def test_ids_are_learned_and_missing_groups_are_listed() -> None:
    identity, findings = learned({"readers": GROUP}, manifest=external("readers", "writers"))
    assert identity == LockedIdentity(instance=ARN, store=STORE, groups={"readers": GROUP})
    assert findings.missing == [{"kind": "group", "name": "writers"}]


def test_what_the_lock_knows_is_not_learned_again_nor_lost() -> None:
    before = LockedIdentity(instance=ARN, store=STORE, groups={"former": OTHER_GROUP, "readers": GROUP})
    identity, findings = learned({"readers": GROUP}, manifest=external("readers"), before=before)
    assert identity == before
    assert not findings.learned


@pytest.mark.parametrize(
    ("groups", "words"), [({}, "no longer"), ({"readers": OTHER_GROUP}, f"AWS says {OTHER_GROUP}")]
)
def test_a_group_that_is_gone_or_another_one_is_a_fault(groups: dict[str, str], words: str) -> None:
    before = LockedIdentity(groups={"readers": GROUP})
    (fault,) = learned(groups, manifest=external("readers"), before=before)[1].faults
    assert (fault.file, fault.key) == ("landing-zone.lock.yaml", "identity.groups.readers")
    assert words in fault.message


def test_an_id_of_an_undocumented_form_is_not_recorded_and_mentioned() -> None:
    odd = SeenInstance("arn:aws-cn:sso:::instance/ssoins-0123456789abcdef", "d-xyz", MANAGEMENT, "ACTIVE")
    identity, findings = learned({"readers": "nonsense"}, manifest=external("readers"), instance=odd)
    assert identity == LockedIdentity()
    assert len(about(findings, "a form that AWS does not document")) == 3
