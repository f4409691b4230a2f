"""What was read and examined before, kept in the cache folder; a folder that cannot be used means no memory, no error.

Reading YAML with the places of its values, the action catalogue and the lock-out check cost most of what guardrails
cost, and their result depends on nothing but files and the question. Only that something passed is kept, never faults.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from landing_zone.action_catalogue import catalogue_version
from landing_zone.policy_data import POLICIES, ROOT
from landing_zone.whole_file import write_whole

_KEPT = 200
_CODE = ("landing_zone/guardrails", "landing_zone/plan", "landing_zone/operations/settings", "landing_zone/manifest")
_DATA = ("bootstrap", "controls", "declarative", "guardrails", "invariants", "rcp", "scp", "settings")


@dataclass(frozen=True)
class Verdicts:
    """Memory in a folder."""

    folder: Path

    def passed(self, question: object, folders: Iterable[Path]) -> bool:
        """Whether a question about these files of ours and of the user's was answered well before."""
        return self._path(question, folders).is_file()

    def remember(self, question: object, folders: Iterable[Path]) -> None:
        """Keep that it was."""
        self._write(self._path(question, folders), "")

    def parsed(self, text: str) -> Any:
        """The plain content of a file of the project's own, by its text; None if it was not read before."""
        with suppress(OSError, ValueError):
            return json.loads(self._parsed(text).read_text(encoding="utf-8"))
        return None

    def keep_parsed(self, text: str, plain: Any) -> None:
        """Keep what a file holds."""
        self._write(self._parsed(text), json.dumps(plain))

    def _parsed(self, text: str) -> Path:
        return self.folder / "guardrails" / f"file-{_sha256([_own_digest(), text])}.json"

    def _path(self, question: object, folders: Iterable[Path]) -> Path:
        theirs = [path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.yaml"))]
        return self.folder / "guardrails" / f"passed-{_sha256([_own_digest(), repr(question), *theirs])}.json"

    def _write(self, path: Path, text: str) -> None:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, text)
            kept = sorted(path.parent.glob("*.json"), key=lambda entry: entry.stat().st_mtime)
            for old in kept[:-_KEPT]:
                old.unlink(missing_ok=True)


@cache
def _own_digest() -> str:
    """Of everything of the project's that an answer depends on."""
    files = [path for name in _CODE for path in (ROOT / name).rglob("*.py")]
    files += [path for name in _DATA for path in (POLICIES / name).glob("*.yaml")]
    digest = hashlib.sha256(catalogue_version().encode())
    for path in sorted((*files, ROOT / "landing_zone" / "action_catalogue.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()


def _sha256(parts: list[str]) -> str:
    return hashlib.sha256("\n\0".join(parts).encode()).hexdigest()
