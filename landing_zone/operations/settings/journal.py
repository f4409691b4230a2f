"""What was done, line by line: `NAME.settings.jsonl` beside the manifest.

It only grows, and each line is on disk before the next call is made, so that a run that was killed goes on where it
stopped.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from landing_zone.fault import Fault, InputError, UsageError
from landing_zone.operations.settings.execute import Result
from landing_zone.operations.settings.steps import Json, Step

RESUME_WITHIN = timedelta(hours=24)
"""What an unfinished run saw longer ago is read again."""
_KEPT = ("applied", "unchanged")
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "run": ("started", "selection", "resumes"),
    "step": ("at", "key", "digest", "status"),
    "end": ("at", "complete"),
}


def journal_path(manifest: Path) -> Path:
    """`NAME.settings.jsonl` beside `NAME.yaml`."""
    return manifest.with_name(f"{manifest.stem}.settings.jsonl")


class Journal:
    """An open journal. Threads may record at the same time."""

    def __init__(
        self, path: Path, handle: int, clock: Callable[[], datetime], done: Mapping[str, str], *, torn: bool
    ) -> None:
        self.path, self._handle, self._clock, self._lock = path, handle, clock, Lock()
        self._done = done
        self._before_first = b"\n" if torn else b""  # the torn line of a run that was killed stays

    def is_done(self, step: Step) -> bool:
        """Whether the unfinished run before this one recorded the step, with the same thing wanted."""
        return self._done.get(step.key) == step.digest

    def announce(self, step: Step, before: Any) -> None:
        """Record what was there before it is changed."""
        self._write(self._step_line(step, "applying") | {"before": shown(step, before)})

    def record(self, result: Result) -> None:
        """Record how a step ended; what an earlier run did stands there already."""
        if result.status == "done":
            return
        step = result.step
        line = self._step_line(step, result.status) | {
            "before": shown(step, result.before),
            "desired": shown(step, step.desired),
            "after": shown(step, result.after),
        }
        details = {"reason": result.reason, "request_ids": list(result.request_ids)}
        self._write(line | {key: value for key, value in details.items() if value})

    def end(self, *, complete: bool, counts: Mapping[str, int]) -> None:
        """Close the run; an incomplete one is resumed by the next."""
        self._write({"kind": "end", "at": self._now(), "complete": complete, "counts": dict(counts)})

    def begin(self, manifest: str, table: str, selection: Json) -> None:
        """Open a run: the digests of the manifest and of the table, and what the run is limited to."""
        header = {"kind": "run", "version": 1, "started": self._now(), "manifest": manifest, "table": table}
        self._write(header | {"selection": selection, "resumes": bool(self._done)})

    def _step_line(self, step: Step, status: str) -> Json:
        return {
            "kind": "step",
            "at": self._now(),
            "key": step.key,
            "setting": step.name,
            "account": step.account,
            "account_id": step.account_id,
            "region": step.region,
            "digest": step.digest,
            "status": status,
        }

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _write(self, line: Json) -> None:
        content = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        try:
            with self._lock:
                content, self._before_first = self._before_first + content, b""
                while content:
                    content = content[os.write(self._handle, content) :]
            os.fsync(self._handle)  # outside the lock: threads wait for the disk together, not in a row
        except OSError as error:
            raise _unusable(self.path, error) from None


@contextmanager
def open_journal(path: Path, selection: Json, clock: Callable[[], datetime]) -> Iterator[Journal]:
    """The journal, held against a second run. Raises InputError: it is held, damaged, or cannot be written."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _unusable(path, error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            hint = "wait for it to end"
            raise UsageError("another `hlz settings --apply` is running with it", file=str(path), hint=hint) from None
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _unusable(path, error) from None
        done = _done(list(journal_lines(path, content)), selection, clock())
        yield Journal(path, handle, clock, done, torn=bool(content) and not content.endswith(b"\n"))
    finally:
        os.close(handle)


def _unusable(path: Path, error: OSError) -> UsageError:
    reason = (error.strerror or "unknown reason").lower()
    return UsageError(f"the journal cannot be used: {reason}", file=str(path), hint="-o names another one")


def journal_lines(path: Path, content: bytes) -> Iterator[Json]:
    """Every line; the last one of a run may be torn, any other that cannot be read is a fault."""
    torn: int | None = None
    for number, line in enumerate(content.splitlines(), start=1):
        parsed = _parsed(line)
        if parsed is None:
            torn = torn or number  # a killed run may tear its header, too
            continue
        if torn is not None and parsed["kind"] != "run":
            raise _corrupt(path, torn)
        torn = None
        yield parsed
    if torn is not None and content.endswith(b"\n"):
        raise _corrupt(path, torn)


def _parsed(line: bytes) -> Json | None:
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    required = _REQUIRED.get(str(parsed.get("kind"))) if isinstance(parsed, dict) else None
    return parsed if required and all(key in parsed for key in required) else None


def _corrupt(path: Path, line: int) -> InputError:
    hint = "restore it, or name another one with -o; what is in it would not be resumed"
    return InputError([Fault(str(path), line, 1, "", "is no line of a settings journal", hint)])


def _done(lines: Collection[Json], selection: Json, now: datetime) -> dict[str, str]:
    """Key and digest of every step that the unfinished runs with this selection have done lately."""
    done: dict[str, str] = {}
    ours = False
    for line in lines:
        if line["kind"] == "run":
            ours = line["selection"] == selection
            if ours and not line["resumes"]:
                done = {}
        elif not ours:
            continue
        elif line["kind"] == "end":
            done = {} if line["complete"] else done
        elif line["status"] in _KEPT and _is_recent(line["at"], now):
            done[line["key"]] = line["digest"]
        else:
            done.pop(line["key"], None)
    return done


def _is_recent(at: Any, now: datetime) -> bool:
    try:
        return bool(now - datetime.fromisoformat(at) <= RESUME_WITHIN)
    except (TypeError, ValueError):
        return False


def shown(step: Step, value: Any) -> Any:
    """A value as it is recorded and printed: of private settings, a digest of each text."""
    return _digests(value) if step.setting.private else value


def _digests(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _digests(entry) for key, entry in value.items()}
    return value if value is None else f"sha256:{hashlib.sha256(str(value).encode()).hexdigest()[:16]}"
