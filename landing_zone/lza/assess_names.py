"""Names in an LZA configuration that lead to nothing, so what they would set up is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from landing_zone.assurance.controls import controls
from landing_zone.fault import excerpt, nearest
from landing_zone.lza.configuration import Configuration
from landing_zone.lza.entry import Entry
from landing_zone.lza.expectations import places
from landing_zone.lza.gaps import Gap
from landing_zone.lza.organization import organization_of
from landing_zone.policy_data import policy_data

# The assessments of policies and of the network have gaps of their own for these.
_TOLD = re.compile(r"vpcTemplates\[\d+\]\.deploymentTargets")


def unknown_names(configuration: Configuration) -> Iterator[Gap]:
    """A gap for each setting of `policies/lza/names.yaml`, target and Region.

    Nothing is said where the file that would have the name is not there or could not be read.
    """
    yield from _targets(configuration)
    yield from _regions(configuration)
    for row in policy_data("lza/names")["names"]:
        known = _known(configuration, row["named"])
        if row["file"] not in configuration.files or known is None:
            continue
        for place in places(configuration, configuration.files[row["file"]], row["at"]):
            for name in place.written.each(row["key"]) if place.written else ():
                if name.text and not name.unresolved and name.text not in known:
                    message = f"No {row['what']} {excerpt(name.text)} exists, which {row['key']} names"
                    yield _gap("LZA-ORG-103", row["control"], name, message, nearest(name.text, known))


def _known(configuration: Configuration, named: Mapping[str, Sequence[str]]) -> set[str] | None:
    """The names that there are; None: not all of them are known."""
    found: set[str] = set()
    for file, paths in named.items():
        if file not in configuration.files:
            return None
        for path in paths:
            for place in places(configuration, configuration.files[file], f"{path}[]"):
                name = place.entry.get("name")
                if name is None or name.unresolved:
                    return None
                found.add(name.text)
    return found


def _targets(configuration: Configuration) -> Iterator[Gap]:
    """OUs and accounts that things are deployed to or shared with."""
    if not {"accounts", "organization"} <= configuration.files.keys():
        return
    tree = organization_of(configuration)
    for file in configuration.files:
        if file == "organization":
            continue
        for entry in configuration.files[file].walk():
            key = entry.path.rpartition(".")[2]
            if key not in policy_data("lza/names")["targets"] or _TOLD.fullmatch(entry.path):
                continue
            for fault in tree.targets_of(entry).faults:
                of = entry.path.rpartition(".")[0] or file
                place = Entry(None, fault.file, fault.line, fault.column, fault.key)
                yield _gap("LZA-ORG-102", "LZ-ORG-01", place, f"In {key} of {of}, {fault.message}", fault.hint)


def _regions(configuration: Configuration) -> Iterator[Gap]:
    """Regions of networks that are not enabled."""
    settings = configuration.files.get("global")
    named = (settings.get("homeRegion"), *settings.each("enabledRegions")) if settings else ()
    known = {one.text for one in named if one}
    if not known or any(one.unresolved for one in named if one):
        return
    for key in ("vpcs", "vpcTemplates", "transitGateways"):
        for entry in configuration.file("network").each(key):
            region = entry.get("region")
            if region and region.text and not region.unresolved and region.text not in known:
                message = f"Region {excerpt(region.text)} is neither homeRegion nor one of enabledRegions"
                yield _gap("LZA-ORG-103", "LZ-ORG-02", region, message, nearest(region.text, known))


def _gap(id: str, control: str, entry: Entry, message: str, hint: str) -> Gap:
    sentence = f"{message}{f' ({hint})' if hint else ''}."
    fix = "Name what the configuration has; until then the deployment of the accelerator stops here or leaves it out."
    return Gap(id, controls()[control].cfr, entry.file, entry.line, entry.column, sentence, fix, "error")
