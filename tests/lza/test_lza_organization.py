from __future__ import annotations

from pathlib import Path

import pytest

from landing_zone.lza.configuration import read_configuration
from landing_zone.lza.organization import OrganizationTree, Targets, organization_of
from tests.lza.arrange import ACCOUNTS, ORGANIZATION, configuration, write


def _targets(folder: Path, written: str) -> tuple[OrganizationTree, Targets]:
    read = configuration(folder, {"network": f"vpcs: [{{deploymentTargets: {written}}}]\n"})
    organization = organization_of(read)
    return organization, organization.targets_of(read.file("network").get("vpcs", 0))


def test_units_accounts_and_regions_are_those_of_the_configuration(tmp_path: Path) -> None:
    organization = organization_of(configuration(tmp_path))
    assert organization.unit_paths == ("Root", "Security", "Infrastructure", "Workloads", "Workloads/Prod")
    assert [account.name for account in organization.accounts_in("Workloads")] == ["Clinic"]
    assert organization.regions == ("us-east-1", "us-west-2")
    assert organization.faults == ()
    clinic = organization.account("Clinic")
    assert clinic
    assert organization.levels(clinic) == ("Root", "Workloads", "Workloads/Prod")
    assert (clinic.id, clinic.stand_in, clinic.mandatory) == ("000000000005", True, False)


def test_an_id_that_is_given_is_taken(tmp_path: Path) -> None:
    ids = "accountIds:\n  - {email: AUDIT@example.com, accountId: '111122223333'}\n"
    audit = organization_of(configuration(tmp_path, {"accounts": ACCOUNTS + ids})).account("Audit")
    assert audit
    assert (audit.id, audit.stand_in) == ("111122223333", False)


def test_a_deployment_reaches_the_accounts_directly_in_an_ou_and_a_policy_those_below(tmp_path: Path) -> None:
    organization, targets = _targets(tmp_path, "{organizationalUnits: [Workloads]}")
    assert targets.deployed == ()
    assert [account.name for account in organization.inheriting(targets)] == ["Clinic"]


def test_root_means_all_accounts_and_no_policy_restricts_the_management_account(tmp_path: Path) -> None:
    organization, targets = _targets(tmp_path, "{organizationalUnits: [Root]}")
    assert len(targets.deployed) == 5
    assert [account.name for account in organization.inheriting(targets)] == [
        "LogArchive",
        "Audit",
        "Network",
        "Clinic",
    ]


def test_excluded_accounts_and_regions_are_left_out(tmp_path: Path) -> None:
    written = (
        "{organizationalUnits: [Security], accounts: [Clinic], excludedAccounts: [Audit], excludedRegions: [us-west-2]}"
    )
    _, targets = _targets(tmp_path, written)
    assert [account.name for account in targets.deployed] == ["LogArchive", "Clinic"]
    assert (targets.regions, targets.excluded_regions) == (("us-east-1",), ("us-west-2",))


@pytest.mark.parametrize("written", ["{}", "{organizationalUnits: []}", "null"])
def test_targets_that_name_nothing_are_empty(tmp_path: Path, written: str) -> None:
    _, targets = _targets(tmp_path, written)
    assert targets.empty
    assert targets.deployed == ()


def test_names_that_do_not_exist_are_faults_and_those_looked_up_are_unknown(tmp_path: Path) -> None:
    _, targets = _targets(tmp_path, "{organizationalUnits: [Workload, '{{Later}}'], accounts: [Klinic]}")
    assert [(fault.key, fault.hint) for fault in targets.faults] == [
        ("vpcs[0].deploymentTargets.organizationalUnits[0]", "did you mean 'Workloads'?"),
        ("vpcs[0].deploymentTargets.accounts[0]", "did you mean 'Clinic'?"),
    ]
    assert [entry.text for entry in targets.unknown] == ["{{Later}}"]
    assert not targets.empty


def test_an_ou_that_is_ignored_says_so(tmp_path: Path) -> None:
    text = ORGANIZATION.replace("  - name: Workloads/Prod\n", "  - {name: Workloads/Prod, ignore: true}\n")
    units = organization_of(configuration(tmp_path, {"organization": text})).units
    assert [unit.path for unit in units if unit.ignored] == ["Workloads/Prod"]
    assert units[-1].parent == "Workloads"


def test_contradictions_between_accounts_and_ous_are_faults_with_their_place(tmp_path: Path) -> None:
    organization = ORGANIZATION.replace("  - name: Workloads\n", "").replace("- name: Security", "- name: Securitys")
    accounts = ACCOUNTS.replace("name: Audit,", "name: Network,") + "  - {email: x@example.com}\n"
    faults = organization_of(configuration(tmp_path, {"organization": organization, "accounts": accounts})).faults
    assert [(fault.file, fault.line, fault.message) for fault in faults] == [
        ("accounts-config.yaml", 2, "LZA requires an account named Audit"),
        ("accounts-config.yaml", 3, "OU 'Security' does not exist in organization-config.yaml"),
        ("accounts-config.yaml", 4, "OU 'Security' does not exist in organization-config.yaml"),
        ("accounts-config.yaml", 6, "account 'Network' is given twice"),
        ("accounts-config.yaml", 8, "an account needs a `name`"),
        ("organization-config.yaml", 5, "the OU above, 'Workloads', is not listed"),
    ]
    assert faults[1].hint == "did you mean 'Securitys'?"


def test_an_account_without_an_ou_is_read_as_in_the_root_and_a_fault(tmp_path: Path) -> None:
    text = ACCOUNTS.replace(", organizationalUnit: Root", "") + "  - {name: Lab, email: lab@example.com}\n"
    organization = organization_of(configuration(tmp_path, {"accounts": text}))
    assert [account.name for account in organization.accounts if account.ou == "Root"] == ["Management", "Lab"]
    assert [(fault.line, fault.key) for fault in organization.faults] == [(8, "workloadAccounts[2]")]


def test_nothing_is_deployed_to_an_ignored_ou(tmp_path: Path) -> None:
    text = ORGANIZATION.replace("- name: Security", "- {name: Security, ignore: true}")
    network = "vpcs: [{deploymentTargets: {organizationalUnits: [Root]}}]\n"
    read = configuration(tmp_path, {"organization": text, "network": network})
    targets = organization_of(read).targets_of(read.file("network").get("vpcs", 0))
    assert [account.name for account in targets.deployed] == ["Management", "Network", "Clinic"]


def test_without_an_organization_file_the_ous_are_those_of_the_accounts(tmp_path: Path) -> None:
    organization = organization_of(read_configuration(write(tmp_path, {"accounts": ACCOUNTS})))
    assert organization.unit_paths == ("Root", "Security", "Infrastructure", "Workloads", "Workloads/Prod")
    assert organization.faults == ()
