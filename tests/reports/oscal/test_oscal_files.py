"""The OSCAL documents: valid by trestle and by NIST's schema, whole in their references, the same bytes again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema
import pytest

from landing_zone.fault import UsageError
from landing_zone.reports.oscal import oscal_files
from landing_zone.reports.oscal import validation as validation_module
from landing_zone.reports.oscal.document import NAMESPACE
from landing_zone.reports.oscal.files import oscal_documents
from tests.arrangement import Json
from tests.reports.report_arrange import HOSTILE, SCHEMAS, VARIANT, source

FILES = (
    "catalog.json",
    "profile.json",
    "component-definition.json",
    "system-security-plan.json",
    "assessment-plan.json",
    "assessment-results.json",
    "plan-of-action-and-milestones.json",
)


@cache
def files(hostile: str = "") -> Mapping[str, bytes]:
    """The files of the small report."""
    return oscal_files(source(hostile))


@cache
def schema() -> jsonschema.Draft7Validator:
    """NIST's schema. Its Unicode classes, which Python's patterns lack, are written as Python's own."""
    text = (SCHEMAS / "oscal-1.2.1.schema.json").read_text(encoding="utf-8")
    token = json.dumps(r"^(\p{L}|_)(\p{L}|\p{N}|[.\-_])*$")
    assert token in text
    return jsonschema.Draft7Validator(json.loads(text.replace(token, json.dumps(r"^[^\W\d][\w.\-]*$"))))


def body(name: str, hostile: str = "") -> Json:
    """A document without its outer key."""
    document = json.loads(files(hostile)[name])
    (found,) = document.values()
    return dict(found)


def nodes(document: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of a document."""
    if isinstance(document, Mapping):
        yield document
        document = list(document.values())
    for value in document if isinstance(document, list) else ():
        yield from nodes(value)


@pytest.mark.parametrize("hostile", ["", HOSTILE], ids=["plain", "hostile"])
@pytest.mark.parametrize("name", FILES)
def test_every_document_is_valid_by_nists_schema(name: str, hostile: str) -> None:
    schema().validate(json.loads(files(hostile)[name]))


@pytest.mark.parametrize("name", ["oscal-1.2.1.schema.json", "sarif-2.1.0.schema.json"])
def test_the_schemas_are_the_ones_that_were_taken_over(name: str) -> None:
    digest = hashlib.sha256((SCHEMAS / name).read_bytes()).hexdigest()
    assert f"| {digest} |" in (SCHEMAS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_no_uuid_stands_twice_in_a_document(name: str) -> None:
    found = [node["uuid"] for node in nodes(body(name)) if "uuid" in node]
    assert len(found) == len(set(found))


def test_trestle_changes_nothing_of_what_is_built() -> None:
    assert {name: json.loads(text) for name, text in files().items()} == oscal_documents(source())


def test_the_same_report_gives_the_same_bytes() -> None:
    assert oscal_files(source()) == files()


def test_another_assembly_gives_documents_of_other_ids_about_the_same_things() -> None:
    given = source()
    report = {**given.report, "provenance": {**given.report["provenance"], "manifest_sha256": "cd" * 32}}
    plan, other = (
        oscal_documents(type(given)(**{**vars(given), "report": one}))["system-security-plan.json"][
            "system-security-plan"
        ]
        for one in (given.report, report)
    )
    assert plan["uuid"] != other["uuid"]
    assert plan["system-implementation"] == other["system-implementation"]


def test_documents_refer_to_documents_that_are_there() -> None:
    hrefs = {
        node["href"]
        for name in FILES
        for node in nodes(body(name))
        if str(node.get("href", "")).endswith(".json") and not node["href"].startswith("../")
    }
    assert hrefs < set(FILES)
    assert {"catalog.json", "profile.json", "system-security-plan.json", "assessment-plan.json"} == hrefs


def test_every_paragraph_that_is_referred_to_is_in_the_catalog() -> None:
    known = {node["id"] for node in nodes(body("catalog.json")) if "id" in node}
    for name in FILES[2:]:
        for node in nodes(body(name)):
            assert {node[key] for key in ("control-id", "statement-id", "target-id") if key in node} <= known


def test_everything_that_is_referred_to_by_its_uuid_is_defined_in_one_of_the_documents() -> None:
    defined = {node["uuid"] for name in FILES for node in nodes(body(name)) if "uuid" in node}
    referred = {
        value
        for name in FILES
        for node in nodes(body(name))
        for key, value in node.items()
        if isinstance(value, str) and key.endswith("-uuid")
    }
    assert referred <= defined


def test_observations_point_to_files_of_the_bundle() -> None:
    found = {node["href"] for node in nodes(body("assessment-results.json")) if "href" in node}
    assert found == {"assessment-plan.json", "../ledger.json", "../proofs.json", "../landing-zone.json"}


def test_nothing_of_what_others_wrote_is_markup_and_no_control_character_is_kept() -> None:
    for name in FILES:
        for node in nodes(body(name, HOSTILE)):
            for key in {"title", "description", "statement", "remarks", "prose", "text"} & node.keys():
                assert not re.search(r"(?<!\\)(<script|\{\{|`x|\*\*b)", node[key])
        assert "\\u001b" not in files(HOSTILE)[name].decode()


def test_our_properties_have_our_namespace() -> None:
    properties = [one for name in FILES for node in nodes(body(name)) for one in node.get("props", ())]
    assert {one.get("ns", "") for one in properties if one["name"] not in ("label", "method")} == {NAMESPACE}


def test_a_size_that_does_not_grow_with_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    given = source()
    (one, *_) = given.report["variants"][0]["deployments"]
    many = [{**one, "name": f"hlz-{number}", "account": f"a{number}"} for number in range(800)]
    variants = [{**row, "deployments": many} for row in given.report["variants"]]
    grown = oscal_documents(type(given)(**{**vars(given), "report": {**given.report, "variants": variants}}))
    size = sum(len(json.dumps(document)) for document in grown.values())
    assert size < sum(len(json.dumps(document)) for document in oscal_documents(given).values()) + 100


def test_without_compliance_trestle_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(validation_module, "import_module", absent)
    with pytest.raises(UsageError, match=r"needs compliance-trestle.*healthcare-landing-zone\[oscal\]"):
        oscal_files(source())


def test_a_variant_is_an_inventory_item_with_the_hash_of_its_template() -> None:
    items = body("system-security-plan.json")["system-implementation"]["inventory-items"]
    found = {item["description"]: {one["name"]: one["value"] for one in item["props"]} for item in items}
    assert found[VARIANT]["template-sha256"] == "cd" * 32
    assert found[VARIANT]["deployments"] == "2"
