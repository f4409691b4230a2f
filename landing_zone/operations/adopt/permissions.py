"""The least IAM permissions that `hlz adopt` needs, from `policies/adopt/permissions.yaml`."""

from __future__ import annotations

import json

from landing_zone.operations.adopt.findings import Json
from landing_zone.policy_data import policy_data


def adopt_policies(home: str, role: str) -> Json:
    """By kind of account: the policy document, and for each statement why its resources are as wide as they are.

    home: the home Region. role: the role that is assumed in members.
    """
    text = json.dumps(policy_data("adopt/permissions")).replace("${home}", home).replace("${role}", role)
    return {kind: _policy(rows) for kind, rows in json.loads(text).items() if kind != "as_of"}


def _policy(rows: list[Json]) -> Json:
    statements = [
        {"Sid": row["Sid"], "Effect": "Allow", **{key: row[key] for key in row if key not in ("Sid", "because")}}
        for row in rows
    ]
    return {
        "policy": {"Version": "2012-10-17", "Statement": statements},
        "because": {row["Sid"]: row["because"] for row in rows},
    }
