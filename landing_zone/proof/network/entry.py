"""A resource of one stack as the readers see it: typed getters that say why something cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from landing_zone.assurance.values import MISSING, Symbolic, Unresolved, Value, named, value_at
from landing_zone.proof.network.documents import TAGS, Piece
from landing_zone.proof.network.model import Origin, Ranges
from landing_zone.proof.network.ranges import parse

if TYPE_CHECKING:
    from landing_zone.proof.network.stacks import Stack

T = TypeVar("T")


class Undecided(Exception):
    """What matters cannot be told from the templates. `reason` is a phrase for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Entry:
    """A resource of a stack. Getters raise Undecided on what is unknown or malformed."""

    __slots__ = ("_origin", "key", "piece", "properties", "stack")

    def __init__(self, stack: Stack, piece: Piece, properties: dict[str, Value]) -> None:
        self.stack = stack
        self.piece = piece
        self.properties = properties
        self.key = stack.prefix + piece.logical_id
        self._origin: Origin | None = None

    @property
    def origin(self) -> Origin:
        """Where it stands."""
        if self._origin is None:
            self._origin = Origin(self.stack.name, self.piece.logical_id)
        return self._origin

    def once(self, read: Callable[[Entry], T]) -> T:
        """What `read` makes of the properties: once per template if no stack differs. It must follow no link."""
        if self.piece.late or self.piece.open:
            return read(self)
        memo = self.piece.memo
        if read not in memo:
            memo[read] = read(self)
        result: T = memo[read]
        return result

    def value(self, path: str) -> Value:
        """The value at a dotted path; MISSING if absent. Raises Undecided if it is unknown."""
        value = self.properties.get(path, MISSING)
        if value is MISSING and "." in path:
            name, _, rest = path.partition(".")
            value = value_at(self.properties.get(name, MISSING), rest)
        if isinstance(value, Unresolved):
            raise Undecided(f"{path} is not known: {value.reason}")
        return value

    def text(self, path: str, default: str = "") -> str:
        """The text at `path`, `default` if absent."""
        value = self.value(path)
        if value is MISSING:
            return default
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, Symbolic) or not isinstance(value, str | int | float):
            raise Undecided(f"{path} is {shown(value)}")
        return str(value)

    def number(self, path: str, default: int | None = None) -> int:
        """The whole number at `path`. Raises Undecided also if it is absent and has no default."""
        return whole_number(self.value(path), path, default)

    def flag(self, path: str, default: bool = False) -> bool:
        """The truth value at `path`; `enable` and `enabled` count as true."""
        text = self.text(path, str(default)).lower()
        if text in ("true", "enable", "enabled"):
            return True
        if text in ("false", "disable", "disabled"):
            return False
        raise Undecided(f"{path} is no truth value")

    def items(self, path: str) -> Sequence[Value]:
        """The list at `path`, empty if absent."""
        value = self.value(path)
        if value is MISSING:
            return ()
        if not isinstance(value, list):
            raise Undecided(f"{path} is {shown(value)} where a list is meant")
        return value

    def ranges(self, path: str) -> Ranges:
        """The range of the CIDR at `path`; none if absent."""
        value = self.value(path)
        return () if value is MISSING else cidr(value, path)

    def link(self, path: str, what: str = "") -> str:
        """The key of the object (a `what`) whose id stands at `path`. Raises Undecided also if it is absent."""
        value = self.value(path)
        if value is MISSING:
            raise Undecided(f"{path} is missing")
        return self.linked(value, path, what)

    def linked(self, value: Value, path: str, what: str = "") -> str:
        """The key of the object that a value is the id of."""
        try:
            return self.stack.all.identify(value, self.stack, what)
        except Undecided as undecided:
            raise Undecided(f"{path}: {undecided.reason}") from None

    def links(self, path: str, what: str = "") -> tuple[str, ...]:
        """Keys of the objects whose ids are listed at `path`."""
        return tuple(self.linked(value, path, what) for value in self.items(path))

    def has(self, path: str) -> bool:
        """Whether there is a value at `path`, known or not."""
        name, dot, rest = path.partition(".")
        value = self.properties.get(name, MISSING)
        return (value_at(value, rest) if dot else value) is not MISSING

    def tag(self, key: str) -> str | None:
        """A tag's text (`Name`, or beginning with `hlz:`), None if it is absent or unknown; then it is noted."""
        tags = self.properties.get(TAGS)
        value = tags.get(key) if isinstance(tags, dict) else None
        if value is None or (isinstance(value, str) and not isinstance(value, Symbolic)):
            return value
        if key != "Name":
            self.stack.all.note(self.origin, f"tag {key} is not known: it is {shown(value)}")
        return None

    @property
    def name(self) -> str:
        """Its tag Name, else its logical id."""
        return self.tag("Name") or self.piece.logical_id


def cidr(value: Value, path: str) -> Ranges:
    """The range that a value names. Raises Undecided."""
    found = parse(value) if isinstance(value, str) and not isinstance(value, Symbolic) else None
    if found is None:
        raise Undecided(f"{path} is {shown(value)} where a CIDR is meant")
    return found


def whole_number(value: Value, path: str, default: int | None = None) -> int:
    """The whole number that a value is; digits in a text count. Raises Undecided."""
    if value is MISSING and default is not None:
        return default
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and not isinstance(value, Symbolic) and value.lstrip("-").isdecimal() and len(value) < 12:
        return int(value)
    raise Undecided(f"{path} is {shown(value)} where a number is meant")


def shown(value: Value) -> str:
    """A value in the words of a reason."""
    if isinstance(value, Unresolved):
        return f"not known ({value.reason})"
    if isinstance(value, Symbolic):
        if value.startswith("${?"):
            return f"the parameter {value[3:-1]}, which has no default"
        return f"{value}, known at deployment"
    return repr(value[:60]) if isinstance(value, str) else named(value)
