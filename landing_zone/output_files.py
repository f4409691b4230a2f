"""Files and folders of the user's: a fault of the file system is one of the command line."""

from __future__ import annotations

from pathlib import Path

from landing_zone.fault import UsageError
from landing_zone.whole_file import write_whole


def make_folder(path: Path) -> None:
    """Make a folder of the user's. Raises UsageError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UsageError(f"cannot be made: {reason}", file=str(path)) from None


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file of the user's, whole or not at all. Raises UsageError."""
    try:
        write_whole(path, content, 0o644)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UsageError(f"cannot be written: {reason}", file=str(path)) from None
