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
PERMISSIONS_BOUNDARY = "hlz-boundary"
"""The most that a role made inside an account may do."""

ORGANIZATION_TRAIL = "hlz-organization"
DATA_EVENT_TRAIL = "hlz-data-events"
ORGANIZATION_TRAIL_LOG_GROUP = "/hlz/audit/organization-trail"
SESSION_LOG_GROUP = "/hlz/account/sessions"
ALARM_BUS = "hlz-alarms"
ALARM_TOPIC = "hlz-alarms"
LOGS_KEY_EXPORT = "hlz-logs-key-arn"
"""CloudFormation export, in every account and Region, of the key for logs and alarms."""
ALARM_TOPIC_EXPORT = "hlz-alarm-topic-arn"
"""CloudFormation export, in every account and Region, of the account's alarm topic."""


def archive_bucket(kind: str, account: str, region: str) -> str:
    """The locked bucket of a log kind in the log archive. `account` and `region` may be tokens."""
    return f"hlz-{kind.replace('_', '-')}-{account}-{region}"


def landing_bucket(kind: str, account: str, region: str) -> str:
    """The unlocked bucket where services deliver that cannot write to a locked one."""
    return f"hlz-{kind.replace('_', '-')}-{LANDING}-{account}-{region}"


def key_alias(domain: str) -> str:
    """Alias of an account's key for a data domain (`logs`, `data`, `secrets`, `backup`, `archive`)."""
    return f"alias/hlz-{domain}"


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
