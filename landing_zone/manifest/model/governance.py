"""Workload zones, budgets, agreements, acknowledgements, exceptions, delivery and Control Tower."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from landing_zone.manifest.model.base import (
    CertificateArn,
    Date,
    Email,
    HostName,
    IamPath,
    IamPathPattern,
    OuPath,
    ResourceName,
    RoleName,
    RuleId,
    Section,
    Service,
    ShortText,
    Slug,
    Text,
)


class Zone(Section):
    """A kind of workload that needs more than a network."""

    kind: Literal["ehr", "fhir", "imaging", "interfaces", "telehealth", "monitoring", "analytics", "ai", "research"]
    """FHIR and HL7 stores, DICOM imaging, telemedicine, remote monitoring, analytics and so on."""
    accounts: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """Accounts that carry it."""
    internet: bool = False
    """Patients or partners reach it over the internet, through the hub's ingress network."""
    hosts: dict[HostName, Slug] = {}
    """Host names that they call, and the account of the zone that answers for each."""
    certificates: Annotated[tuple[CertificateArn, ...], Field(max_length=10)] = ()
    """ACM certificates of the network account for these host names, one for each Region. Where there is one, the
    ingress network has a load balancer for the zone."""


class Budget(Section):
    """A monthly cost limit with alarms."""

    monthly_usd: Annotated[int, Field(ge=1, le=100_000_000)]
    """Limit in US dollars a month."""
    ou: OuPath | None = None
    """Every account of this OU and below; without it and `account`, the whole organization."""
    account: Slug | None = None
    """One account."""
    alert_percent: Annotated[tuple[Annotated[int, Field(ge=1, le=200)], ...], Field(max_length=4)] = (80, 100)
    """Percentages of the limit at which the operations contact is told; a forecast above it always is. AWS Budgets
    takes five notifications."""


class Agreement(Section):
    """A business associate agreement (45 CFR 164.308(b), 164.314(a))."""

    party: ShortText
    """Who signed it."""
    kind: Literal["aws", "vendor", "subcontractor"] = "vendor"
    """aws: the addendum accepted in AWS Artifact; vendor: an associate of yours; subcontractor: one of an associate."""
    purpose: ShortText | None = None
    """What the party does with PHI."""
    signed: Date
    """Date of signature; for AWS, of acceptance."""
    expires: Date | None = None
    """Last day on which it holds."""
    covers: tuple[ShortText, ...] = ()
    """Accounts, OU paths or `organization`. For AWS: `organization` if it was accepted in the management account for
    all of them, otherwise the accounts in which it was accepted."""
    services: tuple[Service, ...] = ()
    """AWS services it is limited to, as IAM prefixes; none: it is not limited."""
    reporting_hours: Annotated[int, Field(ge=1, le=1440)] | None = None
    """Hours within which the party reports a breach; 45 CFR 164.410(b) allows 60 days at most."""
    verified: Date | None = None
    """When somebody last made sure that it is in force and that the party keeps it."""
    subcontractors: Literal["none", "bound", "not stated"] = "not stated"
    """Whether the party's own subcontractors are bound alike in writing (164.308(b)(2), 164.314(a)(2)(iii))."""
    works_for: ShortText | None = None
    """The party whose subcontractor it is; without it, yours."""
    document: ShortText | None = None
    """Where it is kept."""


class Acknowledgement(Section):
    """A rule that does not apply to a resource, and why."""

    rule: RuleId
    """Rule id as the finding prints it."""
    role: RoleName | None = None
    """Stack role it is limited to, e.g. `workload_network`."""
    resource: ResourceName
    """Logical id, or a pattern with `*`."""
    reason: Annotated[Text, Field(min_length=20)]
    """Why the rule does not apply; an auditor reads this."""
    owner: ShortText
    """Who says so."""
    expires: Date | None = None
    """After this date it is an error."""


class ControlException(Section):
    """A control that is not met: who accepts the risk, until when, and what is done instead (164.306(d)(3))."""

    control: RuleId
    """Control id."""
    scope: ShortText
    """Account, OU path or `organization`."""
    citations: Annotated[tuple[ShortText, ...], Field(min_length=1)]
    """Addressable specifications among those the control serves, e.g. `164.312(a)(2)(iii)`."""
    reason: Annotated[Text, Field(min_length=20)]
    """Why it is not reasonable and appropriate."""
    compensating: Annotated[Text, Field(min_length=10)]
    """The equivalent measure taken instead."""
    owner: ShortText
    """Who owns the risk."""
    approver: ShortText
    """Who accepted it."""
    approved: Date
    """When."""
    expires: Date
    """Last day on which it holds, at most 366 days after approval; an expired exception is a failure."""
    reviewed: Date | None = None
    """When it was last looked at again."""
    issue: ShortText | None = None
    """Link to the issue or risk register."""


class Delivery(Section):
    """How the assembly reaches AWS."""

    baselines: Literal["stacks", "stacksets"] = "stacks"
    """Baselines as stacks deployed by the CDK, or as service-managed StackSets."""
    qualifier: Annotated[str, Field(pattern=r"^[a-z0-9]{3,10}$")] = "hlz"
    """Bootstrap qualifier; part of the names of the deployment roles."""
    deploy_account: Slug = "shared-services"
    """Account whose pipeline deploys; bootstrap roles trust it alone."""
    pipeline_principal: IamPath | None = None
    """Role of the deploy account that may assume `hlz-pipeline`, with its path; without it `hlz-pipeline` is yours to
    make."""
    bootstrap_role: IamPathPattern = "aws-reserved/sso.amazonaws.com/*AWSReservedSSO_AdministratorAccess_*"
    """Role that bootstraps the management account, with its path, where `*` stands for anything; it administers the
    bootstrap key there. Default: Identity Center's AdministratorAccess."""
    permissions_boundary: IamPath | None = None
    """Managed policy, with its path, that is the permissions boundary of every bootstrap role; it must exist before."""
    notification_email: Email | None = None
    """Who hears of deployments; default: the operations contact."""


class ControlTower(Section):
    """AWS Control Tower."""

    enabled: bool = False
    """Control Tower brings the organization trail and the accounts' Config recorders; ours are left out."""
    version: Annotated[str, Field(pattern=r"^[0-9]\.[0-9]$")] = "4.0"
    """Landing zone version."""
    security_ou: ShortText | None = None
    """AWS's name of the Security OU; for an existing landing zone before 4.0 alone, which made that OU itself."""
    trail_log_group: Annotated[str, Field(pattern=r"^aws-controltower/CloudTrailLogs[\w./#-]{0,60}$")] | None = None
    """Log group of Control Tower's trail, whose name it chooses; alarms on the trail are withheld until it is known."""
