"""The edge to AWS: credentials of the right account on every call, few clients, errors as the engine knows them."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.stub import Stubber

from landing_zone.fault import InputError
from landing_zone.operations.settings.clients import AccountUnreachable, Aws, caller_credentials
from landing_zone.operations.settings.execute import ApiError
from landing_zone.operations.settings.patience import Patience

HOME, MANAGEMENT = "us-east-1", "123456789012"
MEMBERS = [f"2000000000{number:02}" for number in range(12)]


@pytest.fixture
def no_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without any AWS credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def aws(patience: float = 0) -> Aws:
    waiting = Patience(patience, lambda: 0.0, lambda seconds: None)
    return Aws(Credentials("AKIDCALLER", "secret"), home=HOME, role="hlz-settings", patience=waiting, connections=4)


def assumed(expires: timedelta) -> dict[str, Any]:
    return {
        "Credentials": {
            "AccessKeyId": "ASIAMEMBER0000000000",
            "SecretAccessKey": "secret",
            "SessionToken": "token",
            "Expiration": datetime.now(UTC) + expires,
        }
    }


def who(api: Aws, account: str, region: str = HOME) -> str:
    """Whose credentials a call in this account is signed with."""
    answer, _ = api(account, region, "sts", "GetCallerIdentity", {})
    return str(answer["Account"])


def ebs(api: Aws, account: str) -> bool:
    answer, _ = api(account, HOME, "ec2", "GetEbsEncryptionByDefault", {})
    return bool(answer["EbsEncryptionByDefault"])


def test_no_credentials_are_one_fault_with_what_to_set(no_profile: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"no AWS credentials were found \(set AWS_PROFILE"):
        caller_credentials()


def test_partial_credentials_are_one_fault_that_names_the_missing_part(no_profile: pytest.MonkeyPatch) -> None:
    no_profile.setenv("AWS_ACCESS_KEY_ID", "AKIDONLY")
    with pytest.raises(InputError, match="AWS_SECRET_ACCESS_KEY") as caught:
        caller_credentials()
    assert len(caught.value.faults) == 1


def test_an_unknown_profile_is_one_fault(no_profile: pytest.MonkeyPatch) -> None:
    no_profile.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(InputError, match=r"profile \(nobody\) could not be found"):
        caller_credentials()


def test_credentials_that_aws_does_not_accept_are_one_fault() -> None:
    api = aws()
    with Stubber(api._client("sts", HOME)) as sts:
        sts.add_client_error("get_caller_identity", "InvalidClientTokenId", "The security token is invalid")
        with pytest.raises(InputError, match="InvalidClientTokenId: The security token is invalid"):
            api.caller_account()


def test_the_callers_own_account_is_used_without_a_role(moto: None) -> None:
    api = aws()
    assert api.caller_account() == MANAGEMENT
    with Stubber(api._client("sts", HOME)):  # no role can be assumed now
        assert who(api, MANAGEMENT, "us-west-2") == MANAGEMENT


def test_every_call_is_signed_for_the_account_it_is_meant_for_whatever_the_threads_do(moto: None) -> None:
    api = aws()
    api.caller_account()
    barrier = threading.Barrier(4)

    def work(account: str) -> list[str]:
        barrier.wait()
        return [who(api, account), who(api, MANAGEMENT), who(api, account)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, MEMBERS))
    assert found == [[account, MANAGEMENT, account] for account in MEMBERS]


def test_a_client_serves_all_accounts(moto: None) -> None:
    api = aws()
    api.caller_account()
    for account in MEMBERS:
        who(api, account, "us-west-2")
    assert set(api._clients) == {("sts", HOME), ("sts", "us-west-2")}


def test_an_account_that_cannot_be_assumed_is_asked_for_once_and_others_go_on(moto: None) -> None:
    api = aws()
    api.caller_account()
    with Stubber(api._client("sts", HOME)) as sts:
        sts.add_client_error("assume_role", "AccessDenied", "not authorized to perform sts:AssumeRole")
        for _ in range(3):  # one error is stubbed, a second request would fail with another
            with pytest.raises(
                AccountUnreachable, match=f"role hlz-settings cannot be assumed in {MEMBERS[0]}"
            ) as caught:
                who(api, MEMBERS[0])
            assert caught.value.code == "AccessDenied"
    assert who(api, MEMBERS[1]) == MEMBERS[1]


def test_a_role_that_was_throttled_is_asked_for_again(moto: None) -> None:
    api = aws()
    api.caller_account()
    with Stubber(api._client("sts", HOME)) as sts:
        sts.add_client_error("assume_role", "Throttling", "Rate exceeded")
        with pytest.raises(AccountUnreachable):
            who(api, MEMBERS[0])
    assert who(api, MEMBERS[0]) == MEMBERS[0]


@pytest.mark.parametrize(("expires", "requests"), [(timedelta(hours=1), 1), (timedelta(minutes=5), 3)])
def test_credentials_are_renewed_before_they_expire(expires: timedelta, requests: int) -> None:
    api = aws()
    arn = f"arn:aws:iam::{MEMBERS[0]}:role/hlz-settings"
    with Stubber(api._client("sts", HOME)) as sts, Stubber(api._client("ec2", HOME)) as ec2:
        for _ in range(requests):
            sts.add_response("assume_role", assumed(expires), {"RoleArn": arn, "RoleSessionName": "hlz-settings"})
        for _ in range(3):
            ec2.add_response("get_ebs_encryption_by_default", {"EbsEncryptionByDefault": True}, {})
            assert ebs(api, MEMBERS[0]) is True
        sts.assert_no_pending_responses()


def test_all_pages_are_read(moto: None) -> None:
    api = aws()
    api.caller_account()
    name = "list_aws_service_access_for_organization"
    first, second = ({"EnabledServicePrincipals": [{"ServicePrincipal": name}]} for name in "ab")
    with Stubber(api._client("organizations", HOME)) as organizations:
        organizations.add_response(name, {**first, "NextToken": "more"}, {})
        organizations.add_response(name, second, {"NextToken": "more"})
        answer, _ = api(MANAGEMENT, HOME, "organizations", "ListAWSServiceAccessForOrganization", {})
    assert [entry["ServicePrincipal"] for entry in answer["EnabledServicePrincipals"]] == ["a", "b"]


def test_a_request_id_comes_back_with_the_answer_and_no_other_metadata(moto: None) -> None:
    api = aws()
    api.caller_account()
    answer, request_id = api(MANAGEMENT, HOME, "sts", "GetCallerIdentity", {})
    assert answer.keys() == {"Account", "Arn", "UserId"}
    assert request_id


def test_what_aws_refuses_and_what_is_malformed_are_errors_of_a_call(moto: None) -> None:
    api = aws()
    api.caller_account()
    with pytest.raises(ApiError) as refused:
        api(MANAGEMENT, HOME, "iam", "GetAccountPasswordPolicy", {})
    assert refused.value.code == "NoSuchEntity"
    with pytest.raises(ApiError, match="ParamValidationError"):
        api(MANAGEMENT, HOME, "organizations", "EnablePolicyType", {})
