"""The text of a file that a user wrote: bounded, regular, UTF-8; and places in it."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path

from landing_zone.fault import Fault, InputError

MAX_BYTES = 5_000_000


def read_text(path: Path, remedy: str = "") -> str:
    """The UTF-8 text of a regular file of at most MAX_BYTES. Raises InputError, with `remedy` when it is not there."""
    name = str(path)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        raise InputError([Fault(name, 1, 1, "", f"cannot be read: {_reason(error)}", remedy)]) from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise InputError([Fault(name, 1, 1, "", "is not a regular file")])
        with os.fdopen(handle, "rb", closefd=False) as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError([Fault(name, 1, 1, "", f"cannot be read: {_reason(error)}")]) from None
    finally:
        os.close(handle)
    if len(content) > MAX_BYTES:
        raise InputError([Fault(name, 1, 1, "", f"is larger than {MAX_BYTES // 1_000_000} MB; that is refused unread")])
    return _decode(content, name)


def _reason(error: Exception) -> str:
    return (error.strerror or "unknown reason").lower() if isinstance(error, OSError) else str(error)


def _decode(content: bytes, name: str) -> str:
    hint = "save the file as UTF-8"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError([Fault(name, 1, 1, "", "is UTF-16, not UTF-8", hint)])
    content = content.removeprefix(codecs.BOM_UTF8)
    if (position := content.find(b"\0")) >= 0:
        raise InputError([Fault(name, *_place_of_byte(content, position), "", "is not text: it holds a NUL byte")])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8: byte 0x{content[error.start]:02x}"
        raise InputError([Fault(name, *_place_of_byte(content, error.start), "", message, hint)]) from None


def _place_of_byte(content: bytes, position: int) -> tuple[int, int]:
    before = content[:position].decode("utf-8", "replace")
    return place(before, len(before))


def place(text: str, position: int) -> tuple[int, int]:
    """Line and column of a position in a text whose lines end with LF, CR LF or CR."""
    lines = sum(text.count(ending, 0, position) for ending in "\n\r") - text.count("\r\n", 0, position)
    start = max(text.rfind(ending, 0, position) for ending in "\n\r") + 1
    return lines + 1, position - start + 1
