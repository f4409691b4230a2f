"""Questions about two patterns with `*` and `?`: whether they have a text in common, whether one covers the other."""

from __future__ import annotations

import re
from functools import cache

VARIABLE = re.compile(r"\$\{[^}]*\}")
_ARN_PARTS = 6
_FRESH = "\ue002\ue003\ue004\ue005"  # letters that no pattern has; several, so that `?` cannot stand for them


def opened(text: str) -> str:
    """A text whose variables and parameters may be anything."""
    return VARIABLE.sub("*", text)


@cache
def intersect(one: str, other: str) -> bool:
    """Whether a text exists that both patterns match."""
    states = {(0, 0)}
    seen: set[tuple[int, int]] = set()
    while states:
        i, j = states.pop()
        if (i, j) in seen:
            continue
        seen.add((i, j))
        if i == len(one) and j == len(other):
            return True
        a, b = one[i : i + 1], other[j : j + 1]
        if a == "*":
            states.add((i + 1, j))
            if b and b != "*":
                states.add((i, j + 1))
        if b == "*":
            states.add((i, j + 1))
            if a and a != "*":
                states.add((i + 1, j))
        if a and b and "*" not in (a, b) and (a == b or "?" in (a, b)):
            states.add((i + 1, j + 1))
    return False


def arns_intersect(one: str, other: str) -> bool:
    """Whether an ARN exists that both patterns match; each has six parts, and `*` stays in its part."""
    first, second = one.split(":", _ARN_PARTS - 1), other.split(":", _ARN_PARTS - 1)
    return len(first) == len(second) and all(map(intersect, first, second))


@cache
def covers(wide: str, narrow: str) -> bool:
    """Whether `wide` matches every text that `narrow` matches. Errs on the side of no."""
    expression = re.compile(re.escape(wide).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
    samples = (narrow.replace("*", fresh).replace("?", _FRESH[0]) for fresh in ("", _FRESH))
    return all(expression.fullmatch(sample) for sample in samples) and ("?" not in narrow or "?" not in wide)


def arn_covers(wide: str, narrow: str) -> bool:
    """`covers` for ARNs part by part."""
    if wide == "*":
        return True
    first, second = wide.split(":", _ARN_PARTS - 1), narrow.split(":", _ARN_PARTS - 1)
    return len(first) == len(second) and all(map(covers, first, second))
