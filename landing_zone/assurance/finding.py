"""What a check says: findings, what could not be judged, and what was examined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import total_ordering
from typing import Any, Literal, cast

Severity = Literal["error", "warning", "note"]


@total_ordering
@dataclass(frozen=True)
class Finding:
    """One place where a rule found something other than what it expects.

    `template` is a template's or a deployment's name, `resource` a logical id, a value's name or "" for the whole
    template, and `path` the construct path or the property path inside the template
    (`Resources/Key/Properties/EnableKeyRotation`).
    """

    rule: str
    control: str
    citations: tuple[str, ...]
    severity: Severity
    template: str
    resource: str
    path: str
    line: int | None
    message: str
    fix: str

    def __lt__(self, other: Finding) -> bool:
        return self._order() < other._order()

    def _order(self) -> tuple[str, str, str, str, int, str, str]:
        line = -1 if self.line is None else self.line
        return (self.template, self.rule, self.resource, self.path, line, self.message, self.severity)

    def as_json(self) -> dict[str, Any]:
        """The finding as the command line prints it: exactly the keys of `check --json`."""
        return {
            "rule": self.rule,
            "control": self.control,
            "citations": list(self.citations),
            "severity": self.severity,
            "template": self.template,
            "resource": self.resource,
            "path": self.path,
            "line": self.line,
            "message": self.message,
            "fix": self.fix,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Finding:
        """Read back what `as_json` wrote. Raises KeyError or ValueError on anything else."""
        severity = document["severity"]
        if severity not in ("error", "warning", "note"):
            raise ValueError(f"severity is {severity!r}; error, warning and note are allowed")
        return cls(
            rule=str(document["rule"]),
            control=str(document["control"]),
            citations=tuple(str(citation) for citation in document["citations"]),
            severity=cast(Severity, severity),
            template=str(document["template"]),
            resource=str(document["resource"]),
            path=str(document["path"]),
            line=None if document["line"] is None else int(document["line"]),
            message=str(document["message"]),
            fix=str(document["fix"]),
        )


@dataclass(frozen=True, order=True)
class NotEvaluated:
    """A rule that met something it cannot judge: neither passed nor failed."""

    rule: str
    resource: str
    template: str
    reason: str

    def as_json(self) -> dict[str, str]:
        """The entry as the command line prints it."""
        return {"rule": self.rule, "resource": self.resource, "template": self.template, "reason": self.reason}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> NotEvaluated:
        """Read back what `as_json` wrote. Raises KeyError on anything else."""
        return cls(*(str(document[key]) for key in ("rule", "resource", "template", "reason")))


@dataclass(frozen=True, order=True)
class RuleRun:
    """The resources of one template on which one rule reached a verdict, good or bad."""

    rule: str
    template: str
    resources: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The run with the logical ids it examined."""
        return {"rule": self.rule, "template": self.template, "resources": list(self.resources)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> RuleRun:
        """Read back what `as_json` wrote. Raises KeyError on anything else."""
        return cls(str(document["rule"]), str(document["template"]), tuple(str(name) for name in document["resources"]))


@dataclass(frozen=True)
class Report:
    """Everything one evaluation, or several merged ones, can say.

    A rule is in `runs` only where it examined something: absence means that it did not run, never that it passed.
    """

    findings: tuple[Finding, ...] = ()
    not_evaluated: tuple[NotEvaluated, ...] = ()
    runs: tuple[RuleRun, ...] = ()
    resources: int = 0

    @property
    def rules_run(self) -> frozenset[str]:
        """Ids of the rules that reached at least one verdict."""
        return frozenset(run.rule for run in self.runs)

    @property
    def evaluations(self) -> int:
        """Verdicts reached: pairs of a rule and a resource it judged."""
        return sum(len(run.resources) for run in self.runs)

    def merge(self, *others: Report) -> Report:
        """This report and the others as one, in a stable order."""
        reports = (self, *others)
        return Report(
            findings=tuple(sorted(finding for report in reports for finding in report.findings)),
            not_evaluated=tuple(sorted(entry for report in reports for entry in report.not_evaluated)),
            runs=tuple(sorted(run for report in reports for run in report.runs)),
            resources=sum(report.resources for report in reports),
        )

    def as_json(self) -> dict[str, Any]:
        """The whole report, for a cache entry or the `check` document."""
        return {
            "resources": self.resources,
            "rules_run": len(self.rules_run),
            "evaluations": self.evaluations,
            "findings": [finding.as_json() for finding in self.findings],
            "not_evaluated": [entry.as_json() for entry in self.not_evaluated],
            "runs": [run.as_json() for run in self.runs],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Report:
        """Read back what `as_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        return cls(
            findings=tuple(Finding.from_json(entry) for entry in document["findings"]),
            not_evaluated=tuple(NotEvaluated.from_json(entry) for entry in document["not_evaluated"]),
            runs=tuple(RuleRun.from_json(entry) for entry in document["runs"]),
            resources=int(document["resources"]),
        )


def merged(reports: Iterable[Report]) -> Report:
    """All reports as one; an empty report for none."""
    return Report().merge(*reports)
