"""Reading exports: a file or a folder, whole, partial or wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from landing_zone.fault import InputError
from landing_zone.live_organization.organization import organization_of_export
from landing_zone.live_organization.read import chosen_targets, read_export
from tests.live_organization.arrange import (
    AUDIT,
    CLINICAL,
    EHR,
    MANAGEMENT,
    ROOT_ID,
    SECURITY,
    TRAIL,
    Made,
)


def shown(path: Path) -> list[str]:
    with pytest.raises(InputError) as raised:
        read_export(path)
    return [str(fault) for fault in raised.value.faults]


def test_a_file_and_a_folder_of_answers_say_the_same(tmp_path: Path) -> None:
    made = Made()
    made.policy("p-trail", "Keep trails", TRAIL, on=[CLINICAL])
    file, folder = read_export(made.written(tmp_path)), read_export(made.in_folder(tmp_path / "folder"))
    assert file.seen == folder.seen
    assert file.paths == folder.paths
    assert [(one.id, one.targets) for one in file.policies] == [(one.id, one.targets) for one in folder.policies]
    assert file.partial == folder.partial == ()


def test_targets_have_what_is_attached_and_accounts_are_all_but_management(tmp_path: Path) -> None:
    made = Made()
    made.policy("p-trail", "Keep trails", TRAIL, on=[CLINICAL])
    organization = organization_of_export(made.read(tmp_path), ["Clinical"])
    assert [one.name for one in organization.targets["Root/Clinical"].scps] == ["FullAWSAccess", "Keep-trails"]
    assert not organization.targets["Root/Clinical"].full_access
    assert {one.id: one.target for one in organization.accounts} == {
        AUDIT: "Root/Security/Audit",
        EHR: "Root/Clinical/EHR",
    }
    assert organization.values["management_account"] == (MANAGEMENT,)
    assert organization.values["phi_targets"] == ("Root/Clinical",)
    assert organization.declarative


def test_closed_accounts_are_left_out(tmp_path: Path) -> None:
    made = Made()
    made.account("300000000002", "Old", CLINICAL, state="SUSPENDED")
    export = made.read(tmp_path)
    assert [one.id for one in export.left_out] == ["300000000002"]
    assert "Root/Clinical/Old" not in organization_of_export(export).targets


def test_names_that_are_not_alone_have_their_id_in_the_path(tmp_path: Path) -> None:
    made = Made()
    made.account("300000000002", "EHR", CLINICAL)
    made.account("300000000003", "a/b ", CLINICAL)
    export = made.read(tmp_path)
    assert export.paths[EHR] == f"Root/Clinical/EHR ({EHR})"
    assert export.paths["300000000003"] == "Root/Clinical/a-b"


def test_delegated_administrators_of_detection_are_the_security_account(tmp_path: Path) -> None:
    made = Made()
    made.administrator(AUDIT, "guardduty.amazonaws.com")
    assert organization_of_export(made.read(tmp_path)).values["security_account"] == (AUDIT,)


def _refused(made: Made) -> None:
    made.content["list-accounts-for-parent"][CLINICAL] = {"Error": {"Code": "AccessDeniedException"}}


def _half(made: Made) -> None:
    del made.content["describe-resource-policy"]


def _untold(made: Made) -> None:
    del made.content["list-targets-for-policy"]["p-FullAWSAccess"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_refused, "list-accounts-for-parent of Clinical: AccessDeniedException; accounts in it are not counted"),
        (_half, "describe-resource-policy: it is not in the export; what is delegated by policy is not known"),
        (
            _untold,
            "list-targets-for-policy of FullAWSAccess: it is not in the export; where it is attached is not known, so"
            " it is not counted",
        ),
    ],
)
def test_what_is_missing_is_told_as_partial(tmp_path: Path, spoil: Callable[[Made], None], message: str) -> None:
    made = Made()
    spoil(made)
    assert [one.message for one in made.read(tmp_path).partial] == [message]


def test_a_file_of_no_call_is_told_and_not_read(tmp_path: Path) -> None:
    folder = Made().in_folder(tmp_path)
    (folder / "list-rots.json").write_text("{}")
    (found,) = read_export(folder).partial
    assert found.file == "list-rots.json"
    assert "did you mean 'list-roots'?" in found.message


def _cycle(made: Made) -> None:
    made.unit("ou-1", "One", CLINICAL)
    made.content["list-organizational-units-for-parent"][CLINICAL] = {"OrganizationalUnits": []}
    made.content["list-organizational-units-for-parent"]["ou-1"] = {
        "OrganizationalUnits": [{"Id": "ou-2", "Name": "Two"}]
    }
    made.content["list-organizational-units-for-parent"]["ou-2"] = {
        "OrganizationalUnits": [{"Id": "ou-1", "Name": "One"}]
    }


@pytest.mark.parametrize(
    ("spoil", "parts"),
    [
        (lambda made: made.content.update({"list-rots": {}}), ["list-rots: unknown key 'list-rots'", "'list-roots'?"]),
        (lambda made: made.content.pop("list-roots"), ["has no answer of list-roots: it is not in the export"]),
        (
            lambda made: made.content.update({"describe-organization": {"Error": {"Code": "AccessDenied"}}}),
            ["has no answer of describe-organization: AccessDenied"],
        ),
        (lambda made: made.content.update({"list-roots": {"Roots": []}}), ["lists 0 roots; an organization has one"]),
        (
            lambda made: made.content.update({"list-roots": []}),
            ["list-roots: is no answer of list-roots: Roots is missing"],
        ),
        (lambda made: made.content.update({"list-roots": {"Roots": {}}}), ["Roots is '{}'; a list is wanted"]),
        (lambda made: made.content.update({"list-policies": []}), ["list-policies: '[]' is no object of answers"]),
        (
            lambda made: made.content["list-accounts-for-parent"][CLINICAL]["Accounts"].append({"Id": 1}),
            ["list-accounts-for-parent.ou-ab12-clinical.Accounts[1].Id: Id is '1'; a text is wanted"],
        ),
        (lambda made: made.account("12", "Short", CLINICAL), ["Id is '12'; allowed: twelve digits"]),
        (
            lambda made: made.content["list-accounts-for-parent"][CLINICAL]["Accounts"][0].update({"State": {}}),
            ["Accounts[0].State: State is '{}'; a text is wanted"],
        ),
        (
            lambda made: made.account(EHR, "Again", SECURITY),
            [f"'{EHR}' is listed again, under {SECURITY}; first on line"],
        ),
        (lambda made: made.unit(ROOT_ID, "Root", CLINICAL), [f"'{ROOT_ID}' is listed again"]),
        (_cycle, ["is below itself: ou-1 in ou-2 in ou-1"]),
        (
            lambda made: made.content["list-accounts-for-parent"].update({"ou-x": {"Accounts": []}}),
            ["'ou-x' is neither the root nor an OU that is listed below it"],
        ),
        (
            lambda made: made.policy("p-x", "X", TRAIL, on=["ou-x"]),
            ["'ou-x' is no root, OU or account that is listed"],
        ),
        (lambda made: made.policy("p-FullAWSAccess", "Again", TRAIL), ["'p-FullAWSAccess' is listed twice"]),
    ],
)
def test_what_cannot_be_is_one_clear_error(tmp_path: Path, spoil: Callable[[Made], object], parts: list[str]) -> None:
    made = Made()
    spoil(made)
    found = shown(made.written(tmp_path))
    assert len(found) == 1
    for part in parts:
        assert part in found[0]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is empty"),
        ("{", "1:2: is not valid JSON"),
        ("[]", "'[]' is no object of answers by call"),
        ("{}", "holds no answer of AWS Organizations"),
        ('{"Accounts": []}', "unknown key 'Accounts'; allowed: describe-organization, list-roots"),
        ('{"list-roots": {}, "list-roots": {}}', "is given twice"),
        ("[" * 100_000, "nested deeper than 30"),
    ],
)
def test_what_is_no_export_is_one_clear_error(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "organization.json"
    path.write_text(text)
    (found,) = shown(path)
    assert part in found


def test_an_export_that_is_not_there_is_an_error_that_says_how_one_is_made(tmp_path: Path) -> None:
    (found,) = shown(tmp_path / "none.json")
    assert "docs/importing-an-organization.md" in found
    assert "holds no answer" in shown(tmp_path)[0]


def test_ous_are_found_by_id_name_and_path_and_others_are_refused(tmp_path: Path) -> None:
    made = Made()
    made.unit("ou-1", "Clinical", CLINICAL)
    made.account("300000000009", "Old", CLINICAL, state="CLOSED")
    export = made.read(tmp_path)
    assert chosen_targets(export, ["Root/Clinical/Clinical", SECURITY, "EHR", "/Security/Audit/"]) == (
        "Root/Clinical/Clinical",
        "Root/Security",
        "Root/Clinical/EHR",
        "Root/Security/Audit",
    )
    for wanted, part in (
        ("Secruity", "is no OU and no account of the export (did you mean 'Security'?)"),
        ("Old", "is closed"),
    ):
        with pytest.raises(InputError) as raised:
            chosen_targets(export, [wanted])
        assert part in str(raised.value)


def test_a_policy_that_is_not_understood_is_told_and_not_counted(tmp_path: Path) -> None:
    made = Made()
    made.raw_policy("p-x", "X", "{", on=[CLINICAL])
    made.raw_policy("p-y", "Y", json.dumps({"Version": "2008-10-17", "Statement": []}), on=[CLINICAL])
    found = {one.title: one for one in made.read(tmp_path).policies}
    assert "its content cannot be read: is not valid JSON" in found["X"].why
    assert "Version is '2008-10-17'" in found["Y"].why
    assert found["X"].policy is found["Y"].policy is None
