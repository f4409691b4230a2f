"""Actions that AWS does not have, and resources that none of a statement's actions works on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from landing_zone.action_catalogue import Action, actions, matching, resource_formats, services
from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.guardrails.checks.subject import Subject, written
from landing_zone.guardrails.globs import arns_intersect, opened
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.manifest.document import Path_

_ACTION = re.compile(r"([A-Za-z0-9-]+):([A-Za-z0-9*?]+)")
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "*")
SHOWN = 5


def action_faults(subject: Subject, sourced: SourcedGuardrail) -> Iterator[Fault]:
    """Unknown services, unknown actions, patterns that match nothing."""
    for key in ("Action", "NotAction"):
        for path, text in subject.texts(sourced, key):
            if text == "*":
                continue
            if not (parts := _ACTION.fullmatch(text)):
                yield sourced.fault(path, f"{excerpt(text)} is no action; allowed: service:Action, with * and ?, or *")
                continue
            service, name = parts[1].lower(), parts[2]
            if service not in services():
                message = f"unknown service {excerpt(parts[1])} in {excerpt(text)}"
                yield sourced.fault(path, message, _near(service, name))
            elif name != "*" and not matching(text):
                known = [action.name for action in actions(service).values()]
                what = "pattern matches no action of" if "*" in name or "?" in name else "is no action of"
                message = f"{excerpt(text)} {what} {service}, which has {len(known)}"
                yield sourced.fault(path, message, nearest(f"{service}:{name}", known))


def _near(service: str, name: str) -> str:
    spelling = nearest(service, sorted(services()))
    return spelling.replace("'?", f":{name}'?") if spelling else ""


def resource_faults(subject: Subject, sourced: SourcedGuardrail) -> Iterator[Fault]:
    """Malformed and dead ARNs, and actions that never meet the statement's resources."""
    given = written(sourced)
    covered = covered_actions(subject, sourced)
    if given.Action and not covered and "*" not in given.Action:
        return  # their own faults say so
    resources: list[str] = []
    sound = True
    for key in ("Resource", "NotResource"):
        for path, text in subject.texts(sourced, key):
            faults = list(_arn_faults(sourced, path, text, covered))
            sound = sound and not faults
            yield from faults
            resources.append(opened(text))
    if sound and given.Resource and "*" not in resources:
        yield from _never_met(subject, sourced, resources)


def covered_actions(subject: Subject, sourced: SourcedGuardrail) -> tuple[Action, ...]:
    """Every action that `Action` names; none for `*` and for NotAction, which cover whole services."""
    texts = [text for _, text in subject.texts(sourced, "Action")]
    if "*" in texts:
        return ()
    return tuple(dict.fromkeys(action for text in texts for action in matching(text)))


def _arn_faults(sourced: SourcedGuardrail, path: Path_, text: str, covered: Collection[Action]) -> Iterator[Fault]:
    if text == "*":
        return
    arn = opened(text)
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not parts[5]:
        message = f"{excerpt(text)} is no ARN; allowed: arn:partition:service:region:account:resource, or *"
        yield sourced.fault(path, message)
        return
    service = parts[2]
    if parts[1] not in PARTITIONS:
        message = f"unknown partition {excerpt(parts[1])}; allowed: {', '.join(PARTITIONS)}"
        yield sourced.fault(path, message, nearest(parts[1], PARTITIONS))
        return
    own = {format for action in covered for format in action.resources}
    formats = own | set(resource_formats(service))
    if not any(format.split(":")[2] == service for format in formats):
        hint = nearest(service, sorted(services())) or "the service stands between the second and third colon"
        yield sourced.fault(path, f"unknown service {excerpt(service)} in {excerpt(text)}", hint)
    elif not any(arns_intersect(arn, format) for format in formats):
        message = f"{excerpt(text)} is the ARN of no resource of {service}"
        yield sourced.fault(path, message, nearest(arn, sorted(formats)))
    elif covered and not any(arns_intersect(arn, format) for format in own):
        message = f"none of the actions works on {excerpt(text)}"
        yield sourced.fault(path, message, f"they work on: {_shown(sorted(own)) or '* only'}")


def _never_met(subject: Subject, sourced: SourcedGuardrail, resources: Sequence[str]) -> Iterator[Fault]:
    for path, text in subject.texts(sourced, "Action"):
        found = matching(text) if text != "*" else ()
        formats = sorted({format for action in found for format in action.resources})
        if found and not any(arns_intersect(arn, format) for arn in resources for format in formats):
            message = f"{text} works on none of the statement's resources, so it is never denied"
            yield sourced.fault(path, message, f"it works on: {_shown(formats) or '* only'}")


def _shown(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + more
