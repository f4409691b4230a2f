"""The colours of the page, by name, in light and dark. Style sheets name them; a test computes every contrast."""

from __future__ import annotations

from collections.abc import Mapping

from landing_zone.assurance.ledger.model import STATUSES, Status

SURFACES = ("page", "card")
TEXTS = ("ink", "soft", "link")

LIGHT: Mapping[str, str] = {
    "page": "#fffefb",
    "card": "#f5f3ec",
    "line": "#d9d5c8",
    "ink": "#1d2329",
    "soft": "#545c64",
    "link": "#0b4f8a",
    "failed": "#a01c17",
    "failed-tint": "#fbe7e4",
    "not-evaluated": "#7a4800",
    "not-evaluated-tint": "#fdf0d8",
    "excepted": "#7a2a80",
    "excepted-tint": "#f7e8f8",
    "customer": "#2b4b8c",
    "customer-tint": "#e6ecf8",
    "attested": "#245a64",
    "attested-tint": "#e0f0f3",
    "inherited": "#4a545e",
    "inherited-tint": "#ebeef1",
    "evidenced": "#17594d",
    "evidenced-tint": "#dcf1eb",
    "checked": "#1f5c35",
    "checked-tint": "#e3f2e6",
    "proved": "#0d472a",
    "proved-tint": "#cde8d6",
}
DARK: Mapping[str, str] = {
    "page": "#14181c",
    "card": "#1d2329",
    "line": "#3b444c",
    "ink": "#eceae4",
    "soft": "#a9b2ba",
    "link": "#86bdf2",
    "failed": "#ffa39b",
    "failed-tint": "#431a18",
    "not-evaluated": "#f0bf6a",
    "not-evaluated-tint": "#3a2b10",
    "excepted": "#e5a9ea",
    "excepted-tint": "#3a1f3d",
    "customer": "#a9c3f5",
    "customer-tint": "#1f2c48",
    "attested": "#92d0dc",
    "attested-tint": "#163338",
    "inherited": "#bcc6cf",
    "inherited-tint": "#2b333a",
    "evidenced": "#84d6c2",
    "evidenced-tint": "#143830",
    "checked": "#92d6a6",
    "checked-tint": "#17361f",
    "proved": "#b5ecc8",
    "proved-tint": "#1d4a2d",
}


def status_class(status: Status | str) -> str:
    """The name of a status as class and colour."""
    return status.replace(" ", "-")


def palette_css() -> str:
    """The palettes as custom properties. Paper is light, whatever the screen prefers."""
    light, dark = (";".join(f"--{name}:{colour}" for name, colour in found.items()) for found in (LIGHT, DARK))
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def status_css() -> str:
    """Colour of each status: text on its tint, and the fill of its share in a bar."""
    return "".join(
        f".{name}{{color:var(--{name});background:var(--{name}-tint)}}rect.{name}{{fill:var(--{name})}}\n"
        for name in map(status_class, STATUSES)
    )


def pairs() -> list[tuple[str, str]]:
    """Every text and the surface that it may stand on."""
    statuses = [status_class(status) for status in STATUSES]
    plain = [(text, surface) for text in (*TEXTS, *statuses) for surface in SURFACES]
    tinted = [(text, f"{status}-tint") for status in statuses for text in ("ink", "link", status)]
    return plain + tinted
