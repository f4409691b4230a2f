"""Years to days, defined once: for log groups, Object Lock and lifecycle rules."""

from __future__ import annotations

from collections.abc import Mapping

LOG_GROUP_DAYS: Mapping[int, int] = {
    1: 365,
    2: 731,
    3: 1096,
    4: 1827,
    5: 1827,
    6: 2192,
    7: 2557,
    8: 2922,
    9: 3288,
    10: 3653,
}
"""Days by years: the shortest retention that CloudWatch Logs offers and that covers the years with leap days.

Allowed values: `AWS::Logs::LogGroup` RetentionInDays in the CloudFormation schema.
"""


def retention_days(years: int) -> int:
    """Days that cover `years` (leap days included). Above ten years a log group cannot: 3653 is its longest period."""
    return LOG_GROUP_DAYS[min(years, 10)]
