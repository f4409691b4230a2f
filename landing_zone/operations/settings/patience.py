"""Waiting for an API that throttles: exponential backoff with jitter, within a time budget for each call."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from landing_zone.operations.settings.execute import ApiError

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0  # seconds
WORTH_WAITING = frozenset(
    {
        # botocore's throttling codes (botocore.retries.standard), which its own retries give up on after seconds; not
        # LimitExceededException, which in most services means a quota.
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
        # Changes that exclude each other for a moment
        "ConcurrentModificationException",
        "PolicyChangesInProgressException",
        "TooManyUpdates",
        # A service that is down for a moment
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "ServiceException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Patience:
    """How long a throttled call is tried again, in seconds. Clock, pause and jitter are passed in."""

    seconds: float
    clock: Callable[[], float]
    pause: Callable[[float], None]
    jitter: Callable[[], float] = random.random

    def call(self, attempt: Callable[[], _Answer]) -> _Answer:
        """The answer of the first attempt that is not throttled. Raises the last ApiError when the time is up."""
        deadline = self.clock() + self.seconds
        for number in count():
            try:
                return attempt()
            except ApiError as error:
                left = deadline - self.clock()
                error.waited = error.code in WORTH_WAITING
                if not error.waited or left <= 0:
                    raise
            longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(number, 10))
            self.pause(min(longest * (0.5 + self.jitter() / 2), left))
        raise AssertionError("count() ends")  # pragma: no cover
