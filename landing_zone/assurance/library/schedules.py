"""Schedule expressions of AWS, `cron(...)` and `rate(...)`: the longest time between two runs.

Source: EventBridge Scheduler user guide, "Schedule types"; AWS Backup takes the same cron fields.
"""

from __future__ import annotations

import re

from landing_zone.assurance.values import CannotEvaluate, Symbolic

LONGEST_INTERVAL = 366 * 24
"""Hours; stands for everything that runs once a year or less."""

_DAY, _WEEK, _MONTH = 24, 7 * 24, 31 * 24
_RATE = re.compile(r"rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)", re.IGNORECASE)
_CRON = re.compile(r"cron\(\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*\)", re.IGNORECASE)
_MINUTES = {"minute": 1 / 60, "hour": 1, "day": _DAY}


def hours_between(expression: str) -> float:
    """The longest time in hours between two runs, rounded up to a day, week, month or year where it is not exact.

    Raises CannotEvaluate if the text is no schedule, or parts of it are decided at deployment.
    """
    if isinstance(expression, Symbolic):
        raise CannotEvaluate(f"the schedule {expression} is decided at deployment")
    if rate := _RATE.fullmatch(expression.strip()):
        return int(rate.group(1)) * _MINUTES[rate.group(2).lower()]
    cron = _CRON.fullmatch(expression.strip())
    if not cron:
        raise CannotEvaluate(f"the schedule {expression} is neither cron(...) nor rate(...)")
    _, hours, day_of_month, months, day_of_week, years = cron.groups()
    if years not in ("*", "?") or not _is_every(months):
        return _MONTH * 12 if years in ("*", "?") else LONGEST_INTERVAL
    if not _is_every(day_of_month):
        return _every(day_of_month, _MONTH, 31)
    if not _is_every(day_of_week):
        return _every(day_of_week, _WEEK, 7)
    return 1 if _is_every(hours) else _every(hours, _DAY, 24)


def _is_every(field: str) -> bool:
    return field in ("*", "?", "*/1", "1-7", "SUN-SAT", "MON-SUN")


def _every(field: str, whole: float, count: int) -> float:
    """Hours between two matches of a field whose full round takes `whole` hours in `count` steps."""
    step = re.fullmatch(r"(?:\*|\d+)/(\d+)", field)
    if step:
        return min(whole, int(step.group(1)) * whole / count)
    if re.fullmatch(r"\d+(,\d+)+", field):
        marks = sorted(int(mark) for mark in field.split(","))
        gaps = [later - earlier for earlier, later in zip(marks, [*marks[1:], marks[0] + count], strict=True)]
        return max(gaps) * whole / count
    return 3 * _DAY if field.upper() in ("MON-FRI", "2-6") else whole
