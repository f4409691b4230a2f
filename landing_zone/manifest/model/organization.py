"""Organization, Regions, contacts, organizational units and accounts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from landing_zone.manifest.model.base import (
    AccountId,
    DataClass,
    Email,
    EmailPattern,
    GuardrailProfile,
    OrganizationId,
    OuPath,
    Owner,
    Phone,
    RecoveryTier,
    RegionCode,
    Section,
    ShortText,
    Slug,
    TagKey,
    TagValue,
    Text,
)


class Organization(Section):
    """The AWS organization."""

    name: Slug
    """Short name of the organization; part of resource names and tags."""
    email: EmailPattern
    """E-mail of accounts that name none; `{account}` stands for the account's name (plus-addressing)."""
    id: OrganizationId | None = None
    """Id of an existing organization to adopt; otherwise learned by `hlz adopt`."""
    management_account: AccountId | None = None
    """Account id of an existing management account; otherwise learned by `hlz adopt`."""


class Regions(Section):
    """The Regions of the landing zone, each used with three Availability Zones."""

    home: RegionCode
    """Home Region: everything that exists once lives here."""
    recovery: RegionCode
    """Recovery Region: copies of logs and backups, and the workloads' second site."""
    additional: tuple[RegionCode, ...] = ()
    """Further Regions that accounts may name in `regions`."""


class Residency(Section):
    """Where data may be kept."""

    profile: Literal["us", "us-canada", "canada", "eu", "unrestricted"] = "us"
    """Residency profile; every Region, backup copy and replica must lie inside it."""
    transfers: Text | None = None
    """Basis on which data lies in a Region outside a regime's own, where the regime admits one (GDPR chapter V, an
    assessment, an authorization)."""


class Contact(Section):
    """Somebody who is called: a team's name, e-mail and telephone."""

    name: ShortText
    """Name of the team or person."""
    email: Email
    """E-mail, best a distribution list."""
    phone: Phone
    """Telephone with country code, quoted."""
    title: ShortText | None = None
    """Job title, as AWS alternate contacts ask for."""


class Contacts(Section):
    """Who answers for what; becomes alternate contacts, alarm owners and report fields."""

    security: Contact
    """Security office: security alarms and the AWS security contact."""
    operations: Contact
    """Platform team: operational alarms and the AWS operations contact."""
    billing: Contact | None = None
    """The AWS billing contact; default: operations."""
    privacy: Contact | None = None
    """Privacy officer (45 CFR 164.530(a)); default: security."""


class OrganizationalUnit(Section):
    """An organizational unit of the tree; inherits what it does not say from its parent."""

    description: ShortText | None = None
    """What belongs here."""
    data: DataClass | None = None
    """Most sensitive data class that accounts here may hold; default: the parent's (at the top: none)."""
    guardrails: GuardrailProfile | None = None
    """Guardrail profile; default: the parent's."""
    organizational_units: dict[Slug, OrganizationalUnit] = {}
    """Child units by name (the tree may be 5 deep, the AWS quota)."""


class Account(Section):
    """An AWS account."""

    name: Slug
    """Name, unique; part of stack and resource names, so it is not changed later."""
    ou: OuPath
    """OU path, e.g. `phi/production`."""
    owner: Owner
    """Team that answers for the account."""
    data: DataClass
    """Most sensitive data it holds: phi, deidentified, synthetic or none."""
    email: Email | None = None
    """E-mail of the account's root user, unique in AWS; default: `organization.email` with the name filled in."""
    id: AccountId | None = None
    """Id of an existing account to adopt; otherwise learned by `hlz adopt`."""
    environment: Literal["production", "recovery", "staging", "test", "training", "development", "shared"] | None = None
    """Environment, for tags and reports; default: production under a `production` OU, shared for core accounts."""
    recovery: RecoveryTier = "none"
    """Recovery tier; pilot-light and better get a network in the recovery Region."""
    regions: Annotated[tuple[RegionCode, ...], Field(min_length=1)] | None = None
    """Regions of its network; default: home, and recovery where the tier asks for it."""
    network: Literal["none", "small", "medium", "large", "xlarge"] | None = None
    """Size class of its VPC in each Region; default: `network.default_size`; none for no VPC."""
    tags: Annotated[dict[TagKey, TagValue], Field(max_length=30)] = {}
    """Further tags of the account and its resources; `hlz:` is the toolkit's own prefix."""
    applications: tuple[ShortText, ...] = ()
    """Applications that run here, for inventory and risk analysis."""
