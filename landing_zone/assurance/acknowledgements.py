"""Acknowledgements: why a rule does not apply here. The toolkit's own and the manifest's, counted apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from landing_zone.assurance.controls import control_for
from landing_zone.assurance.exceptions import EXCEPTION_RULES, ending, ends_soon
from landing_zone.assurance.finding import Finding
from landing_zone.assurance.library import ALL
from landing_zone.assurance.nag import nag_rules
from landing_zone.assurance.rules import FAILED
from landing_zone.assurance.value_rules import VALUE_RULES
from landing_zone.fault import Fault, InputError, excerpt, nearest
from landing_zone.policy_data import POLICIES

Source = Literal["toolkit", "manifest"]

ACKNOWLEDGEMENT_RULES: Mapping[str, str] = {
    "HLZ-ACK-001": "Name a rule that exists; `RULE[finding]` for one finding of a cdk-nag rule that reports several.",
    "HLZ-ACK-002": "Remove the acknowledgement.",
    "HLZ-ACK-003": "Fix what was acknowledged, or decide anew and set another date.",
    "HLZ-ACK-004": "Correct the value or the acknowledgement; these rules cannot be acknowledged.",
    "HLZ-ACK-005": "Fix what is acknowledged before that day, or decide anew and set another date.",
}
_NEVER = re.compile(r"^HLZ-(ACK|EXC|VAL)-")
_CFN_LINT = re.compile(r"^[EWI][0-9]{4}$")
_KEYS = ("rule", "finding", "role", "resource", "reason", "expires", "owner", "when")


@dataclass(frozen=True)
class Acknowledgement:
    """One acknowledgement. `resource` is a glob over logical ids; `role` None means every role.

    `expires` is the last day on which it holds; None means that it holds as long as the rule and resource do. `when` is
    the switch of the manifest without which the resource does not exist.
    """

    rule: str
    reason: str
    resource: str = "*"
    role: str | None = None
    finding: str | None = None
    expires: date | None = None
    source: Source = "toolkit"
    owner: str = ""
    file: str = ""
    line: int | None = None
    when: str = ""

    @property
    def identifier(self) -> str:
        """The id findings carry: `RULE`, or `RULE[finding]`."""
        return f"{self.rule}[{self.finding}]" if self.finding else self.rule

    def expired(self, today: date) -> bool:
        """Whether its last day is past."""
        return self.expires is not None and self.expires < today

    def covers(self, finding: Finding, role: str | None) -> bool:
        """Whether it speaks of this finding in a stack of this role."""
        return (
            finding.rule == self.identifier
            and (self.role is None or self.role == role)
            and fnmatchcase(finding.resource, self.resource)
        )


@dataclass(frozen=True)
class Applied:
    """What is left of a list of findings, what was acknowledged by what, and which acknowledgements were of use."""

    remaining: tuple[Finding, ...]
    acknowledged: tuple[tuple[Finding, Acknowledgement], ...]
    used: frozenset[Acknowledgement]


@cache
def known_rule_ids() -> frozenset[str]:
    """Ids of our rules and of cdk-nag's, with the finding suffixes of those that report several findings."""
    ours = {rule.id for rule in ALL} | set(VALUE_RULES) | set(ACKNOWLEDGEMENT_RULES) | set(EXCEPTION_RULES)
    nag = {name for rule in nag_rules().values() for name in (rule.id, *rule.finding_ids)}
    return frozenset(ours | nag)


def is_known(identifier: str, known: frozenset[str] | None = None) -> bool:
    """Whether a rule has this id; cfn-lint's ids are known by their form."""
    return identifier in (known_rule_ids() if known is None else known) or is_cfn_lint(identifier)


def is_cfn_lint(identifier: str) -> bool:
    """Whether it is an id of cfn-lint's or of CloudFormation's validation (E3031)."""
    return bool(_CFN_LINT.match(identifier))


def apply(
    findings: Iterable[Finding],
    acknowledgements: Iterable[Acknowledgement],
    role: str | None,
    today: date,
) -> Applied:
    """Divide the findings of one stack. Expired acknowledgements and those of value rules cover nothing."""
    index: dict[str, list[Acknowledgement]] = {}
    for acknowledgement in acknowledgements:
        if not acknowledgement.expired(today) and not _NEVER.match(acknowledgement.rule):
            index.setdefault(acknowledgement.identifier, []).append(acknowledgement)
    remaining: list[Finding] = []
    acknowledged: list[tuple[Finding, Acknowledgement]] = []
    used: set[Acknowledgement] = set()
    for finding in findings:
        covering = [entry for entry in index.get(finding.rule, ()) if entry.covers(finding, role)]
        if covering and not finding.message.startswith(FAILED):
            acknowledged.append((finding, covering[0]))
            used.update(covering)
        else:
            remaining.append(finding)
    return Applied(tuple(remaining), tuple(acknowledged), frozenset(used))


