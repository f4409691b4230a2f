"""Names that lead to nothing are gaps at their lines; what is not known is none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from landing_zone.lza.assess_names import unknown_names
from landing_zone.lza.assess_settings import assess_settings
from landing_zone.lza.gaps import Gap
from landing_zone.policy_data import policy_data
from tests.lza.arrange import GLOBAL, configuration

POLICIES = "policySets:\n  - policies: [{name: Boundary, policy: b.json}]\n"
TOPICS = GLOBAL + "snsTopics:\n  topics: [{name: Alerts}]\n"
CASES: Mapping[str, tuple[str, str, str]] = {
    "accessAnalyzer: {}\ncentralSecurityServices:\n  delegatedAdminAccount: NAME\n": ("security", "Audit", "Audt"),
    "securityHub: x\ncentralSecurityServices:\n  securityHub: {snsTopicName: NAME}\n": ("security", "Alerts", "Alrts"),
    f"{POLICIES}roleSets:\n  - roles: [{{name: r, boundaryPolicy: NAME}}]\n": ("iam", "Boundary", "Boundry"),
    f"{POLICIES}roleSets:\n  - roles: [{{policies: {{customerManaged: [NAME]}}}}]\n": ("iam", "Boundary", "Boundry"),
    "identityCenter:\n  identityCenterPermissionSets: [{name: A}]\n"
    "  identityCenterAssignments: [{permissionSetName: NAME}]\n": ("iam", "A", "B"),
    "awsConfig:\n  ruleSets:\n    - deploymentTargets: {organizationalUnits: [NAME]}\n": (
        "security",
        "Workloads/Prod",
        "Prod",
    ),
    "vpcs:\n  - name: v\n    region: NAME\n": ("network", "us-west-2", "us-west2"),
}


def found(folder: Path, file: str, text: str, name: str) -> list[Gap]:
    changes = {"global": TOPICS, file: text.replace("NAME", name)}
    return list(unknown_names(configuration(folder, changes)))


@pytest.mark.parametrize("text", CASES)
def test_a_name_that_leads_to_nothing_is_a_gap_at_its_line_and_another_is_none(tmp_path: Path, text: str) -> None:
    file, good, bad = CASES[text]
    assert found(tmp_path, file, text, good) == []
    assert found(tmp_path, file, text, "'{{ Later }}'") == []
    (gap,) = found(tmp_path, file, text, bad)
    assert (gap.file, gap.line) == (f"{file}-config.yaml", text[: text.index("NAME")].count("\n") + 1)
    assert bad in gap.message
    assert gap.citations


def test_names_of_a_file_that_cannot_be_read_are_not_missing(tmp_path: Path) -> None:
    security = "centralSecurityServices: {delegatedAdminAccount: Audt, securityHub: {snsTopicName: Alrts}}\n"
    read = configuration(tmp_path, {"security": security, "accounts": "a: [", "global": "a: ["})
    assert list(unknown_names(read)) == []


def test_unknown_names_are_part_of_the_assessment(tmp_path: Path) -> None:
    gaps, _, _ = assess_settings(configuration(tmp_path, {"global": GLOBAL.replace("LogArchive", "LogArchve")}))
    assert [gap.line for gap in gaps if gap.id == "LZA-ORG-103"] == [10]


def test_every_row_names_places_of_files_that_there_are() -> None:
    top = policy_data("lza/spellings")["top_level"]
    for row in policy_data("lza/names")["names"]:
        places = [(row["file"], row["at"]), *((file, path) for file in row["named"] for path in row["named"][file])]
        assert all(path.partition(".")[0].partition("[")[0] in top[file] for file, path in places), row
