"""One change, and how bad it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["critical", "high", "medium", "low", "good"]
"""critical: data is lost, or what was proved is refuted. high: a safeguard is gone or a control fails. medium: somebody
has to look. low: it changes, without bearing on a control. good: it is better than before."""
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "good")
STOPS: tuple[Severity, ...] = ("critical", "high")
"""Severities that make `hlz diff` end with 1."""


@dataclass(frozen=True)
class Change:
    """kind: control, guardrail, theorem, network path, finding or resource. id: which one. text: a sentence.

    details: JSON values that belong to the kind, for machines.
    """

    kind: str
    id: str
    severity: Severity
    text: str
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The row of the `changes` of `hlz diff --json`."""
        return {"kind": self.kind, "id": self.id, "severity": self.severity, "text": self.text, **self.details}


def order(change: Change) -> tuple[int, str, str, str]:
    """Worst first, then by kind and id."""
    return (SEVERITIES.index(change.severity), change.kind, change.id, change.text)
