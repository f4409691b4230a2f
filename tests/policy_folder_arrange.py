"""A small folder of organization policies that keep a trail, for `hlz prove --policies`."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
PIPELINE, EMERGENCY = "arn:aws:iam::*:role/pipeline", "arn:aws:iam::*:role/emergency"
TRAIL: Json = {
    "Sid": "TrailsStay",
    "Effect": "Deny",
    "Action": [
        "cloudtrail:StopLogging",
        "cloudtrail:DeleteTrail",
        "cloudtrail:UpdateTrail",
        "cloudtrail:StopEventDataStoreIngestion",
        "cloudtrail:DeleteEventDataStore",
    ],
    "Resource": "*",
    "Condition": {"ArnNotLike": {"aws:PrincipalArn": [PIPELINE, EMERGENCY]}},
}
NOT_ASSUMED: Json = {"Sid": "NotAssumed", "Effect": "Deny", "Action": "sts:AssumeRole*", "Resource": EMERGENCY}
VALUES: Json = {
    "phi_targets": ["Root/phi"],
    "security_account": ["clinic"],
    "pipeline_principals": [PIPELINE],
    "break_glass_principals": [EMERGENCY],
}


def written_folder(folder: Path, *statements: Mapping[str, Any]) -> Path:
    """Write a folder with one account and one policy; without statements the one that keeps trails."""
    folder.mkdir(parents=True, exist_ok=True)
    policy = {"Version": "2012-10-17", "Statement": [copy.deepcopy(one) for one in statements or (TRAIL,)]}
    (folder / "deny.json").write_text(json.dumps(policy), encoding="utf-8")
    attachments = {
        "Root": {"scp": ["deny.json"]},
        "accounts": {"clinic": {"id": "111122223333", "target": "Root/phi"}},
        "values": VALUES,
    }
    (folder / "attachments.yaml").write_text(yaml.safe_dump(attachments), encoding="utf-8")
    return folder
