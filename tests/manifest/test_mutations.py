"""A valid manifest with one to three mistakes at random: it is still valid, or each fault lies in the file."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from landing_zone.fault import InputError
from landing_zone.manifest.load import parsed_manifest
from tests.manifest.arrange import FILE, Json, clinic, everything, hlz, paths_in, text_of, value_at
from tests.manifest.test_fuzz import assert_faults_lie_within

NAMES = (
    "root",
    "phi",
    "management",
    "us-east-1",
    "eu-west-1",
    "none",
    "null",
    "[key]",
    "../../etc/passwd",
    "a\nb",
    "ü",
    "",
)
ATTACKS = ("0.0.0.0/0", "::/0", "${AWS::Region}", "<script>", "=cmd()", "a'b\"c", "x" * 300, "\ud800", "\x07", "\u2028")
HOSTILE = st.sampled_from([*NAMES, *ATTACKS])
VALUES: list[Any] = [None, True, 0, -1, 17, 10**17, 2.5, [], {}, [[]], [None], {"": {}}, {"[key]": 1}, ["x"] * 40]
OTHER = st.sampled_from(VALUES)
OPERATIONS = st.sampled_from(["delete", "retype", "hostile", "rename", "repeat", "swap", "add"])


@st.composite
def mutated(draw: st.DrawFn) -> Json:
    manifest = draw(st.sampled_from([clinic(), everything()]))
    for _ in range(draw(st.integers(1, 3))):
        _mutate(draw, manifest)
    return manifest


def _mutate(draw: st.DrawFn, manifest: Json) -> None:
    paths = list(paths_in(manifest))
    if not paths:
        return
    path = draw(st.sampled_from(paths))
    container: Any = value_at(manifest, path[:-1])
    last: Any = path[-1]
    match draw(OPERATIONS):
        case "delete":
            del container[last]
        case "retype":
            container[last] = copy.deepcopy(draw(OTHER))
        case "hostile":
            container[last] = draw(HOSTILE)
        case "rename" if isinstance(container, dict):
            container[draw(HOSTILE) or f"{last}s"] = container.pop(last)
        case "repeat" if isinstance(container, list):
            container.append(copy.deepcopy(container[last]))
        case "repeat" | "rename":
            container[f"{last}-again" if isinstance(container, dict) else last] = copy.deepcopy(container[last])
        case "swap":
            other = draw(st.sampled_from(paths))
            _swap(manifest, path, other)
        case "add" if isinstance(container[last], dict):
            container[last][draw(HOSTILE)] = copy.deepcopy(draw(OTHER))


def _swap(manifest: Json, one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    first, second = copy.deepcopy(value_at(manifest, one)), copy.deepcopy(value_at(manifest, other))
    value_at(manifest, one[:-1])[one[-1]] = second
    if one != other[: len(one)]:
        value_at(manifest, other[:-1])[other[-1]] = first


@settings(max_examples=250, deadline=5000, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_a_mutated_manifest_is_valid_or_its_faults_lie_within_the_file(manifest: Json) -> None:
    text = text_of(manifest)
    try:
        parsed_manifest(text, FILE)
        event("valid")
    except InputError as error:
        assert_faults_lie_within(error, text, FILE)
        event(f"{min(len(error.faults), 5)} faults")


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(manifest=mutated())
def test_a_mutated_manifest_ends_every_command_with_0_or_2_and_one_document(manifest: Json, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text(text_of(manifest), encoding="utf-8", errors="replace")
    for command in (("validate",), ("plan",), ("plan", "--release", "genomics", "--write")):
        ended = hlz(*command, "--json", "-m", path)
        document = json.loads(ended.out)
        assert ended.code in (0, 2)
        assert ended.err == ""
        if ended.code == 2:
            assert document.keys() == {"valid", "errors"}
            assert document["valid"] is False
            assert all(set(row) == {"file", "line", "column", "key", "message", "hint"} for row in document["errors"])
            assert document["errors"]
        assert [entry.name for entry in tmp_path.iterdir()] == [FILE]
