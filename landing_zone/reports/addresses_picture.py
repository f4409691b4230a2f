"""The address plan as a picture for each Region: pools in rows to scale, a box for every network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from landing_zone.reports.network_map_drawing import (
    HEAD,
    MARGIN,
    SMALL,
    TITLE,
    Box,
    Drawing,
    tone,
    width_of,
)

_LABEL, _STRIP, _HEIGHT, _GAP = 130.0, 1100.0, 40.0, 8.0
_ROWS = 16
"""A pool is drawn in at most so many rows."""
_LEAST = 1024
"""Addresses in a row at least."""
KEPT = "kept, no longer asked for"


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who holds a range."""

    block: IPv4Network
    name: str
    kind: str
    look: str

    @property
    def tip(self) -> str:
        return f"{self.name} {self.block}"


def addresses_pictures(document: Mapping[str, Any], *, organization: str) -> dict[str, str]:
    """Texts of the pictures by file name, `addresses-REGION.svg`. document: what `addresses_document` returns."""
    return {
        f"addresses-{region['region']}.svg": address_drawing(region, organization=organization).svg(
            f"addresses-{region['region']}", f"Addresses in {region['region']}, {organization}", _words(region)
        )
        for region in document["regions"]
    }


def address_drawing(region: Mapping[str, Any], *, organization: str) -> Drawing:
    """A Region's pools, one below the other; of a pool only as much as holds every network."""
    drawing = Drawing()
    y = MARGIN + 16
    drawing.text(MARGIN, y, f"Addresses in {region['region']}", _LABEL + _STRIP, size=TITLE, bold=True)
    y += 22
    drawing.text(MARGIN, y, f"{organization} · {region['name']}", _LABEL + _STRIP, look="soft")
    holders = list(_holders(region))
    for pool in region["pools"]:
        y += 30
        block, reserve = IPv4Network(pool["cidr"]), pool["reserve"]
        inside = [holder for holder in holders if holder.block.subnet_of(block)]
        shown = _shown(block, inside)
        part = f"; the first 1/{block.num_addresses // shown} is drawn" if shown < block.num_addresses else ""
        used = f"{pool['used']:,} of {pool['size']:,} addresses used"
        text = f"{pool['cidr']}: {used}, {reserve['percent']} % in reserve{part}"
        drawing.text(MARGIN, y, text, _LABEL + _STRIP, size=HEAD, bold=True)
        y = _rows(drawing, int(block.network_address), shown, inside, y + 12)
    y += 16
    for size, room in region["room"].items():
        y += 16
        following = f", the next one {room['next']}" if room["next"] else ""
        text = f"room for {room['count']:,} more {size} (/{room['prefix']}){following}"
        drawing.text(MARGIN, y, text, _LABEL + _STRIP, size=SMALL, look="soft")
    _legend(drawing, sorted({holder.kind: holder.look for holder in holders}.items()), y + 28)
    return drawing


def _legend(drawing: Drawing, kinds: Sequence[tuple[str, str]], y: float) -> None:
    x = MARGIN
    for kind, look in kinds:
        drawing.boxes.append(Box(x, y - 10, 24, 12, f"tint {look}"))
        drawing.text(x + 32, y, kind, 240, size=SMALL, look="soft")
        x += 32 + min(240, width_of(kind, SMALL)) + 3 * _GAP


def _holders(region: Mapping[str, Any]) -> Iterator[_Holder]:
    if hub := region["hub"]:
        kind, look = ("hub", "transit") if hub["in_use"] else (KEPT, "other")
        yield _Holder(IPv4Network(hub["cidr"]), "hub", kind, look)
    for row in region["networks"]:
        segment = row["segment"] or "no segment"
        kind, look = (segment, tone(segment)) if row["in_use"] else (KEPT, "other")
        name = row["account"] if row["in_use"] else f"{row['account']} (kept)"
        yield _Holder(IPv4Network(row["cidr"]), name, kind, look)


def _shown(pool: IPv4Network, inside: list[_Holder]) -> int:
    """Addresses from the start of the pool: the smallest power of two that holds every network."""
    first = int(pool.network_address)
    end = max((int(holder.block.broadcast_address) + 1 - first for holder in inside), default=1)
    return min(pool.num_addresses, max(_LEAST, 1 << (end - 1).bit_length()))


def _rows(drawing: Drawing, first: int, shown: int, inside: list[_Holder], y: float) -> float:
    size = max(_LEAST, shown // _ROWS)
    left = MARGIN + _LABEL
    for start in range(first, first + shown, size):
        drawing.text(MARGIN, y + 24, str(IPv4Address(start)), _LABEL - _GAP, size=SMALL, look="soft")
        drawing.boxes.append(Box(left, y, _STRIP * min(1, shown / size), _HEIGHT, "cell"))
        for holder in inside:
            low = max(int(holder.block.network_address), start)
            high = min(int(holder.block.broadcast_address) + 1, start + size)
            if low < high:
                x, width = left + (low - start) / size * _STRIP, (high - low) / size * _STRIP
                drawing.boxes.append(Box(x, y, width, _HEIGHT, f"tint {holder.look}", holder.tip))
                room = width - _GAP
                if width_of(holder.name[:6], SMALL) < room:
                    drawing.text(x + 5, y + 17, holder.name, room, size=SMALL)
                if width_of(str(holder.block), SMALL) <= room:  # half a range says nothing
                    drawing.text(x + 5, y + 32, str(holder.block), room, size=SMALL, look="soft")
        y += _HEIGHT + _GAP / 2
    return y


def _words(region: Mapping[str, Any]) -> str:
    pools = [f"{pool['cidr']} with {pool['reserve']['percent']} % in reserve" for pool in region["pools"]]
    return f"Pools: {', '.join(pools) or 'none'}. Networks: {len(region['networks'])}."
