"""Pictures of the network for embedding: they come from a folder, so they are looked at before they are put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

WHOLE = "network.svg"
MAP_BUDGET = 600_000
"""Characters for all pictures together; the organization's comes first, those of Regions while there is room."""
_SHAPES = {"rect", "circle", "ellipse", "polygon", "polyline", "line", "path", "text", "tspan", "marker"}
_HARMLESS = {"svg", "title", "desc", "style", "g", "defs", *_SHAPES}
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True)
class Picture:
    """A map: the Region's name ("" for the whole organization) and its SVG."""

    region: str
    svg: str


def pictures(maps: Mapping[str, str]) -> tuple[list[Picture], list[str]]:
    """Pictures that fit, the whole organization's first, and the names of those that were left out."""
    found: list[Picture] = []
    left: list[str] = []
    room = MAP_BUDGET
    for name in sorted((name for name in maps if name.endswith(".svg")), key=lambda name: (name != WHOLE, name)):
        svg = maps[name].strip()
        if len(svg) <= room and _is_harmless(svg):
            room -= len(svg)
            found.append(Picture(name.removesuffix(".svg").removeprefix("network").removeprefix("-"), svg))
        else:
            left.append(name)
    return found, left


def styles(svg: str) -> list[str]:
    """Texts of the style elements of a picture, which the page's content security policy has to name."""
    return _STYLE.findall(svg)


def _is_harmless(svg: str) -> bool:
    """Well-formed, and nothing but shapes, text and their style: no scripts, links, images or foreign content."""
    if "<!" in svg or "<?" in svg:
        return False
    try:
        elements = list(ElementTree.fromstring(svg).iter())
    except ElementTree.ParseError:
        return False
    return all(
        element.tag.removeprefix("{http://www.w3.org/2000/svg}") in _HARMLESS
        and not any(name.lower().startswith("on") or name.lower().endswith("href") for name in element.attrib)
        for element in elements
    )
