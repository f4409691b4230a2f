"""How a run ends: exit code and document, the same for `hlz`, for the app it starts, and for the CDK CLI."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from landing_zone.fault import InputError

GOOD, FINDINGS, BAD_INPUT, INTERNAL_ERROR, INTERRUPTED = 0, 1, 2, 3, 130


class ToolFailed(Exception):
    """A tool that the run depends on is missing or stopped: node, jsii, the CDK. Exit code 3."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `text` is what a person reads on standard error; it may be empty."""

    code: int
    document: dict[str, Any]
    text: str = ""


_signals: list[int] = []


def catch_signals() -> None:
    """Let SIGINT and SIGTERM end the run as an interrupt, whatever else breaks because of them."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        _signals.append(number)
        sys.unraisablehook = lambda _: None  # half-made objects that are cleaned up: consequences of the interrupt
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


def leave(code: int) -> NoReturn:
    """Exit with exactly this code.

    After an interrupt inside `exec` of a text (every import of a dataclass does that) CPython remembers it, and ends
    itself with SIGINT whatever `sys.exit` was told: see `unhandled_keyboard_interrupt` in its Modules/main.c.
    """
    if not _signals:
        sys.exit(code)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def guarded(run: Callable[[], Outcome], *, debug: bool = False) -> Outcome:
    """Run and turn every exception into an outcome: faults 2, interrupt 130, anything else 3 with a report id."""
    try:
        return run()
    except InputError as error:
        return bad_input(error)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:
        if _signals:  # node died of the same signal, and that is what is seen first
            return _INTERRUPTED
        if debug:
            traceback.print_exception(error)
        return internal_error(error)


def bad_input(error: InputError) -> Outcome:
    """The outcome of faults: the `errors` document, and a line for each."""
    errors = [fault.as_json() for fault in error.faults]
    return Outcome(BAD_INPUT, {"valid": False, "errors": errors}, str(error))


_INTERRUPTED = Outcome(INTERRUPTED, {"error": "interrupted"}, "interrupted; nothing was written")


def internal_error(error: Exception) -> Outcome:
    """The outcome of a bug or of a tool that failed; the traceback goes into a report file."""
    trace = "".join(traceback.format_exception(error))
    report = hashlib.sha256(trace.encode()).hexdigest()[:10]
    path = Path(tempfile.gettempdir()) / f"hlz-report-{report}-{os.getuid()}.txt"
    with suppress(OSError):
        path.write_text(trace, encoding="utf-8")
        os.chmod(path, 0o600)
    what = str(error) if isinstance(error, ToolFailed) else f"{type(error).__name__}: {error}"
    text = f"internal error {report}: {what}\nThe report is in {path}; --debug shows the traceback."
    return Outcome(INTERNAL_ERROR, {"error": what, "report_id": report, "report": str(path)}, text)


def hand_over(outcome: Outcome, file: str) -> None:
    """Write an outcome for the process that started this one."""
    Path(file).write_text(json.dumps(vars(outcome)), encoding="utf-8")


def take_over(file: Path) -> Outcome | None:
    """Read what `hand_over` wrote; None when the process ended without writing it."""
    try:
        return Outcome(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


_UNSEEN = [*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_SHOWN = {code: chr(code).encode("unicode_escape").decode() for code in _UNSEEN}


def shown(text: str) -> str:
    """Text of which nothing moves a terminal's cursor or turns its lines around: names in it are other people's."""
    return text.translate(_SHOWN)


def say(text: str) -> None:
    """Print for a person, on standard error if that is open."""
    if text and sys.stderr:
        with suppress(OSError):
            print(shown(text), file=sys.stderr, flush=True)
