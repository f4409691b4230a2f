"""The inventory as JSON, CSV and on the summary page: whole, the same bytes again, and harmless to open."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from landing_zone.assurance.inventory.merged import Scope, inventory
from landing_zone.assurance.inventory.table import inventory_table
from landing_zone.assurance.template import Template
from landing_zone.reports.beside import reports_beside
from landing_zone.reports.inventory import OWN_KEY_EXPORTS, inventory_csv, inventory_document
from tests.arrangement import Json
from tests.assurance.arrange import document, resource
from tests.reports.arrange import HOSTILE, checked


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return reports_beside(checked(tmp_path_factory.mktemp("clinic")))


def of(raw: Json) -> Json:
    """The document of one template that is deployed three times."""
    scope = Scope("v", "role", 3, 0, ("a", "b"), ("us-east-1",))
    found = inventory({"v": Template.from_json(raw, name="v")}, {"v": scope}, inventory_table())
    return inventory_document(found, {}, inventory_table())


def cells(document: Json) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(inventory_csv(document), newline="")))


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path, reports: dict[str, str]) -> None:
    assert reports_beside(checked(tmp_path)) == reports


def test_the_document_says_what_it_was_made_from(reports: dict[str, str]) -> None:
    about = json.loads(reports["inventory.json"])["about"]
    assert {"manifest_sha256", "sources_sha256", "tools", "table"} <= about.keys()
    assert about["table"]["as_of"]


def test_where_a_row_is_deployed_is_said_once_for_its_scope(reports: dict[str, str]) -> None:
    document = json.loads(reports["inventory.json"])
    scopes = {scope["id"]: scope for scope in document["scopes"]}
    rows = [row for row in document["rows"] if row["role"] == "workload_network" and row["resource"] == "Group"]
    assert [row["scopes"] for row in rows] == [sorted(id for id in scopes if id.startswith("workload-network"))]
    assert sum(scopes[id]["deployments"] for id in rows[0]["scopes"]) == 3
    assert {account for id in rows[0]["scopes"] for account in scopes[id]["accounts"]} == {
        "ehr-production",
        "ehr-training",
    }
    assert not {"accounts", "regions"} & rows[0].keys()


def test_every_algorithm_that_is_named_has_its_source(reports: dict[str, str]) -> None:
    document = json.loads(reports["inventory.json"])
    named = {row["algorithm_basis"] for row in document["rows"]} - {""}
    assert named
    assert named <= document["algorithms"].keys()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " ="])
def test_no_cell_is_a_formula(start: str) -> None:
    row = next(row for row in cells(of(document(It=resource("AWS::SQS::Queue", {"QueueName": f"{start}1+1"})))))
    assert row["name"] == f"'{start}1+1"


def test_a_number_below_zero_would_be_text_and_zero_is_a_number() -> None:
    (row,) = [row for row in cells(of(document(It=resource("AWS::Logs::LogGroup", {"RetentionInDays": 30}))))]
    assert (row["retention_days"], row["deployments"], row["accounts"], row["regions"]) == ("30", "3", "2", "us-east-1")


def test_commas_quotes_and_line_ends_stay_inside_their_cell() -> None:
    name = 'a,"b"\r\nc'
    text = inventory_csv(of(document(It=resource("AWS::SQS::Queue", {"QueueName": name}))))
    assert '"a,""b""\r\nc"' in text
    assert text.endswith("\r\n")
    assert next(iter(cells(of(document(It=resource("AWS::SQS::Queue", {"QueueName": name}))))))["name"] == name


def test_the_page_begins_with_totals_and_lists_the_exceptions(reports: dict[str, str]) -> None:
    page = reports["summary.html"]
    document = json.loads(reports["inventory.json"])
    assert f"<strong>{document['totals']['stores']} stores</strong>" in page
    assert f"<strong>{document['totals']['exceptions']} exceptions</strong>" in page
    assert "Not each has a customer managed key" in page
    assert "encrypted: none" in page
    assert "Custom::Store" in page


def test_the_page_holds_no_markup_of_a_template(reports: dict[str, str]) -> None:
    assert HOSTILE not in reports["summary.html"]
    assert "&lt;script&gt;" in reports["summary.html"]


def test_no_report_claims_compliance(reports: dict[str, str]) -> None:
    assert not [name for name, text in reports.items() if "complian" in text.lower()]


def test_the_exports_of_our_keys_are_those_that_the_names_say() -> None:
    assert "hlz-logs-key-arn" in OWN_KEY_EXPORTS
    assert "hlz-alarm-topic-arn" not in OWN_KEY_EXPORTS


@pytest.mark.cdk
def test_the_workload_network_keeps_its_flow_logs_under_a_customer_managed_key() -> None:
    from tests.stacks.arrange import built, deployments_of

    variant = deployments_of("workload_network")[0].variant
    template = Template.from_json(
        built([variant])[variant.id].template, name=variant.id, judged_parameters=list(variant.shape["values"])
    )
    scope = Scope(variant.id, variant.role, 1, 0, ("a",), ("us-east-1",))
    found = inventory({variant.id: template}, {variant.id: scope}, inventory_table(), OWN_KEY_EXPORTS)
    assert found.not_covered == {}
    (published,) = found.exceptions
    assert published.row.type == "AWS::SSM::Parameter", "the attachment's id, which is no secret"
    (store,) = (entry for entry in found.of_kind("store") if entry is not published)
    assert (store.row.key, store.row.retention_days) == ("import hlz-logs-key-arn", 2192)
    assert {entry.row.what for entry in found.of_kind("transit")} == {
        "delivery of flow logs",
        "private path to a service",
    }
