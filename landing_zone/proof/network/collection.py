"""Python's cycle collector off for a while."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Read and prove without the cycle collector: a model has many objects and no cycles.

    Measured with 806 VPCs: 1.9 to 2.6 CPU seconds in place of 3.1 to 4.0, with the same peak memory.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
