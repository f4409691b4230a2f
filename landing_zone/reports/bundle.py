"""The evidence bundle: one zip with the reports, the evidence they rest on, and the hash of each; signed at will.

`bundle.json` lists every other file with its SHA-256; `bundle.json.sig` is an Ed25519 signature of it. Equal inputs
give equal bytes: entries are sorted and dated with the bundle's day.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from landing_zone.assembly.fan_out import INDEX_FILE
from landing_zone.fault import UsageError

INDEX, SUMS, SIGNATURE = "bundle.json", "SHA256SUMS", "bundle.json.sig"
BUNDLE_VERSION = 1
LARGEST = 1_000_000_000
"""Bytes that a bundle may unpack to; one that says more is not unpacked."""
_UNREADABLE = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    zlib.error,
)
_EXTRA = "pip install 'healthcare-landing-zone[sign]'"


@dataclass(frozen=True)
class Verified:
    """What a bundle turned out to be. `faults` are sentences; an empty list means that nothing was changed."""

    files: int
    signed: bool
    signature_checked: bool
    about: Mapping[str, Any]
    faults: tuple[str, ...]


def bundle(
    assembly: Path, reports: Mapping[str, Mapping[str, bytes]], about: Mapping[str, Any], as_of: date, key: bytes | None
) -> bytes:
    """The bundle of an assembly. reports: files by format; about: the report's provenance; key: an Ed25519 private
    key in PEM. Raises UsageError."""
    contents = {f"reports/{file}": content for files in reports.values() for file, content in files.items()}
    contents |= {f"assembly/{name}": content for name, content in _evidence(assembly)}
    index = {
        "version": BUNDLE_VERSION,
        "as_of": as_of.isoformat(),
        **about,
        "files": [
            {"path": path, "sha256": sha256(contents[path]).hexdigest(), "bytes": len(contents[path])}
            for path in sorted(contents)
        ],
    }
    listed = (json.dumps(index, indent=1, ensure_ascii=False) + "\n").encode()
    sums = "".join(f"{row['sha256']}  {row['path']}\n" for row in index["files"])
    contents |= {INDEX: listed, SUMS: f"{sums}{sha256(listed).hexdigest()}  {INDEX}\n".encode()}
    if key is not None:
        contents[SIGNATURE] = base64.b64encode(_private_key(key).sign(listed)) + b"\n"
    return _zipped(contents, as_of)


def verify(content: bytes, public_key: bytes | None) -> Verified:
    """Compare every file of a bundle with what it says of it. Raises UsageError: it is none, or the key is none."""
    faults: list[str] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise UsageError(f"says that it unpacks to more than {LARGEST:,} bytes; it was not unpacked")
            names = [entry.filename for entry in entries]
            contents = {name: _entry(archive, name, faults) for name in dict.fromkeys(names)}
        index = json.loads(contents[INDEX])
        rows = {str(row["path"]): str(row["sha256"]) for row in index["files"]}
        version = index["version"]
    except _UNREADABLE:
        raise UsageError("is no evidence bundle") from None
    if version != BUNDLE_VERSION:
        raise UsageError(f"is a bundle of version {version!r}; this tool knows {BUNDLE_VERSION}")
    faults += [f"{name}: stands twice" for name in sorted({name for name in names if names.count(name) > 1})]
    faults += [f"{name}: is missing" for name in sorted(rows.keys() - contents.keys())]
    faults += [
        f"{name}: is not listed in {INDEX}" for name in sorted(contents.keys() - rows.keys() - {INDEX, SUMS, SIGNATURE})
    ]
    faults += [
        f"{name}: is not what {INDEX} says"
        for name, digest in sorted(rows.items())
        if name in contents and sha256(contents[name]).hexdigest() != digest
    ]
    signed = SIGNATURE in contents
    if public_key is not None:
        faults += _signature_faults(contents, public_key)
    about = {name: value for name, value in index.items() if name != "files"}
    return Verified(len(rows), signed, public_key is not None, about, tuple(faults))


def _entry(archive: zipfile.ZipFile, name: str, faults: list[str]) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        faults.append(f"{name}: is damaged")
        return b""


def _evidence(assembly: Path) -> Iterable[tuple[str, bytes]]:
    """The index, every report beside it, and one template for each shape."""
    index = json.loads((assembly / INDEX_FILE).read_bytes())
    shapes = {str(row["variant"]): str(row["template"]) for row in reversed(list(index["deployments"].values()))}
    for name in sorted({INDEX_FILE, *index["reports"], *shapes.values()}):
        yield name, (assembly / name).read_bytes()


def _zipped(contents: Mapping[str, bytes], as_of: date) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, (max(as_of.year, 1980), as_of.month, as_of.day, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, contents[name])
    return buffer.getvalue()


def _private_key(pem: bytes) -> Any:
    serialization, ed25519 = _cryptography()
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UsageError("the key is no Ed25519 private key in PEM", hint="openssl genpkey -algorithm ed25519")
    return key


def _signature_faults(contents: Mapping[str, bytes], pem: bytes) -> list[str]:
    from cryptography.exceptions import InvalidSignature

    serialization, ed25519 = _cryptography()
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise UsageError("the key is no Ed25519 public key in PEM", hint="openssl pkey -in KEY -pubout")
    if SIGNATURE not in contents:
        return [f"{SIGNATURE}: is missing; the bundle is not signed"]
    try:
        key.verify(base64.b64decode(contents[SIGNATURE], validate=False), contents[INDEX])
    except (InvalidSignature, ValueError):
        return [f"{SIGNATURE}: does not belong to {INDEX} and this key"]
    return []


def _cryptography() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise UsageError("signatures need the package cryptography, which is not installed", hint=_EXTRA) from None
    return serialization, ed25519
