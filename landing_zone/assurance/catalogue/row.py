"""What every row of the catalogue carries: on what it rests, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from landing_zone.policy_data import policy_data

INHERITED = ("basis", "as_of", "verification")
_Row = TypeVar("_Row", bound="Row")


class Row(BaseModel):
    """One row. basis: what it rests on; as_of: the date of that knowledge."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    basis: str
    as_of: date


def rows_of(file: str, model: type[_Row], key: str) -> Mapping[str, _Row]:
    """The `rows` of `policies/FILE.yaml` by their `key`, in the file's order.

    A row that has no basis, date or verification of its own has the file's. Raises ValueError for a key that stands
    twice.
    """
    document = policy_data(file)
    inherited: dict[str, Any] = {
        name: document[name] for name in ("basis", "as_of", "verification") if name in document
    }
    found: dict[str, _Row] = {}
    for raw in document["rows"]:
        row = model.model_validate(inherited | raw)
        name = str(getattr(row, key))
        if name in found:
            raise ValueError(f"policies/{file}.yaml has {name} twice")
        found[name] = row
    return found
