"""Names that several stacks, policies and guardrails must agree on. Each is decided here and nowhere else."""

from __future__ import annotations

import re
from hashlib import sha256

LANDING = "landing"

PIPELINE_ROLE = "hlz-pipeline"
"""Role of the deploy account that runs `cdk deploy`; the bootstrap roles trust it alone."""
SETTINGS_ROLE = "hlz-settings"
"""Role in every account that `hlz settings` assumes."""
EVIDENCE_ROLE = "hlz-evidence"
"""Role in every account that reads configuration and nothing else, for the security account."""
BREAK_GLASS_ROLE = "hlz-break-glass"
"""Emergency access (45 CFR 164.312(a)(2)(ii))."""
CONFIG_ROLE = "hlz-config"
"""Role of the AWS Config recorder."""
ALARM_FORWARDING_ROLE = "hlz-alarm-forwarding"
"""Role by which EventBridge carries an account's alarms to the security account; also the rule's name."""
PERMISSIONS_BOUNDARY = "hlz-boundary"
"""The most that a role made inside an account may do."""

BACKUP_ROLE = "hlz-backup"
"""Role by which AWS Backup reads, copies and restores the stores of an account."""
BACKUP_VAULT = "hlz-backup"
"""Vault of recovery points; in the backup account, of copies."""
BACKUP_TAG = "hlz:backup"
"""Tag of a store: the plan that backs it up, or `none`."""

ORGANIZATION_TRAIL = "hlz-organization"
DATA_EVENT_TRAIL = "hlz-data-events"
ORGANIZATION_TRAIL_LOG_GROUP = "/hlz/audit/organization-trail"
ALARM_LOG_GROUP = "/hlz/audit/alarms"
"""What the alarms of every account did, in the security account."""
SESSION_LOG_GROUP = "/hlz/account/sessions"
SESSION_DOCUMENT = "SSM-SessionManagerRunShell"
"""The document in which Session Manager looks for its preferences."""
APPLICATION_LOG_GROUP = "/hlz/account/applications"
ALARM_BUS = "hlz-alarms"
ALARM_TOPIC = "hlz-alarms"
"""An account's own alarm topic; in the security account `hlz-alarms-SEVERITY` are the hub's."""
AUDIT_TOPIC = "hlz-audit"
"""Topics of the alarms on the organization trail are `hlz-audit-SEVERITY`, in the management account."""
LOGS_KEY_EXPORT = "hlz-logs-key-arn"
"""CloudFormation export, in every account and Region, of the key for logs and alarms."""
ALARM_TOPIC_EXPORT = "hlz-alarm-topic-arn"
"""CloudFormation export, in every account and Region, of the account's alarm topic."""
ARCHIVE_KEY_EXPORT = "hlz-archive-key-arn"
"""CloudFormation export, in the log archive, of the Region's key for logs."""
ARCHIVE_RECORDS = "archive_records"
"""Landing bucket for server access logs and inventories of the log archive's own buckets."""
TRANSIT_GATEWAY_EXPORT = "hlz-transit-gateway-id"
"""CloudFormation export, in the network account in each Region, of the id of the transit gateway."""
INSPECTION_ATTACHMENT_EXPORT = "hlz-inspection-attachment-id"
"""CloudFormation export, in the network account in each Region, of the inspection network's attachment."""
DIRECT_CONNECT_GATEWAY_EXPORT = "hlz-direct-connect-gateway-id"
"""CloudFormation export, in the network account's home Region, of the id of the Direct Connect gateway."""
TRANSIT_GATEWAY_PARAMETER = "/hlz/network/transit-gateway-id"
"""Systems Manager parameter of the network account, shared with the organization by RAM, in each Region."""
RESOLVER_PROFILE_PARAMETER = "/hlz/network/resolver-profile-id"
"""Systems Manager parameter of the network account, shared: the Route 53 Profile with zones, rules and DNS firewall."""
QUERY_LOG_PARAMETER = "/hlz/network/query-log-configuration-id"
"""Systems Manager parameter of the network account, shared: where Resolver logs the queries of a VPC."""
SERVICE_PREFIX_LIST_PARAMETER = "/hlz/network/service-prefix-list-id"
"""Systems Manager parameter of the network account, shared: the prefix list of central endpoints and resolvers."""
ATTACHMENT_PARAMETER = "/hlz/network/attachment-id"
"""Systems Manager parameter of a workload account, shared with the network account: its transit gateway attachment."""
NETWORK_PARAMETERS = "/hlz/network/*"
"""Every Systems Manager parameter that is shared between accounts."""
EXPORTS = frozenset({LOGS_KEY_EXPORT, ALARM_TOPIC_EXPORT, ARCHIVE_KEY_EXPORT})
"""Every export of one name: ARNs of single resources, without wildcards."""

