"""Asking AWS Organizations for an export, reading only: the one place here that makes calls."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from landing_zone.fault import UsageError
from landing_zone.live_organization.answers import calls
from landing_zone.operations.settings.execute import Api, ApiError
from landing_zone.policy_data import policy_data

Json = dict[str, Any]
HOME = "us-east-1"
"""AWS Organizations has one endpoint for each partition; this is that of the partition aws."""
_NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
_PATIENCE = 180
"""Seconds a throttled call is tried again."""


def collect(api: Api, caller: str, region: str = HOME) -> Json:
    """The export of the caller's organization; what was refused is there as an error. Raises UsageError.

    The caller's account is the management account or that of a delegated administrator.
    """
    found: Json = {}

    def ask(name: str, arguments: Iterable[str] = ("",)) -> list[Json]:
        """Make a call for each argument, keep what it answers, and return the rows of all answers."""
        call = calls()[name]
        rows: list[Json] = []
        for argument in arguments:
            try:
                answer, _ = api(caller, region, "organizations", call.operation, call.parameters(argument))
                rows += answer.get(call.answer, []) if call.rows else [answer.get(call.answer, {})]
            except ApiError as error:
                answer = {"Error": {"Code": error.code, "Message": str(error)}}
            if call.each:
                found.setdefault(name, {})[argument] = answer
            else:
                found[name] = answer
        return rows

    if not ask("describe-organization"):
        error = found["describe-organization"]["Error"]
        hint = "`hlz import organization --permissions` prints the policy that is needed"
        reason = f"account {caller} is in no organization" if error["Code"] == _NO_ORGANIZATION else error["Message"]
        raise UsageError(f"reading the organization as account {caller}: {reason}", hint=hint)
    parents = [row["Id"] for row in ask("list-roots")]
    for parent in parents:
        parents += [row["Id"] for row in ask("list-organizational-units-for-parent", [parent])]
    ask("list-accounts-for-parent", parents)
    policies = [row["Id"] for row in ask("list-policies", policy_data("live_organization/calls")["types"])]
    ask("describe-policy", policies)
    ask("list-targets-for-policy", policies)
    ask("describe-resource-policy")
    administrators = [row["Id"] for row in ask("list-delegated-administrators")]
    ask("list-delegated-services-for-account", administrators)
    ask("list-aws-service-access-for-organization")
    return found


def collect_with_profile(profile: str = "", region: str = HOME) -> Json:
    """`collect` with the credentials of a profile, or those of botocore's usual chain. Raises UsageError."""
    import random
    import time

    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError

    from landing_zone.operations.settings.clients import Aws
    from landing_zone.operations.settings.patience import Patience

    hint = "docs/importing-an-organization.md shows how an export is made without credentials here"
    try:
        credentials = botocore.session.Session(profile=profile or None).get_credentials()
        if credentials is None:
            raise UsageError("no AWS credentials were found", hint=hint)
        credentials.get_frozen_credentials()
    except (BotoCoreError, ClientError) as error:
        raise UsageError(f"the AWS credentials cannot be used: {' '.join(str(error).split())}", hint=hint) from None
    patience = Patience(_PATIENCE, time.monotonic, time.sleep, random.random)
    aws = Aws(credentials, home=region, role="", patience=patience, connections=1)
    return collect(aws, aws.caller_account(), region)


def export_text(export: Json) -> str:
    """The content of `organization.json`."""
    return json.dumps(export, indent=2, ensure_ascii=False, default=_moment) + "\n"


def _moment(value: Any) -> str:
    """A time, which JSON does not know."""
    return str(value.isoformat())


def collecting_policy() -> Json:
    """The least IAM policy that collecting needs, and for each statement why its resources are as wide as they are."""
    rows = policy_data("live_organization/calls")["permissions"]
    statements = [
        {"Sid": row["Sid"], "Effect": "Allow", **{key: row[key] for key in ("Action", "Resource")}} for row in rows
    ]
    because = {row["Sid"]: row["because"] for row in rows}
    return {"policy": {"Version": "2012-10-17", "Statement": statements}, "because": because}
