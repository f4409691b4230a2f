"""The output folder: one writer at a time, replaced by rename, set aside when the new result must not be deployed."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from landing_zone.fault import UsageError

STALE_SUFFIX = ".stale"
MARKER = "cdk.out"
_READER = re.compile(r"read\.([0-9]+)\.[^.]+\.lock")  # toolkit-lib/lib/api/rwlock.ts of aws-cdk 2.1148.1


@contextmanager
def writer(output: Path, inputs: Iterable[Path] = ()) -> Iterator[None]:
    """Hold the output folder for one run; `inputs` are files that the run reads.

    Raises UsageError: another run holds the folder, the CDK CLI is reading it, it cannot be written, it holds files
    that are no cloud assembly, or an input or the current folder lies in it. The lock file lies outside the folder,
    because the folder itself is swapped.
    """
    with _usage_errors(output):
        _refuse_what_it_holds(output, (Path.cwd(), *inputs))
        output.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(output.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        name = hashlib.sha256(os.path.realpath(output).encode()).hexdigest()[:16]
        lock = Path(tempfile.gettempdir()) / f"hlz-{os.getuid()}-{name}.lock"
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        with _usage_errors(output):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UsageError(
                    f"another run is writing {output}", file=str(output), hint="wait for it, or choose another -o"
                ) from None
            _refuse_foreign(output)
            _refuse_readers(output)
        yield
    finally:
        os.close(handle)


@contextmanager
def _usage_errors(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UsageError(f"output {output} cannot be written: {reason}", file=str(output)) from None


def _refuse_what_it_holds(output: Path, kept: Iterable[Path]) -> None:
    folder = os.path.realpath(output)
    for path in kept:
        if Path(os.path.realpath(path)).is_relative_to(folder):
            raise UsageError(f"output {output} is replaced as a whole, but {path} lies in it", file=str(output))


def _refuse_foreign(output: Path) -> None:
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise UsageError(f"output {output} exists and is not a folder", file=str(output))
    if output.is_dir() and not (output / MARKER).is_file() and any(p.suffix != ".lock" for p in output.iterdir()):
        raise UsageError(
            f"output {output} holds files that are not a cloud assembly; they are left alone", file=str(output)
        )


def _refuse_readers(output: Path) -> None:
    """A `cdk deploy` reads templates one by one, hours long, and would publish new ones under their old names."""
    for lock in output.glob("read.*.lock"):
        process = _READER.fullmatch(lock.name)
        if process and _alive(int(process.group(1))):
            raise UsageError(
                f"the CDK CLI (process {process.group(1)}) is reading {output}",
                file=str(output),
                hint=f"wait for it, or choose another -o; if no such process runs, remove {lock}",
            )


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def staged(output: Path) -> Iterator[Path]:
    """A new folder beside `output` to write into; removed when it was not published.

    What a killed run left behind is cleaned up first, and its half-made swap undone.
    """
    with _usage_errors(output):
        for previous in _leftovers(output, "old"):
            if output.exists():
                shutil.rmtree(previous, ignore_errors=True)
            else:
                os.rename(previous, output)
        for leftover in _leftovers(output, "new"):
            shutil.rmtree(leftover, ignore_errors=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{output.name}.", suffix=".new", dir=output.parent))
        os.chmod(stage, 0o755)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _leftovers(output: Path, kind: str) -> list[Path]:
    name = re.compile(rf"\.{re.escape(output.name)}\.[^.]+\.{kind}")  # not those of an `OUTPUT.something` beside it
    return [path for path in output.parent.iterdir() if name.fullmatch(path.name)]


def publish(stage: Path, output: Path) -> None:
    """Put `stage` in the place of `output`; the CDK CLI's own lock files move along.

    Raises UsageError when the CDK CLI has begun to read `output` meanwhile.
    """
    _refuse_readers(output)
    previous = stage.with_suffix(".old")
    try:
        if output.exists():
            for lock in output.glob("*.lock"):
                shutil.copy2(lock, stage / lock.name)
            os.rename(output, previous)
        os.rename(stage, output)
    except BaseException:
        if previous.exists() and not output.exists():
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
