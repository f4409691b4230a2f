"""Registers of any shape: what a table shows, says once, or leaves out."""

from __future__ import annotations

from landing_zone.reports.assurance_page.tables import FEW_REFERENCES, LARGE, register, shown


def test_lists_of_objects_are_tables_and_the_rest_is_said_as_facts() -> None:
    found = register("risk", {"basis": "a law", "totals": {"rows": 12000, "stale": 0}, "rows": [{"a": 1}], "none": []})
    assert found.facts == (("Basis", "a law"), ("Rows", "12,000"), ("Stale", "0"))
    assert [table.name for table in found.tables] == ["Rows"]


def test_a_list_alone_is_a_table_by_its_name() -> None:
    assert register("regimes", [{"id": "hipaa"}]).tables[0].name == "Regimes"


def test_what_is_the_same_in_every_row_is_said_once_and_an_empty_column_is_named() -> None:
    (table,) = register("x", [{"a": n, "same": "s", "owner": None} for n in range(3)]).tables
    assert table.columns == ("A",)
    assert table.constant == (("Same", "s"),)
    assert table.empty == ("Owner",)


def test_an_id_of_another_row_stands_as_its_title_while_rows_are_few() -> None:
    threats = [{"id": "t1", "title": "Somebody signs in"}]
    few = register("risk", {"threats": threats, "rows": [{"id": "r1", "threat": "t1"}]})
    assert few.tables[1].rows[0][1].text == "Somebody signs in"
    many = register(
        "risk", {"threats": threats, "rows": [{"id": n, "threat": "t1"} for n in range(FEW_REFERENCES + 1)]}
    )
    assert many.tables[1].constant == (("Threat", "t1"),)


def test_wide_rows_are_records_and_sparse_columns_of_a_wide_table_are_one() -> None:
    row = {f"c{n}": n for n in range(9)}
    assert register("x", [row, {**row, "c0": 5}, row]).tables[0].constant
    (table,) = register("x", [{f"c{n}": f"{n}{at}" for n in range(9)} for at in range(2)]).tables
    assert table.as_records
    rows = [{**{f"c{n}": f"{n}.{at}" for n in range(7)}, "p": at or None, "q": at or None} for at in (0, 0, 0, 0, 0, 1)]
    (table,) = register("x", [{**row, "c0": f"{number}"} for number, row in enumerate(rows)]).tables
    assert table.columns[-1] == "P, Q"
    assert table.rows[-1][-1].text == "P: 1; Q: 1"


def test_a_long_text_of_a_large_table_stands_once_as_a_note() -> None:
    long = "why " * 20
    rows = [{"a": f"{n}", "why": long if n else "else"} for n in range(LARGE // len(long) + 2)]
    (table,) = register("x", rows).tables
    assert table.notes == (long,)
    assert table.rows[1][1].note == 1
    assert table.rows[0][1].note == 0


def test_values_are_shown_as_words() -> None:
    assert shown([True, None, "x", {"counted_from": "discovery"}]) == "yes\nx\nCounted from: discovery"
    assert shown(["a", "b"]) == "a, b"
    assert shown(0) == "0"
