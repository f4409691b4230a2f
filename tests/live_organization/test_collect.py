"""Asking AWS: what is asked, what is kept, and the policy that it needs."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import botocore.session
import pytest

from landing_zone.assurance.action_catalogue import access_of
from landing_zone.fault import InputError
from landing_zone.live_organization.answers import calls
from landing_zone.live_organization.collect import collect, collect_with_profile, collecting_policy, export_text
from landing_zone.live_organization.read import CLOSED, read_export
from landing_zone.operations.settings import clients
from landing_zone.policy_data import POLICIES, policy_data
from tests.live_organization.arrange import AUDIT, CLINICAL, MANAGEMENT, TRAIL, Made, Recorded

PAGE = (POLICIES.parent / "docs" / "importing-an-organization.md").read_text(encoding="utf-8")
SCRIPT = PAGE.partition("```bash\n")[2].partition("```")[0]


def whole() -> Made:
    made = Made()
    made.policy("p-trail", "Keep trails", TRAIL, on=[CLINICAL])
    made.administrator(AUDIT, "guardduty.amazonaws.com")
    for type_ in policy_data("live_organization/calls")["types"]:
        made.content["list-policies"].setdefault(type_, {"Policies": []})
    return made


def test_an_export_is_what_aws_answered_to_every_call() -> None:
    made = whole()
    api = Recorded(made.content)
    assert collect(api, MANAGEMENT) == {
        **made.content,
        "describe-resource-policy": {
            "Error": {
                "Code": "ResourcePolicyNotFoundException",
                "Message": "ResourcePolicyNotFoundException: refused",
            }
        },
    }
    assert {name for name, _ in api.asked} == set(calls())
    assert len(api.asked) == len(set(api.asked))


def test_what_is_refused_is_kept_as_an_error_and_told_as_partial(tmp_path: Path) -> None:
    made = whole()
    made.content["list-delegated-administrators"] = {"Error": {"Code": "AccessDeniedException"}}
    path = tmp_path / "organization.json"
    path.write_text(export_text(collect(Recorded(made.content), MANAGEMENT)))
    (found,) = read_export(path).partial
    assert found.message == (
        "list-delegated-administrators: AccessDeniedException; delegated administrators are not known"
    )


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("AWSOrganizationsNotInUseException", f"account {MANAGEMENT} is in no organization"),
        ("AccessDeniedException", "AccessDeniedException: refused (`hlz import organization --permissions`"),
    ],
)
def test_without_an_organization_there_is_no_export(code: str, part: str) -> None:
    with pytest.raises(InputError) as raised:
        collect(Recorded({"describe-organization": {"Error": {"Code": code}}}), MANAGEMENT)
    assert part in str(raised.value)


def test_credentials_of_a_profile_that_is_not_there_are_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    with pytest.raises(InputError, match="AWS credentials cannot be used: The config profile"):
        collect_with_profile("nobody")


def test_a_profile_asks_as_the_account_that_it_is_of(monkeypatch: pytest.MonkeyPatch) -> None:
    made = whole()

    class Answering(Recorded):
        def __init__(self, caller: object, **settings: object) -> None:
            super().__init__(made.content)

        def caller_account(self) -> str:
            return MANAGEMENT

    monkeypatch.setattr(clients, "Aws", Answering)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    assert collect_with_profile()["list-roots"] == made.content["list-roots"]


def test_every_call_and_type_is_one_of_the_api_of_aws() -> None:
    model = botocore.session.get_session().get_service_model("organizations")
    for call in calls().values():
        operation = model.operation_model(call.operation)
        asked = operation.input_shape.required_members if operation.input_shape else []
        assert asked == ([call.parameter] if call.each else [])
        answer = operation.output_shape.members[call.answer]
        row = answer.member if call.rows else answer
        assert (answer.type_name == "list") is call.rows
        assert set(call.keys) <= set(row.members)
    assert set(policy_data("live_organization/calls")["types"]) <= set(model.shape_for("PolicyType").enum)
    assert set(model.shape_for("AccountState").enum) >= CLOSED


def test_the_policy_that_is_printed_allows_exactly_the_calls_and_is_as_narrow_as_iam_admits() -> None:
    printed = collecting_policy()
    statements = printed["policy"]["Statement"]
    actions = [action for one in statements for action in one["Action"]]
    assert sorted(actions) == sorted(f"organizations:{one.operation}" for one in calls().values())
    for one in statements:
        assert printed["because"][one["Sid"]]
        for action in one["Action"]:
            access = access_of(action)
            assert access is not None
            assert access.level in ("Read", "List")
            assert access.confinable is (one["Resource"] != "*"), action


def test_the_documented_script_makes_the_same_export(tmp_path: Path) -> None:
    made = whole()
    answers = made.in_folder(tmp_path / "aws")
    fake = tmp_path / "bin" / "aws"
    fake.parent.mkdir()
    fake.write_text(
        '#!/bin/sh\nshift\nname=$1; file="$ANSWERS/$1"\n'
        'case $2 in --output) ;; *) file="$file/$3" ;; esac\n'
        'if grep -q \'"Error"\' "$file.json"; then\n'
        '  echo "An error occurred (ResourcePolicyNotFoundException) when calling $name: x" >&2; exit 254\nfi\n'
        'cat "$file.json"\n'
    )
    fake.chmod(0o755)
    path = f"{fake.parent}:{os.environ['PATH']}"
    subprocess.run(
        ["sh", "-c", SCRIPT], cwd=tmp_path, env={"PATH": path, "ANSWERS": str(answers)}, check=True, timeout=60
    )
    found, expected = read_export(tmp_path / "organization"), read_export(answers)
    assert found.seen == expected.seen
    assert found.paths == expected.paths
    assert [(one.title, one.targets) for one in found.policies] == [
        (one.title, one.targets) for one in expected.policies
    ]
    assert found.delegated == expected.delegated
    assert found.partial == ()


def test_the_page_names_every_call_and_every_type_of_policy() -> None:
    for name in (*calls(), *policy_data("live_organization/calls")["types"]):
        assert re.search(rf"\b{re.escape(name)}\b", SCRIPT), name
