"""Boxes, texts and lines on a sheet, and the sheet as a self-contained SVG that suits light and dark pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'
TEXT, SMALL, HEAD, TITLE = 13.0, 11.5, 14.0, 20.0
"""Font sizes in pixels."""
_NARROW, _WIDE = frozenset(" il.,:;'|!()[]/-jftrI·"), frozenset("mwMW%@—×&")

_PAGE: Mapping[str, tuple[str, str]] = {
    "page": ("#ffffff", "#14191e"),
    "card": ("#f4f7f9", "#1d242b"),
    "line": ("#c3ced8", "#46545f"),
    "ink": ("#1c2733", "#e8edf2"),
    "soft": ("#52616f", "#a9b6c2"),
    "warn": ("#c62828", "#ff8a80"),
}
_TONES: Mapping[str, tuple[str, str]] = {
    "phi": ("#7b2d8e", "#d99be8"),
    "phi-nonproduction": ("#a0527a", "#e6a5c4"),
    "nonphi": ("#1f6f43", "#6fd19b"),
    "sandbox": ("#8a5a00", "#e2b35a"),
    "shared": ("#0b5cad", "#7cb8f5"),
    "hybrid": ("#8a4b2a", "#e0a382"),
    "ingress": ("#00707a", "#63ccd6"),
    "transit": ("#3d4f7c", "#a9b9ea"),
    "other": ("#5b6875", "#98a5b1"),
}
"""Colour of a segment's outlines and arrows, on light and on dark pages."""
_SAME_TONE = {"phi-entry": "phi", "egress": "other", "inspection": "transit", "peering": "transit", "internet": "other"}


def tone(segment: str) -> str:
    """Name of a segment's colour."""
    name = _SAME_TONE.get(segment, segment)
    return name if name in _TONES else "other"


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width in pixels that a text needs at most in a usual font (measured against DejaVu Sans, a wide one)."""
    return sum(_em(letter) for letter in text) * size * (1.12 if bold else 1.0)


def _em(letter: str) -> float:
    if not letter.isascii():
        return 0.4 if letter == "·" else 1.05
    if letter in _NARROW:
        return 0.42
    if letter in _WIDE:
        return 1.0
    return 0.76 if letter.isupper() else 0.64


def fit(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text, or its beginning with an ellipsis if it is wider."""
    text = _printable(text)
    if width_of(text, size, bold=bold) <= width:
        return text
    while text and width_of(text + "…", size, bold=bold) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle. look: names of its CSS classes. tip: what a pointer resting on it shows."""

    x: float
    y: float
    width: float
    height: float
    look: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; y is its baseline. full: what a pointer resting on it shows, if it was shortened."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    look: str
    full: str

    @property
    def area(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the space it needs."""
        right = self.x + width_of(self.text, self.size, bold=self.bold)
        return (self.x, self.y - self.size * 0.8, right, self.y + self.size * 0.22)


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, horizontal and vertical ones only; arrow: it ends with a head."""

    points: tuple[tuple[float, float], ...]
    look: str
    arrow: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A place where lines join."""

    x: float
    y: float
    look: str


@dataclass(slots=True)
class Drawing:
    """A sheet: later shapes lie above earlier ones, boxes below lines below texts."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def text(
        self, x: float, y: float, text: str, width: float, *, size: float = TEXT, bold: bool = False, look: str = "ink"
    ) -> None:
        """Write a text that is shortened to `width`."""
        shown = fit(text, width, size, bold=bold)
        if shown:
            full = _printable(text)
            self.texts.append(Text(x, y, shown, size, bold, look, full if full != shown else ""))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height with a margin."""
        right = max([box.x + box.width for box in self.boxes] + [text.area[2] for text in self.texts])
        bottom = max([box.y + box.height for box in self.boxes] + [text.area[3] for text in self.texts])
        across = [point for line in self.lines for point in line.points]
        right, bottom = (max([edge, *(point[axis] for point in across)]) for axis, edge in enumerate((right, bottom)))
        return right + MARGIN, bottom + MARGIN

    def svg(self, name: str, title: str, description: str) -> str:
        """The sheet as SVG text. name: makes its ids unique on a page."""
        width, height = self.size
        id = re.sub(r"[^a-z0-9]+", "-", name.lower())
        rows = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="nm" viewBox="0 0 {_n(width)} {_n(height)}" '
            f'width="{_n(width)}" height="{_n(height)}" role="img" aria-labelledby="nm-{id}-title nm-{id}-desc">',
            f'<title id="nm-{id}-title">{_xml(title)}</title>',
            f'<desc id="nm-{id}-desc">{_xml(description)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="nm-page" width="{_n(width)}" height="{_n(height)}"/>',
            *(_box(box) for box in self.boxes),
            *(_line(line) for line in self.lines),
            *(f'<circle class="{_look(d.look)}" cx="{_n(d.x)}" cy="{_n(d.y)}" r="3"/>' for d in self.dots),
            *(_text(text) for text in self.texts),
            "</svg>",
        ]
        return "\n".join(rows) + "\n"


