"""The folders of a configuration: which one is meant, and that no path leads out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from landing_zone.fault import Fault, InputError, excerpt

CONFIGURATION_FILES = {
    name: f"{name}-config.yaml"
    for name in (
        "accounts",
        "organization",
        "global",
        "network",
        "security",
        "iam",
        "customizations",
        "replacements",
    )
}
OPTIONAL_FILES = ("customizations", "replacements")

_MAX_FOLDERS = 2_000
_MAX_DEPTH = 5
_MAX_LISTED = 8


def configuration_folder(folder: Path) -> Path:
    """The folder itself, or the only one below it, that holds a configuration file.

    Raises InputError: it is no folder, holds no configuration file, or several folders below it do.
    """
    if not folder.is_dir():
        problem = "is not a folder" if os.path.lexists(folder) else "does not exist"
        raise InputError([Fault(str(folder), 1, 1, "", problem, "give the folder that holds the *-config.yaml files")])
    if _holds_configuration(folder):
        return folder
    found = [below for below in _folders(folder) if _holds_configuration(below)]
    if len(found) == 1:
        return found[0]
    if not found:
        hint = f"one of {', '.join(CONFIGURATION_FILES.values())} is needed"
        raise InputError([Fault(str(folder), 1, 1, "", "holds no Landing Zone Accelerator configuration", hint)])
    listed = ", ".join(str(below.relative_to(folder)) for below in found[:_MAX_LISTED])
    more = f" and {len(found) - _MAX_LISTED} more" if len(found) > _MAX_LISTED else ""
    message = f"holds {len(found)} configurations: {listed}{more}"
    raise InputError([Fault(str(folder), 1, 1, "", message, "give one of them, or those that belong together")])


def _holds_configuration(folder: Path) -> bool:
    return any(os.path.lexists(folder / file) for file in CONFIGURATION_FILES.values())


def _folders(top: Path) -> Iterator[Path]:
    """Folders below `top`, sorted, a bounded number; neither hidden ones nor symbolic links."""
    seen = 0
    for root, names, _ in os.walk(top):
        depth = len(Path(root).relative_to(top).parts)
        names[:] = sorted(name for name in names if not name.startswith(".") and name != "node_modules")
        if depth >= _MAX_DEPTH:
            names.clear()
        for name in names:
            seen += 1
            if seen > _MAX_FOLDERS:
                return
            if not (Path(root) / name).is_symlink():
                yield Path(root) / name


def inside(written: str, bases: Sequence[Path], folder: Path) -> Path | str:
    """The existing file that a path in a configuration names, or why there is none.

    bases: folders that the path may be relative to, the first that has it wins; folder: what it must not lead out of.
    """
    if not written or "\0" in written or len(written) > 1_000:
        return "must name a file"
    if Path(written).is_absolute() or written.startswith(("~", "\\")) or ":" in written.split("/")[0]:
        return f"{excerpt(written)} must be relative to the configuration's folder"
    root = folder.resolve()
    candidates = [base / written for base in bases]
    try:
        resolved = [candidate.resolve() for candidate in candidates]
    except (OSError, RuntimeError):
        return f"{excerpt(written)} cannot be followed"
    for candidate, real in zip(candidates, resolved, strict=True):
        if real.is_relative_to(root) and real.exists():
            return candidate
    if any(not real.is_relative_to(root) for real in resolved[:1]):
        return f"{excerpt(written)} leads out of the configuration's folder"
    return f"{excerpt(written)} does not exist"
