"""CloudTrail events as the alarm tests need them. Shapes: CloudTrail User Guide, record contents and userIdentity."""

from __future__ import annotations

from typing import Any

Event = dict[str, Any]

DEPLOY, WORKLOAD, STRANGER = "111122223333", "444455556666", "999900001111"
PIPELINE = "hlz-pipeline"
EXECUTION = f"cdk-hlz-cfn-exec-role-{WORKLOAD}-us-east-1"


def session(role: str, account: str = WORKLOAD, **fields: Any) -> Event:
    """The identity of an assumed role."""
    issuer = {
        "type": "Role",
        "arn": f"arn:aws:iam::{account}:role/{role}",
        "accountId": account,
        "userName": role,
    }
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role}/someone",
        "accountId": account,
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
        **fields,
    }


def person() -> Event:
    """Somebody who came through Identity Center."""
    return session("AWSReservedSSO_Administrator_0123456789abcdef")


def user(name: str = "alice") -> Event:
    """An IAM user."""
    return {"type": "IAMUser", "arn": f"arn:aws:iam::{WORKLOAD}:user/{name}", "accountId": WORKLOAD, "userName": name}


def root() -> Event:
    """The root user."""
    return {"type": "Root", "arn": f"arn:aws:iam::{WORKLOAD}:root", "accountId": WORKLOAD}


def service(name: str = "cloudformation.amazonaws.com") -> Event:
    """An AWS service on its own behalf: no account, no ARN."""
    return {"type": "AWSService", "invokedBy": name}


def foreign(account: str) -> Event:
    """How a caller of another account looks in the copy of the event that the target's account gets."""
    return {"type": "AWSAccount", "principalId": "AROAEXAMPLE:someone", "accountId": account}


def call(source: str, name: str, identity: Event | None = None, **fields: Any) -> Event:
    """An API call, by a person from an address unless told otherwise."""
    identity = person() if identity is None else identity
    return {
        "eventVersion": "1.11",
        "eventType": "AwsApiCall",
        "eventCategory": "Management",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "recipientAccountId": identity.get("accountId", WORKLOAD),
        "sourceIPAddress": identity.get("invokedBy", "198.51.100.7"),
        "userIdentity": identity,
        **fields,
    }


def by_pipeline(source: str, name: str) -> Event:
    """The call as a deployment makes it: CloudFormation with the execution role."""
    return call(source, name, session(EXECUTION, invokedBy="cloudformation.amazonaws.com"))


def by_own_stack(source: str, name: str) -> Event:
    """The call as a person's own CloudFormation stack makes it, without the execution role."""
    return call(source, name, person() | {"invokedBy": "cloudformation.amazonaws.com"})


def by_users_stack(source: str, name: str) -> Event:
    """The same of an IAM user: there is no session issuer."""
    return call(source, name, user() | {"invokedBy": "cloudformation.amazonaws.com"})


def sign_in(identity: Event, result: str, **data: str) -> Event:
    """A console sign-in with its outcome (`Success`, `Failure`)."""
    return call(
        "signin.amazonaws.com",
        "ConsoleLogin",
        identity,
        eventType="AwsConsoleSignIn",
        responseElements={"ConsoleLogin": result},
        additionalEventData=data,
    )


def assume(role: str, account: str, identity: Event) -> Event:
    """An identity assumes a role of an account."""
    parameters = {"roleArn": f"arn:aws:iam::{account}:role/{role}", "roleSessionName": "someone"}
    return call("sts.amazonaws.com", "AssumeRole", identity, requestParameters=parameters)
