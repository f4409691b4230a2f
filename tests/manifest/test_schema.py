"""The JSON Schema that editors read: valid, explained, and never stricter than the toolkit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from landing_zone.manifest.model import Manifest
from landing_zone.manifest.schema import manifest_schema, parts_at
from tests.manifest.arrange import Json, changed, clinic, everything, faults_of, hlz


def properties(schema: Json) -> Iterator[tuple[str, Json]]:
    for title, part in [("manifest", schema), *schema["$defs"].items()]:
        for key, entry in part.get("properties", {}).items():
            yield f"{title}.{key}", entry


def complaints(manifest: Json) -> list[str]:
    return [error.message for error in Draft202012Validator(manifest_schema()).iter_errors(manifest)]


def test_hlz_schema_prints_a_draft_2020_12_schema_with_and_without_json() -> None:
    for arguments in (["schema"], ["schema", "--json"], ["schema", "-q"]):
        ended = hlz(*arguments)
        assert (ended.code, ended.err) == (0, "")
        printed = json.loads(ended.out)
        assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert printed == manifest_schema()
        Draft202012Validator.check_schema(printed)


def test_every_property_is_described() -> None:
    assert [name for name, entry in properties(manifest_schema()) if not entry.get("description")] == []


def test_every_property_that_is_not_required_has_a_default() -> None:
    schema = manifest_schema()
    for part in (schema, *schema["$defs"].values()):
        for key, entry in part.get("properties", {}).items():
            assert ("default" in entry) == (key not in part.get("required", ())), key


def test_only_what_the_clinic_says_is_required() -> None:
    assert set(manifest_schema()["required"]) == {
        "version",
        "organization",
        "regions",
        "contacts",
        "network",
        "accounts",
    }
    assert set(manifest_schema()["$defs"]["Account"]["required"]) == {"name", "ou", "owner", "data"}


def test_the_top_level_is_the_one_of_the_design() -> None:
    assert " ".join(manifest_schema()["properties"]) == (
        "version organization regions residency retention regimes contacts organizational_units accounts network "
        "identity guardrails detection keys backup recovery zones budgets agreements acknowledgements exceptions "
        "delivery control_tower"
    )


@pytest.mark.parametrize(
    "manifest",
    [
        clinic(),
        everything(),
        clinic(control_tower=True),
        changed(clinic(), (("network", "pools", "us-east-1"), ["10.0.0.0/12"])),
    ],
    ids=["clinic", "everything", "a switch", "a list of ranges"],
)
def test_what_the_toolkit_accepts_the_schema_accepts(manifest: Json) -> None:
    assert faults_of(manifest) == []
    assert complaints(manifest) == []


@pytest.mark.parametrize(
    "change",
    [
        (("accounts", 0, "nmae"), "x"),
        (("accounts", 0, "data"), "phii"),
        (("accounts", 0, "name"), "EHR"),
        (("accounts", 0, "id"), 123456789012),
        (("regions", "home"), "us-esat-1"),
        (("network", "availability_zones"), 4),
        (("network", "pools"), {}),
        (("version",), 2),
    ],
)
def test_the_schema_finds_common_mistakes_while_typing(change: Any) -> None:
    manifest = changed(clinic(), change)
    assert len(complaints(manifest)) == 1
    assert len(faults_of(manifest)) == 1


def test_parts_of_the_schema_are_found_through_lists_mappings_and_references() -> None:
    assert parts_at(Manifest, ("accounts", 3, "recovery"))[0]["enum"][0] == "none"
    assert parts_at(Manifest, ("organizational_units", "a", "organizational_units", "b", "data"))[0]["enum"][0] == "phi"
    assert parts_at(Manifest, ("control_tower", "enabled"))[0]["type"] == "boolean"
    assert parts_at(Manifest, ("nothing", "of", 5)) == ()
