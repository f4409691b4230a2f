"""A hit gives exactly what was written; everything else is a miss, never an error."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from landing_zone.assembly import cache as cache_module
from landing_zone.assembly.cache import VariantCache, cache_folder, source_digest
from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.assurance.finding import Finding, NotEvaluated, Report, RuleRun
from landing_zone.plan.model import Variant
from tests.arrangement import synthesized

VARIANT = Variant("workload_network", {"region": "us-east-1", "zones": ["use1-az1"]})
INPUTS: dict[str, Any] = {"sources": "abc", "tools": {"jsii": "1"}, "flags": {"x": True}, "acknowledged": [["r", "i"]]}
REPORT = Report(
    findings=(Finding("R", "C", ("cfr",), "error", VARIANT.id, "Topic", "a/b", 3, "is bad", "mend it"),),
    not_evaluated=(NotEvaluated("R", "Topic", VARIANT.id, "a parameter"),),
    runs=(RuleRun("R", VARIANT.id, ("Topic",)),),
    resources=1,
)
TEMPLATE = {"Resources": {"Zebra": {"Type": "AWS::SNS::Topic", "Properties": {"b": 1, "a": "ü"}}}, "Description": "x"}
ENTRY = synthesized(VARIANT.id, TEMPLATE, report=REPORT)


@pytest.fixture
def cache(tmp_path: Path) -> VariantCache:
    """A cache that holds ENTRY."""
    cache = VariantCache(tmp_path / "variants", INPUTS)
    cache.write(VARIANT, ENTRY)
    return cache


def stored(cache: VariantCache) -> Path:
    return cache.folder / f"{cache.key(VARIANT)}.json"


def test_a_hit_is_what_was_written_with_its_findings(cache: VariantCache) -> None:
    found = cache.read(VARIANT)
    assert found == ENTRY
    assert [path.name for path in cache.folder.iterdir()] == [stored(cache).name]


def test_a_hit_renders_to_the_bytes_of_a_miss(cache: VariantCache) -> None:
    found = cache.read(VARIANT)
    assert found is not None
    assert json.dumps(found.as_json()) == json.dumps(ENTRY.as_json())  # the order of keys is part of a template's hash


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: content[:-1], id="cut"),
        pytest.param(lambda content: content.replace(b"Zebra", b"Cobra"), id="changed"),
        pytest.param(lambda content: b"\xff\xfe" + content, id="binary"),
        pytest.param(lambda content: content.split(b"\n", 1)[1], id="without its digest"),
        *(
            pytest.param(
                lambda content, payload=payload: hashlib.sha256(payload).hexdigest().encode() + b"\n" + payload,
                id=f"of another format: {payload.decode()}",
            )
            for payload in (b"[]", b"{}", b"1", b'{"report": {}}', b"no JSON")
        ),
    ],
)
def test_a_damaged_entry_is_a_miss(cache: VariantCache, damage: Callable[[bytes], bytes]) -> None:
    stored(cache).write_bytes(damage(stored(cache).read_bytes()))
    assert cache.read(VARIANT) is None


def test_an_entry_of_another_variant_is_a_miss(cache: VariantCache) -> None:
    other = replace(VARIANT, shape={"region": "us-west-2"})
    stored(cache).rename(cache.folder / f"{cache.key(other)}.json")
    assert cache.read(other) is None


def test_an_entry_that_is_a_folder_is_a_miss(cache: VariantCache) -> None:
    stored(cache).unlink()
    stored(cache).mkdir()
    assert cache.read(VARIANT) is None
    cache.write(VARIANT, ENTRY)  # cannot replace it, and says nothing
    assert [path.name for path in cache.folder.iterdir()] == [stored(cache).name]


def test_a_folder_that_cannot_be_written_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/none")):
        cache = VariantCache(folder, INPUTS)
        cache.write(VARIANT, ENTRY)
        assert cache.read(VARIANT) is None


@pytest.mark.parametrize("input", list(INPUTS))
def test_every_input_of_the_run_changes_the_key(cache: VariantCache, input: str) -> None:
    assert VariantCache(cache.folder, INPUTS | {input: "changed"}).read(VARIANT) is None


@pytest.mark.parametrize(
    "other",
    [
        Variant("hub_network", VARIANT.shape),
        Variant(VARIANT.role, {**VARIANT.shape, "region": "us-west-2"}),
        Variant(VARIANT.role, {**VARIANT.shape, "zones": []}),
    ],
)
def test_role_and_shape_change_the_key(cache: VariantCache, other: Variant) -> None:
    assert cache.key(other) != cache.key(VARIANT)


def test_the_order_in_which_inputs_are_told_does_not_change_the_key(cache: VariantCache) -> None:
    turned = VariantCache(cache.folder, dict(reversed(INPUTS.items())))
    assert turned.read(Variant(VARIANT.role, dict(reversed(list(VARIANT.shape.items()))))) == ENTRY


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("app.py", True),
        ("cdk.json", True),
        ("requirements.txt", True),
        ("stacks/network.py", True),
        ("constructs_lib/deep/vpc.py", True),
        ("landing_zone/plan/roles.py", True),
        ("policies/controls/logging.yaml", True),
        ("README.md", False),
        ("tests/test_x.py", False),
        ("stacks/__pycache__/network.cpython-311.pyc", False),
    ],
)
def test_sources_and_policies_change_the_digest_and_nothing_else(tmp_path: Path, file: str, counts: bool) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("one")
    before = source_digest(tmp_path)
    path.write_text("two")
    assert (source_digest(tmp_path) != before) is counts


def test_exchanging_the_text_of_two_files_changes_the_digest(tmp_path: Path) -> None:
    first, second = tmp_path / "stacks" / "a.py", tmp_path / "stacks" / "b.py"
    first.parent.mkdir()
    digests = set()
    for one, other in ((first, second), (second, first)):
        one.write_text("one")
        other.write_text("two")
        digests.add(source_digest(tmp_path))
    assert len(digests) == 2


def test_the_oldest_entries_go(cache: VariantCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "KEPT_ENTRIES", 1)
    other = Variant(VARIANT.role, {"region": "us-west-2"})
    os.utime(stored(cache), (1, 1))
    cache.write(other, synthesized(other.id, TEMPLATE))
    assert (cache.read(VARIANT), cache.read(other) is not None) == (None, True)


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"HLZ_CACHE_DIR": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/hlz"),
        ({"HOME": "/c"}, "/c/.cache/hlz"),
    ],
)
def test_the_folder_is_chosen_as_everywhere(environment: dict[str, str], folder: str) -> None:
    assert cache_folder(environment) == Path(folder)


def test_the_inverse_of_a_variants_json_is_the_variant() -> None:
    assert SynthesizedVariant.from_json(json.loads(json.dumps(ENTRY.as_json()))) == ENTRY
