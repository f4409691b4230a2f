"""What is written about a Region's networks in one row of the map. Every function draws and returns the lower edge."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from landing_zone.reports.network_map_drawing import HEAD, SMALL, TEXT, Box, Drawing, fit, tone, width_of
from landing_zone.reports.network_map_view import PHI, Link, NetworkView, RegionView, plural, segment_title

PADDING, GAP = 12.0, 10.0
LINE = 16.0
"""Height of a line of text."""
CARD = 544.0
"""Width of a card with a network's subnets in three zones."""
SHOWN_ALONE = 8
"""Up to so many spokes of a Region are shown with their subnets; more are grouped by shape."""
SHOWN_NAMES, SHOWN_NAMES_BRIEF, SHOWN_SHAPES, SHOWN_TIERS, SHOWN_SITES, SHOWN_RANGES = 30, 10, 8, 8, 24, 6
_LABEL, _ENTRY = 130.0, 340.0


def segment_cell(
    drawing: Drawing, segment: str, region: RegionView, x: float, y: float, width: float, *, brief: bool
) -> float:
    """A segment's networks in a Region."""
    networks = region.segments.get(segment, ())
    y += 20
    label = "PHI boundary" if segment in PHI and networks else ""
    edge = width_of(label, SMALL, bold=True) + GAP if label else 0
    drawing.text(x + PADDING, y, segment, width - 2 * PADDING - edge, size=HEAD, bold=True, look=tone(segment))
    if label:
        drawing.text(x + width - PADDING - edge + GAP, y, label, edge, size=SMALL, bold=True, look="phi")
    spokes = [network for network in networks if not network.hub]
    facts = [segment_title(segment)] if segment_title(segment) and not brief else []
    facts += [_count(spokes)] if spokes or not networks else []
    if facts:
        y += LINE
        drawing.text(x + PADDING, y, " · ".join(facts), width - 2 * PADDING, size=SMALL, look="soft")
    y += GAP
    inside, room = x + PADDING, width - 2 * PADDING
    if brief:
        for network in networks:
            if network.hub:
                y = _summary(drawing, network, inside, y, room)
        return _names(drawing, spokes, inside, y, room, SHOWN_NAMES_BRIEF) + GAP
    alone = [network for network in networks if network.hub or region.spokes <= SHOWN_ALONE]
    y = _cards(drawing, alone, inside, y, room)
    return y if region.spokes <= SHOWN_ALONE else _groups(drawing, spokes, inside, y, room)


def _count(networks: Sequence[NetworkView]) -> str:
    if not networks:
        return "no networks"
    size = sum(network.size for network in networks)
    return f"{plural(len(networks), 'network')} · {size:,} addresses"


