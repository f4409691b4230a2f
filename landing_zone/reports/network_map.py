"""The network map: a picture of each Region and of the whole organization, and the same as Mermaid text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from landing_zone.plan.segments import HYBRID
from landing_zone.proof.network.model import Network
from landing_zone.reports.network_map_layout import picture
from landing_zone.reports.network_map_mermaid import mermaid
from landing_zone.reports.network_map_view import INTERNET, Flow, RegionView, drawn_flows, region_views

WHOLE = "network"
"""Name of the whole organization's map, without its ending; a Region's is `network-REGION`."""


def network_map(network: Network, flows: Iterable[Flow], *, title: str, organization: str) -> Mapping[str, str]:
    """Texts of the maps by file name: SVG and Mermaid, the same for the same network.

    flows: who may open connections to whom; those between places that a picture does not have are left out of it.
    """
    regions = region_views(network)
    known = list(flows)
    notes = _notes(network)
    files: dict[str, str] = {}
    for name, region in zip(_file_names(regions), regions, strict=True):
        heading = f"{title}: {region.name or 'Region unknown'}"
        files |= _files(name, heading, organization, [region], known, notes, brief=False)
    if regions:
        files |= _files(WHOLE, title, organization, regions, known, notes, brief=True)
    return dict(sorted(files.items()))


def _files(
    name: str,
    title: str,
    organization: str,
    regions: Sequence[RegionView],
    flows: Sequence[Flow],
    notes: Sequence[str],
    *,
    brief: bool,
) -> dict[str, str]:
    counted = [(region.name or "Region unknown", region.spokes) for region in regions]
    subtitle = f"{organization} · {', '.join(f'{spokes} spokes in {region}' for region, spokes in counted)}"
    drawing = picture(regions, flows, title=title, subtitle=subtitle, notes=notes, brief=brief)
    return {
        f"{name}.svg": drawing.svg(name, f"{title}, {organization}", _description(regions, flows, notes)),
        f"{name}.mmd": mermaid(regions, flows, title=f"{title}, {organization}"),
    }


def _description(regions: Sequence[RegionView], flows: Sequence[Flow], notes: Sequence[str]) -> str:
    """The picture in words, for those who do not see it."""
    parts = []
    for region in regions:
        found = ", ".join(f"{len(rows)} {segment}" for segment, rows in sorted(region.segments.items()))
        parts.append(f"Networks in {region.name or 'a Region unknown'}: {found or 'none'}.")
        parts += [f"Peering with {', '.join(region.peers)}."] if region.peers else []
        parts += [f"Linked to {', '.join(link.site for link in region.links)}."] if region.links else []
    segments = {segment for region in regions for segment in region.segments}
    linked = [HYBRID] if any(region.links for region in regions) else []
    for flow in drawn_flows(flows, [INTERNET, *segments, *linked]):
        how = "through a firewall" if flow.inspected else "without inspection"
        parts.append(f"{flow.source} may open connections to {flow.target} {how}.")
    return " ".join([*parts, *notes])


def _notes(network: Network) -> list[str]:
    count = len(network.unknowns)
    if not count:
        return []
    first = f"{network.unknowns[0].origin}: {network.unknowns[0].reason}"
    return [f"{count} thing{'s' if count > 1 else ''} in the templates may carry traffic that this map lacks: {first}"]


def _file_names(regions: Sequence[RegionView]) -> list[str]:
    """A file name for each Region; names of foreign Regions are cut down to letters that every disk takes."""
    names: list[str] = []
    for region in regions:
        name = f"{WHOLE}-{re.sub(r'[^a-z0-9]+', '-', region.name.lower()).strip('-')[:40] or 'unknown'}"
        names.append(name if name not in names else f"{name}-{len(names) + 1}")
    return names


def map_section(files: Mapping[str, str], folder: str = "") -> str:
    """HTML for the summary page: the whole organization's map, and links to each Region's; empty without a map.

    folder: where the files stand, as a relative path that ends with a slash. The result is safe to insert as it is.
    """
    if f"{WHOLE}.svg" not in files:
        return ""
    links = ", ".join(
        f'<a href="{escape(folder + name)}">{escape(name.removesuffix(".svg").removeprefix(f"{WHOLE}-"))}</a>'
        for name in sorted(files)
        if name.endswith(".svg") and name.startswith(f"{WHOLE}-")
    )
    return (
        '<section aria-labelledby="network">\n<h2 id="network">Network</h2>\n'
        f'<p class="soft">From the templates: what they ask for, not what is deployed. In detail: {links}; '
        f'as text: <a href="{escape(folder)}{WHOLE}.mmd">Mermaid</a>.</p>\n'
        f'<div class="wide">{files[f"{WHOLE}.svg"]}</div>\n</section>\n'
    )
