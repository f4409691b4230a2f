"""Which defects are named: by a finding that neither the good template nor the twin has."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from benchmarks.detection.operators import Mutant, Operator, good_templates, mutants
from landing_zone.assurance.files import evaluated_foreign
from landing_zone.assurance.finding import Finding
from landing_zone.assurance.template_file import TemplateFile

Key: TypeAlias = tuple[str, str, str]


def key(finding: Finding) -> Key:
    """What tells findings apart: rule and resource; for the whole template what the finding says."""
    return finding.rule, finding.resource, "" if finding.resource else finding.message


@dataclass
class Judge:
    """Evaluates templates, each distinct one once."""

    evaluations: int = 0
    _seen: dict[str, tuple[Finding, ...]] = field(default_factory=dict)

    def findings(self, name: str, document: Mapping[str, Any]) -> tuple[Finding, ...]:
        """What our rules say about a template."""
        text = json.dumps(document, sort_keys=True)
        if text not in self._seen:
            self.evaluations += 1
            self._seen[text] = evaluated_foreign(TemplateFile(document, {}), name).findings
        return self._seen[text]

    def verdict(self, mutant: Mutant) -> Verdict:
        """The findings on the defect that count, and those on the twin that the good template does not have."""
        good = {key(entry) for entry in self.findings(mutant.template, good_templates()[mutant.template])}
        twin = self.findings(mutant.template, mutant.twin)
        other = good | {key(entry) for entry in twin}
        naming = tuple(entry for entry in self.findings(mutant.template, mutant.defect) if key(entry) not in other)
        noise = tuple(entry for entry in twin if key(entry) not in good)
        return Verdict(mutant.operator, mutant.template, mutant.target, naming, noise)


@dataclass(frozen=True)
class Verdict:
    """One defect in one template."""

    operator: Operator
    template: str
    target: str
    naming: tuple[Finding, ...]
    noise: tuple[Finding, ...]


def judged(chosen: Iterable[Operator], templates: Collection[str], judge: Judge) -> list[Verdict]:
    """Every chosen operator in each of the templates that has its target."""
    return [
        judge.verdict(mutant) for operator in chosen for mutant in mutants(operator) if mutant.template in templates
    ]
