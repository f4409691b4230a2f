"""Declarative documents that cannot be one: two guardrails assign different values to one place on one target."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from landing_zone.fault import Fault, excerpt
from landing_zone.guardrails.checks.subject import Subject
from landing_zone.guardrails.documents import conflicts
from landing_zone.guardrails.parameters import filled
from landing_zone.manifest.document import dotted


def document_faults(subject: Subject) -> Iterator[Fault]:
    """A fault at the later guardrail for each place."""
    by_id = subject.composition.guardrails
    for bundle in subject.composition.bundles():
        documents = [id for id in bundle.ids if by_id[id].guardrail.content is not None]
        for one, other in combinations(documents, 2):
            first, second = (filled(by_id[id].guardrail.content, subject.parameters) for id in (one, other))
            for place, before, after in conflicts(first, second):
                message = (
                    f"'{one}' and '{other}' assign different values to {dotted(place)} on {', '.join(bundle.targets)}: "
                    f"{excerpt(before)} and {excerpt(after)}"
                )
                yield by_id[other].fault(("content", *place), message, "one place is written by one guardrail")