MARGIN = 24.0
_HEAD_LENGTH, _HEAD_WIDTH = 7.0, 3.5


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _xml(text: str) -> str:
    return escape(_printable(text), quote=True)


def _look(look: str) -> str:
    return " ".join(f"nm-{name}" for name in look.split())


def _box(box: Box) -> str:
    place = f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'
    look = f'class="{_look(box.look)}" {place} rx="{_n(min(6, box.width / 4))}"'
    return f"<rect {look}><title>{_xml(box.tip)}</title></rect>" if box.tip else f"<rect {look}/>"


def _line(line: Line) -> str:
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in line.points)
    text = f'<polyline class="{_look(line.look)}" points="{points}"/>'
    return text + _head(line) if line.arrow else text


def _head(line: Line) -> str:
    (before, _), (x, y) = line.points[-2:]
    back = x - _HEAD_LENGTH if before < x else x + _HEAD_LENGTH
    corners = ((x, y), (back, y - _HEAD_WIDTH), (back, y + _HEAD_WIDTH))
    points = " ".join(f"{_n(px)},{_n(py)}" for px, py in corners)
    return f'<polygon class="{_look(line.look)} nm-head" points="{points}"/>'


def _text(text: Text) -> str:
    weight = ' font-weight="600"' if text.bold else ""
    tip = f"<title>{_xml(text.full)}</title>" if text.full else ""
    look, place = _look(text.look), f'x="{_n(text.x)}" y="{_n(text.y)}"'
    return f'<text class="{look}" {place} font-size="{_n(text.size)}"{weight}>{_xml(text.text)}{tip}</text>'


def _rules(side: int) -> str:
    colours = {name: pair[side] for name, pair in _PAGE.items()}
    rows = [
        f".nm-page{{fill:{colours['page']}}}",
        f".nm-card{{fill:{colours['card']};stroke:{colours['line']}}}",
        f".nm-cell{{fill:{colours['page']};stroke:{colours['line']}}}",
        f"text.nm-ink{{fill:{colours['ink']}}}text.nm-soft{{fill:{colours['soft']}}}text.nm-warn{{fill:{colours['warn']}}}",
        f".nm-wire{{stroke:{colours['soft']}}}.nm-wire.nm-head{{fill:{colours['soft']}}}",
    ]
    for name, pair in _TONES.items():
        rows.append(f".nm-{name}{{stroke:{pair[side]}}}.nm-{name}.nm-head,text.nm-{name}{{fill:{pair[side]}}}")
        rows.append(f".nm rect.nm-tint.nm-{name}{{fill:{pair[side]};fill-opacity:.14}}")
    rows.append(f".nm-uninspected{{stroke:{colours['warn']}}}.nm-uninspected.nm-head{{fill:{colours['warn']}}}")
    return "".join(rows)


def _style() -> str:
    shapes: Sequence[str] = (
        f".nm{{font-family:{FONT};max-width:100%;height:auto}}",
        ".nm text{stroke:none}.nm polyline{fill:none;stroke-width:1.6;stroke-linejoin:round}",
        ".nm rect{stroke-width:1.2}.nm rect.nm-page{stroke:none}",
        ".nm rect.nm-boundary{stroke-width:2.6}.nm rect.nm-band{fill-opacity:.6}",
        ".nm polyline.nm-uninspected{stroke-width:2.2;stroke-dasharray:6 4}",
        ".nm polyline.nm-wire{stroke-width:2}.nm polyline.nm-link{stroke-width:3}",
        ".nm polyline.nm-peer{stroke-width:3;stroke-dasharray:2 3}.nm polygon{stroke:none}",
    )
    return f"{''.join(shapes)}{_rules(0)}@media (prefers-color-scheme:dark){{{_rules(1)}}}"


_STYLE = _style()
