"""moto in the process of the tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from moto import mock_aws
from moto.core.routing import ProtocolRouter, ServiceOperationRouter


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto parses Python when it makes a router, which Python 3.11 cannot do in two threads at once: here one waits."""
    make, one_at_a_time = ServiceOperationRouter._get_router, threading.Lock()

    def made(router: ServiceOperationRouter, protocol: str) -> ProtocolRouter:
        with one_at_a_time:
            return make(router, protocol)

    monkeypatch.setattr(ServiceOperationRouter, "_get_router", made)
    with mock_aws():
        yield
