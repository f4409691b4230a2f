"""Entry point of `hlz`: light, so that an interrupt while the rest is being imported ends like any other."""

from __future__ import annotations

from landing_zone.outcome import INTERRUPTED, catch_signals, leave


def run() -> None:
    """Run `hlz` and exit."""
    catch_signals()
    try:
        from landing_zone.cli import main

        main()
    except KeyboardInterrupt:
        leave(INTERRUPTED)


if __name__ == "__main__":
    run()
