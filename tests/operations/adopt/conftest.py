"""moto, as the settings tests have it, and a way to answer for it."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.operations.settings.clients import Aws
from tests.arrangement import Json
from tests.operations.settings.conftest import moto

__all__ = ["intercept", "moto"]


@pytest.fixture
def intercept(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Answers by operation that moto does not give: a document by account, an exception, or None for moto's own."""
    answers: dict[str, Any] = {}
    ask = Aws.__call__

    def call(self: Aws, account: str, region: str, service: str, operation: str, parameters: Json) -> tuple[Json, str]:
        answer = answers[operation](account, parameters) if operation in answers else None
        return (answer, "") if answer is not None else ask(self, account, region, service, operation, parameters)

    monkeypatch.setattr(Aws, "__call__", call)
    return answers
