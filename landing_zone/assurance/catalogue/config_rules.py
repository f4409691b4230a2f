"""The AWS Config conformance pack for HIPAA Security: what its rules see, and what sees the same in a template."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import Field

from landing_zone.assurance.catalogue.row import Row, rows_of


class PackRule(Row):
    """One managed rule of the pack."""

    id: str
    """Identifier of the managed rule, e.g. `ACCESS_KEYS_ROTATED`."""
    control: str
    """The control that it is evidence for."""
    parameters: Mapping[str, Any] = Field(default_factory=dict)
    cdk_nag: tuple[str, ...] = ()
    """cdk-nag's rules for the same expectation."""
    rules: tuple[str, ...] = ()
    """Our rules that see the same in a template."""
    live_only: str = ""
    """Why no template can show it."""


@cache
def config_rules() -> Mapping[str, PackRule]:
    """Every rule of the pack by identifier."""
    return rows_of("hipaa/config_rules", PackRule, "id")
