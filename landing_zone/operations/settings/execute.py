"""One step: read, compare, apply what differs, read back. Pure but for the `Api` that is passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from landing_zone.operations.settings.expressions import filled, holds, plain, search
from landing_zone.operations.settings.steps import Json, Step
from landing_zone.operations.settings.table import Call

Status = Literal["unchanged", "change", "waits", "applied", "failed", "unknown", "skipped", "done"]
AS_DESIRED: frozenset[Status] = frozenset({"unchanged", "applied", "done"})
READ_BACK_PAUSES = (1, 2, 4, 8, 15)  # seconds; a row's `settles` says how many of them are waited for


class ApiError(Exception):
    """A call that AWS refused or that never arrived. waited: it was tried again until the time was up."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {' '.join(message.split())[:400]}")
        self.code = code
        self.waited = False


class Api(Protocol):
    """Makes a call with the credentials of an account; returns the response and its request id. Raises ApiError."""

    def __call__(
        self, account_id: str, region: str, service: str, operation: str, parameters: Json, /
    ) -> tuple[Json, str]: ...


@dataclass(frozen=True)
class Result:
    """How a step ended.

    unchanged: it was as desired. change, waits: what a plan would do now, or after a setting it depends on. applied:
    made so, and read back. failed: it could not be made so. unknown: it could not be read. skipped: what it depends
    on failed. done: an earlier, unfinished run recorded it.
    """

    step: Step
    status: Status
    before: Any = None
    after: Any = None
    reason: str = ""
    request_ids: tuple[str, ...] = ()


@dataclass
class _Reading:
    """What the calls of one step have answered so far."""

    step: Step
    api: Api
    scope: dict[str, Any]
    request_ids: list[str] = field(default_factory=list)

    def make(self, call: Call) -> None:
        """Make a call, or one for each element; the last response is kept under the call's name.

        An element that is refused does not keep the others from being done. Raises ApiError: the first refusal.
        """
        response: Json = {}
        refusals: list[ApiError] = []
        if holds(call.when, self.scope):
            elements = [None] if not call.for_each else list(search(call.for_each, self.scope) or [])
            for element in elements:
                try:
                    response = self._one(call, {**self.scope, "each": element})
                except ApiError as error:
                    refusals.append(error)
                    if error.waited:  # the next would wait as long
                        break
        if refusals:
            raise refusals[0]
        if call.name:
            self.scope[call.name] = response

    def _one(self, call: Call, scope: Mapping[str, Any]) -> Json:
        parameters = filled(call.parameters, scope)
        try:
            response, request_id = self.api(
                self.step.caller_id or "", self.step.region, call.service, call.operation, parameters
            )
        except ApiError as error:
            if error.code in call.absent:
                return {}
            raise
        if request_id:
            self.request_ids.append(request_id)
        return response


def read(step: Step, api: Api) -> tuple[Any, _Reading]:
    """The setting's value now. Raises ApiError."""
    reading = _Reading(step, api, dict(step.scope))
    for call in step.setting.read:
        reading.make(call)
    value = plain(search(step.setting.value, reading.scope))
    reading.request_ids.clear()  # those of reads are not worth keeping
    reading.scope["missing"] = missing(value, step.desired) if step.setting.compare == "includes" else []
    return value, reading


def missing(value: Any, desired: list[Any]) -> list[Any]:
    """What is wanted and not there."""
    return [entry for entry in desired if entry not in (value or [])]


def is_as_desired(step: Step, value: Any) -> bool:
    """Whether a value satisfies what is wanted, by the row's comparison."""
    if step.setting.compare == "includes":
        return not missing(value, step.desired)
    return _at_least(value, step.desired) if step.setting.compare == "at_least" else bool(value == step.desired)


def _at_least(value: Any, desired: Any) -> bool:
    if isinstance(desired, Mapping):
        return isinstance(value, Mapping) and all(_at_least(value.get(key), entry) for key, entry in desired.items())
    return value is not None and bool(value >= desired)


def plan_step(step: Step, api: Api, waits_for: str = "") -> Result:
    """What applying would do. waits_for: a setting that comes first and is not yet as desired."""
    try:
        value, reading = read(step, api)
    except ApiError as error:
        return Result(step, "waits", reason=f"after {waits_for}") if waits_for else _unknown(step, error)
    if is_as_desired(step, value):
        return Result(step, "unchanged", value, value)
    if obstacle := _obstacle(step, reading):
        if waits_for:
            return Result(step, "waits", value, reason=f"after {waits_for}")
        return Result(step, "unknown", value, reason=obstacle)
    return Result(step, "change", value, reason=step.setting.by_hand)


def apply_step(
    step: Step, api: Api, *, announce: Callable[[Step, Any], None], pause: Callable[[float], None]
) -> Result:
    """Make a setting as desired. `announce` hears the value before it is changed."""
    try:
        before, reading = read(step, api)
    except ApiError as error:
        return _unknown(step, error)
    if is_as_desired(step, before):
        return Result(step, "unchanged", before, before)
    if obstacle := _obstacle(step, reading):
        return Result(step, "unknown", before, reason=obstacle)
    if not step.setting.apply:
        return Result(step, "failed", before, before, step.setting.by_hand)
    announce(step, before)
    try:
        for call in step.setting.apply:
            reading.make(call)
    except ApiError as error:
        return Result(step, "failed", before, reason=str(error), request_ids=tuple(reading.request_ids))
    return _read_back(step, api, before, tuple(reading.request_ids), pause)


def _obstacle(step: Step, reading: _Reading) -> str:
    requirement = step.setting.requires
    return requirement.otherwise if requirement and not holds(requirement.condition, reading.scope) else ""


def _read_back(
    step: Step, api: Api, before: Any, request_ids: tuple[str, ...], pause: Callable[[float], None]
) -> Result:
    waited = 0
    for seconds in (0, *READ_BACK_PAUSES):
        if waited + seconds > step.setting.settles:
            break
        if seconds:
            pause(seconds)
            waited += seconds
        try:
            after, _ = read(step, api)
        except ApiError as error:
            return Result(step, "unknown", before, reason=f"applied, not read back: {error}", request_ids=request_ids)
        if is_as_desired(step, after):
            return Result(step, "applied", before, after, request_ids=request_ids)
    reason = "AWS accepted the change, and reads back something else"
    return Result(step, "failed", before, after, reason, request_ids)


def _unknown(step: Step, error: ApiError) -> Result:
    return Result(step, "unknown", reason=str(error))
