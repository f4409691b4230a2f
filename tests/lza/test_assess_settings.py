"""What one row cannot say: comparisons across files, policy documents, templates, the conformance pack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landing_zone.assurance.template_file import TemplateFile
from landing_zone.fault import Fault, InputError
from landing_zone.lza import documents
from landing_zone.lza.assess_settings import assess_settings
from landing_zone.lza.configuration import read_configuration
from landing_zone.lza.folders import CONFIGURATION_FILES
from landing_zone.lza.gaps import Gap, NotUnderstood
from landing_zone.policy_data import policy_data

ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TEMPLATE = TemplateFile(
    {"Resources": {"Data": {"Type": "AWS::RDS::DBInstance", "Properties": {"StorageEncrypted": False}}}},
    {"Resources/Data": 2, "Resources/Data/Properties": 4, "Resources/Data/Properties/StorageEncrypted": 6},
)


def assessed(folder: Path, **files: Any) -> tuple[tuple[Gap, ...], tuple[NotUnderstood, ...], dict[str, Any]]:
    for name, content in files.items():
        path = folder / CONFIGURATION_FILES.get(name, f"{name}.json")
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
    return assess_settings(read_configuration(folder))


def of(id: str, found: tuple[Gap, ...]) -> list[Gap]:
    return [gap for gap in found if gap.id == id]


def test_a_file_that_is_not_there_is_said_once_and_never_good(tmp_path: Path) -> None:
    gaps, not_understood, _ = assessed(tmp_path, accounts={"mandatoryAccounts": []})
    assert not [gap for gap in gaps if gap.file != "accounts-config.yaml"]
    said = [row.message for row in not_understood if row.file == "security-config.yaml"]
    assert ["is not there" in message and "were not judged" in message for message in said] == [True]


def test_a_file_that_cannot_be_read_is_not_good(tmp_path: Path) -> None:
    _, not_understood, _ = assessed(tmp_path, accounts={"mandatoryAccounts": []}, security="a: [")
    assert any(row.file == "security-config.yaml" and "could not be read" in row.message for row in not_understood)


def test_an_address_of_two_accounts_is_a_gap_at_the_second(tmp_path: Path) -> None:
    accounts = (
        "mandatoryAccounts:\n- {name: Audit, email: a@clinic.example}\n"
        "workloadAccounts:\n- {name: Clinic, email: A@clinic.example}\n"
    )
    gaps, _, _ = assessed(tmp_path, accounts=accounts)
    assert [(gap.line, "'Audit'" in gap.message) for gap in of("LZA-ORG-100", gaps)] == [(4, True)]


def test_an_account_of_an_ou_that_there_is_not_is_a_gap_at_its_line(tmp_path: Path) -> None:
    accounts = "mandatoryAccounts: []\nworkloadAccounts:\n- name: Clinic\n  organizationalUnit: Clincal\n"
    gaps, _, _ = assessed(tmp_path, accounts=accounts, organization={"organizationalUnits": [{"name": "Clinical"}]})
    told = [gap for gap in of("LZA-ORG-101", gaps) if gap.line == 4]
    assert "OU 'Clincal' does not exist" in told[0].message
    assert "Clinical" in told[0].message


@pytest.mark.parametrize("document", [[], {}, None, "text", {"Statement": []}])
def test_a_document_without_statements_is_not_understood(tmp_path: Path, document: Any) -> None:
    (tmp_path / "key.json").write_text(json.dumps(document))
    keys = {"keyManagementService": {"keySets": [{"name": "k", "policy": "key.json"}]}}
    _, not_understood, _ = assessed(tmp_path, security=keys)
    assert any(row.file == "key.json" and "holds no statement" in row.message for row in not_understood)


@pytest.mark.parametrize(("account", "expected"), [("Ward", 0), ("Audit", 1)])
def test_a_key_admits_the_account_that_it_is_deployed_to(tmp_path: Path, account: str, expected: int) -> None:
    accounts = {
        "mandatoryAccounts": [{"name": "Audit", "email": "a@clinic.example", "organizationalUnit": "Security"}],
        "workloadAccounts": [{"name": "Ward", "email": "w@clinic.example", "organizationalUnit": "Ward"}],
        "accountIds": [
            {"email": "w@clinic.example", "accountId": "111122223333"},
            {"email": "a@clinic.example", "accountId": "444455556666"},
        ],
    }
    role = {"AWS": "arn:aws:iam::111122223333:role/ward"}
    statement = {"Sid": "Use", "Effect": "Allow", "Principal": role, "Action": "kms:Decrypt", "Resource": "*"}
    keys = [{"name": "k", "policy": "key.json", "deploymentTargets": {"accounts": [account]}}]
    (tmp_path / "key.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    gaps, _, _ = assessed(tmp_path, accounts=accounts, security={"keyManagementService": {"keySets": keys}})
    assert len(of("HLZ-KMS-002", gaps)) == expected


@pytest.mark.parametrize(
    ("ids", "extra", "severities", "open_"),
    [
        (["111122223333"], {}, ["error"], 0),
        (["111122223333"], {"externalIds": ["x"]}, ["warning"], 0),
        (["444455556666"], {}, [], 0),
        ([], {}, [], 1),
    ],
)
def test_a_role_that_trusts_an_unknown_account_is_a_gap(
    tmp_path: Path, ids: list[str], extra: dict[str, Any], severities: list[str], open_: int
) -> None:
    role = {"name": "r", "assumedBy": [{"type": "account", "principal": "arn:aws:iam::444455556666:root"}], **extra}
    accounts = {"accountIds": [{"email": f"{id}@clinic.example", "accountId": id} for id in ids]}
    gaps, not_understood, _ = assessed(tmp_path, accounts=accounts, iam={"roleSets": [{"roles": [role]}]})
    assert [gap.severity for gap in of("LZA-IAM-100", gaps)] == severities
    assert sum("trusts account" in row.message for row in not_understood) == open_


def test_a_backup_rule_that_writes_into_no_known_vault_is_a_gap(tmp_path: Path) -> None:
    plan = {"plans": {"p": {"rules": {"r": {"target_backup_vault_name": {"@@assign": "Lost"}}}}}}
    organization = {"backupPolicies": [{"name": "b", "policy": "plan.json"}]}
    known = {"backup": {"vaults": [{"name": "Kept"}]}}
    files = {"global": known, "organization": organization}
    gaps, _, _ = assessed(tmp_path, plan=plan, **files)
    assert [gap.file for gap in of("LZA-BCK-100", gaps)] == ["plan.json"]
    gaps, _, _ = assessed(tmp_path, plan=json.loads(json.dumps(plan).replace("Lost", "Kept")), **files)
    assert not of("LZA-BCK-100", gaps)


def test_rules_of_the_pack_that_no_rule_set_has_are_named_by_topic(tmp_path: Path) -> None:
    pack = [row["id"] for row in policy_data("hipaa/config_rules")["rows"]]
    sets = [{"rules": [{"name": id, "identifier": id} for id in pack if id != "RDS_STORAGE_ENCRYPTED"]}]
    gaps, _, facts = assessed(tmp_path, security={"awsConfig": {"ruleSets": sets}})
    assert [
        ("RDS_STORAGE_ENCRYPTED" in gap.message, "databases" in gap.message) for gap in of("LZA-CFG-100", gaps)
    ] == [(True, True)]
    assert facts["config_rules"] == {"pack": len(pack), "deployed": len(pack) - 1, "missing": ["RDS_STORAGE_ENCRYPTED"]}


def test_every_topic_of_the_pack_has_a_name(tmp_path: Path) -> None:
    sets = [{"rules": [{"name": "a", "identifier": "NONE_OF_THE_PACK"}]}]
    gaps, _, facts = assessed(tmp_path, security={"awsConfig": {"ruleSets": sets}})
    assert facts["config_rules"]["deployed"] == 0
    assert len(of("LZA-CFG-100", gaps)) > 10


def test_policy_documents_are_judged_by_the_rules_of_templates_at_their_lines(tmp_path: Path) -> None:
    iam = {"policySets": [{"policies": [{"name": "Wide", "policy": "wide.json"}]}]}
    gaps, _, _ = assessed(tmp_path, iam=iam, wide=ALLOW_ALL)
    assert {(gap.file, gap.line) for gap in of("HLZ-IAM-002", gaps)} == {("wide.json", 4)}


def test_findings_of_one_rule_on_one_statement_are_one_gap(tmp_path: Path) -> None:
    actions = ["iam:PassRole", "ec2:ReplaceIamInstanceProfileAssociation", "s3:*"]
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam = {"policySets": [{"policies": [{"name": "Wide", "policy": "wide.json"}]}]}
    gaps, _, _ = assessed(tmp_path, iam=iam, wide=document)
    assert ["2 more findings" in gap.message for gap in of("HLZ-IAM-002", gaps)] == [True]


def test_a_policy_that_is_a_boundary_alone_grants_nothing(tmp_path: Path) -> None:
    role = {"name": "r", "boundaryPolicy": "Wide"}
    iam = {"policySets": [{"policies": [{"name": "Wide", "policy": "wide.json"}]}], "roleSets": [{"roles": [role]}]}
    gaps, _, facts = assessed(tmp_path, iam=iam, wide=ALLOW_ALL)
    assert (of("HLZ-IAM-002", gaps), facts["boundaries"]) == ([], ["wide.json"])
    role["policies"] = {"customerManaged": ["Wide"]}  # type: ignore[assignment]
    gaps, _, facts = assessed(tmp_path, iam=iam)
    assert (len(of("HLZ-IAM-002", gaps)), facts["boundaries"]) == (1, [])


def test_a_key_policy_for_everybody_is_a_gap_and_other_properties_are_not_asked(tmp_path: Path) -> None:
    document = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]}
    security = {"keyManagementService": {"keySets": [{"name": "k", "policy": "key.json"}]}}
    gaps, _, _ = assessed(tmp_path, security=security, key=document)
    ids = {gap.id for gap in gaps if gap.file == "key.json"}
    assert ids & {"HLZ-KMS-001", "HLZ-KMS-002"} == {"HLZ-KMS-002"}


def test_templates_of_customizations_are_checked_at_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How a template is read has its own tests; the parser of cfn-lint alone costs seconds to load."""
    (tmp_path / "data.yaml").write_text("Resources:", encoding="utf-8")
    monkeypatch.setattr(documents, "read_template", lambda path: TEMPLATE)
    stacks = [{"name": "a", "template": "data.yaml"}, {"name": "b", "template": "data.yaml"}]
    gaps, _, facts = assessed(tmp_path, customizations={"customizations": {"cloudFormationStacks": stacks}})
    found = [gap for gap in gaps if gap.file == "data.yaml" and "StorageEncrypted" in gap.message]
    assert [gap.line for gap in found] == [6]
    assert [row["template"] for row in facts["templates"]] == ["data.yaml"]