def judge(
    acknowledgements: Iterable[Acknowledgement],
    used: Iterable[Acknowledgement],
    known: frozenset[str],
    today: date,
) -> list[Finding]:
    """What is wrong with the acknowledgements themselves. `used`: those of use in any stack of the whole plan."""
    used = frozenset(used)
    return [
        _finding(rule, acknowledgement, message)
        for acknowledgement in acknowledgements
        for rule, message in _problems(acknowledgement, acknowledgement in used, known, today)
    ]


def _problems(
    acknowledgement: Acknowledgement, used: bool, known: frozenset[str], today: date
) -> Iterable[tuple[str, str]]:
    name = acknowledgement.identifier
    if not is_known(name, known):
        hint = nearest(name, known)
        yield "HLZ-ACK-001", f"There is no rule {name}{f'; {hint}' if hint else '.'}"
    elif _NEVER.match(acknowledgement.rule):
        yield "HLZ-ACK-004", f"Rule {name} cannot be acknowledged."
    elif acknowledgement.expired(today):
        yield (
            "HLZ-ACK-003",
            f"The acknowledgement of {name} on {acknowledgement.resource} ended {acknowledgement.expires}.",
        )
    elif not used:
        scope = f" in role {acknowledgement.role}" if acknowledgement.role else ""
        yield (
            "HLZ-ACK-002",
            f"Nothing is found by {name} on {acknowledgement.resource}{scope}; it needs no acknowledgement.",
        )
    elif acknowledgement.expires and ends_soon(acknowledgement.expires.isoformat(), today):
        what = f"The acknowledgement of {name} on {acknowledgement.resource}"
        yield "HLZ-ACK-005", f"{ending(what, acknowledgement.expires.isoformat(), today)}."


def _finding(rule: str, acknowledgement: Acknowledgement, message: str) -> Finding:
    control = control_for(rule)
    return Finding(
        rule=rule,
        control=control.id,
        citations=control.cfr,
        severity="note" if rule == "HLZ-ACK-005" else "error",
        template=acknowledgement.file or acknowledgement.source,
        resource=acknowledgement.resource,
        path=f"acknowledgements/{acknowledgement.identifier}",
        line=acknowledgement.line,
        message=message,
        fix=ACKNOWLEDGEMENT_RULES[rule],
    )


def load_toolkit_acknowledgements(path: Path = POLICIES / "acknowledgements.yaml") -> tuple[Acknowledgement, ...]:
    """The acknowledgements of our own stacks; none if the file is absent. Raises InputError with every fault in it.

    The file is a list of maps: rule, reason, and at will finding, role, resource, expires, owner.
    """
    if not path.exists():
        return ()
    file = f"{path.parent.name}/{path.name}"
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as unreadable:
        raise InputError([Fault(file, 1, 1, "", f"is no YAML: {' '.join(str(unreadable).split())}")]) from unreadable
    if root is None:
        return ()
    if not isinstance(root, yaml.SequenceNode):
        raise InputError([Fault(file, 1, 1, "", "is not a list of acknowledgements")])
    rows: list[Acknowledgement] = []
    faults: list[Fault] = []
    for index, node in enumerate(root.value):
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        try:
            row = yaml.SafeLoader("").construct_document(node)
        except yaml.YAMLError as unreadable:
            faults.append(Fault(file, line, column, f"[{index}]", " ".join(str(unreadable).split())))
            continue
        problems = list(_row_problems(row))
        faults += (Fault(file, line, column, f"[{index}]", problem) for problem in problems)
        if not problems:
            rows.append(Acknowledgement(**row, source="toolkit", file=file, line=line))
    if faults:
        raise InputError(faults)
    return tuple(rows)


def _row_problems(row: Any) -> Iterable[str]:
    if not isinstance(row, Mapping):
        yield f"{excerpt(row)} is not a map with rule and reason"
        return
    for key, value in row.items():
        if key not in _KEYS:
            yield f"{excerpt(key)} is no key of an acknowledgement; {', '.join(_KEYS)} are"
        elif key == "expires":
            if type(value) is not date:
                yield f"expires is {excerpt(value)}; a date such as 2027-01-31 is expected"
        elif not isinstance(value, str) or not value.strip():
            yield f"{key} is {excerpt(value)}; a text is expected"
    for key in ("rule", "reason"):
        if key not in row:
            yield f"{key} is missing"
