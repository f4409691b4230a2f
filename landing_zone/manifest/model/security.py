"""Retention, identity, guardrails, detection and keys."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from landing_zone.manifest.model.base import (
    DataClass,
    GuardrailProfile,
    OuPath,
    ParameterName,
    RelativeFolder,
    Section,
    Service,
    Severity,
    ShortText,
    Slug,
    Text,
    one_or_many,
)

GuardrailParameter = Annotated[
    tuple[ShortText, ...], BeforeValidator(one_or_many, json_schema_input_type=str | list[str]), Field(min_length=1)
]
Years = Annotated[int, Field(ge=1, le=10)]


class Retention(Section):
    """How long records are kept, in years (45 CFR 164.316(b)(2)(i) asks six years of required documentation)."""

    default: Years = 6
    """Years for every log kind that is not listed."""
    audit_trail: Years | None = None
    """CloudTrail."""
    flow_logs: Years | None = None
    """VPC flow logs."""
    dns_queries: Years | None = None
    """Route 53 Resolver query logs."""
    configuration: Years | None = None
    """AWS Config history and snapshots."""
    access_logs: Years | None = None
    """S3, load balancer and CloudFront access logs."""
    firewall: Years | None = None
    """Network Firewall and WAF logs."""
    sessions: Years | None = None
    """Session Manager and other shell session logs."""
    applications: Years | None = None
    """Application logs."""
    findings: Years | None = None
    """GuardDuty, Security Hub, Macie and Inspector findings."""
    reason: Text | None = None
    """Why less than six years is right; required when any value is below 6."""

    def years(self, kind: str) -> int:
        """Years for a log kind (a field name of this section)."""
        years: int | None = getattr(self, kind)
        return self.default if years is None else years


LOG_KINDS = tuple(name for name in Retention.model_fields if name not in ("default", "reason"))


class PermissionSet(Section):
    """An Identity Center permission set."""

    description: ShortText
    """What people do with it."""
    managed_policies: tuple[ShortText, ...] = ()
    """Names of AWS managed policies."""
    session_hours: Annotated[int, Field(ge=1, le=12)] = 1
    """Length of a session in hours."""
    data: DataClass = "none"
    """Most sensitive data class of accounts it may be assigned to."""


class Assignment(Section):
    """Who gets a permission set where."""

    group: ShortText
    """Group of the identity provider."""
    permission_set: Slug
    """Permission set by name."""
    ou: OuPath | None = None
    """Every account of this OU and below."""
    account: Slug | None = None
    """One account."""


class BreakGlass(Section):
    """Emergency access (45 CFR 164.312(a)(2)(ii))."""

    enabled: bool = True
    """Keep a sealed emergency role in every account; its use raises a critical alarm."""
    holders: tuple[ShortText, ...] = ()
    """People or roles who may open it."""


class Identity(Section):
    """Workforce identity."""

    source: Literal["identity-center", "external"] = "identity-center"
    """Identity Center's own directory, or an external identity provider connected to it."""
    instance_arn: ShortText | None = None
    """ARN of the Identity Center instance, when it exists."""
    permission_sets: dict[Slug, PermissionSet] = {}
    """Permission sets in addition to the standard ones."""
    assignments: tuple[Assignment, ...] = ()
    """Assignments of groups to OUs or accounts."""
    break_glass: BreakGlass = BreakGlass()
    """Emergency access."""


class Guardrails(Section):
    """Organization policies."""

    profiles: dict[OuPath, GuardrailProfile] = {}
    """Guardrail profile by OU path, where it differs from the OU tree."""
    additional_services: tuple[Service, ...] = ()
    """IAM prefixes allowed on PHI accounts beyond the dated list of HIPAA-eligible services."""
    scp_quota: Literal["5x5120", "10x10240"] = "5x5120"
    """Policies per target times characters that packing may use; sources disagree since May 2026."""
    sources: tuple[RelativeFolder, ...] = ()
    """Folders beside the manifest with guardrails of your own, in the format of `policies/scp` and its like."""
    parameters: dict[ParameterName, GuardrailParameter] = {}
    """Parameters that guardrails of your own name as `${Name}`: a text, or a list of texts."""
    unlisted_accounts: Literal["quarantine", "report"] = "quarantine"
    """What becomes of accounts of the organization that the manifest lacks, once `hlz adopt --write` has seen them:
    the quarantine guardrails are attached to each, or they are only listed."""


class Detection(Section):
    """Detective services and alarms."""

    guardduty: bool = True
    """Amazon GuardDuty in every account and Region."""
    security_hub: bool = True
    """AWS Security Hub."""
    macie: bool = True
    """Amazon Macie in accounts that hold PHI."""
    inspector: bool = True
    """Amazon Inspector."""
    access_analyzer: bool = True
    """IAM Access Analyzer."""
    detective: bool = False
    """Amazon Detective."""
    alarm_contacts: dict[Severity, Literal["security", "operations"]] = {
        "critical": "security",
        "high": "security",
        "medium": "operations",
        "low": "operations",
    }
    """Which contact receives alarms of a severity."""
    runbooks: ShortText | None = None
    """Base address of the runbooks that alarms link to."""


class Keys(Section):
    """Customer managed keys."""

    rotation_days: Annotated[int, Field(ge=90, le=365)] = 365
    """Rotation period of every symmetric key, in days."""
    deletion_window_days: Annotated[int, Field(ge=30, le=30)] = 30
    """Waiting period before a key is deleted, in days; the longest that AWS offers."""
    administrators: tuple[ShortText, ...] = ()
    """Names of the roles that administer keys and cannot use them; default: the pipeline alone."""
