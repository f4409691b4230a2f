"""Whether a request exists that no policy stops, by cases: a proof that there is none, or what such a request carries.

A Deny does not stop a request if one of its literals fails; a level lets it pass if one of its Allows fires. Each of
them is a clause, and some alternative of each must be true at once. What an attribute can be is asked of `constraints`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from landing_zone.proof.guardrails.constraints import Assigned, Literal, assigned
from landing_zone.proof.guardrails.globs import Undecided

Said = Mapping[str, frozenset[Literal]]
"""What is said of each attribute."""
_MOST_CASES = 5_000


@dataclass(frozen=True)
class Clause:
    """Alternatives of which one must be true of a request that passes.

    name: of the Deny that asks for it, or path of the level. allows: names of its Allows, one for each alternative.
    """

    name: str
    alternatives: tuple[tuple[Literal, ...], ...]
    allows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A clause none of whose alternatives can be true: each contradicts at once (None) or by further cases.

    clause: None: what is said of the request from the start is a contradiction.
    """

    clause: Clause | None
    alternatives: tuple[Case | None, ...] = ()

    @property
    def clauses(self) -> frozenset[Clause]:
        """Every clause used."""
        own = frozenset((self.clause,)) if self.clause else frozenset[Clause]()
        return own.union(*(case.clauses for case in self.alternatives if case))

    @property
    def size(self) -> int:
        """How many cases are distinguished."""
        return 1 + sum(case.size if case else 1 for case in self.alternatives)


@dataclass(frozen=True)
class Passing:
    """A request that passes. values: of each attribute that matters. doubts: why it may not pass after all."""

    values: Mapping[str, Assigned]
    doubts: tuple[str, ...] = ()


@dataclass
class Search:
    """Searches that remember which literals go together. multivalued: whether an attribute may have several values."""

    multivalued: Callable[[str], bool]
    _known: dict[tuple[str, frozenset[Literal]], Assigned | str | None] = field(default_factory=dict)

    def run(self, said: Said, clauses: Sequence[Clause]) -> Case | Passing:
        """What comes of the question: a proof that nothing passes, or something that does.

        said: what is known of the request from the start.
        """
        for literals in said.items():
            if self._values(*literals) is None:
                return Case(None)
        return _Run(self).cases(dict(said), list(clauses))

    def passing(self, said: Said) -> Passing:
        """The request that a state stands for, which is no contradiction."""
        found = {attribute: self._values(attribute, literals) for attribute, literals in said.items()}
        doubts = tuple(sorted({value for value in found.values() if isinstance(value, str)}))
        return Passing({key: value for key, value in found.items() if isinstance(value, tuple)}, doubts)

    def fits(self, said: Said, alternative: Iterable[Literal]) -> bool:
        """Whether an alternative can be true beside what is said; yes where nobody knows."""
        return all(self._values(key, literals) is not None for key, literals in added(said, alternative).items())

    def _values(self, attribute: str, literals: frozenset[Literal]) -> Assigned | str | None:
        """Values; None if there are none; why nobody knows."""
        key = (attribute, literals)
        if key not in self._known:
            try:
                found: Assigned | str | None = assigned(literals, multivalued=self.multivalued(attribute))
            except Undecided as reason:
                found = str(reason)
            self._known[key] = found
        return self._known[key]


def added(said: Said, literals: Iterable[Literal]) -> dict[str, frozenset[Literal]]:
    """What is said of the attributes of some literals, with these."""
    found: dict[str, frozenset[Literal]] = {}
    for literal in literals:
        before = found.get(literal.attribute) or said.get(literal.attribute, frozenset())
        found[literal.attribute] = before | {literal}
    return found


@dataclass
class _Run:
    search: Search
    cases_left: int = _MOST_CASES

    def cases(self, said: dict[str, frozenset[Literal]], clauses: list[Clause]) -> Case | Passing:
        self.cases_left -= 1
        if self.cases_left < 0:
            return Passing({}, ("more cases than were looked at",))
        chosen: tuple[int, list[bool]] | None = None
        for at, clause in enumerate(clauses):
            if any(self._said(said, alternative) for alternative in clause.alternatives):
                continue
            fitting = [self.search.fits(said, alternative) for alternative in clause.alternatives]
            if not any(fitting):
                return Case(clause, (None,) * len(fitting))
            if chosen is None or sum(fitting) < sum(chosen[1]):
                chosen = (at, fitting)
        if chosen is None:
            return self.search.passing(said)
        at, fitting = chosen
        clause, rest = clauses[at], clauses[:at] + clauses[at + 1 :]
        found: list[Case | None] = []
        for alternative, fits in zip(clause.alternatives, fitting, strict=True):
            if not fits:
                found.append(None)
                continue
            result = self.cases({**said, **added(said, alternative)}, rest)
            if isinstance(result, Passing):
                return result
            found.append(result)
        return Case(clause, tuple(found))

    @staticmethod
    def _said(said: Said, alternative: Iterable[Literal]) -> bool:
        return all(literal in said.get(literal.attribute, ()) for literal in alternative)
