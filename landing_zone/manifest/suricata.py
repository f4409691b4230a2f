"""Reads Suricata rules as AWS Network Firewall takes them, so that what it would refuse is refused here.

It knows the shape of a rule, its words (`policies/network/firewall/grammar.yaml`), addresses, ports and variables; what
a keyword's value means is left to the service.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from landing_zone.fault import excerpt, nearest
from landing_zone.policy_data import policy_data

MAX_SID = 2**31 - 1
_HEADER = ("action", "protocol", "source", "source port", "direction", "destination", "destination port")
_TOKEN = re.compile(r"!?\[[^\[\]]*\]|[^\s()\[\]]+")
_NUMBER = re.compile(r"[0-9]{1,9}")


class RuleError(ValueError):
    """A rule that does not parse: what is wrong, and what is allowed or nearest."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class SuricataRule:
    """A rule. options: keywords with their values, in order; None for a keyword that stands alone."""

    text: str
    action: str
    protocol: str
    source: str
    source_port: str
    direction: str
    destination: str
    destination_port: str
    options: tuple[tuple[str, str | None], ...]

    @property
    def sid(self) -> int:
        """Its number."""
        return int(dict(self.options)["sid"] or 0)

    @property
    def variables(self) -> frozenset[str]:
        """Variables of addresses and ports that it uses, without `$`."""
        header = (self.source, self.source_port, self.destination, self.destination_port)
        return frozenset(name for part in header for name in re.findall(r"\$([A-Za-z0-9_]+)", part))


def parse_rule(text: str, variables: Collection[str]) -> SuricataRule:
    """Parse one rule. variables: names that it may use after `$`. Raises RuleError."""
    grammar = policy_data("network/firewall/grammar")
    if len(text) > grammar["max_characters"]:
        raise RuleError(f"a rule may have {grammar['max_characters']:,} characters, this has {len(text):,}")
    if not text.isprintable():
        raise RuleError("a rule is one line of printable characters")
    head, bracket, rest = text.strip().partition("(")
    if not bracket or not rest.endswith(")"):
        raise RuleError("a rule ends with its options in parentheses", 'e.g. (msg:"..."; sid:1000001; rev:1;)')
    parts = _TOKEN.findall(head)
    if len(parts) != len(_HEADER) or "".join(parts) != re.sub(r"\s+(?![^\[]*\])", "", head):
        raise RuleError(f"before the options stand {' '.join(_HEADER)}; found {excerpt(head.strip())}")
    action, protocol, source, source_port, direction, destination, destination_port = parts
    _known("action", action, grammar["actions"])
    _known("protocol", protocol, grammar["protocols"])
    _known("direction", direction, ("->", "<>"))
    for address in (source, destination):
        _check_list("address", address, variables, _is_address)
    for port in (source_port, destination_port):
        _check_list("port", port, variables, _is_port)
    options = tuple(_options(rest[:-1], grammar))
    _check_identity(options)
    return SuricataRule(
        text.strip(), action, protocol, source, source_port, direction, destination, destination_port, options
    )


def _known(what: str, found: str, allowed: Collection[str]) -> None:
    if found not in allowed:
        raise RuleError(f"unknown {what} {excerpt(found)}; known: {', '.join(allowed)}", nearest(found, list(allowed)))


def _check_list(what: str, text: str, variables: Collection[str], is_valid: Any) -> None:
    inner = text.removeprefix("!")
    entries = inner[1:-1].split(",") if inner.startswith("[") else [inner]
    for entry in (part.strip().removeprefix("!") for part in entries):
        if entry.startswith("$"):
            if entry[1:] not in variables:
                known = ", ".join(f"${name}" for name in variables)
                raise RuleError(
                    f"unknown variable {excerpt(entry)}; known: {known}", nearest(entry[1:], list(variables))
                )
        elif entry != "any" and not is_valid(entry):
            raise RuleError(f"{excerpt(entry)} is no {what}", "any, a variable, a literal, or a list in brackets")


def _is_address(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _is_port(text: str) -> bool:
    first, colon, last = text.partition(":")
    ends = [end for end in (first, last) if end]
    if not ends or not all(_NUMBER.fullmatch(end) and int(end) <= 65535 for end in ends):
        return False
    return not (colon and first and last) or int(first) <= int(last)


def _options(text: str, grammar: Any) -> Iterator[tuple[str, str | None]]:
    *complete, last = _split(text)
    if last.strip():
        raise RuleError(f"option {excerpt(last.strip())} does not end with a semicolon")
    for option in complete:
        keyword, colon, value = (part.strip() for part in option.partition(":"))
        if keyword in grammar["unsupported"]:
            raise RuleError(f"keyword {excerpt(keyword)}: Network Firewall takes no {grammar['unsupported'][keyword]}")
        if keyword not in grammar["keywords"]:
            raise RuleError(f"unknown keyword {excerpt(keyword)}", nearest(keyword, grammar["keywords"]))
        if colon and not value:
            raise RuleError(f"keyword {excerpt(keyword)} has a colon and no value")
        yield keyword, value if colon else None


def _split(text: str) -> list[str]:
    """The text at its semicolons, those in quotes or after a backslash excepted."""
    parts, quoted, escaped = [""], False, False
    for character in text:
        if character == ";" and not quoted and not escaped:
            parts.append("")
            continue
        parts[-1] += character
        quoted ^= character == '"' and not escaped
        escaped = character == "\\" and not escaped
    if quoted:
        raise RuleError("a quotation mark is not closed")
    return parts


def _check_identity(options: tuple[tuple[str, str | None], ...]) -> None:
    keywords = [keyword for keyword, _ in options]
    for keyword in ("msg", "sid"):
        if keywords.count(keyword) != 1:
            raise RuleError(f"a rule has one {keyword}, this has {keywords.count(keyword)}")
    sid, message = dict(options)["sid"] or "", dict(options)["msg"] or ""
    if not re.fullmatch(r"[0-9]{1,10}", sid) or not 1 <= int(sid) <= MAX_SID:
        raise RuleError(f"sid {excerpt(sid)} is no number from 1 to {MAX_SID}")
    if not re.fullmatch(r'"[^"]+"', message):
        raise RuleError("msg is a text in quotation marks")
