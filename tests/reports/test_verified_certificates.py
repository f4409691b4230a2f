"""Certificates of a folder are replayed, and none is exchanged, changed or left out unnoticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landing_zone.fault import InputError, UsageError
from landing_zone.outcome import FINDINGS, GOOD
from landing_zone.proof.guardrails.organization import Account, Organization, Policy, Target, digest
from landing_zone.proof.guardrails.proofs import GuardrailProofs, prove_guardrails
from landing_zone.reports.guardrail_proofs import CERTIFICATES, VERDICTS, write_proofs
from landing_zone.reports.verified_certificates import verified

IDS = ("accounts-cannot-leave", "no-new-identity-providers")
DENY = {"Effect": "Deny", "Action": ["organizations:*", "account:*", "iam:*Provider*"], "Resource": "*"}


@pytest.fixture(scope="module")
def organization() -> Organization:
    root = Target("Root", (Policy("a", {"Version": "2012-10-17", "Statement": [DENY]}),))
    accounts = (Account("ehr", "111111111111", "Root/PHI/ehr"), Account("log", "222222222222", "Root/log"))
    values = {"phi_targets": ("Root/PHI",), "security_account": ("222222222222",), "pipeline_principals": ()}
    return Organization({"Root": root}, accounts, values)


@pytest.fixture(scope="module")
def proofs(organization: Organization) -> GuardrailProofs:
    return prove_guardrails(organization)


@pytest.fixture
def folder(proofs: GuardrailProofs, tmp_path: Path) -> Path:
    certificates = {id: proofs.certificates[id] for id in IDS}
    hashes = {id: {"sha256": digest(content)} for id, content in certificates.items()}
    rows = [result.row for result in proofs.results if result.id in IDS]
    write_proofs({"results": rows, "guardrails": {"certificates": hashes}}, certificates, tmp_path)
    return tmp_path


def problems(organization: Organization, folder: Path) -> dict[str, list[str]]:
    outcome = verified(organization, folder)
    found = {row["theorem"]: row["problems"] for row in outcome.document["certificates"]}
    assert outcome.code == (FINDINGS if any(found.values()) else GOOD)
    return {Path(theorem).name: told for theorem, told in found.items() if told}


def certificate(folder: Path, id: str) -> Path:
    return folder / CERTIFICATES / f"{id}.json"


def test_what_was_written_is_accepted(organization: Organization, folder: Path) -> None:
    assert problems(organization, folder) == {}


def test_a_certificate_that_is_missing_is_named(organization: Organization, folder: Path) -> None:
    certificate(folder, IDS[0]).unlink()

    assert problems(organization, folder) == {
        IDS[0]: ["proofs.json says that it is proved, and there is no certificate of it"]
    }


def test_another_certificate_in_its_place_is_noticed(organization: Organization, folder: Path) -> None:
    certificate(folder, IDS[0]).write_bytes(certificate(folder, IDS[1]).read_bytes())

    assert list(problems(organization, folder)) == [IDS[0]]


def test_a_verdict_that_was_made_better_by_hand_is_noticed(organization: Organization, folder: Path) -> None:
    document: dict[str, Any] = json.loads((folder / VERDICTS).read_text())
    row = {"id": "s3-cannot-be-public", "kind": "guardrail", "verdict": "PROVED", "reason": ""}
    (folder / VERDICTS).write_text(json.dumps({**document, "results": [*document["results"], row]}))

    assert list(problems(organization, folder)) == ["s3-cannot-be-public"]


def test_a_part_that_the_checker_does_not_read_may_not_be_changed_either(
    organization: Organization, folder: Path
) -> None:
    changed = json.loads(certificate(folder, IDS[0]).read_text()) | {"catalogue": "another"}
    certificate(folder, IDS[0]).write_text(json.dumps(changed))

    assert problems(organization, folder) == {IDS[0]: ["proofs.json has another hash of it"]}
    assert verified(organization, certificate(folder, IDS[0])).code == GOOD  # alone it is a proof all the same


@pytest.mark.parametrize("text", ["", "[]", "{", '{"results": [], "guardrails": {"certificates": []}}'])
def test_a_verdict_file_that_is_none_is_a_fault(organization: Organization, folder: Path, text: str) -> None:
    (folder / VERDICTS).write_text(text)

    with pytest.raises(InputError) as raised:
        verified(organization, folder)
    assert len(raised.value.faults) == 1


def test_a_folder_without_certificates_is_a_fault(organization: Organization, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no certificate"):
        verified(organization, tmp_path)
