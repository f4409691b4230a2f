"""All steps of a run: the management account, then the security account, then every account at once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Protocol

from landing_zone.operations.settings.execute import AS_DESIRED, Api, Result, apply_step, plan_step
from landing_zone.operations.settings.steps import Step
from landing_zone.operations.side_by_side import Brake, side_by_side


class Record(Protocol):
    """What a run writes down as it goes (`journal.Journal`)."""

    def is_done(self, step: Step) -> bool: ...
    def announce(self, step: Step, before: object) -> None: ...
    def record(self, result: Result) -> None: ...


def plan_all(
    steps: Sequence[Step], api: Api, *, workers: int, brake: Brake, progress: Callable[[int], None]
) -> list[Result]:
    """What applying would change, in the order of `steps`."""

    def one(step: Step, before: _Outcomes) -> Result:
        return plan_step(step, api, before.obstacle(step))

    return _run(steps, one, workers, brake, progress)


def apply_all(
    steps: Sequence[Step], api: Api, record: Record, *, workers: int, brake: Brake, progress: Callable[[int], None]
) -> list[Result]:
    """Make every setting as desired and record it. What an earlier, unfinished run did is not repeated."""

    def one(step: Step, before: _Outcomes) -> Result:
        if record.is_done(step):
            return Result(step, "done")
        if obstacle := before.obstacle(step):
            result = Result(step, "skipped", reason=f"{obstacle} is not as desired")
        else:
            result = apply_step(step, api, announce=record.announce, pause=brake.pause)
        record.record(result)
        return result

    return _run(steps, one, workers, brake, progress)


class _Outcomes:
    """What is not as desired so far, by setting."""

    def __init__(self) -> None:
        self._amiss: dict[str, list[Step]] = defaultdict(list)

    def add(self, result: Result) -> None:
        if result.status not in AS_DESIRED:
            self._amiss[result.step.setting.id].append(result.step)

    def obstacle(self, step: Step) -> str:
        """A setting that the step depends on and that is not as desired where it matters; empty when there is none."""
        for id in step.setting.depends_on:
            if any(_concerns(other, step) for other in self._amiss.get(id, ())):
                return id
        return ""


def _concerns(other: Step, step: Step) -> bool:
    """A setting of every account matters within the account, one of every Region within the Region."""
    if other.setting.accounts == "all" and other.account != step.account:
        return False
    return not (other.setting.regions == step.setting.regions == "all" and other.region != step.region)


def _run(
    steps: Sequence[Step],
    one: Callable[[Step, _Outcomes], Result],
    workers: int,
    brake: Brake,
    progress: Callable[[int], None],
) -> list[Result]:
    outcomes, results, lock = _Outcomes(), dict[str, Result](), threading.Lock()

    def take(group: Iterable[Step]) -> None:
        for step in group:
            brake.check()
            result = one(step, outcomes)
            with lock:
                outcomes.add(result)
                results[step.key] = result
                progress(len(results))

    phases = (_groups(list(phase)) for _, phase in groupby(steps, key=lambda step: step.setting.phase))
    side_by_side(phases, take, workers, brake)
    return [results[step.key] for step in steps]


def _groups(phase: Sequence[Step]) -> list[list[Step]]:
    """Steps that are taken one after another: all of the management account, else those of an account and Region.

    Organizations refuses changes that run beside each other.
    """
    groups: dict[tuple[str, str], list[Step]] = defaultdict(list)
    for step in phase:
        groups[("", "") if step.setting.phase == 0 else (step.account, step.region)].append(step)
    return [groups[place] for place in sorted(groups)]  # the Regions of an account side by side
