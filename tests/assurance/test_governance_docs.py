"""The examples in docs/exceptions.md, agreements.md and risk-analysis.md are what the toolkit takes and gives."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
import yaml

from landing_zone.assurance.agreements import agreements_document
from landing_zone.assurance.exceptions import exceptions_document
from landing_zone.assurance.risk_analysis import risk_document
from landing_zone.plan.lock import Lock
from tests.arrangement import ROOT
from tests.assurance.arrange_manifest import clinic_with
from tests.manifest.arrange import Json

TODAY = date(2026, 11, 23)
PAGES = ("exceptions", "agreements", "risk-analysis")


def block(page: str, language: str) -> str:
    """The only fenced block of a language on a page."""
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(found)


def example(page: str) -> Json:
    found: Json = yaml.load(block(page, "yaml"), Loader=yaml.BaseLoader)
    for agreement in found.get("agreements", []):
        if "reporting_hours" in agreement:
            agreement["reporting_hours"] = int(agreement["reporting_hours"])
    return found


def keys_in(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The path of every key, positions in lists left out; what differs by manifest ends a path."""
    if isinstance(value, list):
        return {found for entry in value for found in keys_in(entry, path)}
    if isinstance(value, dict) and path[-1:] not in (("by_state",), ("by_level",)):
        return {found for key, entry in value.items() for found in ({(*path, key)} | keys_in(entry, (*path, key)))}
    return set()


@pytest.mark.parametrize("page", PAGES)
def test_the_example_of_a_page_is_a_valid_manifest(page: str) -> None:
    clinic_with(**example(page))


def test_the_documents_on_the_pages_have_the_keys_of_the_real_ones() -> None:
    manifest = clinic_with(
        **example("exceptions"),
        **example("agreements"),
        **example("risk-analysis"),
        guardrails={"additional_services": ["dax"]},
    )
    (register_row,) = exceptions_document(manifest, TODAY)["exceptions"]
    assert set(json.loads(block("exceptions", "json"))) == set(register_row)
    for page, document in (
        ("agreements", agreements_document(manifest, Lock(), TODAY)),
        ("risk-analysis", risk_document(manifest, None, {}, TODAY)),
    ):
        assert keys_in(json.loads(block(page, "json"))) <= keys_in(document)
