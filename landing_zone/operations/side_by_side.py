"""Work on many accounts at once: threads, one phase after the other, and a brake that stops them all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

_Part = TypeVar("_Part")


class Stopped(Exception):
    """The run was told to stop; what was under way is not recorded as done."""


class Brake:
    """Stops every thread of a run between two calls; a pause ends at once."""

    def __init__(self) -> None:
        self._pulled = threading.Event()

    def pull(self) -> None:
        """Stop the run."""
        self._pulled.set()

    def check(self) -> None:
        """Raises Stopped when the run is to end."""
        if self._pulled.is_set():
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Sleep. Raises Stopped when the run is to end."""
        self._pulled.wait(seconds)
        self.check()


def side_by_side(phases: Iterable[Iterable[_Part]], work: Callable[[_Part], None], workers: int, brake: Brake) -> None:
    """Work on the parts of a phase at the same time, then on the next phase's.

    The first error, an interrupt too, pulls the brake, waits for what is under way and is raised.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="hlz") as pool:
        try:
            for parts in phases:
                futures = [pool.submit(work, part) for part in parts]
                wait(futures, return_when=FIRST_EXCEPTION)
                for future in futures:
                    if future.done():
                        future.result()
        except BaseException:
            brake.pull()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