def test_a_template_that_is_none_is_not_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> TemplateFile:
        raise InputError([Fault(str(path), 3, 1, "", "is no CloudFormation template")])

    (tmp_path / "data.yaml").write_text("a: 1\n", encoding="utf-8")
    monkeypatch.setattr(documents, "read_template", refuse)
    stacks = [{"name": "a", "template": "data.yaml"}, {"name": "b", "template": "../../etc/passwd"}]
    folder = tmp_path
    (folder / "customizations-config.yaml").write_text(
        json.dumps({"customizations": {"cloudFormationStacks": stacks}}), encoding="utf-8"
    )
    configuration = read_configuration(folder)
    _, not_understood, _ = assess_settings(configuration)
    assert [(row.line, row.message) for row in not_understood if row.file == "data.yaml"] == [
        (3, "is no CloudFormation template")
    ]
    assert [fault.key for fault in configuration.faults] == ["customizations.cloudFormationStacks[1].template"]


def test_facts_weigh_nothing(tmp_path: Path) -> None:
    gaps, _, facts = assessed(tmp_path, security={"awsConfig": {"enableDeliveryChannel": True}})
    assert "LZA-DEP-002" in {fact["id"] for fact in facts["settings"]}
    assert not {gap.id for gap in gaps} & {fact["id"] for fact in facts["settings"]}
