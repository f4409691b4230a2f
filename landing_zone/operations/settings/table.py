"""The table of settings, `policies/settings/*.yaml`: what is read, what is wanted, and which calls make it so.

`${...}` in a parameter or desired value, and every expression, is JMESPath (`operations.settings.expressions`) over:
`manifest` (`steps.manifest_facts`), `account` (id, name, member_id), `region`, `item` (of `each`), `desired`,
`missing` (what `includes` lacks), `each` (of `for_each`), and every response under its `as` name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from graphlib import TopologicalSorter
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from landing_zone.policy_data import POLICIES, policy_data

MANAGEMENT, SECURITY, NETWORK = "management", "security", "network"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Call(_Row):
    """An API call. service: botocore's name; operation and parameters: as in the API.

    name: under which later expressions find the response. absent: error codes that mean that nothing is there yet; the
    response is then empty. when: skipped, and the response empty, unless this is true. for_each: one call for each
    element of this list.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any] = Field(default_factory=dict)
    name: str = Field(default="", alias="as")
    absent: tuple[str, ...] = ()
    when: str = ""
    for_each: str = ""


class Permission(_Row):
    """An IAM action. resource: default `*`, right only for actions that know no resources; `because`: why it is as
    wide as it is."""

    action: str
    resource: tuple[str, ...] = ("*",)
    because: str = ""
    condition: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)

    @field_validator("resource", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class Requirement(_Row):
    """What must hold before anything can be applied, and what is said when it does not."""

    condition: str
    otherwise: str


class Drift(_Row):
    """What notices that the setting was changed: an AWS Config managed rule, or a probe."""

    config_rule: str = ""
    probe: str = ""


class Setting(_Row):
    """A row. accounts: whose setting it is. regions: `home`, `all` of the landing zone, or one Region by its code.
    caller: whose credentials make the calls. each: a row that stands for several, one for each item. settles: seconds
    that AWS may take until a change can be read back. private: values go into the record as digests."""

    id: str
    title: str
    why: str
    control: str
    accounts: Literal["management", "security", "network", "all"]
    regions: str
    caller: Literal["account", "management"] = "account"
    each: tuple[Any, ...] = ()
    when: str = ""
    depends_on: tuple[str, ...] = ()
    read: tuple[Call, ...] = Field(min_length=1)
    value: str
    compare: Literal["equals", "includes", "at_least"] = "equals"
    desired: Any
    requires: Requirement | None = None
    private: bool = False
    settles: int = 0
    apply: tuple[Call, ...] = ()
    by_hand: str = ""
    undo: str = ""
    permissions: tuple[Permission, ...] = Field(min_length=1)
    drift: Drift
    source: str

    @field_validator("permissions", mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return [{"action": entry} if isinstance(entry, str) else entry for entry in value]

    @property
    def phase(self) -> int:
        """Management account first, then the security account, then every other account."""
        return {MANAGEMENT: 0, SECURITY: 1}.get(self.accounts, 2)


@cache
def settings_table() -> Mapping[str, Setting]:
    """Every row by id, in an order in which dependencies come first. A fault in the table raises ValueError."""
    rows: dict[str, Setting] = {}
    for path in sorted((POLICIES / "settings").glob("*.yaml")):
        for row in policy_data(f"settings/{path.stem}"):
            setting = Setting.model_validate(row)
            if setting.id in rows:
                raise ValueError(f"{path.name} declares {setting.id} a second time")
            rows[setting.id] = setting
    order = TopologicalSorter({id: row.depends_on for id, row in rows.items()}).static_order()
    ranks = {id: rank for rank, id in enumerate(order)}
    if unknown := ranks.keys() - rows.keys():
        raise ValueError(f"a setting depends on {', '.join(sorted(unknown))}, which does not exist")
    return {id: rows[id] for id in sorted(rows, key=lambda id: (rows[id].phase, ranks[id]))}


@cache
def table_digest() -> str:
    """SHA-256 of the whole table."""
    return _sha256([row.model_dump(mode="json") for row in settings_table().values()])


@cache
def behaviour_digest(id: str) -> str:
    """SHA-256 of what a row does: its calls and comparison, not its texts."""
    return _sha256(
        settings_table()[id].model_dump(mode="json", include={"read", "value", "compare", "requires", "apply"})
    )


def _sha256(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
