"""What a guardrail is: one statement or one piece of a declarative policy, why it is there and where it applies."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from landing_zone.manifest.model.base import Date, GuardrailProfile, RuleId, Section, ShortText, Slug, Text, one_or_many

PolicyType = Literal[
    "SERVICE_CONTROL_POLICY",
    "RESOURCE_CONTROL_POLICY",
    "DECLARATIVE_POLICY_EC2",
    "S3_POLICY",
    "TAG_POLICY",
    "BACKUP_POLICY",
    "AISERVICES_OPT_OUT_POLICY",
    "CHATBOT_POLICY",
    "SECURITYHUB_POLICY",
    "GUARDDUTY_POLICY",
    "INSPECTOR_POLICY",
    "BEDROCK_POLICY",
    "UPGRADE_ROLLOUT_POLICY",
    "NETWORK_SECURITY_DIRECTOR_POLICY",
]
"""Every type that AWS::Organizations::Policy takes, as in the registry's schema."""
POLICY_TYPES: tuple[PolicyType, ...] = get_args(PolicyType)
AUTHORIZATION_TYPES: frozenset[PolicyType] = frozenset({"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"})
"""Types written as IAM statements; the others are documents that are merged."""

Basis = Literal["scp", "scp-total-deny", "rcp", "declarative"]
"""What holds the guardrail up: a condition key lets compliant requests pass; where AWS offers none, everybody but the
exempt is denied; a resource control policy; a declarative policy that the service itself enforces."""

Switch = Annotated[str, Field(pattern=r"^((not )?[a-z_]+(\.[a-z_]+)*)?$", max_length=200)]
Texts = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=2048)], ...],
    BeforeValidator(one_or_many, json_schema_input_type=str | list[str]),
    Field(min_length=1),
]


class Statement(Section):
    """A policy statement in IAM's own words. `Sid` comes from the guardrail's id, exemptions from its `exempt`."""

    Effect: Literal["Allow", "Deny"]
    """Deny, or Allow for a list of all that is allowed at a level."""
    Action: Texts | None = None
    """Actions it is about."""
    NotAction: Texts | None = None
    """Every action but these."""
    Resource: Texts | None = None
    """ARNs it is about; default: `*`."""
    NotResource: Texts | None = None
    """Every resource but these."""
    Condition: dict[str, dict[str, Texts]] = {}
    """Operators, keys, values."""


class Guardrail(Section):
    """A safeguard that an organization policy keeps, in every account under an OU."""

    id: Slug
    """Id, unique among all guardrails of all types; `Sid` of the statement in PascalCase."""
    title: ShortText
    """What can no longer happen, as a sentence without a full stop."""
    intent: Text
    """Why, for somebody who meets the denial: what it protects and what to do instead."""
    profiles: Annotated[tuple[GuardrailProfile, ...], Field(min_length=1)]
    """Profiles whose OUs get it. `foundation` is attached to the root and so reaches every account but management."""
    control: RuleId
    """Control of `policies/controls` that it serves; the control carries the citations."""
    basis: Basis
    """What holds it up."""
    invariants: tuple[Slug, ...] = ()
    """Theorems it serves."""
    exempt: tuple[Slug, ...] = ()
    """Groups of `policies/guardrails/principals.yaml` whom a Deny does not bind."""
    when: Switch = ""
    """Switch of the manifest, e.g. `detection.macie` or `not control_tower.enabled`; without it it always applies."""
    source: Annotated[str, Field(max_length=500)] = ""
    """Page on which its action names, keys or attributes are documented, where that is not the catalogue."""
    statement: Statement | None = None
    """For service and resource control policies."""
    content: dict[str, Any] | None = None
    """For the other types: the part of the document that this guardrail writes."""


class GuardrailFile(Section):
    """A file of guardrails: one policy type, one topic."""

    type: PolicyType
    """Policy type of every guardrail in the file."""
    topic: ShortText
    """What they are about; a section of the reference page."""
    as_of: Date
    """When actions, keys and attributes were last compared with AWS."""
    guardrails: Annotated[tuple[Guardrail, ...], Field(min_length=1)]
    """The guardrails."""


class PrincipalGroup(Section):
    """Principals whom some guardrails exempt."""

    title: ShortText
    """Who they are."""
    why: Text
    """Why they have to be exempt."""
    principals: Annotated[tuple[str, ...], Field(min_length=1)]
    """Patterns of `aws:PrincipalArn`."""
    closed_by: Slug | None = None
    """The guardrail that keeps everybody else from making, changing, passing or re-trusting such a principal."""
    closed_by_aws: Text | None = None
    """Why AWS itself keeps everybody from it; instead of `closed_by`."""
    when: Switch = ""
    """Switch of the manifest; when it is off, the group is empty."""
