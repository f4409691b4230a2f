"""What is examined: guardrails, where they are in force, and everything that they may name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from landing_zone.guardrails.composition import Composition
from landing_zone.guardrails.model import AUTHORIZATION_TYPES, PrincipalGroup, Statement
from landing_zone.guardrails.parameters import Parameters, filled
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.guardrails.statements import iam_statement
from landing_zone.manifest.document import Path_


@dataclass(frozen=True)
class Subject:
    """Everything that was read, and what of it applies here.

    guardrails: all, those too whose `when` is off. controls, theorems: ids that they may name.
    """

    guardrails: tuple[SourcedGuardrail, ...]
    composition: Composition
    groups: Mapping[str, PrincipalGroup]
    parameters: Parameters
    controls: frozenset[str]
    theorems: frozenset[str]
    _statements: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def with_statement(self) -> tuple[SourcedGuardrail, ...]:
        """The guardrails that are IAM statements."""
        return tuple(s for s in self.guardrails if s.type in AUTHORIZATION_TYPES and s.guardrail.statement)

    def statement(self, id: str) -> dict[str, Any]:
        """The IAM statement of a guardrail that applies."""
        if id not in self._statements:
            self._statements[id] = iam_statement(self.composition.guardrails[id], self.groups, self.parameters)
        return self._statements[id]

    def texts(self, sourced: SourcedGuardrail, key: str) -> Iterator[tuple[Path_, str]]:
        """The texts of `Action`, `NotAction`, `Resource` or `NotResource`, known parameters filled in, and where."""
        given: Sequence[str] = getattr(written(sourced), key) or ()
        for index, text in enumerate(given):
            for entry in filled([text], self.parameters):
                yield ("statement", key, index), entry

    def conditions(self, sourced: SourcedGuardrail) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Operator, key and values of each condition that is written out, known parameters filled in."""
        for operator, keys in written(sourced).Condition.items():
            for key, values in keys.items():
                yield operator, key, tuple(filled(values, self.parameters))


def written(sourced: SourcedGuardrail) -> Statement:
    """The statement as it is written."""
    assert sourced.guardrail.statement is not None
    return sourced.guardrail.statement
