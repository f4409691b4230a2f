"""docs/guardrail-proofs.md: its example is what the toolkit reads, and it names every theorem and every value."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from landing_zone.proof.guardrails.policy_folder import read_policy_folder
from landing_zone.proof.guardrails.theorems import load_theorems, value_rows
from tests.arrangement import ROOT
from tests.policy_folder_arrange import NOT_ASSUMED, TRAIL

PAGE = (ROOT / "docs" / "guardrail-proofs.md").read_text(encoding="utf-8")
PERIMETER = {**NOT_ASSUMED, "Principal": "*", "Resource": "*"}
S3 = {"s3_attributes": {"public_access_block_configuration": {"@@assign": "all"}}}


def test_the_page_names_every_theorem_with_the_file_that_holds_it() -> None:
    rows = re.findall(r"^\| .* \| (`.*`) \| \[(\w+\.yaml)\]", PAGE, re.MULTILINE)
    listed = {id: file for ids, file in rows for id in re.findall(r"`([a-z0-9-]+)`", ids)}
    held = {
        row["id"]: path.name
        for path in (ROOT / "policies/invariants/guardrails").glob("*.yaml")
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["invariants"]
    }
    assert listed == held
    assert listed.keys() == {theorem.id for theorem in load_theorems()}


def test_the_page_names_the_rules_on_which_a_theorem_rests() -> None:
    rules = {rule for theorem in load_theorems() if theorem.alternative for rule in theorem.alternative.rules}
    assert rules == set(re.findall(r"HLZ-[A-Z0-9]+-\d+", PAGE))


def test_the_example_is_read_without_a_fault_and_gives_every_value(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "attachments.yaml").write_text(text, encoding="utf-8")
    for name in ("trails", "regions", "phi", "imaging", "perimeter"):
        statement = PERIMETER if name == "perimeter" else TRAIL
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        (tmp_path / f"{name}.json").write_text(json.dumps(policy), encoding="utf-8")
    (tmp_path / "s3.json").write_text(json.dumps(S3), encoding="utf-8")
    folder = read_policy_folder(tmp_path)
    assert folder.notes == ()
    assert folder.organization.values.keys() == value_rows().keys()
    assert {account.target for account in folder.organization.accounts} >= {"Root/PHI/imaging", "Root/PHI/laboratory"}
    assert folder.organization.declarative


def test_every_file_that_the_page_points_to_is_there() -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", PAGE)
    assert targets
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
