"""CloudWatch Logs' JSON filter patterns, as far as our alarms use them: a parser and an evaluator.

Syntax: CloudWatch Logs User Guide, "Filter pattern syntax for JSON log events". Stricter than the service where its
documentation leaves room: `&&` and `||` may not be mixed without parentheses, and `*` stands only at the ends of a
text. Whether `!=` holds for a field that is not there is not documented: `missing_differs` decides, and a pattern
that is safe gives the same answer either way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Event = Mapping[str, Any]
Condition = Callable[[Event], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<mark>\|\||&&|!=|[(){}=])
      | (?P<field>\$(?:\.[A-Za-z][A-Za-z0-9]*)+)
      | (?P<text>"[^"]*")
      | (?P<word>[A-Za-z0-9_.*-]+)
    )""",
    re.VERBOSE,
)
_MISSING = object()


class MalformedPattern(Exception):
    """The text is no pattern that this parser knows."""


def matches(pattern: str, event: Event, *, missing_differs: bool) -> bool:
    """Whether the event matches. Raises MalformedPattern."""
    return _Parser(pattern, missing_differs).parsed()(event)


def compared(pattern: str, field: str) -> list[str]:
    """The texts that the pattern compares a field with, by `=`."""
    tokens = _tokens(pattern)
    return [
        text.strip('"')
        for left, mark, text in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if (left, mark) == (field, "=")
    ]


def _tokens(pattern: str) -> list[str]:
    tokens, position = [], 0
    while position < len(pattern.rstrip()):
        found = _TOKEN.match(pattern, position)
        if not found:
            raise MalformedPattern(pattern[position : position + 40])
        tokens.append(found.group().strip())
        position = found.end()
    return tokens


class _Parser:
    def __init__(self, pattern: str, missing_differs: bool) -> None:
        self.tokens = _tokens(pattern)
        self.missing_differs = missing_differs

    def parsed(self) -> Condition:
        self.expect("{")
        condition = self.expression()
        self.expect("}")
        if self.tokens:
            raise MalformedPattern(f"after the end: {self.tokens}")
        return condition

    def take(self) -> str:
        if not self.tokens:
            raise MalformedPattern("ends early")
        return self.tokens.pop(0)

    def expect(self, mark: str) -> None:
        if (found := self.take()) != mark:
            raise MalformedPattern(f"{found} where {mark} is expected")

    def expression(self) -> Condition:
        parts = [self.operand()]
        joined_by = {self.tokens[0]} & {"&&", "||"} if self.tokens else set()
        while self.tokens and self.tokens[0] in ("&&", "||"):
            if self.tokens[0] not in joined_by:
                raise MalformedPattern("&& and || mixed without parentheses")
            self.take()
            parts.append(self.operand())
        judge = any if "||" in joined_by else all
        return lambda event: judge(part(event) for part in parts)

    def operand(self) -> Condition:
        token = self.take()
        if token == "(":
            inner = self.expression()
            self.expect(")")
            return inner
        if not token.startswith("$."):
            raise MalformedPattern(f"{token} where a field is expected")
        return self.comparison(token.split(".")[1:])

    def comparison(self, path: list[str]) -> Condition:
        operator = self.take()
        if operator == "NOT":
            self.expect("EXISTS")
            return lambda event: _value(event, path) is _MISSING
        if operator == "IS":
            expected = {"TRUE": True, "FALSE": False}[self.take()]
            return lambda event: _value(event, path) is expected
        if operator not in ("=", "!="):
            raise MalformedPattern(f"{operator} where an operator is expected")
        wanted = _text_pattern(self.take())
        if operator == "=":
            return lambda event: _equals(_value(event, path), wanted)
        return lambda event: self.differs(_value(event, path), wanted)

    def differs(self, value: Any, wanted: re.Pattern[str]) -> bool:
        return self.missing_differs if value is _MISSING else not _equals(value, wanted)


def _text_pattern(token: str) -> re.Pattern[str]:
    text = token[1:-1] if token.startswith('"') else token
    if token in "(){}=" or "*" in text[1:-1]:
        raise MalformedPattern(f"{token} where a text is expected, with * at its ends only")
    return re.compile(".*".join(re.escape(part) for part in text.split("*")))


def _equals(value: Any, wanted: re.Pattern[str]) -> bool:
    return isinstance(value, str) and wanted.fullmatch(value) is not None


def _value(event: Event, path: list[str]) -> Any:
    value: Any = event
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return _MISSING
        value = value[step]
    return value
