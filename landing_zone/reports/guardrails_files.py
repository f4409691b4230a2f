"""Compiled policies as files, one each: the folder appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from landing_zone.fault import UsageError
from landing_zone.guardrails.compile import Compiled


def write_policies(compiled: Compiled, folder: Path) -> None:
    """Write `NAME.json` for each policy; files of an earlier run go. Raises UsageError: it cannot, or others are there.

    Tokens `${Name}` that only the deployment knows stay.
    """
    try:
        _refuse_other_files(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
            made, old = Path(beside) / "made", Path(beside) / "old"
            made.mkdir(mode=0o755)
            for policy in compiled.policies:
                text = json.dumps(policy.content, indent=1, ensure_ascii=False) + "\n"
                (made / f"{policy.name}.json").write_text(text, encoding="utf-8")
            if folder.is_dir():
                shutil.copymode(folder, made)
                os.rename(folder, old)
            os.rename(made, folder)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UsageError(f"cannot be written: {reason}", file=str(folder)) from None


def _refuse_other_files(folder: Path) -> None:
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
        raise UsageError("is no folder", file=str(folder), hint="choose another --output")
    others = [path.name for path in folder.iterdir() if not _is_policy(path)] if folder.is_dir() else []
    if others:
        message = f"holds other files ({min(others)}); it is replaced as a whole"
        raise UsageError(message, file=str(folder), hint="choose another --output")


def _is_policy(path: Path) -> bool:
    return path.name.startswith("hlz-") and path.suffix == ".json" and path.is_file()
