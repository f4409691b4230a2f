"""cfn-lint on files of any name, whatever settings lie about; what it could not judge is no finding."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from landing_zone.assurance import lint


def test_a_failure_of_cfn_lint_itself_is_not_evaluated_and_not_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = SimpleNamespace(id="E0002", shortdesc="", source_url="")
    broken = SimpleNamespace(rule=rule, message="Unknown exception", linenumber=1, path=[])
    monkeypatch.setattr(lint, "_matches", lambda path: [broken])
    template = tmp_path / "t.yaml"
    template.write_text("Resources: {}")
    report = lint.lint_templates({"t": template}, tmp_path / "cache").report
    assert [(row.rule, row.template, row.reason) for row in report.not_evaluated] == [
        ("E0002", "t", "cfn-lint: Unknown exception")
    ]
    assert not report.findings
    assert not report.runs


def test_neither_a_name_with_wildcards_or_a_dash_nor_settings_that_lie_about_silence_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".cfnlintrc").write_text("ignore_checks: [E]\nappend_rules: [nowhere]\n")
    lint._rules.cache_clear()
    for name in ("a[1].yaml", "--help.yaml"):
        Path(name).write_text(f"Resources: {{A: {{Type: 'AWS::None::{name[2]}'}}}}")
        report = lint.lint_templates({name: Path(name)}, tmp_path / "cache").report
        assert [(row.rule, row.template) for row in report.findings] == [("E3006", name)]
