"""Names that several stacks, policies and guardrails must agree on. Each is decided here and nowhere else."""

from __future__ import annotations

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
CONTROL_TOWER_LOG_GROUP = "aws-controltower/CloudTrailLogs"
"""Where Control Tower's own trail delivers, in the management account's home Region."""
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
EXPORTS = frozenset({LOGS_KEY_EXPORT, ALARM_TOPIC_EXPORT, ARCHIVE_KEY_EXPORT})
"""Every export: ARNs of single resources, without wildcards."""


ORGANIZATION_ROOT_EXPORT = "hlz-organization-root"
"""CloudFormation export, in the management account's home Region, of the id of the organization's root."""


def unit_export(path: str) -> str:
    """CloudFormation export, in the management account's home Region, of the id of the OU `path`."""
    return f"hlz-unit-{path.replace('/', ':')}"


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
