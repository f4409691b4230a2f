"""The policy folder of an export is what `hlz prove --policies` reads."""

from __future__ import annotations

from pathlib import Path

from landing_zone.live_organization.folder import policy_folder_files
from landing_zone.live_organization.organization import organization_of_export
from landing_zone.proof.guardrails.organization import Organization
from landing_zone.proof.guardrails.policy_folder import ATTACHMENTS, read_policy_folder
from tests.live_organization.arrange import AUDIT, CLINICAL, EHR, OUTSIDERS, RCP, ROOT_ID, SECURITY, TRAIL, Made

IMDS = '{"ec2_attributes": {"image_block_public_access": {"state": {"@@assign": "block_new_sharing"}}}}'


def written(made: Made, folder: Path, *phi: str) -> tuple[Organization, str]:
    files = policy_folder_files(made.read(folder), phi)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "organization.json").unlink()
    return read_policy_folder(folder).organization, files[ATTACHMENTS]


def attached(organization: Organization) -> dict[str, object]:
    return {
        path: (
            [one.name for one in target.scps],
            [one.name for one in target.rcps],
            target.full_access,
            target.declarative,
        )
        for path, target in organization.targets.items()
        if target.scps or target.rcps
    }


def test_prove_reads_the_organization_that_was_exported(tmp_path: Path) -> None:
    made = Made()
    made.policy("p-trail", "Keep trails", TRAIL, on=[CLINICAL])
    made.policy("p-rcp", "Keep trails", OUTSIDERS, on=[ROOT_ID], type=RCP)
    made.raw_policy("p-ec2", "Images", IMDS, on=[ROOT_ID], type="DECLARATIVE_POLICY_EC2")
    made.unit("ou-empty", "Empty", CLINICAL)
    made.account("300000000002", "EHR", SECURITY)
    made.account("300000000003", "Security", SECURITY)
    made.administrator(AUDIT, "guardduty.amazonaws.com")
    expected = organization_of_export(made.read(tmp_path), ["Clinical"])
    found, _ = written(made, tmp_path, "Clinical")
    assert attached(found) == attached(expected)
    assert "Keep-trails-p-trail" in str(attached(found)["Root/Clinical"])
    places = {one.id: one.target for one in found.accounts if not one.id.startswith("9")}
    assert places == {one.id: one.target for one in expected.accounts if not one.id.startswith("9")}
    assert places[EHR] == "Root/Clinical/EHR"
    assert found.values == expected.values
    assert found.declarative


def test_ous_without_policies_are_listed_so_that_accounts_in_them_stand_somewhere(tmp_path: Path) -> None:
    made = Made()
    made.content["list-targets-for-policy"]["p-FullAWSAccess"]["Targets"] = [{"TargetId": ROOT_ID}] * 2
    organization, _ = written(made, tmp_path)
    assert {one.target for one in organization.accounts} == {"Root/Security/Audit", "Root/Clinical/EHR"}


def test_values_that_no_call_tells_are_listed_with_what_to_fill_in(tmp_path: Path) -> None:
    made = Made()
    made.policy("p-trail", "Keep trails", TRAIL, on=[CLINICAL])
    made.account("300000000002", "Old", CLINICAL, state="SUSPENDED")
    organization, text = written(made, tmp_path)
    assert "  # phi_targets: []  # the OUs and accounts that hold PHI" in text
    assert '  #   policies spare: ["arn:aws:iam::*:role/pipeline"]' in text
    assert "# Left out, because it is closed: account 300000000002 Old" in text
    assert f"  #   by name: Root/Security/Audit ({AUDIT})" in text
    assert "# organization_id" not in text
    assert organization.values["organization_id"] == ("o-a1b2c3d4e5",)


def test_what_is_not_known_stands_as_a_comment(tmp_path: Path) -> None:
    made = Made()
    made.raw_policy("p-x", "X", "{", on=[CLINICAL])
    del made.content["describe-resource-policy"]
    _, text = written(made, tmp_path)
    assert "# Partial: describe-resource-policy: it is not in the export" in text
    assert "# Left out: X: its content cannot be read" in text
