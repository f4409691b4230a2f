"""What is said of one attribute of a request, and whether a request exists of which all of it is true."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from landing_zone.proof.guardrails.globs import Undecided
from landing_zone.proof.guardrails.operators import Operator, Test, is_true, operator, value_of

RESOURCE = "resource"
"""The attribute that Resource and NotResource speak of; every other one is a condition key in lower case."""
Assigned = tuple[str, ...]
"""The values of an attribute in a request; none: the request does not carry it."""


@dataclass(frozen=True)
class Literal:
    """A condition on an attribute, or (`holds` false) its contrary. operator: as policies write it, or `Resource`."""

    attribute: str
    operator: str
    texts: tuple[str, ...]
    holds: bool = True

    def contrary(self) -> Literal:
        """The opposite of it."""
        return Literal(self.attribute, self.operator, self.texts, not self.holds)


def assigned(literals: Iterable[Literal], *, multivalued: bool) -> Assigned | None:
    """Values of an attribute of which all literals are true; None: there are none. Raises Undecided.

    multivalued: whether requests may carry several values of it.
    """
    listed = sorted(literals, key=lambda one: (one.operator, one.texts, one.holds))  # the same witness in every run
    parsed = [(_operator(one), one) for one in listed]
    if all(_without_key(found, one) == one.holds for found, one in parsed):
        return ()
    every: list[Test] = []
    some: list[Test] = []
    for found, one in parsed:
        if found.bare == "Null":
            if any(text.lower() != "true" for text in one.texts) != one.holds:
                return None
            continue
        test = Test(found.bare, one.texts, found.negated != one.holds)
        if found.quantifier == "one" and multivalued:
            raise Undecided(f"{one.operator} on {one.attribute}, which may have several values")
        if not multivalued or (found.quantifier == "all") == one.holds:
            every.append(test)
        else:
            some.append(test)
    values = [value_of([*every, test]) for test in some] or [value_of(every)]
    found_values = tuple(value for value in values if value is not None)
    return tuple(dict.fromkeys(found_values)) if len(found_values) == len(values) else None


def is_satisfied(literal: Literal, values: Assigned) -> bool:
    """Whether a literal is true of the values of its attribute."""
    found = _operator(literal)
    if found.bare == "Null":
        return any((text.lower() == "true") == (not values) for text in literal.texts) == literal.holds
    if not values:
        return found.without_key == literal.holds
    test = Test(found.bare, literal.texts, not found.negated)
    results = [is_true(test, value) for value in values]
    return (any(results) if found.quantifier == "any" else all(results)) == literal.holds


def _operator(literal: Literal) -> Operator:
    found = operator(literal.operator)
    if found is None:
        raise Undecided(f"the operator {literal.operator}")
    return found


def _without_key(found: Operator, literal: Literal) -> bool:
    if found.bare == "Null":
        return any(text.lower() == "true" for text in literal.texts)
    return found.without_key
