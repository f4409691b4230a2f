"""HLZ-PCH-020, HLZ-ECS-020: sessions of people on machines and in containers."""

from __future__ import annotations

import json
from typing import Any

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import Json, assert_found, assert_quiet, assert_undecided, check, resource

GOOD: Json = {
    "cloudWatchLogGroupName": "sessions",
    "cloudWatchEncryptionEnabled": True,
    "kmsKeyId": "key",
    "idleSessionTimeout": "15",
}


def preferences(content: Any) -> Report:
    return check(
        "HLZ-PCH-020", Document=resource("AWS::SSM::Document", {"DocumentType": "Session", "Content": content})
    )


def of(**inputs: Any) -> Report:
    given = {name: value for name, value in (GOOD | inputs).items() if value is not None}
    return preferences({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": given})


def test_sessions_are_logged_encrypted_and_end() -> None:
    assert_quiet(of())
    assert_quiet(preferences(json.dumps({"sessionType": "Standard_Stream", "inputs": GOOD})))
    assert_found(of(cloudWatchLogGroupName=""), "without a log")
    assert_found(of(cloudWatchEncryptionEnabled=False), "in clear")
    assert_found(of(kmsKeyId=None), "no key")
    assert_found(of(idleSessionTimeout="60"), "idleSessionTimeout 60")
    assert_found(of(maxSessionDuration="1440"), "maxSessionDuration 1440")


def test_other_documents_and_kinds_of_session_are_no_preferences() -> None:
    assert_quiet(preferences({"sessionType": "Port", "inputs": {}}))
    command = resource("AWS::SSM::Document", {"DocumentType": "Command", "Content": {}})
    assert_quiet(check("HLZ-PCH-020", Document=command))


def test_a_document_by_parameter_is_open() -> None:
    assert_undecided(preferences({"Ref": "Stage"}), "parameter Stage")
    assert_undecided(preferences("no json"), "no JSON")


def inside(logging: Any, cluster: Any = None, enabled: Any = True) -> Report:
    configuration = {"ExecuteCommandConfiguration": {"Logging": logging}} if logging else {}
    return check(
        "HLZ-ECS-020",
        Cluster=resource("AWS::ECS::Cluster", {"Configuration": configuration}),
        Service=resource(
            "AWS::ECS::Service", {"EnableExecuteCommand": enabled, "Cluster": cluster or {"Ref": "Cluster"}}
        ),
    )


def test_sessions_into_containers_leave_a_log() -> None:
    assert_found(inside(None), "cluster Cluster logs nothing")
    assert_found(inside("NONE"), "logs nothing")
    assert_quiet(inside("OVERRIDE"))
    assert_quiet(inside(None, enabled=False))
    assert_undecided(inside(None, cluster="another"), "not in the template")
