"""The report as a workbook for Excel and LibreOffice. Every cell is text or a number, none is a formula or a link.

Kept in memory: at most some thousand rows, because rows speak of variants and not of accounts. XlsxWriter's
`constant_memory` would need files, and its order of writing.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from landing_zone.reports.check_results import printable
from landing_zone.reports.report_input import ReportInput
from landing_zone.reports.tables import Cell, Table, tables

WORKBOOK_FILE = "report.xlsx"
CELL_LIMIT = 32_767
"""Characters (UTF-16 units) of a cell; Excel repairs a file that has more by dropping the cell."""
CUT = " … [cut: a cell takes no more]"
FILLS: Mapping[str, str] = {
    "failed": "#F8D0CC",
    "expired": "#F8D0CC",
    "not evaluated": "#FBE7B2",
    "unanswered": "#FBE7B2",
    "excepted": "#FBE7B2",
    "ends soon": "#FBE7B2",
    "customer": "#E4E4E7",
    "attested": "#DCE9F7",
    "inherited": "#DCE9F7",
    "evidenced": "#CDE9D3",
    "checked": "#CDE9D3",
    "proved": "#CDE9D3",
}
"""Fill of a cell by the status it says; the text says it, too."""
_STATED = ("status", "state")


def workbook(source: ReportInput) -> bytes:
    """The XLSX file: a cover and a sheet for each table."""
    found = tables(source)
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    created = datetime.fromisoformat(source.report["as_of"]).replace(tzinfo=UTC)
    title = f"Assurance report: {printable(source.report['organization'])}"
    book.set_properties({"title": title, "created": created})
    formats = _Formats(book)
    _cover(book.add_worksheet("cover"), source.report, found, title, formats)
    for table in found:
        _sheet(book.add_worksheet(table.name), table, formats)
    book.close()
    return data.getvalue()


class _Formats:
    """The formats of the workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.title: Any = book.add_format({"bold": True, "font_size": 16})
        self.header: Any = book.add_format(
            {"bold": True, "bg_color": "#1F3A4D", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
        )
        self.name: Any = book.add_format({"bold": True, "valign": "top"})
        self.text: Any = book.add_format({"text_wrap": True, "valign": "top"})
        self.fills: Mapping[str, Any] = {
            color: book.add_format({"bg_color": color}) for color in dict.fromkeys(FILLS.values())
        }


def _cover(sheet: Any, report: Mapping[str, Any], found: list[Table], title: str, formats: _Formats) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    provenance = report["provenance"]
    tools = ", ".join(f"{name} {version}" for name, version in sorted(provenance.get("tools", {}).items()))
    hashes = [(name, value) for name, value in provenance.items() if isinstance(value, str)]
    totals = [(name, _total(value)) for name, value in report["totals"].items()]
    rows: list[tuple[str, str]] = [
        ("As of", report["as_of"]),
        ("What it says", "What was checked and proved in templates before deployment, and what was not."),
        ("What it does not say", "That a paragraph is satisfied: a rule is evidence toward it, people decide."),
        ("", ""),
        *((table.name, f"{table.about}; {len(table.rows)} rows") for table in found),
        ("", ""),
        *totals,
        ("", ""),
        *hashes,
        ("tools", tools),
    ]
    sheet.write_string(0, 0, _text(title), formats.title)
    for number, (name, value) in enumerate(rows, 2):
        sheet.write_string(number, 0, _text(name), formats.name)
        sheet.write_string(number, 1, _text(value), formats.text)


def _total(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{number} {name}" for name, number in value.items()) or "none"
    return str(value)


def _sheet(sheet: Any, table: Table, formats: _Formats) -> None:
    for column, (name, width) in enumerate(zip(table.header, table.widths, strict=True)):
        sheet.set_column(column, column, width, formats.text)
        sheet.write_string(0, column, name, formats.header)
    for number, row in enumerate(table.rows, 1):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell)
    sheet.freeze_panes(1, 1)
    last = max(len(table.rows), 1)
    sheet.autofilter(0, 0, last, len(table.header) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    for column, name in enumerate(table.header):
        if name in _STATED:
            for status, color in FILLS.items():
                rule = {"type": "cell", "criteria": "==", "value": f'"{status}"', "format": formats.fills[color]}
                sheet.conditional_format(1, column, last, column, rule)


def _write(sheet: Any, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif cell:
        sheet.write_string(row, column, _text(cell))


def _text(text: str) -> str:
    """The text as a cell takes it: whole characters up to the limit, and a note when there were more."""
    clean = printable(text)
    units = clean.encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return clean
    return units[: 2 * (CELL_LIMIT - len(CUT))].decode("utf-16-le", errors="ignore") + CUT
