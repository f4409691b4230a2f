"""The map's picture: rows from the internet down to the spokes, a column for each Region, arrows at the side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from landing_zone.plan.segments import HYBRID
from landing_zone.reports.network_map_cells import (
    CARD,
    GAP,
    LINE,
    PADDING,
    gateway_cell,
    segment_cell,
    site_cells,
    wrapped,
)
from landing_zone.reports.network_map_drawing import (
    HEAD,
    MARGIN,
    SMALL,
    TITLE,
    Box,
    Dot,
    Drawing,
    Line,
    tone,
    width_of,
)
from landing_zone.reports.network_map_view import (
    HUB_ROWS,
    INTERNET,
    PHI,
    Flow,
    Link,
    RegionView,
    drawn_flows,
    merged_links,
    segment_rows,
)

TRANSIT = "transit"
_SITES, _SIDE, _ROW_GAP = 290.0, 58.0, 20.0
_DETAIL, _BRIEF = 2 * CARD + GAP + 2 * PADDING, 430.0
_LANE, _PORT = 12.0, 9.0
_PEER = 132.0
_LEGEND = 780.0


@dataclass(frozen=True, slots=True)
class _Band:
    """A row's place."""

    top: float
    bottom: float


Rows = Mapping[str, _Band]


def picture(
    regions: Sequence[RegionView],
    flows: Iterable[Flow],
    *,
    title: str,
    subtitle: str,
    notes: Sequence[str],
    brief: bool,
) -> Drawing:
    """Some Regions side by side; brief: networks by name only."""
    drawing = Drawing()
    links = merged_links(link for region in regions for link in region.links)
    hub = [row for row in HUB_ROWS if any(row in region.segments for region in regions)]
    transit = [TRANSIT] if any(region.has_gateway for region in regions) else []
    places = [INTERNET, *hub, *transit, *segment_rows(regions)]
    shown = drawn_flows(flows, [*places, *([HYBRID] if links else [])])
    lanes = _lanes(shown, [*places, HYBRID])
    ports = _Ports(shown, lanes)
    wide = _BRIEF if brief else _DETAIL
    frame_right = MARGIN + (_SITES if links else 0)
    left = frame_right + (2 * _LANE + len(lanes) * _LANE + 8 if lanes else 24 if links else 0)
    columns = [left + number * (wide + _SIDE) for number in range(len(regions))]
    right = columns[-1] + wide + _SIDE - GAP
    y = _heading(drawing, title, subtitle, notes, max(right - MARGIN, _LEGEND))
    rows: dict[str, _Band] = {}
    for place in places:
        place_of = {region.name: x for region, x in zip(regions, columns, strict=True)}
        rows[place] = _row(drawing, place, regions, place_of, y, wide, ports.height(place), right, brief=brief)
        y = rows[place].bottom + _ROW_GAP
        if place == INTERNET:
            for region, x in zip(regions, columns, strict=True):
                drawing.text(x + PADDING, y + 2, _region_heading(region), wide - 2 * PADDING, size=HEAD, bold=True)
            y += LINE
    if links:
        rows[HYBRID] = _sites(drawing, links, rows, ports.height(HYBRID), regions=brief)
        y = max(y, rows[HYBRID].bottom + _ROW_GAP)
    for region, x in zip(regions, columns, strict=True):
        _wires(drawing, region, rows, x + wide)
    if transit:
        _links_between(drawing, regions, columns, rows[TRANSIT], frame_right, wide, brief=brief)
    ports.draw(drawing, rows, frame_right, left)
    _legend(drawing, y + GAP, max(right - MARGIN, _LEGEND), regions, shown)
    return drawing


def _heading(drawing: Drawing, title: str, subtitle: str, notes: Sequence[str], width: float) -> float:
    y = MARGIN + 16
    drawing.text(MARGIN, y, title, width, size=TITLE, bold=True)
    y += 22
    drawing.text(MARGIN, y, subtitle, width, look="soft")
    for note in notes:
        y += LINE + 2
        drawing.text(MARGIN, y, note, width, look="warn")
    return y + _ROW_GAP


def _region_heading(region: RegionView) -> str:
    return f"{region.name or 'Region unknown'} · {region.spokes} spoke{'' if region.spokes == 1 else 's'}"


