"""The formats of `hlz report`: which files each is, and how they are made from one input."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from landing_zone.fault import UsageError, nearest
from landing_zone.reports.access import ACCESS_CSV, ACCESS_JSON, access_csv, access_json
from landing_zone.reports.assurance_document import REPORT_JSON
from landing_zone.reports.assurance_page import assurance_page
from landing_zone.reports.check_results import CheckResults, results_of_report
from landing_zone.reports.inventory import INVENTORY_CSV, INVENTORY_JSON, inventory_csv, inventory_json
from landing_zone.reports.junit import JUNIT_FILE, junit
from landing_zone.reports.markdown import MARKDOWN_FILE, markdown
from landing_zone.reports.report_input import ReportInput
from landing_zone.reports.report_schema import report_json
from landing_zone.reports.sarif import SARIF_FILE, sarif
from landing_zone.reports.spreadsheet import WORKBOOK_FILE, workbook
from landing_zone.reports.tables import csv_files

TOOL_VERSION = version("healthcare-landing-zone")

Files = Mapping[str, bytes]
"""Contents by file name."""


@dataclass(frozen=True)
class Format:
    """A format.

    of_templates: it can be made of anybody's templates, without a manifest. package: what it needs from an extra of the
    same name as the format. on_request: it takes so long that it is made only when it is named.
    """

    render: Callable[[ReportInput], Files]
    of_templates: bool = False
    package: str = ""
    on_request: bool = False

    @property
    def available(self) -> bool:
        """Whether the package it needs is installed."""
        return not self.package or find_spec(self.package) is not None


def _oscal(source: ReportInput) -> Files:
    from landing_zone.reports.oscal.files import OSCAL_FOLDER, oscal_files

    return {f"{OSCAL_FOLDER}/{name}": content for name, content in oscal_files(source).items()}


def _pdf(source: ReportInput) -> Files:
    from landing_zone.reports.pdf import pdf

    return {"report.pdf": pdf(assurance_page(source))}


def _sarif(source: ReportInput) -> Files:
    return {SARIF_FILE: sarif(results_of_report(source), TOOL_VERSION)}


FORMATS: Mapping[str, Format] = {
    "html": Format(lambda source: {"report.html": assurance_page(source).encode()}),
    "pdf": Format(_pdf, package="weasyprint", on_request=True),
    "markdown": Format(lambda source: {MARKDOWN_FILE: markdown(results_of_report(source), _title(source))}),
    "json": Format(lambda source: {REPORT_JSON: report_json(source)}),
    "csv": Format(csv_files),
    "xlsx": Format(lambda source: {WORKBOOK_FILE: workbook(source)}),
    "oscal": Format(_oscal, package="trestle"),
    "sarif": Format(_sarif),
    "junit": Format(lambda source: {JUNIT_FILE: junit(results_of_report(source))}),
    "inventory-csv": Format(lambda source: {INVENTORY_CSV: inventory_csv(source.inventory).encode()}, True),
    "inventory-json": Format(lambda source: {INVENTORY_JSON: inventory_json(source.inventory).encode()}, True),
    "access-csv": Format(lambda source: {ACCESS_CSV: access_csv(source.access).encode()}),
    "access-json": Format(lambda source: {ACCESS_JSON: access_json(source.access).encode()}),
}
CHECK_FORMATS: Mapping[str, Callable[[CheckResults], Files]] = {
    "sarif": lambda results: {SARIF_FILE: sarif(results, TOOL_VERSION, Path.cwd())},
    "junit": lambda results: {JUNIT_FILE: junit(results)},
    "markdown": lambda results: {MARKDOWN_FILE: markdown(results, "Landing zone check")},
}
"""The formats of `hlz check`: made of findings, with or without an assembly."""


def known(names: Collection[str], formats: Collection[str]) -> None:
    """Raises UsageError for a name that is no format, with the list of those that are."""
    for name in names:
        if name not in formats:
            hint = nearest(name, formats)
            raise UsageError(f"there is no format {name!r}; formats are {', '.join(formats)}", hint=hint)


def _title(source: ReportInput) -> str:
    return f"Assurance of {source.report['organization']}"


def chosen_formats(names: Collection[str], *, templates_alone: bool = False) -> dict[str, Format]:
    """The formats named, each once; every quick one that can be made when none is.

    Raises UsageError: no such format, or one whose package is not installed, or that needs a manifest.
    """
    known(names, FORMATS)
    for name in names:
        if not FORMATS[name].available:
            hint = f"pip install 'healthcare-landing-zone[{name}]'"
            raise UsageError(f"format {name} needs {FORMATS[name].package}, which is not installed", hint=hint)
        if templates_alone and not FORMATS[name].of_templates:
            hint = "run `hlz synth`, or give the manifest with -m"
            raise UsageError(f"format {name} is made from a manifest's assembly, not from templates alone", hint=hint)
    if names:
        return {name: FORMATS[name] for name in dict.fromkeys(names)}
    return {
        name: form
        for name, form in FORMATS.items()
        if form.available and not form.on_request and (form.of_templates or not templates_alone)
    }
