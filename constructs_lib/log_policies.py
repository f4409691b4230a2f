"""Statements of the log archive's bucket and key policies, from `policies/logs/archive.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from aws_cdk import Aws

from constructs_lib.policy_text import filled
from landing_zone.manifest.model.security import LOG_KINDS
from landing_zone.plan.names import DATA_EVENT_TRAIL, ORGANIZATION_TRAIL, replication_role
from landing_zone.policy_data import policy_data

Place = Literal["locked", "landing"]
Encryption = Literal["kms", "s3"]
Statement = dict[str, Any]
Tokens = Mapping[str, str | Sequence[str]]
"""What replaces `${NAME}` in a statement: a text anywhere, or a list where the whole entry is the token."""


def kind_data(kind: str) -> Mapping[str, Any]:
    """What the data file says about a kind of log: `landing`, `encryption`, `writers`, why."""
    row: Mapping[str, Any] = policy_data("logs/archive")["kinds"][kind]
    return row


def landed_kinds() -> list[str]:
    """The kinds that services cannot deliver to a locked bucket, or of which no page says that they can."""
    return [kind for kind in LOG_KINDS if kind_data(kind)["landing"]]


def direct_writers(kind: str | None = None, *, control_tower: bool = False) -> list[str]:
    """Who delivers into locked buckets (of a kind, or of all). Under Control Tower some deliver to its own buckets."""
    writers = _writers([kind] if kind else LOG_KINDS, landing=False)
    here = policy_data("logs/archive")["writers"]
    return [writer for writer in writers if here[writer].get("under_control_tower", True) or not control_tower]


def landing_writers() -> list[str]:
    """Who delivers into landing buckets."""
    return _writers(LOG_KINDS, landing=True)


def _writers(kinds: Iterable[str], landing: bool) -> list[str]:
    rows = [kind_data(kind) for kind in kinds]
    return list(dict.fromkeys(writer for row in rows if row["landing"] == landing for writer in row["writers"]))


def own_record() -> Mapping[str, Any]:
    """The archive's own record: `kind` of log it belongs to, `encryption`, `writers`."""
    row: Mapping[str, Any] = policy_data("logs/archive")["own_record"]
    return row


def archive_tokens(
    *,
    region: str,
    archive_regions: Sequence[str],
    organization_id: str,
    security_account: str,
    management_account: str = "",
) -> dict[str, str | list[str]]:
    """The tokens of the data file that do not depend on the bucket. management_account: for our organization trail."""
    trails = f"arn:{Aws.PARTITION}:cloudtrail:{archive_regions[0]}"
    return {
        "partition": Aws.PARTITION,
        "account": Aws.ACCOUNT_ID,
        "own_account": f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:root",
        "organization_id": organization_id,
        "management_account": management_account,
        "security_account": security_account,
        "s3_endpoint": f"s3.{region}.{Aws.URL_SUFFIX}",
        "organization_trail": f"{trails}:{management_account}:trail/{ORGANIZATION_TRAIL}",
        "data_event_trail": f"{trails}:*:trail/{DATA_EVENT_TRAIL}",
        "writers": [
            f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{replication_role(role, there)}"
            for role in ("log_archive", "log_landing")
            for there in archive_regions
        ],
    }


def bucket_statements(place: Place, encryption: Encryption, writers: Iterable[str], tokens: Tokens) -> list[Statement]:
    """The whole policy of a log bucket: what is denied to everybody, then what its writers may do."""
    data = policy_data("logs/archive")
    denied = [*data["statements"]["every_bucket"], *data["statements"][place]]
    # Into a locked bucket nobody but services and replication writes, so there is no foreign key to refuse.
    if encryption == "kms" and place == "landing":
        denied += data["statements"]["kms"]
    allowed = [statement for writer in writers for statement in data["writers"][writer]["bucket"]]
    return [filled(statement, tokens) for statement in [*denied, *allowed]]


def key_statements(writers: Iterable[str], tokens: Tokens) -> list[Statement]:
    """Who uses the archive's key: its readers, replication, and each writer once."""
    data = policy_data("logs/archive")
    used = [statement for writer in dict.fromkeys(writers) for statement in data["writers"][writer]["key"]]
    return [filled(statement, tokens) for statement in [*data["key"], *used]]