def _row(
    drawing: Drawing,
    place: str,
    regions: Sequence[RegionView],
    columns: Mapping[str, float],
    top: float,
    wide: float,
    least: float,
    right: float,
    *,
    brief: bool,
) -> _Band:
    behind = len(drawing.boxes)
    low = top + max(least, 44)
    if place == INTERNET:
        x = min(columns.values())
        drawing.text(x + PADDING, top + 26, "Internet", right - x, size=HEAD, bold=True)
        drawing.boxes.append(Box(x, top, right - x, low - top, "card band other"))
        return _Band(top, low)
    for region in regions:
        x = columns[region.name]
        if place == TRANSIT:
            low = max(low, gateway_cell(drawing, region, x, top, wide, brief=brief))
            low = max(low, top + (len(region.peers) * 40 + 16) * (not brief))
        else:
            low = max(low, segment_cell(drawing, place, region, x, top, wide, brief=brief))
    for region in regions:
        edge = " tint boundary" if place in PHI and region.segments.get(place) else ""
        look = f"card band {tone(place)}{edge}"
        drawing.boxes.insert(behind, Box(columns[region.name], top, wide, low - top, look))
    return _Band(top, low)


def _sites(drawing: Drawing, links: Sequence[Link], rows: Rows, least: float, *, regions: bool) -> _Band:
    """The frame of the sites, so high that its middle is beside the transit gateway's if there is room."""
    height = max(site_cells(Drawing(), links, 0, 0, _SITES, regions=regions), 2 * least)
    top = rows[INTERNET].bottom + _ROW_GAP
    if band := rows.get(TRANSIT):
        middle = (band.top + band.bottom) / 2
        top = max(top, middle - height / 2)
        height = max(height, middle - top + LINE)
    drawing.boxes.append(Box(MARGIN, top, _SITES, height, "card band hybrid"))
    site_cells(drawing, links, MARGIN, top, _SITES, regions=regions)
    return _Band(top, top + height)


def _wires(drawing: Drawing, region: RegionView, rows: Rows, right: float) -> None:
    """Internet gateways up to the internet, attachments to the transit gateway, at the right edge of a column."""
    inward, outward = right + 14, right + 30
    open_rows = [place for place, found in region.segments.items() if any(network.gateway for network in found)]
    if open_rows:
        ends = [rows[place].top + 14 for place in open_rows]
        drawing.lines.append(Line(((inward, rows[INTERNET].bottom), (inward, max(ends))), "ingress"))
        for y in ends:
            drawing.lines.append(Line(((inward, y), (right, y)), "ingress"))
            drawing.dots.append(Dot(inward, y, "ingress head"))
    if not region.has_gateway or TRANSIT not in rows:
        return
    low = rows[TRANSIT].bottom - 10  # below the lines to other Regions
    attached = [place for place, found in region.segments.items() if any(network.attached for network in found)]
    if attached:
        ends = [rows[place].top + 30 for place in attached] + [low]
        drawing.lines.append(Line(((outward, min(ends)), (outward, max(ends))), "transit link"))
        for y in ends:
            drawing.lines.append(Line(((right, y), (outward, y)), "transit link"))
            drawing.dots.append(Dot(outward, y, "transit head"))


def _links_between(
    drawing: Drawing,
    regions: Sequence[RegionView],
    columns: Sequence[float],
    band: _Band,
    frame_right: float,
    wide: float,
    *,
    brief: bool,
) -> None:
    """Lines from sites to transit gateways, and from one transit gateway to the others."""
    middle, above, below = (band.top + band.bottom) / 2, band.top - 8, band.bottom + 8
    for number, (region, x) in enumerate(zip(regions, columns, strict=True)):
        if region.links and region.has_gateway:
            over = ((frame_right, above), (x + 24, above), (x + 24, band.top))
            straight = ((frame_right, middle), (x, middle))
            drawing.lines.append(Line(over if number else straight, "hybrid link"))
        if not brief:
            for index, peer in enumerate(region.peers):
                y, start = band.top + 20 + index * 40, x + wide + _SIDE
                drawing.lines.append(Line(((x + wide, y), (start, y)), "transit peer"))
                drawing.boxes.append(Box(start, y - 16, _PEER, 34, "card band transit"))
                drawing.text(start + 8, y - 2, peer, _PEER - 16, size=SMALL, bold=True)
                drawing.text(start + 8, y + 12, "peering", _PEER - 16, size=SMALL, look="soft")
    ends = [x + 40 for region, x in zip(regions, columns, strict=True) if region.peers]
    if brief and len(ends) > 1:
        drawing.lines.append(Line(((ends[0], below), (ends[-1], below)), "transit peer"))
        drawing.lines += [Line(((x, band.bottom), (x, below)), "transit peer") for x in ends]


