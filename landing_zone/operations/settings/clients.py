"""The edge to AWS: one client for each service and Region, whatever the account.

A client costs 20 to 50 ms of CPU, and 200 accounts in two Regions would need some 2,000. Clients are thread-safe and
ask for credentials when they sign; so the credentials they hold answer with those of the account that the calling
thread is working on.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.credentials import Credentials, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError

from landing_zone.fault import UsageError
from landing_zone.operations.settings.execute import ApiError
from landing_zone.operations.settings.patience import WORTH_WAITING, Patience
from landing_zone.operations.settings.steps import Json

SESSION_NAME = "hlz-settings"
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 10, 60, 3


class AccountUnreachable(ApiError):
    """The role of an account cannot be assumed; every step of it ends for this one reason."""


class _CurrentAccount(Credentials):  # type: ignore[misc]
    """Credentials of the account that this thread works on."""

    def __init__(self) -> None:
        super().__init__("", "")
        self._current = threading.local()

    def use(self, credentials: Any) -> None:
        self._current.credentials = credentials

    def get_frozen_credentials(self) -> Any:
        return self._current.credentials.get_frozen_credentials()

    def load_credentials(self) -> _CurrentAccount:
        """What botocore asks of a credential provider."""
        return self


def caller_credentials() -> Any:
    """The credentials of whoever runs this, by botocore's usual chain. Raises UsageError: none, or partial ones."""
    hint = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY; --offline needs none"
    try:
        credentials = botocore.session.get_session().get_credentials()
        if credentials is None:
            raise UsageError("no AWS credentials were found", hint=hint)
        credentials.get_frozen_credentials()
    except (BotoCoreError, ClientError) as error:
        raise UsageError(f"the AWS credentials cannot be used: {_one_line(error)}", hint=hint) from None
    return credentials


class Aws:
    """Makes calls in any account (`execute.Api`). Raises ApiError.

    caller: credentials of whoever runs this. role: the role assumed in accounts other than the caller's.
    """

    def __init__(self, caller: Any, *, home: str, role: str, patience: Patience, connections: int) -> None:
        self._caller, self._home, self._role, self._patience = caller, home, role, patience
        self._current = _CurrentAccount()
        self._session = botocore.session.get_session()
        self._session.register_component("credential_provider", self._current)
        self._config = Config(
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=connections,
        )
        self._clients: dict[tuple[str, str], Any] = {}
        self._accounts: dict[str, Any] = {}
        self._unreachable: dict[str, AccountUnreachable] = {}
        self._lock = threading.Lock()

    def caller_account(self) -> str:
        """Account id of whoever runs this; their own account is used without assuming a role. Raises UsageError."""
        try:
            identity, _ = self._patience.call(
                lambda: self._call(self._caller, self._home, "sts", "GetCallerIdentity", {})
            )
        except ApiError as error:
            raise UsageError(f"AWS does not accept the credentials: {error}") from None
        account = str(identity["Account"])
        self._accounts[account] = self._caller
        return account

    def __call__(
        self, account_id: str, region: str, service: str, operation: str, parameters: Json, /
    ) -> tuple[Json, str]:
        """One call, or all pages of it; throttling is waited for."""
        if account_id in self._unreachable:
            raise self._unreachable[account_id]
        credentials = self._credentials(account_id)
        return self._patience.call(partial(self._call, credentials, region, service, operation, parameters))

    def _credentials(self, account_id: str) -> Any:
        with self._lock:
            if account_id not in self._accounts:
                self._accounts[account_id] = DeferredRefreshableCredentials(
                    refresh_using=partial(self._assume, account_id), method="assume-role"
                )
            return self._accounts[account_id]

    def _assume(self, account_id: str) -> dict[str, str]:
        if account_id in self._unreachable:  # another thread waited here for the same refusal
            raise self._unreachable[account_id]
        role = f"arn:aws:iam::{account_id}:role/{self._role}"
        request = {"RoleArn": role, "RoleSessionName": SESSION_NAME}
        try:
            answer, _ = self._patience.call(lambda: self._call(self._caller, self._home, "sts", "AssumeRole", request))
        except ApiError as error:
            message = f"role {self._role} cannot be assumed in {account_id}: {error}"
            unreachable = AccountUnreachable(error.code, message)
            if error.code not in WORTH_WAITING:
                self._unreachable[account_id] = unreachable
            raise unreachable from None
        given = answer["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    def _call(self, credentials: Any, region: str, service: str, operation: str, parameters: Json) -> tuple[Json, str]:
        try:
            client = self._client(service, region)
            method = xform_name(operation)
            self._current.use(_frozen(credentials))
            if client.can_paginate(method):
                pages = client.get_paginator(method).paginate(**parameters)
                return dict(pages.build_full_result()), ""
            response = getattr(client, method)(**parameters)
        except ClientError as error:
            about = error.response.get("Error", {})
            raise ApiError(str(about.get("Code") or "Unknown"), str(about.get("Message") or operation)) from None
        except BotoCoreError as error:
            raise ApiError(type(error).__name__, _one_line(error)) from None
        return response, str(response.pop("ResponseMetadata", {}).get("RequestId", ""))

    def _client(self, service: str, region: str) -> Any:
        found = self._clients.get((service, region))
        if found is None:
            with self._lock:  # making a client is not thread-safe
                found = self._clients.get((service, region))
                if found is None:
                    found = self._session.create_client(service, region_name=region, config=self._config)
                    self._clients[service, region] = found
        return found


class _Frozen:
    """Credentials as they were when the call began: a refresh, which makes a call itself, is then over."""

    def __init__(self, frozen: Any) -> None:
        self._frozen = frozen

    def get_frozen_credentials(self) -> Any:
        return self._frozen


def _frozen(credentials: Any) -> _Frozen:
    return _Frozen(credentials.get_frozen_credentials())


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
