"""The formats of `hlz report`: which files each is, and how they are made from one input."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from landing_zone.fault import UsageError, nearest
from landing_zone.reports.access import ACCESS_CSV, ACCESS_JSON, access_csv, access_json
from landing_zone.reports.inventory import INVENTORY_CSV, INVENTORY_JSON, inventory_csv, inventory_json
from landing_zone.reports.report_input import ReportInput

Files = Mapping[str, bytes]
"""Contents by file name."""


@dataclass(frozen=True)
class Format:
    """A format. of_templates: it can be made of anybody's templates, without a manifest. package: what it needs from an
    extra of the same name as the format."""

    render: Callable[[ReportInput], Files]
    of_templates: bool = False
    package: str = ""

    @property
    def available(self) -> bool:
        """Whether the package it needs is installed."""
        return not self.package or find_spec(self.package) is not None


FORMATS: Mapping[str, Format] = {
    "inventory-csv": Format(lambda source: {INVENTORY_CSV: inventory_csv(source.inventory).encode()}, True),
    "inventory-json": Format(lambda source: {INVENTORY_JSON: inventory_json(source.inventory).encode()}, True),
    "access-csv": Format(lambda source: {ACCESS_CSV: access_csv(source.access).encode()}),
    "access-json": Format(lambda source: {ACCESS_JSON: access_json(source.access).encode()}),
}


def chosen_formats(names: Collection[str], *, templates_alone: bool = False) -> dict[str, Format]:
    """The formats named, each once; every one that can be made when none is.

    Raises UsageError: no such format, or one whose package is not installed, or that needs a manifest.
    """
    for name in names:
        if name not in FORMATS:
            hint = nearest(name, FORMATS)
            raise UsageError(f"there is no format {name!r}; formats are {', '.join(FORMATS)}", hint=hint)
        if not FORMATS[name].available:
            hint = f"pip install 'healthcare-landing-zone[{name}]'"
            raise UsageError(f"format {name} needs {FORMATS[name].package}, which is not installed", hint=hint)
        if templates_alone and not FORMATS[name].of_templates:
            hint = "run `hlz synth`, or give the manifest with -m"
            raise UsageError(f"format {name} is made from a manifest's assembly, not from templates alone", hint=hint)
    if names:
        return {name: FORMATS[name] for name in dict.fromkeys(names)}
    return {
        name: form for name, form in FORMATS.items() if form.available and (form.of_templates or not templates_alone)
    }
