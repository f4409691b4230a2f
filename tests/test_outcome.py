"""What is printed for a person: names in it are other people's."""

from __future__ import annotations

import pytest

from landing_zone.outcome import say, shown


@pytest.mark.parametrize("code", [0x00, 0x08, 0x0D, 0x1B, 0x7F, 0x9B, 0x202E, 0x2066])
def test_nothing_moves_the_cursor_or_turns_a_line_around(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    say(f"finding in {chr(code)}[2Jname")
    printed = capsys.readouterr().err
    assert chr(code) not in printed
    assert "[2Jname" in printed


def test_lines_tabs_and_letters_of_all_languages_stay() -> None:
    assert shown("Zoë\t→ クリニック\n") == "Zoë\t→ クリニック\n"
