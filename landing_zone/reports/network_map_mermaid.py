"""The network map as Mermaid text, for pages that draw it themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from landing_zone.plan.segments import HYBRID
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

SHOWN_NAMES = 12
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_./:,()")


def mermaid(regions: Sequence[RegionView], flows: Iterable[Flow], *, title: str) -> str:
    """A flowchart: Regions as frames, a node for each segment in them, sites and the internet outside."""
    links = merged_links(link for region in regions for link in region.links)
    rows = [*HUB_ROWS, *segment_rows(regions)]
    places = {segment for region in regions for segment in region.segments}
    shown = drawn_flows(flows, [INTERNET, *places, *([HYBRID] if links else [])])
    lines = [f"%% {_comment(title)}", "flowchart TB", '  internet(["Internet"])']
    if links:
        lines += ['  subgraph hybrid["On premises"]', *_sites(links), "  end"]
    for number, region in enumerate(regions):
        lines += [f'  subgraph r{number}["{_label(region.name or "Region unknown")}"]', "    direction TB"]
        if region.has_gateway:
            lines.append(f'    r{number}_transit{{{{"Transit gateway, {len(region.tables)} route tables"}}}}')
        for row, segment in enumerate(rows):
            if segment in region.segments:
                look = ":::phi" if segment in PHI else ""
                lines.append(f'    r{number}_s{row}["{_segment(segment, region)}"]{look}')
        lines.append("  end")
    lines += _wires(regions, rows)
    plain = len([line for line in lines if " --- " in line or " <-.-> " in line or " <==> " in line])
    for number, region in enumerate(regions):
        for flow in shown:
            ends = [_node(place, number, region, rows) for place in (flow.source, flow.target)]
            if all(ends):
                arrow = "-->" if flow.inspected else "-. uninspected .->"
                lines.append(f"  {ends[0]} {arrow} {ends[1]}")
                if not flow.inspected:
                    lines.append(f"  linkStyle {plain} stroke:#c62828,stroke-width:2px")
                plain += 1
    lines.append("  classDef phi stroke:#7b2d8e,stroke-width:3px")
    return "\n".join(lines) + "\n"


def _sites(links: Sequence[Link]) -> Iterator[str]:
    for number, link in enumerate(links):
        text = "<br/>".join(map(_label, (link.site, link.kind, ", ".join(link.ranges) or "ranges unknown")))
        yield f'    site{number}["{text}"]'


def _wires(regions: Sequence[RegionView], rows: Sequence[str]) -> Iterator[str]:
    """Links to sites, peerings, attachments and internet gateways, without an arrowhead."""
    for number, region in enumerate(regions):
        if region.links and region.has_gateway:
            yield f"  hybrid <==> r{number}_transit"
        for segment, networks in sorted(region.segments.items()):
            node = f"r{number}_s{rows.index(segment)}"
            if region.has_gateway and any(network.attached for network in networks):
                yield f"  {node} --- r{number}_transit"
            if any(network.gateway for network in networks):
                yield f"  internet --- {node}"
        for other, peer in enumerate(regions):
            if other > number and peer.name in region.peers:
                yield f"  r{number}_transit <-.-> r{other}_transit"


def _node(place: str, number: int, region: RegionView, rows: Sequence[str]) -> str:
    if place == INTERNET or (place == HYBRID and region.links):
        return place
    return f"r{number}_s{rows.index(place)}" if place in region.segments else ""


def _segment(segment: str, region: RegionView) -> str:
    networks = region.segments[segment]
    names = [f"{network.name} {', '.join(network.ranges)}" for network in networks]
    shown = names if len(names) <= SHOWN_NAMES else names[: SHOWN_NAMES - 1]
    more = [f"and {len(names) - len(shown)} more"] if len(shown) < len(names) else []
    return "<br/>".join(map(_label, (segment, *shown, *more)))


def _label(text: str) -> str:
    """A text between quotes: whatever could mean something to Mermaid or to a browser becomes a character code."""
    return "".join(
        letter if letter in _SAFE else f"#{ord(letter) if letter.isprintable() else 0xFFFD};" for letter in text
    )


def _comment(text: str) -> str:
    return "".join(letter if letter in _SAFE else " " for letter in text)
