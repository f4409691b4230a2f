"""Colours: every text can be read on every surface that it stands on, and style sheets name palette colours alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from landing_zone.reports import assurance_page
from landing_zone.reports.assurance_page.palette import DARK, LIGHT, pairs

SHEET = (Path(assurance_page.__file__).parent / "page.css").read_text(encoding="utf-8")
ENOUGH = 4.5
"""WCAG 2.2, success criterion 1.4.3, for text of any size."""


def contrast(first: str, second: str) -> float:
    """Contrast ratio as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_black_on_white_has_the_contrast_that_wcag_states() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_has_enough_contrast_on_every_surface(palette: Mapping[str, str]) -> None:
    poor = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in pairs()}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < ENOUGH} == {}


def test_both_palettes_have_the_same_colours_and_the_sheet_names_no_other() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert set(re.findall(r"var\(--([a-z-]+)\)", SHEET)) <= LIGHT.keys()
    assert not re.search(r"#[0-9a-f]{3,8}\b(?![^{}]*\{)|rgb|hsl", SHEET)
