"""A synthesized variant: what node produced and what the rules said, as it is cached and fanned out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landing_zone.assurance.finding import Report


@dataclass(frozen=True)
class SynthesizedVariant:
    """A variant's template, its artifacts in the cloud assembly, and what every rule said before acknowledgements.

    artifact, asset_artifact: properties of the stack and asset artifacts as the CDK wrote them.
    asset_manifest: the asset manifest.
    """

    id: str
    role: str
    template: Mapping[str, Any]
    artifact: Mapping[str, Any]
    asset_artifact: Mapping[str, Any]
    asset_manifest: Mapping[str, Any]
    report: Report

    @property
    def resources(self) -> int:
        """Number of resources in the template."""
        return len(self.template.get("Resources", {}))

    def as_json(self) -> dict[str, Any]:
        """JSON values for the cache."""
        return {**vars(self), "report": self.report.as_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SynthesizedVariant:
        """The inverse of `as_json`. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(**{**data, "report": Report.from_json(data["report"])})
