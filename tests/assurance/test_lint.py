"""What cfn-lint could not judge is not evaluated, and is no finding."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from landing_zone.assurance.lint import lint_templates


def test_a_failure_of_cfn_lint_itself_is_not_evaluated_and_not_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = SimpleNamespace(id="E0002", shortdesc="", source_url="")
    broken = SimpleNamespace(rule=rule, message="Unknown exception", linenumber=1, path=[])
    monkeypatch.setitem(sys.modules, "cfnlint.api", SimpleNamespace(lint_file=lambda path: [broken]))
    template = tmp_path / "t.yaml"
    template.write_text("Resources: {}")
    report = lint_templates({"t": template}, tmp_path / "cache").report
    assert [(row.rule, row.template, row.reason) for row in report.not_evaluated] == [
        ("E0002", "t", "cfn-lint: Unknown exception")
    ]
    assert not report.findings
    assert not report.runs
