"""The forms that operators and values of conditions have, and ARNs anywhere.

Source: IAM User Guide, "Condition operators". Wildcards and policy variables may be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from ipaddress import ip_network

from landing_zone.fault import excerpt, nearest
from landing_zone.guardrails.conditions import ALL_VALUES, ANY_VALUE, IF_EXISTS, OPERATORS, operator
from landing_zone.guardrails.globs import opened

_ARN_PARTS = 6


def operator_reason(name: str) -> tuple[str, str]:
    """Why a text is no condition operator, and a hint; two empty texts if it is one."""
    if operator(name):
        return "", ""
    bare = name.removeprefix(ALL_VALUES).removeprefix(ANY_VALUE).removesuffix(IF_EXISTS)
    if bare == "Null":
        return f"unknown operator {excerpt(name)}", "Null stands alone"
    allowed = f"{', '.join(OPERATORS)}, with {ALL_VALUES}, {ANY_VALUE}, {IF_EXISTS}"
    return f"unknown operator {excerpt(name)}; allowed: {allowed}", nearest(bare, OPERATORS)


def arn_reason(text: str, *, wildcard: bool = False) -> str:
    """Why a text is no pattern of ARNs; empty if it is one.

    wildcard: whether a `*` at the end may stand for parts that are missing, as in Resource.
    """
    parts = opened(text).split(":", _ARN_PARTS - 1)
    whole = len(parts) == _ARN_PARTS or (wildcard and len(parts) > 1 and parts[-1].endswith("*"))
    return "" if text == "*" or (parts[0] == "arn" and whole) else "ARN; it has six parts, split by colons, or is *"


def value_reason(name: str, text: str) -> str:
    """Why a text is no value for an operator; empty if it may be one."""
    found = operator(name)
    if found is None or "${" in text:
        return ""
    bare = found.name.removeprefix(found.set_operator).removesuffix(IF_EXISTS)
    test = _FORMS.get("truth" if bare in ("Bool", "Null") else found.kind.split(" ")[0])
    return test(text) if test else ""


def _truth(text: str) -> str:
    return "" if text.lower() in ("true", "false") else "truth value; allowed: true, false"


def _number(text: str) -> str:
    try:
        return "" if Decimal(text).is_finite() else "number"
    except InvalidOperation:
        return "number"


def _date(text: str) -> str:
    try:
        if _number(text):
            datetime.fromisoformat(text)
    except ValueError:
        return "date; allowed: ISO 8601, such as 2026-11-22T00:00:00Z, or seconds since 1970"
    return ""


def _address(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return "address range; allowed: an address or CIDR notation, such as 10.0.0.0/8"
    return ""


_FORMS: Mapping[str, Callable[[str], str]] = {
    "truth": _truth,
    "number": _number,
    "date": _date,
    "address": _address,
    "arn": arn_reason,
}
