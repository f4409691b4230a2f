from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from landing_zone.fault import InputError
from landing_zone.lza.assess_policies import Assessment, assess_policies
from landing_zone.lza.configuration import Configuration, read_configuration
from landing_zone.lza.gaps import Gap
from landing_zone.lza.policies import organization_of_configuration, policy_set
from landing_zone.policy_data import policy_data
from tests.lza.arrange import ACCOUNTS as ARRANGED
from tests.lza.arrange import configuration, write

EXEMPT = {"ArnNotLike": {"aws:PrincipalArn": ["arn:${PARTITION}:iam::*:role/${ACCELERATOR_PREFIX}-*"]}}
TRAIL = {
    "Sid": "Trail",
    "Effect": "Deny",
    "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"],
    "Resource": "*",
    "Condition": EXEMPT,
}
ROOT_KEYS = {"Sid": "RootKeys", "Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::*:root/*"}
MALFORMED = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam:*:root"}}
ROOT_USER = {"Sid": "Root", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": MALFORMED}
LEAVE = {"Sid": "Leave", "Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
PLATFORM = "arn:aws:iam::*:role/platform-*"
ROLES = {"Sid": "Roles", "Effect": "Deny", "NotAction": "iam:Get*", "Resource": PLATFORM, "Condition": EXEMPT}
LIST = {"Sid": "List", "Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*"}
OU_LINES = ("Security", "Infrastructure", "Clinical", "Clinical/Production")
ACCOUNTS = """\
mandatoryAccounts:
  - {name: Management, email: management@example.com, organizationalUnit: Root}
  - {name: LogArchive, email: logs@example.com, organizationalUnit: Security}
  - {name: Audit, email: audit@example.com, organizationalUnit: Security}
workloadAccounts:
  - {name: Ward, email: ward@example.com, organizationalUnit: Clinical}
"""


def policy(name: str, *units: str, accounts: tuple[str, ...] = (), **more: object) -> dict[str, Any]:
    targets = {"organizationalUnits": list(units), "accounts": list(accounts)}
    row = {"name": name, "description": name, "type": "customerManaged", "policy": f"scp/{name}.json"}
    return {**row, "deploymentTargets": targets, **more}


def clinic(
    folder: Path, scps: list[dict[str, Any]], files: Mapping[str, list[dict[str, Any]]], **more: Any
) -> Configuration:
    """A configuration with these service control policies and the statements of their files."""
    organization = {
        "enable": True,
        "organizationalUnits": [{"name": name} for name in OU_LINES],
        "serviceControlPolicies": scps,
        "taggingPolicies": [],
        "backupPolicies": [],
        **more,
    }
    texts = {
        f"scp/{name}.json": json.dumps({"Version": "2012-10-17", "Statement": rows}, indent=2)
        for name, rows in files.items()
    }
    return configuration(folder, {"accounts": ACCOUNTS, "organization": yaml.safe_dump(organization), **texts})


def of(gaps: tuple[Gap, ...], id: str) -> list[Gap]:
    return [one for one in gaps if one.id == id]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mistakes")


@pytest.fixture(scope="module")
def mistaken(folder: Path) -> Assessment:
    """The mistakes of a healthcare configuration that its own validator does not see."""
    scps = [
        policy("Guardrails", "Security", "Infrastructure"),
        policy("BaseRoot"),
        policy("HipaaServices"),
        policy("Quarantine"),
        policy("Keys", "Clinical"),
    ]
    quarantine: dict[str, Any] = {"quarantineNewAccounts": {"enable": True, "scpPolicyName": "Quarantine"}}
    files: dict[str, list[dict[str, Any]]] = {
        "Guardrails": [TRAIL],
        "BaseRoot": [LEAVE],
        "HipaaServices": [LIST],
        "Quarantine": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": EXEMPT}],
        "Keys": [ROOT_KEYS, ROOT_USER],
    }
    return assess_policies(clinic(folder, scps, files, **quarantine))


def test_policies_that_no_ou_gets_are_named_at_their_lines(mistaken: Assessment, folder: Path) -> None:
    lines = (folder / "organization-config.yaml").read_text(encoding="utf-8").splitlines()
    told = {one.message.split(" ")[0]: one for one in of(mistaken[0], "LZA-POL-001")}
    assert set(told) == {"BaseRoot", "HipaaServices"}, "the policy of quarantineNewAccounts is attached to new accounts"
    for name, one in told.items():
        assert one.file == "organization-config.yaml"
        assert f"name: {name}" in "\n".join(lines[one.line - 1 : one.line + 8])


def test_an_ou_with_phi_that_gets_no_guardrail_is_named_at_its_line(mistaken: Assessment, folder: Path) -> None:
    ((one),) = of(mistaken[0], "LZA-POL-002")
    assert one.message.startswith("Root/Clinical holds or may hold PHI, and no service control policy denies anything")
    lines = (folder / "organization-config.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[one.line - 1].endswith("name: Clinical")


def test_the_malformed_root_key_arn_is_named_in_its_file(mistaken: Assessment, folder: Path) -> None:
    one, other = of(mistaken[0], "LZA-POL-003")
    assert "'arn:aws:iam:*:root' is no ARN" in other.message
    assert (one.file, one.severity) == ("scp/Keys.json", "error")
    assert "root/*" in (folder / one.file).read_text(encoding="utf-8").splitlines()[one.line - 1]
    (row,) = [row for row in mistaken[2]["policies"] if row["name"] == "Keys"]
    assert row["never_match"] == ["Keys/RootKeys", "Keys/Root"]


def test_a_theorem_that_does_not_hold_is_a_gap_with_the_request_that_nobody_stops(mistaken: Assessment) -> None:
    (one,) = of(mistaken[0], "LZA-THM-trail-cannot-be-stopped")
    assert "in Root/Clinical/Ward may cloudtrail:" in one.message
    assert one.file == "organization-config.yaml"
    assert "164.312(b)" in one.citations
    assert not [one for one in mistaken[0] if "o-standin" in one.message], "the stand-in of an id is not shown"


def test_what_phi_is_taken_to_be_is_said_as_an_assumption(mistaken: Assessment) -> None:
    assert mistaken[2]["phi_targets"] == ("Root/Clinical",)
    assert mistaken[2]["assumptions"][0] == "Root/Clinical hold PHI: their names say so"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """One sound guardrail at the root, beside a policy that AWS would refuse and one that cannot be read."""
    scps = [policy("Guardrails", "Root"), policy("Refused", "Clinical"), policy("Gone", "Clinical")]
    files: dict[str, list[dict[str, Any]]] = {
        "Guardrails": [LEAVE, {"Effect": "Deny", "Action": "iam:CreateUserr", "Resource": "*"}],
        "Refused": [{"Effect": "Deny", "Acton": "s3:*", "Resource": "*"}],
    }
    return assess_policies(clinic(tmp_path_factory.mktemp("guarded"), scps, files))


def test_an_ou_with_phi_under_a_guardrail_of_the_root_is_no_gap(guarded: Assessment) -> None:
    assert of(guarded[0], "LZA-POL-002") == []
    assert of(guarded[0], "LZA-POL-001") == []


def test_a_policy_that_aws_refuses_is_a_gap_at_the_fault_and_no_stop(guarded: Assessment) -> None:
    told = of(guarded[0], "LZA-POL-008")
    assert {one.file for one in told} == {"scp/Refused.json"}
    assert any("unknown element 'Acton'" in one.message for one in told)


def test_an_action_that_the_catalogue_does_not_know_is_told_with_the_nearest(guarded: Assessment) -> None:
    (one,) = of(guarded[0], "LZA-POL-005")
    assert "did you mean 'CreateUser'?" in one.message


def test_what_a_policy_that_cannot_be_read_might_stop_is_no_gap_and_not_proved(guarded: Assessment) -> None:
    gaps, open_, facts = guarded
    assert not [one for one in gaps if one.id.startswith("LZA-THM")]
    assert [one for one in open_ if one.message.startswith("the content of Gone is not known")]
    assert [one for one in open_ if "trail-cannot-be-stopped" in one.message and "without Gone" in one.message]
    assert "PROVED" not in {row["verdict"] for row in facts["theorems"] if row["id"] == "trail-cannot-be-stopped"}


@pytest.fixture(scope="module")
def entangled(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """Attachments that are not what they seem, and an exemption that anybody can give himself."""
    scps = [
        policy("Allowed", "Clinical/Production", strategy="allow-list"),
        policy("Beside", "Clinical/Production"),
        policy("Denies", "Infrastructure", strategy="allow-list"),
        policy("Own", accounts=("Management",)),
        policy("Lost", "Clinicall"),
        *(policy(f"Extra{number}", "Security") for number in range(10)),
        policy(
            "Loose", "Clinical", deploymentTargets={"organizationalUnits": ["Clinical"], "excludedAccounts": ["Ward"]}
        ),
    ]
    files: dict[str, list[dict[str, Any]]] = {
        "Allowed": [LIST],
        "Beside": [LIST],
        "Denies": [LEAVE],
        "Own": [LEAVE],
        "Lost": [LEAVE],
        "Loose": [TRAIL, ROLES],
        **{f"Extra{number}": [LEAVE] for number in range(10)},
    }
    quarantine: dict[str, Any] = {"quarantineNewAccounts": {"enable": True, "scpPolicyName": "Quarantin"}}
    return assess_policies(clinic(tmp_path_factory.mktemp("entangled"), scps, files, **quarantine))


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("LZA-POL-009", "Root/Security has 13 SCP policies"),
        ("LZA-POL-010", "nothing is allowed at Root/Infrastructure"),
        ("LZA-POL-011", "Beside/List allows what FullAWSAccess"),
        ("LZA-POL-012", "Own is attached to the management account alone"),
        ("LZA-POL-013", "excludedAccounts under deploymentTargets of Loose"),
        ("LZA-POL-014", "quarantineNewAccounts names Quarantin"),
        ("LZA-POL-016", "did you mean 'Clinical'?"),
        ("LZA-POL-017", "Allowed is an allow list and Beside a deny list"),
    ],
)
def test_attachments_that_are_not_what_they_seem_are_told(entangled: Assessment, id: str, words: str) -> None:
    told = of(entangled[0], id)
    assert len({one.line for one in told}) == 1
    assert words in told[0].message


def test_a_deny_of_every_action_on_other_resources_is_not_called_the_nearest(entangled: Assessment) -> None:
    (one,) = of(entangled[0], "LZA-THM-ebs-always-encrypted")
    assert one.file == "organization-config.yaml"
    assert "Loose/Roles" not in one.message


def test_an_exemption_that_others_can_give_themselves_is_told_at_its_line(entangled: Assessment) -> None:
    found = of(entangled[0], "LZA-THM-exemptions-closed")
    assert not [one for one in found if "nobody creates, alters" in one.message], "the sum is not told beside its parts"
    (one,) = [one for one in found if one.file == "scp/Loose.json"]
    assert "what arn:aws:iam::*:role/AWSAccelerator-* spares" in one.message


def test_without_an_organization_file_nothing_is_said_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "network-config.yaml").write_text("vpcs: []\n", encoding="utf-8")
    gaps, open_, facts = assess_policies(read_configuration(tmp_path))
    assert (gaps, facts) == ((), {})
    assert "nothing is said of organization policies" in open_[0].message


def test_an_organization_that_the_accelerator_leaves_alone_has_nothing_attached(tmp_path: Path) -> None:
    found = clinic(tmp_path, [policy("Guardrails", "Root")], {"Guardrails": [LEAVE]}, enable=False)
    organization, _ = organization_of_configuration(found)
    assert not any(target.scps for target in organization.targets.values())
    gaps, _, _ = assess_policies(found)
    assert [one.id for one in gaps if one.id in ("LZA-POL-001", "LZA-POL-015")] == ["LZA-POL-015"]


def test_where_a_guardrail_cannot_be_read_an_ou_is_not_called_unprotected(tmp_path: Path) -> None:
    gaps, open_, _ = assess_policies(clinic(tmp_path, [policy("Gone", "Clinical")], {}))
    assert of(gaps, "LZA-POL-002") == []
    assert "the content of Gone is not known" in " ".join(one.message for one in open_)


def test_theorems_about_phi_are_listed_once_where_nobody_holds_any(tmp_path: Path) -> None:
    changes = {"accounts": ACCOUNTS.partition("workload")[0], "organization": "organizationalUnits: [{name: Security}]"}
    _, open_, facts = assess_policies(configuration(tmp_path, changes))
    (one,) = [one for one in open_ if "phi-keys-protected" in one.message]
    assert "no account is known that may hold PHI" in one.message
    assert facts["phi_targets"] == ()


@pytest.mark.parametrize(("region", "partition"), [("us-east-1", "aws"), ("us-gov-west-1", "aws-us-gov")])
def test_variables_are_filled_and_the_partition_is_the_prover_s(tmp_path: Path, region: str, partition: str) -> None:
    outside = {"StringNotEquals": {"aws:PrincipalOrgID": "${ORG_ID}"}}
    bucket = f"arn:{partition}:s3:::logs/*"
    row = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": bucket, "Condition": outside}
    found = clinic(tmp_path, [policy("Outside", "Root")], {"Outside": [row]})
    write(tmp_path, {"global": f"homeRegion: {region}\nenabledRegions: [{region}]\n"})
    organization, _ = organization_of_configuration(read_configuration(tmp_path))
    (statement,) = organization.targets["Root"].scp_denies
    assert statement.content["Resource"] == "arn:aws:s3:::logs/*"
    (id,) = organization.values["organization_id"]
    assert statement.content["Condition"]["StringNotEquals"]["aws:PrincipalOrgID"] == id
    assert "locked_vaults" not in organization.values, "without vaults nothing is proved of them"
    assert found.faults == ()


def test_given_phi_counts_before_names_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    found = clinic(tmp_path, [], {})
    assert policy_set(found, ["Infrastructure"]).phi == ("Root/Infrastructure",)
    assert policy_set(found, ["Ward"]).phi == ("Root/Clinical/Ward",)
    with pytest.raises(InputError, match="is no OU and no account of the configuration; allowed: "):
        policy_set(found, ["Clinicall"])


def test_an_exemption_wider_than_the_accelerator_s_roles_is_of_its_roles_too(tmp_path: Path) -> None:
    wide = "arn:aws:iam::*:role/AWSAccelerator*"
    loose = {**TRAIL, "Condition": {"ArnNotLike": {"aws:PrincipalArn": [wide, "arn:aws:iam::*:role/Admin"]}}}
    organization, _ = organization_of_configuration(clinic(tmp_path, [policy("Wide", "Root")], {"Wide": [loose]}))
    pipeline = organization.values["pipeline_principals"]
    assert wide in pipeline
    assert "arn:aws:iam::*:role/Admin" not in pipeline


def test_no_theorem_is_refuted_by_a_role_of_the_accelerator_s_that_policies_spare(tmp_path: Path) -> None:
    detector = {**TRAIL, "Action": ["guardduty:Delete*", "guardduty:Disassociate*", "guardduty:Update*"]}
    found = clinic(tmp_path, [policy("Guards", "Root")], {"Guards": [detector]})
    _, _, facts = assess_policies(found)
    witness = next(row for row in facts["theorems"] if row["id"] == "guardduty-cannot-be-disabled")["witness"]
    assert "role/AWSAccelerator-" not in json.dumps(witness)


def test_nobody_is_said_to_spare_roles_that_no_policy_names(tmp_path: Path) -> None:
    found = clinic(tmp_path, [policy("Trail", "Root")], {"Trail": [TRAIL]})
    organization, notes = organization_of_configuration(found)
    assert organization.values["pipeline_principals"] == ("arn:aws:iam::*:role/AWSAccelerator-*",)
    assert not any("cdk-accel" in text for text in notes)
    assert not any("role/cdk-accel" in gap.message for gap in assess_policies(found)[0])


def test_where_no_name_speaks_of_phi_every_ou_of_workloads_is_meant(tmp_path: Path) -> None:
    found = policy_set(configuration(tmp_path, {"accounts": ARRANGED.replace("Clinic", "Billing")}))
    assert found.phi == ("Root/Workloads",)
    assert "no name speaks of PHI" in found.notes[0]


def test_an_ou_with_phi_and_no_account_yet_has_one_to_come(tmp_path: Path) -> None:
    organization, _ = organization_of_configuration(clinic(tmp_path, [], {}))
    assert "Root/Clinical/Production/any account" in {one.target for one in organization.accounts}


def test_a_declarative_policy_of_the_ou_above_is_in_force_for_the_account(tmp_path: Path) -> None:
    document = {
        "ec2_attributes": {"vpc_block_public_access": {"internet_gateway_block": {"mode": {"@@assign": "off"}}}}
    }
    found = clinic(tmp_path, [], {}, declarativePolicies=[policy("Edge", "Clinical")])
    (tmp_path / "scp").mkdir()
    (tmp_path / "scp/Edge.json").write_text(json.dumps(document), encoding="utf-8")
    organization, _ = organization_of_configuration(found)
    in_force = organization.targets["Root/Clinical/Ward"].declarative["DECLARATIVE_POLICY_EC2"]
    assert in_force["ec2_attributes"]["vpc_block_public_access"]["internet_gateway_block"]["mode"] == "off"


def test_every_citation_is_one_of_the_security_rule() -> None:
    known = {row["citation"] for row in policy_data("hipaa/security_rule")["rows"]}
    assert {one for row in policy_data("lza/policies")["gaps"].values() for one in row["citations"]} <= known
