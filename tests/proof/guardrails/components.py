"""Parts of the prover held against `landing_zone.guardrails`, over texts and values of which all are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import product
from random import Random
from typing import Any

from landing_zone.guardrails.conditions import COMPARISONS, OPERATORS, holds, matches_resource, operator, resolved
from landing_zone.guardrails.evaluate import covers_action
from tests.proof.guardrails.prover import Prover


class Disagreement(AssertionError):
    """The prover and the evaluator, or the prover and what was tried, contradict each other."""


def agree(one: object, other: object, about: object) -> None:
    """Raises Disagreement unless both are the same."""
    if one != other:
        raise Disagreement(f"{one} here, {other} there: {about}")


SHORT = (
    "",
    "a",
    "A",
    "ab",
    "a*",
    "*a",
    "?",
    "*",
    "a?b",
    "a*b*",
    "**",
    "${*}",
    "a${*}*",
    "${?}",
    "*b?",
    "?*",
    "b${$}",
    "x",
    ":",
)
LONG = (
    *("a:b:c:d:e:f", "a:*:c:d:e:f*", "a:b:?:d:e:*", "a:b:*:*:*:f", "*:b:c:d:e:f", "a:b:c*:d:e:f:g", "a:b", "*", "a:*"),
    *("a:b:c?:d:e:f?", ":::::", "a:b:${*}:d:e:f", "a:*b:c:d:e:*g:h", "a:b:*c:d:e:f", "*:f", "a:b:c:d:*:*", "a:?*:e:f"),
)
KINDS: Mapping[str, tuple[str, ...]] = {
    "text": SHORT,
    "text without case": SHORT,
    "glob": (*SHORT, *LONG),
    "arn": LONG,
    "resource": LONG,
}
TOGETHER = (("text", "text without case", "glob"), ("arn", "resource", "glob"), ("arn",), ("resource",))
"""Kinds of patterns that a key may be compared with at once."""
NUMBERS = ("5", "5.0", "1e1", "-1", "7", "0", "6.5", "many")
DATES = ("2026-01-01T00:00:00Z", "2026-06-01", "1767225600", "2026-01-02T00:00:00+00:00", "never", "2025-12-31")
RANGES = (
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.3",
    "10.255.255.255",
    "0.0.0.0/0",
    "2001:db8::/32",
    "::/0",
    "10.0.0.0/9",
    "10.128.0.0/9",
    "x",
)
OF_NUMBERS = ("Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")


@cache
def texts(long: bool) -> tuple[str, ...]:
    """All short texts of a few letters; or what long patterns mean, and what is nearly that."""
    if not long:
        return tuple("".join(letters) for length in range(6) for letters in product("aAb*:", repeat=length))
    found: dict[str, None] = {}
    for pattern, filler, letter in product(LONG, ("", "a", "c:d", ":", "zc"), ("x", ":")):
        text = pattern.replace("${*}", "*").replace("*", filler).replace("?", letter)
        found.update(dict.fromkeys((text, text[1:], f"{text}:", text.replace(":", "", 1))))
    return tuple(found)


@cache
def _compared(kind: str, pattern: str, values: tuple[str, ...]) -> int:
    """Which of the values match, as bits, by the evaluator."""
    wanted = resolved(pattern, {}) or ""
    compare: Callable[[str, str], bool] = matches_resource if kind == "resource" else COMPARISONS[kind]
    return sum(1 << at for at, value in enumerate(values) if compare(value, wanted))


def check_patterns(prover: Prover, kind: str) -> None:
    """Every pattern of a kind matches the texts that the evaluator says."""
    pool = (*texts(long=True), *texts(long=False)[:85])
    for pattern in KINDS[kind]:
        automaton = prover.globs.pattern(kind, pattern)
        expected = _compared(kind, pattern, pool)
        for at, text in enumerate(pool):
            agree(automaton.matches(text), bool(expected >> at & 1), (kind, pattern, text))


def check_texts(prover: Prover, kinds: Sequence[str], seed: int, rounds: int = 60) -> None:
    """A text that is found has the properties asked for; where none is found no text of the pool has them."""
    random, pool = Random(seed), texts(long="arn" in kinds or "resource" in kinds)
    other = [prover.globs.Union("glob", ("?",), True), prover.globs.Union("glob", ("x", ":"), False)]
    _check_found(prover.globs.text_of(other), [("glob", ("?",), True), ("glob", ("x", ":"), False)], texts(long=False))
    for _ in range(rounds):
        chosen = [random.choice(kinds) for _ in range(random.choice((1, 2, 2, 3)))]
        asked = [
            prover.globs.Union(
                kind, tuple(random.sample(KINDS[kind], random.choice((1, 1, 2, 3)))), random.random() < 0.5
            )
            for kind in chosen
        ]
        _check_found(prover.globs.text_of(asked), [(one.kind, one.texts, one.matches) for one in asked], pool)


Asked = tuple[str, tuple[str, ...], bool]
"""A comparison, texts, and whether one of them has to match."""


def _check_found(found: str | None, asked: Sequence[Asked], pool: tuple[str, ...]) -> None:
    if found is not None:
        agree(_true(asked, (found,)), 1, (found, asked))
    else:
        agree(_true(asked, pool), 0, (asked, "is true of one of", pool[:5]))


def _true(asked: Iterable[Asked], pool: tuple[str, ...]) -> int:
    """Of which texts of a pool all is true, as bits."""
    everything = (1 << len(pool)) - 1
    left = everything
    for kind, patterns, matches in asked:
        union = 0
        for pattern in patterns:
            union |= _compared(kind, pattern, pool)
        left &= union if matches else everything & ~union
    return left


@cache
def _samples(family: str) -> tuple[str, ...]:
    """Values so dense that between any two limits lies one."""
    if family == "number":
        return (*(str(one / 4) for one in range(-12, 50)), "many", "")
    if family == "date":
        days = (
            f"{year}-{month:02}-{day:02}" for year in (2025, 2026) for month in range(1, 13) for day in (1, 2, 15, 31)
        )
        return (*days, "2026-01-01T00:00:00Z", "2025-12-31T12:00:00Z", "2026-01-01T12:00:00Z", "soon")
    edges = (
        f"{first}.{second}.{rest}"
        for first in (9, 10, 11)
        for second in (0, 1, 2, 127, 128, 255)
        for rest in ("0.0", "2.3", "255.255")
    )
    return (*edges, "0.0.0.0", "255.255.255.255", "::", "2001:db8::", "2001:db9::", "2001:db7:ffff::1", "somewhere")


def check_values(prover: Prover, family: str, seed: int, rounds: int = 120) -> None:
    """A number, date or address that is found passes its tests; where none is found no sample passes."""
    random = Random(seed)
    names = {"number": "Numeric", "date": "Date"}
    signs = dict(zip(OF_NUMBERS, ("=", "<", "<=", ">", ">="), strict=True))
    limits = {"number": NUMBERS, "date": DATES, "address": RANGES}[family]
    after = [
        prover.operators.Test("IpAddress", ("10.0.0.0/8",), True),
        prover.operators.Test("IpAddress", ("10.0.0.0/9", "10.255.255.255"), False),
    ]
    found = prover.operators.value_of(after)
    _check_found(found, [("address", one.texts, one.holds) for one in after], _samples("address"))
    for _ in range(rounds):
        tests, asked = [], []
        for _ in range(random.choice((1, 2, 3))):
            wanted = tuple(random.sample(limits, random.choice((1, 1, 2))))
            sign = random.choice(OF_NUMBERS)
            name = "IpAddress" if family == "address" else names[family] + sign
            tests.append(prover.operators.Test(name, wanted, random.random() < 0.5))
            asked.append(("address" if family == "address" else f"{family} {signs[sign]}", wanted, tests[-1].holds))
        _check_found(prover.operators.value_of(tests), asked, _samples(family))


FAMILIES: Mapping[str, tuple[str, ...]] = {
    "String": ("a", "A", "a*", "ab", "?"),
    "Arn": ("a:b:c:d:e:f", "a:*:c:d:e:f", "a:b:c:d:e:*", "*"),
    "Numeric": ("5", "6", "7"),
    "Date": ("2026-01-01", "2026-06-01"),
    "Ip": ("10.0.0.0/8", "10.1.0.0/16"),
    "Bool": ("true", "false"),
    "Binary": ("a", "ab"),
}
GIVEN: Mapping[str, tuple[str, ...]] = {
    "String": ("a", "A", "ab", "b", "?"),
    "Arn": ("a:b:c:d:e:f", "a:x:c:d:e:f", "a:x:y:c:d:e:f", "a:b:c:d:e:g:h", "t"),
    "Numeric": ("4", "5", "5.5", "6", "6.5", "7", "8", "many"),
    "Date": ("2025-01-01", "2026-01-01", "2026-03-01", "2026-06-01", "2027-01-01"),
    "Ip": ("9.0.0.0", "10.0.0.1", "10.1.0.1", "::1"),
    "Bool": ("true", "false"),
    "Binary": ("a", "ab", "b"),
}


def names_of(family: str) -> tuple[str, ...]:
    """Every operator of a family, with and without quantifier and IfExists, and Null."""
    bare = [one for one in OPERATORS if one.removeprefix("Not").startswith(family)]
    return ("Null", *("".join(one) for one in product(("", "ForAllValues:", "ForAnyValue:"), bare, ("", "IfExists"))))


def check_assigned(prover: Prover, family: str, seed: int, rounds: int = 150) -> None:
    """Values of a key that are found fulfil its conditions, and contraries; where there are none no others do."""
    random, parts = Random(seed), prover.constraints
    single = [(), *((value,) for value in GIVEN[family])]
    several = [*single, *product(GIVEN[family], repeat=2)]
    for _ in range(rounds):
        multivalued = random.random() < 0.5
        literals = []
        for _ in range(random.choice((1, 1, 2, 3))):
            name = random.choice(names_of(family))
            if multivalued and name != "Null" and ":" not in name:
                name = f"ForAnyValue:{name}"
            wanted = ("true", "false") if name == "Null" else FAMILIES[family]
            chosen = tuple(random.sample(wanted, random.choice((1, 1, 2)) if name != "Null" else 1))
            literals.append(parts.Literal("key", name, chosen, random.random() < 0.6))
        found = parts.assigned(literals, multivalued=multivalued)
        if found is not None:
            agree(_all_hold(literals, found), True, (literals, found))
            continue
        for values in several if multivalued else single:
            agree(_all_hold(literals, values), False, (literals, values))


def check_several_values(prover: Prover) -> None:
    """What AWS does not document is said to be so: one value compared where a key may have several."""
    literal = prover.constraints.Literal("key", "StringEquals", ("a",))
    try:
        found = prover.constraints.assigned([literal], multivalued=True)
    except prover.globs.Undecided:
        return
    raise Disagreement(f"{found} for a key of several values")


def check_conditions(prover: Prover, family: str) -> None:
    """Each operator says of each value what the evaluator says."""
    for name, values in product(names_of(family), [(), *((value,) for value in GIVEN[family]), GIVEN[family][:2]]):
        if len(values) > 1 and ":" not in name and name != "Null":
            continue
        for wanted in (("true",), ("false",), ()) if name == "Null" else ((), *((one,) for one in FAMILIES[family])):
            literal = prover.constraints.Literal("key", name, wanted)
            agree(prover.constraints.is_satisfied(literal, values), _all_hold([literal], values), (literal, values))


def _all_hold(literals: Iterable[Any], values: tuple[str, ...]) -> bool:
    return all(_holds(one.operator, one.texts, values) == one.holds for one in literals)


@cache
def _holds(name: str, wanted: tuple[str, ...], values: tuple[str, ...]) -> bool:
    found = operator(name)
    assert found, name
    return holds(found, values, tuple(resolved(text, {}) or "" for text in wanted))


_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {"x": ("", "a", "b", "ab"), "y": ("a", "b"), "z": ("a", "c")}


def check_search(prover: Prover, seed: int, rounds: int = 40) -> None:
    """What passes fulfils every clause; where nothing does no assignment of the small ones would."""
    random, search = Random(seed), prover.search.Search(lambda key: key == "z")
    assignments = [
        dict(zip(_ATTRIBUTES, values, strict=True))
        for values in product(*([(), *((one,) for one in texts)] for texts in _ATTRIBUTES.values()))
    ]
    for _ in range(rounds):
        said: dict[str, frozenset[Any]] = {}
        for _ in range(random.choice((0, 1, 2))):
            literal = _literal(prover, random)
            said[literal.attribute] = said.get(literal.attribute, frozenset()) | {literal}
        clauses = [
            prover.search.Clause(
                f"clause {number}",
                tuple(
                    tuple(_literal(prover, random) for _ in range(random.choice((0, 1, 1, 2))))
                    for _ in range(random.choice((0, 1, 2, 2, 3)))
                ),
            )
            for number in range(random.choice((1, 2, 3, 4)))
        ]
        found = search.run(said, clauses)
        passes = isinstance(found, prover.search.Passing)
        for values in [dict(found.values)] if passes else assignments:
            agree(_fulfils(said, clauses, values), passes, (said, clauses, values))


def _literal(prover: Prover, random: Random) -> Any:
    attribute = random.choice(sorted(_ATTRIBUTES))
    names = ("StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "Null")
    name = random.choice(names)
    name = f"ForAllValues:{name}" if attribute == "z" and name != "Null" else name
    wanted = ("true",) if name == "Null" else (random.choice(("a", "b", "a*", "c")),)
    return prover.constraints.Literal(attribute, name, wanted, random.random() < 0.6)


def _fulfils(said: Mapping[str, frozenset[Any]], clauses: Sequence[Any], values: Mapping[str, tuple[str, ...]]) -> bool:
    def hold(literals: Iterable[Any]) -> bool:
        return all(_all_hold([one], values.get(one.attribute, ())) for one in literals)

    return all(map(hold, said.values())) and all(any(map(hold, clause.alternatives)) for clause in clauses)


NAMES = ("s3:GetObject", "s3:PutObject", "sqs:SendMessage", "kms:RetireGrant", "kms:CreateGrant", "ec2:RunInstances")
PATTERNS = (
    *("*", "s3:*", "S3:getobject", "s?s:*", "*:*Grant", "kms:retiregrant", "kms:Retire?rant", "ec2", "s*", "**", "*:*"),
    *("s3:?etObject", "EC2:*", "s3:GetObject.", "sqs:", ":"),
)


def check_actions(prover: Prover) -> None:
    """Action and NotAction cover what the evaluator says."""
    universe = prover.actions.Universe(NAMES)
    for element, pattern in product(("Action", "NotAction"), PATTERNS):
        for patterns in (pattern, [pattern, "kms:createGrant"], []):
            content = {"Effect": "Deny", element: patterns, "Resource": "*"}
            covered = universe.of(universe.covered(prover.organization.Statement("policy", 1, content)))
            agree(covered, [name for name in NAMES if covers_action(content, name)], content)