def _lanes(flows: Sequence[Flow], places: Sequence[str]) -> dict[tuple[str, bool], int]:
    """A lane for each source, and one of its own for what it reaches without inspection; in the order of the rows."""
    used = {(flow.source, flow.inspected) for flow in flows}
    ordered = sorted(used, key=lambda lane: (places.index(lane[0]), lane[1]))
    return {lane: number for number, lane in enumerate(ordered)}


class _Ports:
    """Where arrows begin and end at a row: each at a height of its own, in the order of the lanes."""

    def __init__(self, flows: Sequence[Flow], lanes: Mapping[tuple[str, bool], int]) -> None:
        self._lanes = lanes
        self._flows = flows
        self._ports: dict[str, list[tuple[int, bool]]] = {}
        ends = {(flow.source, lanes[flow.source, flow.inspected], False) for flow in flows}
        ends |= {(flow.target, lanes[flow.source, flow.inspected], True) for flow in flows}
        for place, lane, arrives in sorted(ends):
            self._ports.setdefault(place, []).append((lane, arrives))

    def height(self, place: str) -> float:
        """What a row needs at least."""
        return len(self._ports.get(place, ())) * _PORT + 24

    def draw(self, drawing: Drawing, rows: Rows, frame_right: float, left: float) -> None:
        """A dot where a flow begins, an arrow where it ends, and the lane between."""
        for (source, inspected), number in self._lanes.items():
            x = frame_right + (number + 1.5) * _LANE
            look = tone(source) if inspected else "uninspected"
            heights = [self._y(rows, source, number, arrives=False)]
            edge = defaultdict(lambda: left, {HYBRID: frame_right})
            drawing.lines.append(Line(((edge[source], heights[0]), (x, heights[0])), look))
            drawing.dots.append(Dot(edge[source], heights[0], f"{look} head"))
            for flow in self._flows:
                if (flow.source, flow.inspected) == (source, inspected):
                    y = self._y(rows, flow.target, number, arrives=True)
                    heights.append(y)
                    drawing.lines.append(Line(((x, y), (edge[flow.target], y)), look, arrow=True))
            drawing.lines.append(Line(((x, min(heights)), (x, max(heights))), look))

    def _y(self, rows: Rows, place: str, lane: int, *, arrives: bool) -> float:
        return rows[place].top + 14 + self._ports[place].index((lane, arrives)) * _PORT


def _legend(drawing: Drawing, y: float, width: float, regions: Sequence[RegionView], flows: Sequence[Flow]) -> None:
    """What lines and outlines mean, of those that are there."""
    networks = [network for region in regions for found in region.segments.values() for network in found]
    entries = [("phi boundary", "PHI boundary: networks that hold PHI")] if any(_holds_phi(r) for r in regions) else []
    if any(flow.inspected for flow in flows):
        entries.append(("wire", "may open connections to, through a firewall (colour of the source)"))
    if any(not flow.inspected for flow in flows):
        entries.append(("uninspected", "may open connections to, past every firewall"))
    entries += [("ingress", "internet gateway")] if any(network.gateway for network in networks) else []
    entries += [("transit link", "attachment to the transit gateway")] if any(n.attached for n in networks) else []
    entries += [("hybrid link", "link to a site")] if any(region.links for region in regions) else []
    entries += [("transit peer", "peering of transit gateways")] if any(region.peers for region in regions) else []
    x = MARGIN
    for look, text in entries:
        needed = 44 + width_of(text, SMALL) + 2 * GAP
        if x > MARGIN and x + needed > MARGIN + width:
            x, y = MARGIN, y + LINE + 6
        if "boundary" in look:
            drawing.boxes.append(Box(x, y - 6, 36, 12, f"card {look}"))
        else:
            drawing.lines.append(Line(((x, y), (x + 36, y)), look, arrow=look in ("wire", "uninspected")))
        drawing.text(x + 44, y + 4, text, needed, size=SMALL, look="soft")
        x += needed
    scope = [
        "Arrows show where routes lead between segments; network ACLs, security groups and firewall rules narrow it.",
        "Ways without a network path (Session Manager, S3 replication, shared snapshots) are not on this map.",
    ]
    if flows and len(regions) > 1:
        scope.insert(0, "An arrow speaks for its whole row: it is permitted in at least one of the Regions.")
    for line in wrapped(scope, width):
        y += LINE + 6
        drawing.text(MARGIN, y + 4, line, width, size=SMALL, look="soft")


def _holds_phi(region: RegionView) -> bool:
    return any(region.segments.get(segment) for segment in PHI)
