"""An API that throttles for a while ends well; one that throttles for good ends in time."""

from __future__ import annotations

import pytest
from botocore.retries.standard import ThrottledRetryableChecker

from landing_zone.operations.settings.execute import ApiError, apply_step
from landing_zone.operations.settings.patience import LONGEST_PAUSE, WORTH_WAITING, Patience
from landing_zone.operations.settings.steps import Json
from tests.operations.settings.arrange import cloud_of, step


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def patience(clock: Clock, seconds: float = 180) -> Patience:
    return Patience(seconds, clock, clock.pause, lambda: 1.0)


def throttled_until(clock: Clock, end: float, code: str = "ThrottlingException") -> str:
    if clock.now < end:
        raise ApiError(code, "Rate exceeded")
    return "answer"


def test_an_api_that_throttles_for_a_minute_answers_in_the_end() -> None:
    clock = Clock()
    assert patience(clock).call(lambda: throttled_until(clock, 60)) == "answer"
    assert 60 <= clock.now < 60 + LONGEST_PAUSE
    assert clock.pauses == sorted(clock.pauses)


def test_a_whole_step_survives_a_minute_of_throttling() -> None:
    clock, cloud = Clock(), cloud_of("ebs-encryption-by-default")
    waiting = patience(clock)

    def hook(account: str, name: str) -> None:
        throttled_until(clock, 60 if name == "EnableEbsEncryptionByDefault" else 0, "RequestLimitExceeded")

    cloud.hook = hook

    def api(account: str, region: str, service: str, name: str, parameters: Json, /) -> tuple[Json, str]:
        return waiting.call(lambda: cloud(account, region, service, name, parameters))

    result = apply_step(step("ebs-encryption-by-default"), api, announce=lambda step, before: None, pause=clock.pause)
    assert result.status == "applied"
    assert cloud.count()["EnableEbsEncryptionByDefault"] == 1


def test_one_that_throttles_for_good_is_given_up_when_the_time_is_up() -> None:
    clock = Clock()
    with pytest.raises(ApiError, match="Rate exceeded"):
        patience(clock, 30).call(lambda: throttled_until(clock, 1e9))
    assert clock.now == 30


def test_without_patience_one_attempt_is_made() -> None:
    clock = Clock()
    with pytest.raises(ApiError):
        patience(clock, 0).call(lambda: throttled_until(clock, 1))
    assert clock.pauses == []


@pytest.mark.parametrize("code", ["AccessDenied", "LimitExceededException", "ValidationException"])
def test_a_refusal_is_not_tried_again(code: str) -> None:
    clock = Clock()
    with pytest.raises(ApiError):
        patience(clock).call(lambda: throttled_until(clock, 60, code))
    assert clock.pauses == []


@pytest.mark.parametrize(("jitter", "pause"), [(0.0, 0.25), (1.0, 0.5)])
def test_jitter_spreads_pauses_over_half_of_their_length(jitter: float, pause: float) -> None:
    clock = Clock()
    Patience(180, clock, clock.pause, lambda: jitter).call(lambda: throttled_until(clock, 0.1))
    assert clock.pauses == [pause]


def test_every_throttling_code_of_botocore_is_waited_for_but_the_one_that_means_a_quota() -> None:
    codes = set(ThrottledRetryableChecker._THROTTLED_ERROR_CODES)
    assert codes - WORTH_WAITING == {"LimitExceededException"}
