"""Entry point of `hlz`: light, so that an interrupt while the rest is being imported ends like any other."""

from __future__ import annotations

import gc

from landing_zone.outcome import INTERRUPTED, catch_signals, leave

COLLECT_AFTER = 100_000
"""Allocations between runs of the cycle collector; Python's 700 (2,000 from 3.14 on) cost a report 15 percent of its
time, and our commands end before cycles matter."""


def run() -> None:
    """Run `hlz` and exit."""
    catch_signals()
    gc.set_threshold(COLLECT_AFTER)
    try:
        from landing_zone.cli import main

        main()
    except KeyboardInterrupt:
        leave(INTERRUPTED)


if __name__ == "__main__":
    run()
