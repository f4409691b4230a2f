"""CPU seconds and peak memory of a command with everything it starts."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

SAMPLE_SECONDS = 0.05


@dataclass(frozen=True)
class Usage:
    """What a finished command took. peak_mb: the largest sum of resident memory over the process tree, in MB (1e6)."""

    code: int
    cpu_s: float
    wall_s: float
    peak_mb: float


def measured(command: Sequence[str], environment: Mapping[str, str]) -> Usage:
    """Run a command to its end. CPU is what the kernel accounts to it and its waited-for descendants."""
    before, started = _children_cpu(), time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=sys.stderr)
    sampler = _Sampler(process.pid)
    sampler.start()
    code = process.wait()
    wall = time.monotonic() - started
    sampler.stop()
    return Usage(code, round(_children_cpu() - before, 3), round(wall, 3), round(sampler.peak / 1e6, 1))


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class _Sampler(threading.Thread):
    """Watches a process tree and keeps its largest resident memory, in bytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(pid)
        self._ended = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, self._resident())

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def _resident(self) -> int:
        total = 0
        try:
            tree = [self._root, *self._root.children(recursive=True)]
        except psutil.Error:
            return 0
        for process in tree:
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
        return total
