"""Mappings of other catalogues that are not followed, and why."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from landing_zone.assurance.catalogue.row import Row, rows_of


class LeftOut(Row):
    """A citation or a Config rule that others map to a control."""

    id: str
    control: str
    cfr: str = ""
    config_rule: str = ""
    why: str


@cache
def left_out() -> Mapping[str, LeftOut]:
    """Every mapping that is not followed, by `CONTROL/WHAT`."""
    return rows_of("hipaa/left_out", LeftOut, "id")
