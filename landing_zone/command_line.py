"""What the commands of `hlz` share: their options, how an outcome is printed, and the exit."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from landing_zone.outcome import BAD_INPUT, Outcome, guarded, say, shown

Manifest = Annotated[Path, typer.Option("--manifest", "-m", help="The manifest.", metavar="FILE")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results only.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal error.")]
Segments = Annotated[
    Path | None,
    typer.Option(help="YAML map from a glob over STACK or STACK/LogicalId to a segment.", metavar="FILE"),
]
Formats = Annotated[
    list[str] | None, typer.Option("--format", help="Format; may be repeated. Default: all but pdf.", metavar="FORMAT")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The day that dates are judged at; default: today.", metavar="DATE")
]
DEFAULT_MANIFEST, DEFAULT_ASSEMBLY = Path("landing-zone.yaml"), Path("cdk.out")


class Exit(Exception):
    """A command has ended, and said all there is to say."""

    def __init__(self, code: int) -> None:
        self.code = code


def finish(run: Callable[[], Outcome], *, as_json: bool, quiet: bool, debug: bool) -> NoReturn:
    """Run a command, print its outcome and end with its exit code."""
    raise Exit(show(guarded(run, debug=debug), as_json=as_json, quiet=quiet))


def show(outcome: Outcome, *, as_json: bool, quiet: bool) -> int:
    """Print an outcome and return the exit code: JSON and good news on standard output, the rest on standard error."""
    if as_json:
        text = json.dumps(outcome.document, indent=1, ensure_ascii=False)
    elif outcome.code:
        say(outcome.text)
        return outcome.code
    else:
        text = "" if quiet else shown(outcome.text)
    try:
        _print(text, encoding="utf-8" if as_json else None)
    except BrokenPipeError:
        _discard_output()  # whoever reads has read enough
    except OSError as error:
        _discard_output()
        say(f"standard output cannot be written: {(error.strerror or 'unknown reason').lower()}")
        return outcome.code or BAD_INPUT
    return outcome.code


def _print(text: str, *, encoding: str | None) -> None:
    if sys.stdout is None or not text:
        return
    if isinstance(sys.stdout, io.TextIOWrapper):  # file names may hold bytes that are no text
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")
    print(text, flush=True)


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def says_progress(as_json: bool, quiet: bool) -> bool:
    """Whether long work says how far it is: on a terminal only."""
    return bool(sys.stderr) and sys.stderr.isatty() and not as_json and not quiet
