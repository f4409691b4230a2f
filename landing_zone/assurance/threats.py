"""What the risk-analysis worksheet asks about: threats by kind of asset, and how a level of risk is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from landing_zone.manifest.model.base import DataClass
from landing_zone.policy_data import policy_data

AssetKind = Literal[
    "workload",
    "core",
    "stores",
    "network",
    "hub",
    "link",
    "identity",
    "emergency",
    "pipeline",
    "key",
    "associate",
]
Property = Literal["confidentiality", "integrity", "availability"]


class Threat(BaseModel):
    """A threat and the weakness that it uses. `event` is a family or an event of NIST SP 800-30r1, or `own`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    source: Literal["adversarial", "accidental", "structural", "environmental"]
    event: str
    category: Literal["natural", "human", "environmental"]
    vulnerability: str
    affects: tuple[Property, ...] = Field(min_length=1)
    assets: tuple[AssetKind, ...] = Field(min_length=1)
    data: tuple[DataClass, ...] = ()
    """Data classes of the assets it is asked about; none: every class."""
    stores: tuple[str, ...] = ()
    """Kinds of stores without which it is not asked; none: any."""
    controls: tuple[str, ...]
    citations: tuple[str, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Threats:
    """Every threat, in the order of the file, with what the file rests on."""

    as_of: str
    basis: str
    kinds: Mapping[str, str]
    threats: tuple[Threat, ...]


@cache
def threats() -> Threats:
    """The content of `policies/risk/threats.yaml`. A fault in it is a bug of the project and raises ValueError."""
    data = policy_data("risk/threats")
    rows = tuple(Threat.model_validate(row) for row in data["threats"])
    return Threats(str(data["as_of"]), data["basis"], data["kinds"], rows)


def level_of_risk(likelihood: str, impact: str) -> str:
    """The level of a risk (NIST SP 800-30r1, table I-2). Raises KeyError or ValueError for what is no level."""
    data = policy_data("risk/levels")
    return str(data["matrix"][likelihood][data["levels"].index(impact)])


def levels() -> tuple[str, ...]:
    """The scale, lowest first."""
    return tuple(policy_data("risk/levels")["levels"])
