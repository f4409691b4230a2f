"""Primary keys: from the exports of the accounts that have replicas, and never over what the lock knows."""

from __future__ import annotations

from landing_zone.operations.adopt.findings import Findings
from landing_zone.operations.adopt.keys import learn_keys, primary_domains
from landing_zone.operations.adopt.observe import SeenExports
from landing_zone.plan.lock import Lock, LockedAccount
from tests.arrangement import clinic, primary_keys
from tests.operations.adopt.arrange import about, account_id
from tests.plan.arrange import locked, plan_of

ID, NAME = account_id(1), "ehr-production"
KEYS = primary_keys(ID)
EXPORTS = {f"hlz-{domain}-key-arn": arn for domain, arn in KEYS.items()}
OTHER = KEYS["data"].replace("d" * 32, "e" * 32)


def learned(seen: SeenExports, before: dict[str, str] | None = None) -> tuple[dict[str, str], Findings]:
    findings = Findings()
    accounts = {NAME: LockedAccount(id=ID, keys=before or {})}
    lock = locked(Lock(accounts=accounts))
    after = learn_keys({NAME: ("data", "secrets")}, accounts, seen, lock, "us-east-1", findings)
    return after[NAME].keys, findings


def test_only_accounts_with_a_second_site_have_primary_keys() -> None:
    assert primary_domains(plan_of(clinic()).plan) == {NAME: ("data", "secrets")}


def test_exported_keys_are_learned() -> None:
    keys, findings = learned(SeenExports({NAME: {**EXPORTS, "other": "x"}}))
    assert keys == KEYS
    assert [row["name"] for row in findings.learned] == [f"{NAME} data", f"{NAME} secrets"]


def test_keys_that_are_not_there_yet_are_mentioned() -> None:
    keys, findings = learned(SeenExports({NAME: {}}))
    assert not keys
    assert about(findings, f"no primary keys yet: {NAME};", kind="note")


def test_known_keys_stay_when_the_export_is_gone_or_the_account_cannot_be_asked() -> None:
    for seen in (SeenExports({NAME: {}}), SeenExports({}, {NAME: "AccessDenied: no"})):
        keys, findings = learned(seen, before=KEYS)
        assert keys == KEYS
        assert not findings.faults
        assert not findings.learned


def test_another_key_than_the_lock_knows_is_a_fault() -> None:
    _, findings = learned(SeenExports({NAME: EXPORTS}), before={"data": OTHER})
    (fault,) = findings.faults
    assert (fault.file, fault.key) == ("landing-zone.lock.yaml", f"accounts.{NAME}.keys.data")
    assert OTHER in fault.message
    assert KEYS["data"] in fault.message


def test_a_key_of_one_region_or_another_account_is_not_taken() -> None:
    for arn in (
        f"arn:aws:kms:us-east-1:{ID}:key/12345678-1234-1234-1234-123456789012",
        KEYS["data"].replace(ID, account_id(2)),
        KEYS["data"].replace("us-east-1", "us-west-2"),
    ):
        keys, findings = learned(SeenExports({NAME: {**EXPORTS, "hlz-data-key-arn": arn}}))
        assert set(keys) == {"secrets"}
        assert about(findings, "no multi-Region key of the account in us-east-1")


def test_accounts_that_cannot_be_asked_for_one_reason_are_one_note() -> None:
    findings = Findings()
    names = [f"a{number}" for number in range(9)]
    accounts = {name: LockedAccount(id=account_id(number)) for number, name in enumerate(names)}
    refused = {name: f"AccessDenied: role x cannot be assumed in {entry.id}" for name, entry in accounts.items()}
    learn_keys({}, accounts, SeenExports({}, refused), locked(None), "us-east-1", findings)
    (message,) = about(findings, "keys not read", kind="note")
    assert "and 3 more" in message
