"""Apply rules to a template. Fails closed: a rule that breaks is a finding, garbage is never a pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from landing_zone.assurance.controls import controls
from landing_zone.assurance.finding import Finding, NotEvaluated, Report, RuleRun
from landing_zone.assurance.library import ALL
from landing_zone.assurance.rules import FAILED, CannotEvaluate, Outcome, Rule, RuleContext, Undecided, Violation
from landing_zone.assurance.template import Resource, Template


def evaluate(template: Template, context: RuleContext | None = None, rules: Iterable[Rule] | None = None) -> Report:
    """Every rule on every resource it applies to. Raises nothing that depends on the template."""
    context = context or RuleContext(template)
    evaluation = _Evaluation(template, context)
    for rule in ALL if rules is None else rules:
        evaluation.run(rule)
    return evaluation.report()


@cache
def citations_of(control_id: str) -> tuple[str, ...]:
    """The paragraphs a finding of this control cites; none if the catalogue does not know it."""
    control = controls().get(control_id)
    return control.cfr if control else ()


class _Evaluation:
    """Collects the outcomes on one template."""

    def __init__(self, template: Template, context: RuleContext) -> None:
        self._template = template
        self._context = context
        self._whole = Resource("", "", {}, template.resolver)
        self._findings: list[Finding] = []
        self._not_evaluated: list[NotEvaluated] = []
        self._runs: list[RuleRun] = []

    def run(self, rule: Rule) -> None:
        subjects = [self._whole] if rule.whole_template else self._template.of_type(*rule.types)
        judged = [subject.logical_id for subject in subjects if self._judge(rule, subject)]
        if judged:
            examined = tuple(self._template.resources) if rule.whole_template else tuple(judged)
            self._runs.append(RuleRun(rule.id, self._template.name, examined))

    def report(self) -> Report:
        return Report(
            findings=tuple(sorted(self._findings)),
            not_evaluated=tuple(sorted(self._not_evaluated)),
            runs=tuple(sorted(self._runs)),
            resources=len(self._template.resources),
        )

    def _judge(self, rule: Rule, subject: Resource) -> bool:
        """Whether the rule reached a verdict on the subject."""
        decided = True
        violated = False
        for outcome in self._outcomes(rule, subject):
            if isinstance(outcome, Undecided):
                decided = False
                self._not_evaluated.append(
                    NotEvaluated(rule.id, subject.logical_id, self._template.name, outcome.reason)
                )
            elif isinstance(outcome, Violation):
                violated = True
                self._findings.append(self._finding(rule, subject, outcome))
            else:
                return False
        return decided or violated

    def _outcomes(self, rule: Rule, subject: Resource) -> Iterator[Outcome | None]:
        """What the rule says; None when it does not apply."""
        try:
            if not rule.applies(subject, self._context):
                yield None
                return
            yield from rule.judge(subject, self._context)
        except CannotEvaluate as unknown:
            yield Undecided(unknown.reason)
        except RecursionError:
            yield Undecided("the template is nested too deeply")
        except Exception as failure:  # a broken rule must not look like a rule that passed
            yield Violation(f"{FAILED}{type(failure).__name__}: {failure}")

    def _finding(self, rule: Rule, subject: Resource, violation: Violation) -> Finding:
        resource = violation.resource or subject.logical_id
        path = _path(resource, violation.property_path)
        return Finding(
            rule=rule.id,
            control=rule.control,
            citations=citations_of(rule.control),
            severity="error" if violation.message.startswith(FAILED) else rule.severity,
            template=self._template.name,
            resource=resource,
            path=path,
            line=self._template.line(path),
            message=violation.message,
            fix=rule.fix,
        )


def _path(resource: str, property_path: str) -> str:
    if not resource:
        return property_path
    if property_path in ("DeletionPolicy", "UpdateReplacePolicy"):
        return f"Resources/{resource}/{property_path}"
    if not property_path:
        return f"Resources/{resource}"
    return f"Resources/{resource}/Properties/{property_path.replace('.', '/')}"
