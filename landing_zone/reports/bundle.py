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
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path, PurePosixPath
from stat import S_ISLNK
from typing import Any

from landing_zone.assembly.fan_out import INDEX_FILE
from landing_zone.fault import UsageError

INDEX, SUMS, SIGNATURE = "bundle.json", "SHA256SUMS", "bundle.json.sig"
_OWN = frozenset({INDEX, SUMS, SIGNATURE})
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
    contents |= {INDEX: listed, SUMS: _sums({row["path"]: row["sha256"] for row in index["files"]}, listed)}
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
        rows = [(str(row["path"]), str(row["sha256"])) for row in index["files"]]
        if not isinstance(index["files"], list):
            raise TypeError
        version = index["version"]
    except _UNREADABLE:
        raise UsageError("is no evidence bundle") from None
    if type(version) is not int or version != BUNDLE_VERSION:  # True equals 1
        raise UsageError(f"is a bundle of version {version!r}; this tool knows {BUNDLE_VERSION}")
    listed = dict(rows)
    faults += [f"{name}: stands twice" for name in _doubled(names)]
    faults += [f"{name}: is listed twice in {INDEX}" for name in _doubled([name for name, _ in rows])]
    faults += [f"{name}: leads outside" for name in sorted(contents) if not _inside(name)]
    faults += [f"{name}: is a link" for name in sorted({e.filename for e in entries if S_ISLNK(e.external_attr >> 16)})]
    faults += [f"{name}: is missing" for name in sorted({SUMS, *listed} - contents.keys())]
    faults += [f"{name}: is not listed in {INDEX}" for name in sorted(contents.keys() - listed.keys() - _OWN)]
    faults += [
        f"{name}: is not what {INDEX} says"
        for name, digest in sorted(listed.items())
        if name in contents and sha256(contents[name]).hexdigest() != digest
    ]
    if SUMS in contents and contents[SUMS] != _sums(listed, contents[INDEX]):
        faults.append(f"{SUMS}: is not what {INDEX} says")
    signed = SIGNATURE in contents
    if public_key is not None:
        faults += _signature_faults(contents, public_key)
    about = {name: value for name, value in index.items() if name != "files"}
    return Verified(len(listed), signed, public_key is not None, about, tuple(faults))


def _sums(hashes: Mapping[str, str], index: bytes) -> bytes:
    """What `sha256sum -c` reads: every file that is listed, and the list."""
    rows = [*hashes.items(), (INDEX, sha256(index).hexdigest())]
    return "".join(f"{digest}  {path}\n" for path, digest in rows).encode(errors="backslashreplace")


def _doubled(names: Sequence[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _inside(name: str) -> bool:
    """Whether a program that unpacks this name writes below the folder that it was given."""
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name)


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
    """A zip knows the years from 1980 to 2107."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, (min(max(as_of.year, 1980), 2107), as_of.month, as_of.day, 0, 0, 0))
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
