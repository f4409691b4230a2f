"""The tables of the report, as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from landing_zone.reports.spreadsheet import CELL_LIMIT, CUT, workbook
from landing_zone.reports.tables import ITEMS, Table, csv_files, tables
from tests.reports.report_arrange import FAILED, HOSTILE, OPEN, source

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def table(name: str, hostile: str = "") -> list[dict[str, object]]:
    """The rows of a table by heading."""
    found = next(one for one in tables(source(hostile)) if one.name == name)
    return [dict(zip(found.header, row, strict=True)) for row in found.rows]


def part(name: str, hostile: str = "") -> ElementTree.Element:
    """A part of the workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook(source(hostile)))) as book:
        return ElementTree.fromstring(book.read(name))


def test_every_paragraph_and_every_control_has_a_row_with_its_status() -> None:
    assert len(table("specifications")) == len(source().report["specifications"])
    assert {row["control"]: row["status"] for row in table("controls")}[FAILED] == "failed"


def test_an_entry_without_evidence_is_not_left_out() -> None:
    rows = [row for row in table("evidence") if row["control"] == FAILED]
    assert [(row["status"], row["evidence"]) for row in rows] == [("failed", None), ("checked", "HLZ-KMS-001")]


def test_a_resource_says_in_how_many_deployments_it_stands() -> None:
    (row,) = table("resources")
    assert (row["resource"], row["deployments"], row["accounts"]) == ("Logs", 2, "ehr-production; ehr-training")


def test_exceptions_agreements_and_risks_have_their_own_tables() -> None:
    assert [(row["control"], row["state"], row["expires"]) for row in table("exceptions")] == [
        (OPEN, "in force", "2027-03-01"),
        (OPEN, "expired", "2026-11-01"),
    ]
    assert [row["kind"] for row in table("agreements")] == ["aws"]
    assert [(row["id"], row["controls (status)"]) for row in table("risk-analysis")] == [
        ("workload.insider", f"{OPEN} (not evaluated)")
    ]


def test_a_report_without_registers_has_empty_tables() -> None:
    given = source()
    bare = {key: value for key, value in given.report.items() if key not in ("exceptions", "agreements")}
    found = {one.name: one.rows for one in tables(replace(given, report=bare))}
    assert found["exceptions"] == found["agreements"] == ()


def test_a_list_of_many_names_is_cut_with_their_number() -> None:
    given = source()
    rows = [{**given.report["accounts"][0], "regions": [f"r{number}" for number in range(ITEMS + 5)]}]
    found = {one.name: one for one in tables(replace(given, report={**given.report, "accounts": rows}))}
    assert str(found["accounts"].rows[0][6]).endswith(f"r{ITEMS - 1}; and 5 more")


def test_no_cell_of_a_csv_file_is_a_formula() -> None:
    for text in csv_files(source(HOSTILE)).values():
        for row in csv.reader(io.StringIO(text.decode(), newline="")):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row if cell not in ("-", "-21"))


def test_marks_of_direction_stay_and_control_characters_go() -> None:
    (row,) = [row for row in table("acknowledged", HOSTILE)]
    assert row["why it does not apply"] == HOSTILE.replace("\x00", "").replace("\x1b", "")


def test_the_same_report_gives_the_same_workbook_with_the_reports_date() -> None:
    assert workbook(source()) == workbook(source())
    assert "2026-11-22T00:00:00Z" in ElementTree.tostring(part("docProps/core.xml"), "unicode")


def test_a_workbook_has_a_cover_and_a_sheet_for_each_table() -> None:
    names = [sheet.attrib["name"] for sheet in part("xl/workbook.xml").iter(f"{SPACE}sheet")]
    assert names == ["cover", *(one.name for one in tables(source()))]


def test_a_sheet_keeps_its_heading_in_view_filters_and_colors_statuses() -> None:
    sheet = part("xl/worksheets/sheet2.xml")
    assert [pane.attrib["state"] for pane in sheet.iter(f"{SPACE}pane")] == ["frozen"]
    assert [one.attrib["ref"] for one in sheet.iter(f"{SPACE}autoFilter")] == ["A1:O102"]
    assert '"failed"' in [formula.text for formula in sheet.iter(f"{SPACE}formula")]


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(source(HOSTILE)))) as book:
        sheets = [ElementTree.fromstring(book.read(name)) for name in book.namelist() if "/sheet" in name]
    assert len(sheets) == len(tables(source(HOSTILE))) + 1
    assert not any([*sheet.iter(f"{SPACE}f"), *sheet.iter(f"{SPACE}hyperlink")] for sheet in sheets)


def test_a_cell_that_is_too_long_is_cut_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    long = Table("long", "-", ("status",), (10,), (("😀" * CELL_LIMIT,), ("short",)))
    monkeypatch.setattr("landing_zone.reports.spreadsheet.tables", lambda _: [long])
    texts = ["".join(item.itertext()) for item in part("xl/sharedStrings.xml").iter(f"{SPACE}si")]
    cut = next(text for text in texts if text.startswith("😀"))
    assert cut.endswith(f"😀{CUT}")
    assert CELL_LIMIT - 1 <= len(cut.encode("utf-16-le")) / 2 <= CELL_LIMIT
