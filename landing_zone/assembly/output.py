"""The output folder: one writer at a time, replaced by rename, set aside when the new result must not be deployed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from landing_zone.fault import UsageError

STALE_SUFFIX = ".stale"
MARKER = "cdk.out"


@contextmanager
def writer(output: Path) -> Iterator[None]:
    """Hold the output folder for one run. Raises UsageError when another run holds it or it cannot be written.

    The lock file lies outside the folder, because the folder itself is swapped.
    """
    parent = output.parent
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise UsageError(f"output {output} exists and is not a folder", file=str(output))
    if output.is_dir() and any(output.iterdir()) and not (output / MARKER).is_file() and not _only_locks(output):
        raise UsageError(
            f"output {output} holds files that are not a cloud assembly; they are left alone", file=str(output)
        )
    try:
        parent.mkdir(parents=True, exist_ok=True)
        if not os.access(parent, os.W_OK):
            raise PermissionError(13, "permission denied")
        name = hashlib.sha256(str(output.resolve()).encode()).hexdigest()[:16]
        handle = os.open(
            Path(tempfile.gettempdir()) / f"hlz-{os.getuid()}-{name}.lock",
            os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW,
            0o600,
        )
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UsageError(f"output {output} cannot be written: {reason}", file=str(output)) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"another run is writing {output}", file=str(output), hint="wait for it, or choose another -o"
            ) from None
        yield
    finally:
        os.close(handle)


def _only_locks(output: Path) -> bool:
    return all(path.suffix == ".lock" for path in output.iterdir())


@contextmanager
def staged(output: Path) -> Iterator[Path]:
    """A new folder beside `output` to write into; removed when it was not published.

    What a killed run left behind is cleaned up first, and its half-made swap undone.
    """
    for previous in output.parent.glob(f".{output.name}.*.old"):
        if output.exists():
            shutil.rmtree(previous, ignore_errors=True)
        else:
            os.rename(previous, output)
    for leftover in output.parent.glob(f".{output.name}.*.new"):
        shutil.rmtree(leftover, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{output.name}.", suffix=".new", dir=output.parent))
    os.chmod(stage, 0o755)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def publish(stage: Path, output: Path) -> None:
    """Put `stage` in the place of `output`; the CDK CLI's own lock files move along."""
    previous = stage.with_suffix(".old")
    if output.exists():
        for lock in output.glob("*.lock"):
            shutil.copy2(lock, stage / lock.name)
        os.rename(output, previous)
    try:
        os.rename(stage, output)
    except BaseException:
        if previous.exists():
            os.rename(previous, output)
        raise
    shutil.rmtree(previous, ignore_errors=True)
    shutil.rmtree(stale_path(output), ignore_errors=True)


def set_aside(output: Path) -> Path | None:
    """Move an assembly that no longer answers its manifest to `OUTPUT.stale`, so that nothing deploys it."""
    if not (output / MARKER).is_file():
        return None
    stale = stale_path(output)
    shutil.rmtree(stale, ignore_errors=True)
    os.rename(output, stale)
    return stale


def stale_path(output: Path) -> Path:
    """`OUTPUT.stale` beside the output folder."""
    return output.with_name(output.name + STALE_SUFFIX)
