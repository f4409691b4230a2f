"""The policies of an export: their documents, where they are attached, and the places of both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from landing_zone.fault import Fault, InputError
from landing_zone.live_organization.answers import Answers, Row
from landing_zone.manifest.document import Document
from landing_zone.proof.guardrails.declarative_documents import declarative_faults
from landing_zone.proof.guardrails.json_document import parse_json, plain_mapping
from landing_zone.proof.guardrails.organization import Policy
from landing_zone.proof.guardrails.policy_grammar import Kind, allows_everything, policy_content, policy_faults

KINDS: Mapping[str, Kind] = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}
_NO_ARN = " is no ARN"
_NO_LETTER = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, eq=False)
class LivePolicy:
    """A policy of an organization. name: of the file it is written to, unique. title: its name in AWS.

    targets: ids; None if they are not known. document: None if its content is not known or no JSON; why says so, or why
    it is not understood. policy: of the kinds `scp` and `rcp` that are understood.
    """

    id: str
    name: str
    title: str
    type: str
    by_aws: bool
    targets: tuple[str, ...] | None
    row: Row
    place: Fault
    document: Document | None = None
    policy: Policy | None = None
    why: str = ""

    @property
    def kind(self) -> str:
        """`scp`, `rcp`, or `declarative` for all other types."""
        return KINDS.get(self.type, "declarative")

    @property
    def content(self) -> Mapping[str, Any]:
        """The document in plain data; empty if it is not known."""
        return plain_mapping(self.document.root) if self.document else {}

    @property
    def allows_everything(self) -> bool:
        """Whether it is AWS's own policy, or one like it."""
        return self.policy is not None and any(allows_everything(one.content) for one in self.policy.statements)


def live_policies(answers: Answers) -> tuple[LivePolicy, ...]:
    """Every policy that is listed."""
    listed = [row for type_ in answers.found.get("list-policies", {}) for row in answers.rows("list-policies", type_)]
    stems = Counter(_stem(row).lower() for row in listed)  # names of files differ by more than case
    return tuple(_policy(answers, row, unique=stems[_stem(row).lower()] == 1) for row in listed)


def _stem(row: Row) -> str:
    return _NO_LETTER.sub("-", row.text("Name")).strip("-.") or row.text("Id")


def _policy(answers: Answers, row: Row, *, unique: bool) -> LivePolicy:
    id = row.text("Id")
    targets = answers.get("list-targets-for-policy", id)
    managed = row.node.child("AwsManaged")
    described = answers.rows("describe-policy", id)
    found = LivePolicy(
        id=id,
        name=_stem(row) if unique else f"{_stem(row)}-{id}",
        title=row.text("Name"),
        type=row.text("Type"),
        by_aws=bool(managed and managed.value is True),
        targets=tuple(dict.fromkeys(one.text("TargetId") for one in targets.rows)) if targets else None,
        row=row,
        place=described[0].fault(key="Content") if described else row.fault(),
    )
    if not described:
        return replace(found, why=f"its content is not known: {answers.missing('describe-policy', id)}")
    try:
        document = parse_json(described[0].text("Content"), f"{found.name}.json")
    except InputError as error:
        return replace(found, why=f"its content cannot be read: {error.faults[0].message}")
    if found.type not in KINDS:
        faults = list(declarative_faults(document))
        return replace(found, document=document, why=_told(faults))
    kind = KINDS[found.type]
    # A malformed ARN matches nothing, which the assessment says; the other statements are in force.
    faults = [fault for fault in policy_faults(document, kind) if _NO_ARN not in fault.message]
    policy = None if faults else Policy(found.name, policy_content(document))
    return replace(found, document=document, policy=policy, why=_told(faults))


def _told(faults: list[Fault]) -> str:
    return f"it is not understood: {faults[0].key}: {faults[0].message}" if faults else ""
