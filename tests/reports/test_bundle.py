"""The evidence bundle: the same bytes again, and whatever is changed in it is named."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from landing_zone.fault import InputError
from landing_zone.outcome import FINDINGS, GOOD, Outcome
from landing_zone.reports.bundle import INDEX, SIGNATURE, SUMS, bundle, verify
from landing_zone.reports.bundle_command import bundle_command, verify_command
from tests.reports.arrange import assembly

DAY = date(2026, 11, 23)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PRIVATE = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
STRANGER = (
    Ed25519PrivateKey.from_private_bytes(bytes(32))
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assembly(tmp_path_factory.mktemp("clinic"))


@pytest.fixture(scope="module")
def signed(folder: Path) -> bytes:
    return made(folder, PRIVATE)


def made(folder: Path, key: bytes | None = None) -> bytes:
    reports = {"csv": {"controls.csv": b"id\r\n"}}
    return bundle(folder, reports, {"organization": "clinic"}, DAY, key)


def changed(content: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def listed(files: dict[str, bytes], index: Any) -> None:
    """Put a forged list in place, with sums that fit."""
    files[INDEX] = json.dumps(index).encode()
    rows = [*((row["sha256"], row["path"]) for row in index["files"]), (sha256(files[INDEX]).hexdigest(), INDEX)]
    files[SUMS] = "".join(f"{digest}  {path}\n" for digest, path in rows).encode()


def test_equal_inputs_give_equal_bytes(folder: Path, signed: bytes) -> None:
    assert made(folder, PRIVATE) == signed


def test_it_holds_the_ledger_the_index_the_proofs_and_a_template_of_each_shape(folder: Path, signed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(signed)) as archive:
        names = set(archive.namelist())
    index = json.loads((folder / "landing-zone.json").read_bytes())
    shapes = {row["variant"] for row in index["deployments"].values()}
    assert {f"assembly/{name}" for name in ("ledger.json", "proofs.json", "landing-zone.json")} <= names
    assert sum(name.endswith(".template.json") for name in names) == len(shapes) < len(index["deployments"])
    assert {INDEX, SUMS, SIGNATURE, "reports/controls.csv"} <= names


def test_an_untouched_bundle_is_as_listed_and_its_signature_is_right(signed: bytes) -> None:
    found = verify(signed, PUBLIC)
    assert (found.faults, found.signed, found.signature_checked) == ((), True, True)
    assert found.about["as_of"] == "2026-11-23"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda files: files.update({"assembly/ledger.json": b"{}"}), "assembly/ledger.json: is not what"),
        (lambda files: files.pop("assembly/proofs.json"), "assembly/proofs.json: is missing"),
        (lambda files: files.update({"reports/extra.html": b"hello"}), "reports/extra.html: is not listed"),
        (lambda files: files.pop(SUMS), f"{SUMS}: is missing"),
        (lambda files: files.update({SUMS: files[SUMS].replace(b"a", b"b")}), f"{SUMS}: is not what {INDEX} says"),
        (lambda files: files.pop(SIGNATURE), f"{SIGNATURE}: is missing"),
        (lambda files: files.update({SIGNATURE: b"AAAA"}), f"{SIGNATURE}: does not belong"),
        (lambda files: files.update({SIGNATURE: b"\xff\xfe"}), f"{SIGNATURE}: does not belong"),
    ],
)
def test_what_was_changed_is_named(signed: bytes, change: Callable[[dict[str, bytes]], object], fault: str) -> None:
    (found,) = verify(changed(signed, change), PUBLIC).faults
    assert found.startswith(fault)


def test_hashes_that_were_made_to_fit_do_not_survive_the_signature(signed: bytes) -> None:
    def forge(files: dict[str, bytes]) -> None:
        index = json.loads(files[INDEX])
        index["as_of"] = "2020-01-01"
        listed(files, index)

    assert verify(changed(signed, forge), None).faults == ()
    assert verify(changed(signed, forge), PUBLIC).faults == (f"{SIGNATURE}: does not belong to {INDEX} and this key",)
    assert verify(signed, STRANGER).faults


@pytest.mark.parametrize("name", ["../../evil.sh", "/etc/evil", "..\\evil", "C:evil"])
def test_a_name_that_leads_outside_is_a_fault_even_where_it_is_listed(signed: bytes, name: str) -> None:
    def forge(files: dict[str, bytes]) -> None:
        files[name] = b""
        index = json.loads(files[INDEX])
        index["files"].append({"path": name, "sha256": sha256(b"").hexdigest(), "bytes": 0})
        listed(files, index)

    assert verify(changed(signed, forge), None).faults == (f"{name}: leads outside",)


def test_a_link_is_a_fault(signed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(signed)) as archive:
        rows = [(entry, archive.read(entry)) for entry in archive.infolist()]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry, text in rows:
            entry.external_attr = (0o120777 if entry.filename == "assembly/ledger.json" else 0o644) << 16
            archive.writestr(entry, text)
    assert verify(buffer.getvalue(), None).faults == ("assembly/ledger.json: is a link",)


def test_a_path_that_is_listed_twice_is_a_fault(signed: bytes) -> None:
    def forge(files: dict[str, bytes]) -> None:
        index = json.loads(files[INDEX])
        listed(files, index | {"files": [index["files"][0] | {"sha256": "0"}, *index["files"]]})

    faults = verify(changed(signed, forge), None).faults
    assert any("is listed twice" in fault for fault in faults)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_that_a_zip_cannot_hold_is_no_obstacle(folder: Path, day: date) -> None:
    content = bundle(folder, {}, {"organization": "clinic"}, day, None)
    assert verify(content, None).about["as_of"] == day.isoformat()


def test_two_entries_of_one_name_are_a_fault(signed: bytes) -> None:
    buffer = io.BytesIO(signed)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("assembly/ledger.json", b"other")
    assert "assembly/ledger.json: stands twice" in verify(buffer.getvalue(), None).faults


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip", b'{"version": 1}'])
def test_what_is_no_bundle_is_bad_input(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.zip:1:1: is no evidence bundle"):
        verify_command(tmp_path / "x.zip", None)


@pytest.mark.parametrize(
    "index",
    [
        b"[]",
        b"{}",
        b'{"files": [1], "version": 1}',
        b'{"files": {}, "version": 1}',
        b'{"files": [], "version": true}',
        b'{"files": [], "version": 9}',
    ],
)
def test_an_index_of_another_kind_or_version_is_bad_input(signed: bytes, index: bytes) -> None:
    with pytest.raises(InputError):
        verify(changed(signed, lambda files: files.update({INDEX: index})), None)


def test_a_bundle_that_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch, signed: bytes) -> None:
    monkeypatch.setattr("landing_zone.reports.bundle.LARGEST", 1000)
    with pytest.raises(InputError, match="was not unpacked"):
        verify(signed, None)


def test_a_truncated_bundle_is_bad_input(signed: bytes) -> None:
    with pytest.raises(InputError, match="is no evidence bundle"):
        verify(signed[: len(signed) // 2], None)


def test_a_key_that_is_none_is_bad_input(folder: Path, signed: bytes) -> None:
    with pytest.raises(InputError, match="no Ed25519 private key"):
        made(folder, PUBLIC)
    with pytest.raises(InputError, match="no Ed25519 public key"):
        verify(signed, b"hello")


def run(folder: Path, output: Path, as_of: str | None = "2026-11-23") -> Outcome:
    return bundle_command(folder, ["inventory-json"], output, as_of, None)


def test_the_commands_write_and_verify(folder: Path, tmp_path: Path) -> None:
    written = run(folder, tmp_path / "evidence")
    assert written.code == GOOD
    path = Path(written.document["files"][0]["path"])
    assert path.name.endswith("-evidence-2026-11-23.zip")
    assert verify_command(path, None).document["intact"]
    path.write_bytes(changed(path.read_bytes(), lambda files: files.update({"assembly/ledger.json": b""})))
    found = verify_command(path, None)
    assert (found.code, found.document["intact"]) == (FINDINGS, False)


def test_a_folder_that_is_no_assembly_has_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no assembly of ours"):
        run(tmp_path, tmp_path / "evidence")


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "20261101", "2026-W01-1", ""])
def test_a_day_that_is_none_is_bad_input(folder: Path, tmp_path: Path, day: str) -> None:
    with pytest.raises(InputError, match="a date such as 2026-01-31"):
        run(folder, tmp_path / "evidence", day)
