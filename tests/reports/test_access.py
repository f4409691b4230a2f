"""The access matrix as files: small, complete, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from landing_zone.assembly.synthesis import Checked
from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.access import access_matrix
from landing_zone.plan.lock import Lock
from landing_zone.reports.access import access_csv, access_document, access_json, access_of_plan
from landing_zone.reports.inventory import inventory_of_plan
from landing_zone.reports.page import summary_page
from tests.arrangement import NO_GUARDRAILS, NO_NETWORK
from tests.manifest.arrange import FILE, clinic, text_of
from tests.reports.arrange import HOSTILE, checked

ROWS = [
    {"group": HOSTILE, "permission_set": "read-only", "ou": "root"},
    {"group": "operators", "permission_set": "phi-operator", "ou": "phi"},
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return checked(tmp_path_factory.mktemp("access"))


@pytest.fixture(scope="module")
def document(run: Checked) -> dict[str, Any]:
    loaded = parsed_manifest(text_of(clinic(identity={"assignments": ROWS})), FILE)
    return access_document(run, access_matrix(loaded, Lock()))


def table(document: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(access_csv(document))))


def test_the_table_has_a_row_for_each_account_and_way_in(document: dict[str, Any]) -> None:
    rows = table(document)
    assert len(rows) == sum(entry["accounts"] for entry in document["entries"])
    operators = {row["account"] for row in rows if row["principal"] == "operators"}
    assert operators == {"ehr-production", "ehr-training"}


def test_a_group_that_is_a_formula_is_text_in_a_spreadsheet(document: dict[str, Any]) -> None:
    names = {row["principal"] for row in table(document)}
    assert f"'{HOSTILE}" in names
    assert HOSTILE not in names


def test_a_row_says_that_it_waits_for_the_accounts_id(document: dict[str, Any]) -> None:
    waiting = {row["waits_for"] for row in table(document) if row["kind"] == "group"}
    assert waiting == {"the instance's ARN, the identity store's id, the account's id"}
    assert {row["waits_for"] for row in table(document) if row["kind"] != "group"} == {""}


def test_the_json_grows_with_accounts_and_ways_in_not_with_their_product(document: dict[str, Any]) -> None:
    text = access_json(document)
    assert json.loads(text) == document
    assert text.count("\n") < len(document["accounts"]) + len(document["entries"]) + 12


def test_the_same_inputs_give_the_same_bytes(run: Checked) -> None:
    texts = {access_json(access_document(run, access_of_plan(run))) for _ in range(2)}
    assert len(texts) == 1


def test_the_page_shows_ways_in_and_says_when_nobody_is_assigned(run: Checked) -> None:
    page = summary_page(run, inventory_of_plan(run), access_of_plan(run), NO_NETWORK, NO_GUARDRAILS)
    assert "hlz-break-glass" in page
    assert "No group of people is assigned to any account." in page
    assert "Not covered: Who is in a group" in page


def test_the_page_holds_no_markup_of_a_group(run: Checked, tmp_path: Path) -> None:
    loaded = parsed_manifest(text_of(clinic(identity={"assignments": ROWS})), FILE)
    page = summary_page(run, inventory_of_plan(run), access_matrix(loaded, Lock()), NO_NETWORK, NO_GUARDRAILS)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_page_says_what_holds_where_and_who_is_exempt(run: Checked) -> None:
    page = summary_page(run, inventory_of_plan(run), access_of_plan(run), NO_NETWORK, NO_GUARDRAILS)
    assert "<td>root</td><td>foundation</td>" in page
    assert "<td>phi/production</td><td>phi</td><td>1</td><td><span" in page  # nothing that phi does not have
    assert "<td><code>trails-stay</code></td>" in page


def test_the_page_says_who_must_be_told_of_a_breach_how_soon(run: Checked) -> None:
    page = summary_page(run, inventory_of_plan(run), access_of_plan(run), NO_NETWORK, NO_GUARDRAILS)
    row = "<td>each person affected</td><td>60 days</td><td>discovery of the breach</td><td>164.404(b)</td>"
    assert f"<td>HIPAA (45 CFR Part 164)</td>{row}" in page
