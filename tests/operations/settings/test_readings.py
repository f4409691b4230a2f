"""A setting counts as read back only when a whole run over everything saw all of it as wanted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landing_zone.fault import InputError
from landing_zone.operations.settings.readings import read_back_on

EVERYTHING: dict[str, list[str]] = {"accounts": [], "settings": []}


def run(*statuses: tuple[str, str], complete: bool | None = True, **header: Any) -> list[dict[str, Any]]:
    """A run with a step for each (key, status); None: killed before its end."""
    opened = {"started": "2026-11-20", "selection": EVERYTHING, "resumes": False, "manifest": "m"}
    lines: list[dict[str, Any]] = [{"kind": "run", **opened, **header}]
    lines += [
        {"kind": "step", "at": "2026-11-20", "key": key, "digest": "d", "status": status, "setting": key.split()[0]}
        for key, status in statuses
    ]
    return lines if complete is None else [*lines, {"kind": "end", "at": "2026-11-21", "complete": complete}]


def seen(tmp_path: Path, *runs: list[dict[str, Any]]) -> dict[str, str]:
    lines = [json.dumps(line) + "\n" for each in runs for line in each]
    (tmp_path / "landing-zone.settings.jsonl").write_text("".join(lines))
    return read_back_on(tmp_path / "landing-zone.yaml", "m")


def test_all_steps_as_wanted_in_a_complete_run_are_read_back_on_its_day(tmp_path: Path) -> None:
    assert seen(tmp_path, run(("ebs 1 x", "applied"), ("ebs 2 x", "unchanged"))) == {"ebs": "2026-11-21"}


def test_one_step_that_failed_keeps_the_setting_unknown(tmp_path: Path) -> None:
    found = seen(tmp_path, run(("ebs 1 x", "applied"), ("ebs 2 x", "failed"), ("s3 1 x", "applied")))
    assert found == {"s3": "2026-11-21"}


@pytest.mark.parametrize(
    "other",
    [{"manifest": "older"}, {"selection": {"accounts": ["a"], "settings": []}}],
    ids=["another manifest", "a part of the accounts"],
)
def test_a_run_of_something_else_says_nothing(tmp_path: Path, other: dict[str, Any]) -> None:
    assert seen(tmp_path, run(("ebs 1 x", "applied"), **other)) == {}


def test_an_incomplete_run_says_nothing_until_it_is_resumed(tmp_path: Path) -> None:
    killed = run(("ebs 1 x", "applied"), complete=None)
    assert seen(tmp_path, killed) == {}
    assert seen(tmp_path, killed, run(("ebs 2 x", "applied"), resumes=True)) == {"ebs": "2026-11-21"}


def test_items_of_a_setting_count_together(tmp_path: Path) -> None:
    steps = (("delegate:a 1 x", "applied"), ("delegate:b 1 x", "failed"))
    assert seen(tmp_path, run(*steps)) == {}


def test_no_journal_is_no_reading_and_a_damaged_one_bad_input(tmp_path: Path) -> None:
    assert read_back_on(tmp_path / "landing-zone.yaml", "m") == {}
    (tmp_path / "landing-zone.settings.jsonl").write_text("hello\n")
    with pytest.raises(InputError, match="no line of a settings journal"):
        read_back_on(tmp_path / "landing-zone.yaml", "m")
