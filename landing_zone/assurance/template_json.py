"""JSON with the place of each key and item."""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect_right
from typing import Any, NoReturn

from landing_zone.fault import Fault, InputError, excerpt
from landing_zone.manifest.source_text import place

MAX_DEPTH = 100
Places = dict[str, tuple[int, int]]
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


class _NoNumber(ValueError):
    pass


def parse_json(text: str, file: str) -> tuple[Any, Places]:
    """The value, and line and column by path (`Resources/Key/Properties/Tags/0`).

    Raises InputError: no JSON, deeper than MAX_DEPTH levels, a key given twice.
    """
    try:
        value = json.loads(text, parse_constant=_constant)
    except RecursionError:
        value = None  # the scan below says where
    except json.JSONDecodeError as error:
        message = f"is no JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise InputError([Fault(file, error.lineno, error.colno, "", message)]) from None
    except _NoNumber as error:
        raise InputError([Fault(file, 1, 1, "", f"is no JSON: {error}")]) from None
    except ValueError:  # of Python, which reads no longer ones
        digits = sys.get_int_max_str_digits()
        number = re.search(rf"[0-9]{{{digits + 1}}}", text)
        where = place(text, number.start()) if number else (1, 1)
        raise InputError([Fault(file, *where, "", f"holds a number of more than {digits:,} digits")]) from None
    return value, _Scan(text, file).places()


def _constant(name: str) -> NoReturn:
    raise _NoNumber(f"{name} is no number")


class _Scan:
    """Walks the tokens of a text that is JSON; iterative, because depth is what it may have to report."""

    def __init__(self, text: str, file: str) -> None:
        self._text, self._file = text, file
        self._ends = [found.start() for found in re.finditer(r"\n|\r(?!\n)", text)]
        self._faults: list[Fault] = []

    def places(self) -> Places:
        places: Places = {}
        path, keys, index, wants_key = "", None, 0, False
        open_: list[tuple[str, set[str] | None, int]] = []
        below = ""
        for token in _TOKEN.finditer(self._text):
            word = token[0]
            if word == ":":
                continue
            if word == ",":
                index, wants_key = index + 1, keys is not None
                continue
            if word in "}]":
                path, keys, index = open_.pop()
                wants_key = False
                continue
            if wants_key and keys is not None:
                key = json.loads(word) if "\\" in word else word[1:-1]
                below, wants_key = f"{path}/{key}" if path else key, False
                if key in keys:
                    first = places[below][0]
                    message = f"key {excerpt(key)} is given twice; first on line {first}"
                    self._faults.append(Fault(self._file, *self._place(token.start()), _dotted(below), message))
                keys.add(key)
                places.setdefault(below, self._place(token.start()))
                continue
            if keys is None and open_:
                below = f"{path}/{index}" if path else str(index)
                places[below] = self._place(token.start())
            if word in "{[":
                open_.append((path, keys, index))
                path, keys, index, wants_key = below, set() if word == "{" else None, 0, word == "{"
                if len(open_) > MAX_DEPTH:
                    place = self._place(token.start())
                    raise InputError([Fault(self._file, *place, "", f"is nested deeper than {MAX_DEPTH} levels")])
        if self._faults:
            raise InputError(self._faults)
        return places

    def _place(self, position: int) -> tuple[int, int]:
        line = bisect_right(self._ends, position - 1)
        return line + 1, position - (self._ends[line - 1] if line else -1)


def _dotted(path: str) -> str:
    return path.replace("/", ".")
