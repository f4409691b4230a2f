"""Patterns as automata, and a text that some patterns match and others do not, or the certainty that there is none."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["text", "text without case", "glob", "arn", "resource"]
_ANY, _NO_COLON = "any letter", "any letter but a colon"
_MOST_STATES = 20_000
_ARN_PARTS = 6
_FRESH = "x0aZ-_%"
_ESCAPES = {"${*}": "*", "${?}": "?", "${$}": "$"}


class Undecided(Exception):
    """Something that is not modelled; the message says what."""


@dataclass(frozen=True)
class _Element:
    """A letter, or one of a class, once or (`star`) as often as one likes."""

    letters: frozenset[str] | None
    but_colon: bool = False
    star: bool = False

    def takes(self, letter: str) -> bool:
        if self.letters is None:
            return not (self.but_colon and letter == ":")
        return letter in self.letters


class Pattern:
    """A pattern as a nondeterministic automaton. A state is a set of positions, as bits."""

    def __init__(self, kind: Kind, text: str) -> None:
        self.elements = _elements(kind, text)
        self.final = 1 << len(self.elements)
        self.start = self._closed(1) if self.elements is not _NOTHING else 0
        self.wild = sum(1 << at for at, element in enumerate(self.elements) if element.letters is None)
        self._steps: dict[tuple[int, str], int] = {}
        last = self.elements[-1] if self.elements else None
        self.loops = 1 << (len(self.elements) - 1) if last and last.star and last.letters is None else 0
        if last and last.but_colon:
            self.loops = 0

    def step(self, state: int, letter: str) -> int:
        """The state after a letter; 0 when nothing can match any more."""
        key = (state, letter)
        if key not in self._steps:
            after = 0
            for at in _bits(state):
                if at < len(self.elements) and self.elements[at].takes(letter):
                    after |= 1 << (at if self.elements[at].star else at + 1)
            self._steps[key] = self._closed(after)
        return self._steps[key]

    def letters(self, state: int) -> Iterable[str]:
        """Letters that some position waits for by name."""
        for at in _bits(state):
            if at < len(self.elements):
                yield from self.elements[at].letters or ()

    def accepts(self, state: int) -> bool:
        """Whether the text so far matches."""
        return bool(state & self.final)

    def matches(self, text: str) -> bool:
        """Whether the pattern matches a text."""
        state = self.start
        for letter in text:
            state = self.step(state, letter)
        return self.accepts(state)

    def _closed(self, state: int) -> int:
        for at, element in enumerate(self.elements):
            if element.star and state & (1 << at):
                state |= 1 << (at + 1)
        return state


_NOTHING: list[_Element] = []
"""What matches no text at all, told from the pattern of the empty text by identity."""


def _bits(state: int) -> Iterable[int]:
    while state:
        low = state & -state
        yield low.bit_length() - 1
        state ^= low


def _elements(kind: Kind, text: str) -> list[_Element]:
    letters = _letters(text)
    if kind in ("text", "text without case"):
        return [_exact(letter[-1], kind == "text without case") for letter in letters]
    if kind == "glob":
        return [_wild(letter, but_colon=False) for letter in letters]
    if text == "*":
        return [_Element(None, star=True)]
    parts = _parts(letters)
    if kind == "arn" and len(parts) < _ARN_PARTS:
        return _NOTHING
    elements: list[_Element] = []
    for number, part in enumerate(parts, start=1):
        last = number == len(parts)
        for place, letter in enumerate(part, start=1):
            crosses = last or (kind == "resource" and (letter == "?" or (letter == "*" and place == len(part))))
            elements.append(_wild(letter, but_colon=not crosses))
        if not last:
            elements.append(_exact(":", False))
    return elements


def _letters(text: str) -> list[str]:
    """Letters of a pattern; one that is meant as itself though it looks like a wildcard comes after a backslash."""
    letters: list[str] = []
    at = 0
    while at < len(text):
        escape = _ESCAPES.get(text[at : at + 4])
        letters.append("\\" + escape if escape else text[at])
        at += 4 if escape else 1
    return letters


def _parts(letters: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for letter in letters:
        if letter == ":" and len(parts) < _ARN_PARTS:
            parts.append([])
        else:
            parts[-1].append(letter)
    return parts


def _exact(letter: str, any_case: bool) -> _Element:
    return _Element(frozenset((letter.lower(), letter.upper())) if any_case else frozenset(letter))


def _wild(letter: str, *, but_colon: bool) -> _Element:
    if letter in ("*", "?"):
        return _Element(None, but_colon, star=letter == "*")
    return _exact(letter[-1], False)


@lru_cache(maxsize=65536)
def pattern(kind: Kind, text: str) -> Pattern:
    """The automaton of a pattern."""
    return Pattern(kind, text)


@dataclass(frozen=True)
class Union:
    """Patterns of which at least one matches (`matches`), or none does."""

    kind: Kind
    texts: tuple[str, ...]
    matches: bool

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """Their automata."""
        return tuple(pattern(self.kind, text) for text in self.texts)

    def holds(self, text: str) -> bool:
        """Whether it is true of a text."""
        return any(one.matches(text) for one in self.patterns) == self.matches


def text_of(unions: Sequence[Union]) -> str | None:
    """A text of which all are true, a natural one where there is one, else a shortest; None: there is none.

    Raises Undecided: too many states.
    """
    if not unions:
        return "example"
    for candidate in _natural(unions):
        if all(union.holds(candidate) for union in unions):
            return candidate
    return _shortest(unions)


def _natural(unions: Sequence[Union]) -> Iterable[str]:
    for union in unions:
        if union.matches:
            for text in union.texts:
                yield _filled(text) if union.kind not in ("text", "text without case") else text


def _filled(text: str) -> str:
    """A pattern with something natural in the place of its wildcards."""
    parts = text.split(":", _ARN_PARTS - 1)
    if len(parts) == _ARN_PARTS and parts[3] in ("*", "?*"):
        text = ":".join((*parts[:3], "us-east-1", *parts[4:]))
    for escape, letter in _ESCAPES.items():
        text = text.replace(escape, letter)
    return text if text == "*" else text.replace("?*", "example").replace("*", "example").replace("?", "x")


_State = tuple[tuple[int, ...] | None, ...]


def _shortest(unions: Sequence[Union]) -> str | None:
    automata = [union.patterns for union in unions]
    wanted = [union.matches for union in unions]
    first = _settled(tuple(tuple(one.start for one in patterns) for patterns in automata), automata, wanted)
    if first is None:
        return None
    queue: deque[tuple[_State, str]] = deque([(first, "")])
    seen = {first}
    while queue:
        state, text = queue.popleft()
        if all(
            states is None or any(one.accepts(at) for one, at in zip(patterns, states, strict=True)) == matches
            for patterns, states, matches in zip(automata, state, wanted, strict=True)
        ):
            return text
        for letter in _alphabet(automata, state, wanted):
            moved = tuple(
                None
                if states is None
                else tuple(one.step(at, letter) for one, at in zip(patterns, states, strict=True))
                for patterns, states in zip(automata, state, strict=True)
            )
            after = _settled(moved, automata, wanted)
            if after is not None and after not in seen:
                seen.add(after)
                if len(seen) > _MOST_STATES:
                    raise Undecided("patterns too many or too long to compare")
                queue.append((after, text + letter))
    return None


def _settled(state: _State, automata: Sequence[tuple[Pattern, ...]], wanted: Sequence[bool]) -> _State | None:
    """The state without what can no longer change; None where it can no longer come true."""
    settled: list[tuple[int, ...] | None] = []
    for patterns, states, matches in zip(automata, state, wanted, strict=True):
        if states is None:
            settled.append(None)
            continue
        forever = any(at & one.loops for one, at in zip(patterns, states, strict=True))
        dead = not any(states)
        if (forever and not matches) or (dead and matches):
            return None
        settled.append(None if forever or dead else states)
    return tuple(settled)


def _alphabet(automata: Sequence[tuple[Pattern, ...]], state: _State, wanted: Sequence[bool]) -> list[str]:
    """The letters that may make a difference, and one that stands for all others.

    Where patterns of which one must match wait for letters by name, no others.
    """
    letters = {":"}
    for patterns, states, must in zip(automata, state, wanted, strict=True):
        waited = {letter for one, at in zip(patterns, states or (), strict=False) for letter in one.letters(at)}
        if must and states and not any(one.wild & at for one, at in zip(patterns, states, strict=True)):
            return sorted(waited)
        letters |= waited
    fresh = next((letter for letter in _FRESH if letter not in letters), None)
    while fresh is None:
        fresh = next(chr(code) for code in range(0x100, 0x20000) if chr(code) not in letters)
    return [fresh, *sorted(letters)]
