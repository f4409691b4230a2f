"""The page's script, structure and accessibility in jsdom with axe-core: one node for every sentence."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from landing_zone.node import prepare_node
from landing_zone.reports.assurance_page import assurance_page
from tests.arrangement import ROOT
from tests.reports.assurance_page.arrange import report_input, written

SCRIPT = Path(__file__).with_name("page.test.mjs")
SENTENCES = re.findall(r'^check\("([^"]+)"', SCRIPT.read_text(encoding="utf-8"), re.MULTILINE)

pytestmark = pytest.mark.skipif(
    not (ROOT / "node_modules" / "axe-core").is_dir(), reason="the locked npm packages are not installed"
)


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What went wrong, by sentence; empty where nothing did."""
    page = written(assurance_page(report_input()), tmp_path_factory.mktemp("page"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NODE_OPTIONS", "")
        prepare_node()
        node = shutil.which(os.environ["JSII_NODE"])
        assert node
        environment.setenv("NODE_OPTIONS", "--v8-pool-size=1")
        run = subprocess.run([node, SCRIPT, page], capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    return {row["sentence"]: row["fault"] for row in rows}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_in_the_page(sentence: str, faults: Mapping[str, str]) -> None:
    assert faults[sentence] == ""