ORGANIZATION_ROOT_EXPORT = "hlz-organization-root"
"""CloudFormation export, in the management account's home Region, of the id of the organization's root."""
UNIT_EXPORT_PREFIX = "hlz-unit-"


def unit_export(path: str) -> str:
    """CloudFormation export, in the management account's home Region, of the id of the OU `path`."""
    return f"{UNIT_EXPORT_PREFIX}{path.replace('/', ':')}"


def permission_set_export(name: str) -> str:
    """CloudFormation export, in the management account's home Region, of a permission set's ARN."""
    return f"hlz-permission-set-{name}"


def group_export(group: str) -> str:
    """CloudFormation export, in the management account's home Region, of the id of a group of Identity Center."""
    return f"hlz-group-{group_slug(group)}"


def group_slug(group: str) -> str:
    """A group's display name as it stands in names of stacks and exports; what is lost is made up for by a digest."""
    slug = re.sub(r"[^a-z0-9]+", "-", group.lower()).strip("-")[:40].strip("-")
    return slug if slug == group else f"{slug or 'group'}-{sha256(group.encode()).hexdigest()[:8]}"


def transit_table_export(segment: str) -> str:
    """CloudFormation export, in the network account in each Region, of the id of a segment's transit route table."""
    return f"hlz-transit-table-{segment}"


def vpn_export(site: str) -> str:
    """CloudFormation export, in the network account in each Region, of the id of a site's VPN connection."""
    return f"hlz-vpn-{site}-id"


def archive_bucket(kind: str, account: str, region: str) -> str:
    """The locked bucket of a log kind in the log archive. `account` and `region` may be tokens."""
    return f"hlz-{kind.replace('_', '-')}-{account}-{region}"


def landing_bucket(kind: str, account: str, region: str) -> str:
    """The unlocked bucket where services deliver that cannot write to a locked one."""
    return f"hlz-{kind.replace('_', '-')}-{LANDING}-{account}-{region}"


def replication_role(role: str, region: str) -> str:
    """The role by which S3 replicates out of the buckets of a stack role (`log_archive`, `log_landing`) in a Region."""
    return f"hlz-{role.replace('_', '-')}-replication-{region}"


def key_alias(domain: str) -> str:
    """Alias of an account's key for a data domain (`logs`, `data`, `secrets`, `backup`, `archive`)."""
    return f"alias/hlz-{domain}"


def key_export(domain: str) -> str:
    """CloudFormation export of the ARN of an account's key for a data domain."""
    return f"hlz-{domain}-key-arn"


def deploy_role(qualifier: str, account: str, region: str) -> str:
    """The bootstrap role that creates change sets."""
    return f"cdk-{qualifier}-deploy-role-{account}-{region}"


def file_publishing_role(qualifier: str, account: str, region: str) -> str:
    """The bootstrap role that uploads templates."""
    return f"cdk-{qualifier}-file-publishing-role-{account}-{region}"


def lookup_role(qualifier: str, account: str, region: str) -> str:
    """The bootstrap role that reads."""
    return f"cdk-{qualifier}-lookup-role-{account}-{region}"


def execution_role(qualifier: str, account: str, region: str) -> str:
    """The bootstrap role that CloudFormation uses: the only one that changes resources."""
    return f"cdk-{qualifier}-cfn-exec-role-{account}-{region}"


def staging_bucket(qualifier: str, account: str, region: str) -> str:
    """The bootstrap bucket for templates."""
    return f"cdk-{qualifier}-assets-{account}-{region}"


def execution_policy(qualifier: str, part: str, region: str) -> str:
    """A managed policy of the execution role; `part` says what it is about."""
    return f"cdk-{qualifier}-cfn-exec-{part}-{region}"


def bootstrap_stack(qualifier: str) -> str:
    """Stack in the management account and StackSet of the members. Not `hlz-*`: the deploy role must not reach it."""
    return f"cdk-{qualifier}-bootstrap"


def bootstrap_version_parameter(qualifier: str) -> str:
    """SSM parameter with the version of the bootstrap template."""
    return f"/cdk-bootstrap/{qualifier}/version"
