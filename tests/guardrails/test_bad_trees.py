"""OU trees that AWS would not take, through the command line: one clear error each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.manifest.arrange import Json, clinic, hlz

DEEP: Json = {"one": {"organizational_units": {"two": {"organizational_units": {"three": {"organizational_units": {
    "four": {"organizational_units": {"five": {"organizational_units": {"six": {}}}}}}}}}}}}  # fmt: skip
TREES = {
    "cyclic through an alias": (
        "organizational_units: &all\n  clinics: {organizational_units: *all}\n",
        "organizational_units.clinics.organizational_units",
        "refers to itself or to nothing above it",
    ),
    "two roots": (
        "organizational_units: {clinics: {}}\norganizational_units: {labs: {}}\n",
        "organizational_units",
        "is given twice",
    ),
    "an OU named root": ("organizational_units: {root: {}}\n", "organizational_units.root", "organization's root"),
    "too deep": (
        f"organizational_units: {json.dumps(DEEP)}\n",
        "organizational_units.one.organizational_units.two.organizational_units.three.organizational_units.four"
        ".organizational_units.five.organizational_units.six",
        "is deeper than 5 levels, the AWS quota",
    ),
}


@pytest.mark.parametrize("tree", TREES)
def test_a_tree_that_aws_would_not_take_is_one_error(tmp_path: Path, tree: str) -> None:
    text, key, message = TREES[tree]
    path = tmp_path / "landing-zone.yaml"
    # Block YAML: aliases and repeated keys are not JSON.
    path.write_text(yaml.safe_dump(clinic(), sort_keys=False) + text, encoding="utf-8")
    ended = hlz("validate", "--json", "-m", path)
    assert ended.code == 2
    (error,) = json.loads(ended.out)["errors"]
    assert (error["key"], message in error["message"]) == (key, True), error