def _cards(drawing: Drawing, networks: Sequence[NetworkView], x: float, y: float, width: float) -> float:
    per_row = min(max(1, int((width + GAP) // (CARD + GAP))), len(networks)) or 1
    wide = (width - GAP * (per_row - 1)) / per_row
    below = y
    for number, network in enumerate(networks):
        column = number % per_row
        if column == 0:
            y = below
        below = max(below, _card(drawing, network, x + column * (wide + GAP), y, wide) + GAP)
    return below


def _card(drawing: Drawing, network: NetworkView, x: float, top: float, width: float) -> float:
    place, room = len(drawing.boxes), width - 2 * PADDING
    chips: list[Box] = []
    y = top + 20
    drawing.text(x + PADDING, y, network.name, room, bold=True)
    account = [f"account {network.account}"] if network.account not in ("", network.name) else []
    for line in wrapped([*network.ranges, *account], room):
        y += LINE
        drawing.text(x + PADDING, y, line, room, size=SMALL, look="soft")
    zones = sorted({*network.zones, *(zone for _, zones in network.marks for zone in zones)})
    wide = (room - _LABEL) / max(1, len(zones))
    y += 6
    if zones:
        y += LINE
    for number, zone in enumerate(zones):
        drawing.text(x + PADDING + _LABEL + number * wide, y, zone, wide - 6, size=SMALL, bold=True, look="soft")
    for name, cells in _grid(network):
        y += LINE
        drawing.text(x + PADDING, y, name, _LABEL - 6, size=SMALL)
        for number, zone in enumerate(zones):
            if text := ", ".join(cells.get(zone, ())):
                drawing.text(x + PADDING + _LABEL + number * wide, y, text, wide - 6, size=SMALL)
    for what, found in network.marks:
        y += LINE + 3
        for zone, count in Counter(found).items():
            left = x + PADDING + _LABEL + zones.index(zone) * wide
            text = fit(what if count == 1 else plural(count, what), wide - 14, SMALL)
            chips.append(Box(left - 5, y - 12, width_of(text, SMALL) + 10, 16, "tint transit"))
            drawing.text(left, y, text, wide - 14, size=SMALL)
    for line in wrapped(network.notes, room):
        y += LINE
        drawing.text(x + PADDING, y, line, room, size=SMALL, look="warn" if _stands_out(network) else "ink")
    drawing.boxes[place:place] = [Box(x, top, width, y + PADDING - top, "cell"), *chips]
    return y + PADDING


def _grid(network: NetworkView) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Rows of a card: a tier's ranges by zone."""
    for tier in network.tiers[:SHOWN_TIERS]:
        cells: dict[str, list[str]] = defaultdict(list)
        for zone, cidr in tier.subnets:
            cells[zone].append(cidr)
        yield tier.name, cells
    if rest := network.tiers[SHOWN_TIERS:]:
        yield f"and {len(rest)} more tiers", {}


def _stands_out(network: NetworkView) -> bool:
    """An internet gateway of its own is worth a look."""
    return network.gateway and not network.hub


def _summary(drawing: Drawing, network: NetworkView, x: float, top: float, width: float) -> float:
    place, y, room = len(drawing.boxes), top + 20, width - 2 * PADDING
    drawing.text(x + PADDING, y, network.name, room, bold=True)
    facts = [*network.ranges, f"{len(network.zones)} zones"]
    facts += [plural(len(zones), what) for what, zones in network.marks]
    for line in wrapped([*facts, *network.notes], room):
        y += LINE
        drawing.text(x + PADDING, y, line, room, size=SMALL, look="soft")
    drawing.boxes.insert(place, Box(x, top, width, y + PADDING - top, "cell"))
    return y + PADDING + GAP


def _groups(drawing: Drawing, networks: Iterable[NetworkView], x: float, y: float, width: float) -> float:
    shapes: dict[str, list[NetworkView]] = defaultdict(list)
    for network in networks:
        shapes[network.shape].append(network)
    ordered = sorted(shapes.items(), key=lambda item: (-item[1][0].size, item[0]))
    y = _cards(drawing, [members[0] for _, members in ordered[:SHOWN_SHAPES] if len(members) == 1], x, y, width)
    for shape, members in ordered[:SHOWN_SHAPES]:
        if len(members) == 1:
            continue
        place, top, room = len(drawing.boxes), y, width - 2 * PADDING
        y += 20
        drawing.text(x + PADDING, y, f"{len(members)} networks like this", room, bold=True)
        for line in wrapped(shape.split(" · "), room):
            y += LINE
            warn = "warn" if _stands_out(members[0]) else "soft"
            drawing.text(x + PADDING, y, line, room, size=SMALL, look=warn)
        y = _names(drawing, members, x + PADDING, y + 4, room, SHOWN_NAMES)
        y += PADDING
        drawing.boxes.insert(place, Box(x, top, width, y - top, "cell"))
        y += GAP
    if rest := [network for _, members in ordered[SHOWN_SHAPES:] for network in members]:
        more = f"and {len(rest)} more networks of {len(ordered) - SHOWN_SHAPES} other shapes"
        drawing.text(x + PADDING, y + 10, more, width - 2 * PADDING, look="soft")
        y += LINE + GAP
    return y


def _names(drawing: Drawing, networks: Sequence[NetworkView], x: float, y: float, width: float, limit: int) -> float:
    """Names with ranges in columns, top to bottom; beyond the limit they are counted."""
    columns = min(max(1, int(width // _ENTRY)), len(networks)) or 1
    shown = networks if len(networks) <= limit else networks[: limit - 1]
    lines = -(-len(shown) // columns)
    wide = width / columns
    longest = max((width_of(", ".join(network.ranges), SMALL) for network in shown), default=0)
    widest = max((width_of(network.name, TEXT) for network in shown), default=0) + 1
    name_room = min(widest, wide - min(longest + 1, wide / 2) - 2 * GAP)
    for number, network in enumerate(shown):
        left, base = x + number // lines * wide, y + (number % lines + 1) * LINE
        drawing.text(left, base, network.name, name_room)
        over = left + name_room + GAP
        drawing.text(over, base, ", ".join(network.ranges), left + wide - GAP - over, size=SMALL, look="soft")
    y += lines * LINE
    if rest := len(networks) - len(shown):
        y += LINE
        drawing.text(x, y, f"and {rest:,} more", width, look="soft")
    return y


def gateway_cell(drawing: Drawing, region: RegionView, x: float, y: float, width: float, *, brief: bool) -> float:
    """A Region's transit gateway: its route tables, and what it is linked to."""
    room = width - 2 * PADDING
    y += 20
    name = "Transit gateway" if region.has_gateway else "no transit gateway"
    drawing.text(x + PADDING, y, name, room, size=HEAD, bold=region.has_gateway, look="transit")
    facts = [plural(len(region.tables), "route table")] if region.tables else []
    facts += [f"peering with {', '.join(region.peers)}"] if region.peers else []
    facts += [plural(len(region.links), "link")] if region.links else []
    for line in wrapped(facts, room):
        y += LINE
        drawing.text(x + PADDING, y, line, room, size=SMALL, look="soft")
    if region.joins_by_default:
        y += LINE
        text = "new attachments join its default tables by themselves"
        drawing.text(x + PADDING, y, text, room, size=SMALL, look="warn")
    if not brief:
        columns = max(1, int(room // 320))
        lines = -(-len(region.tables) // columns)
        for number, table in enumerate(region.tables):
            holes = f", {plural(table.blackholes, 'blackhole')}" if table.blackholes else ""
            text = f"{table.name}: {plural(table.routes, 'route')}{holes}"
            left, base = x + PADDING + number // lines * room / columns, y + (number % lines + 1) * LINE + 4
            drawing.text(left, base, text, room / columns - GAP, size=SMALL)
        y += lines * LINE + (4 if lines else 0)
    return y + PADDING


def site_cells(drawing: Drawing, links: Sequence[Link], x: float, y: float, width: float, *, regions: bool) -> float:
    """Hospitals and data centers, a box each."""
    room = width - 4 * PADDING
    y += 20
    drawing.text(x + PADDING, y, "On premises", width - 2 * PADDING, size=HEAD, bold=True, look="hybrid")
    y += GAP
    shown = links if len(links) <= SHOWN_SITES else links[: SHOWN_SITES - 1]
    for link in shown:
        place, top = len(drawing.boxes), y
        y += 20
        drawing.text(x + 2 * PADDING, y, link.site, room, bold=True)
        rest = len(link.ranges) - SHOWN_RANGES
        lines = [link.kind, *link.ranges[:SHOWN_RANGES], *([f"and {rest} more ranges"] if rest > 0 else [])]
        lines += [] if link.ranges else ["ranges unknown"]
        lines += [f"to {region}" for region in link.regions if regions]
        for line in lines:
            y += LINE
            drawing.text(x + 2 * PADDING, y, line, room, size=SMALL, look="soft")
        y += PADDING
        drawing.boxes.insert(place, Box(x + PADDING, top, width - 2 * PADDING, y - top, "cell"))
        y += GAP
    if len(shown) < len(links):
        drawing.text(x + PADDING, y + 10, f"and {len(links) - len(shown)} more", width - 2 * PADDING, look="soft")
        y += LINE + GAP
    return y


def wrapped(parts: Iterable[str], width: float) -> Iterator[str]:
    """Parts joined by dots into lines that fit, as long as a part alone does."""
    line = ""
    for part in parts:
        longer = f"{line} · {part}" if line else part
        if line and width_of(longer, SMALL) > width:
            yield line
            line = part
        else:
            line = longer
    if line:
        yield line
