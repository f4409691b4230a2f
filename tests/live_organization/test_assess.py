"""What an assessment of a live organization says: a gap where one is, and nothing where none is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from landing_zone.fault import InputError
from landing_zone.live_organization.assess import Assessment, _Organization, assess_organization
from landing_zone.live_organization.organization import assumed_organization, spared_regions
from landing_zone.lza.gaps import Gap, NotUnderstood
from landing_zone.proof.guardrails.prove import Prover
from landing_zone.proof.guardrails.theorems import load_theorems
from tests.live_organization.arrange import (
    ALLOW,
    AUDIT,
    CLINICAL,
    EHR,
    OUTSIDERS,
    RCP,
    ROOT_ID,
    SECURITY,
    TRAIL,
    Json,
    Made,
)

BAD_PRINCIPAL: Json = {
    "Sid": "RootKeys",
    "Effect": "Deny",
    "Action": "iam:CreateAccessKey",
    "Resource": "arn:aws:iam::*:root",
    "Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam:::root"}},
}
PHI_ALONE = ("rds-always-encrypted",)
LEAVE: Json = {
    "Effect": "Deny",
    "Action": [
        "organizations:LeaveOrganization",
        "account:CloseAccount",
        "organizations:DetachPolicy",
        "organizations:MoveAccount",
        "organizations:DisablePolicyType",
    ],
    "Resource": "*",
}
DELEGATED: Json = {
    "Sid": "Policies",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{AUDIT}:root"},
    "Action": ["organizations:Detach*", "organizations:List*"],
    "Resource": "*",
}
BACKUP_ONLY: Json = {
    "Condition": {"StringLikeIfExists": {}, "StringEquals": {"organizations:PolicyType": "BACKUP_POLICY"}}
}


def told(made: Made, folder: Path, phi: tuple[str, ...] = ()) -> list[Gap | NotUnderstood]:
    """What is said of everything but theorems, which cost more."""
    export = made.read(folder)
    return list(_Organization(export, assumed_organization(export, phi)).told())


def ids(found: list[Gap | NotUnderstood]) -> list[str]:
    return [one.id for one in found if isinstance(one, Gap)]


def guarded() -> Made:
    """Everybody is guarded: by a service control policy at the root, and a resource control policy."""
    made = Made()
    made.policy("p-trail", "Keep trails", TRAIL, on=[ROOT_ID])
    made.policy("p-rcp", "Outsiders", OUTSIDERS, on=[ROOT_ID], type=RCP)
    return made


def test_an_organization_with_guardrails_has_no_gap_of_attachments(tmp_path: Path) -> None:
    assert told(guarded(), tmp_path) == []


def _disable(made: Made) -> None:
    made.content["list-roots"]["Roots"][0]["PolicyTypes"] = [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]


def _billing(made: Made) -> None:
    made.content["describe-organization"]["Organization"]["FeatureSet"] = "CONSOLIDATED_BILLING"


def _deny_list(made: Made) -> None:
    made.content["list-targets-for-policy"]["p-FullAWSAccess"]["Targets"] = [{"TargetId": ROOT_ID}]
    made.policy("p-more", "More", TRAIL, on=[EHR])


def _closed_administrator(made: Made) -> None:
    made.account("200000000002", "Old", SECURITY, state="SUSPENDED")
    made.administrator("200000000002", "macie.amazonaws.com")


@pytest.mark.parametrize(
    ("change", "id", "line", "part"),
    [
        (
            lambda made: made.policy("p-x", "X", TRAIL),
            "ORG-POL-001",
            '"Name": "X"',
            "X (SERVICE_CONTROL_POLICY) is attached",
        ),
        (
            lambda made: made.policy("p-x", "X", BAD_PRINCIPAL, on=[EHR]),
            "ORG-POL-003",
            "RootKeys",
            "X/RootKeys can never",
        ),
        (_deny_list, "ORG-POL-009", '"Content"', "nothing is allowed at Root/Clinical/EHR"),
        (
            lambda made: made.policy("p-x", "X", {**ALLOW, "Action": "s3:*"}, on=[EHR]),
            "ORG-POL-011",
            "s3:*",
            "X/1 allows what a policy beside it at Root/Clinical/EHR",
        ),
        (_disable, "ORG-TYP-001", "", "resource control policies (RESOURCE_CONTROL_POLICY) are not enabled"),
        (_billing, "ORG-FEA-001", "", "has the feature set CONSOLIDATED_BILLING"),
        (
            lambda made: made.delegates(DELEGATED),
            "ORG-DEL-002",
            "Detach*",
            "Policies of the delegation policy lets arn:aws",
        ),
        (
            _closed_administrator,
            "ORG-DEL-003",
            "",
            "Root/Security/Old (200000000002) is delegated administrator of macie",
        ),
        (
            lambda made: made.account("400000000001", "Loose", ROOT_ID),
            "ORG-ACC-001",
            "",
            "Loose (400000000001) is directly under the root, so no guardrail of an OU reaches it",
        ),
        (lambda made: made.trusted("guardduty.amazonaws.com", "config.amazonaws.com"), "ORG-SVC-001", "", "no trail"),
    ],
)
def test_a_gap_is_told_at_its_line(
    tmp_path: Path, change: Callable[[Made], object], id: str, line: str, part: str
) -> None:
    made = guarded()
    change(made)
    found = [one for one in told(made, tmp_path) if isinstance(one, Gap) and one.id == id]
    assert len(found) == 1
    assert part in found[0].message
    text = (tmp_path / found[0].file).read_text().splitlines()
    assert line in "".join(text[found[0].line - 1 : found[0].line + 3])


def test_phi_without_guardrails_and_accounts_that_none_reaches_are_told(tmp_path: Path) -> None:
    made = Made()
    made.policy("p-dead", "Dead", BAD_PRINCIPAL, on=[ROOT_ID])
    made.administrator(AUDIT, "guardduty.amazonaws.com", "macie.amazonaws.com")
    found = told(made, tmp_path)
    assert sorted(ids(found)) == ["ORG-ACC-002", "ORG-DEL-001", "ORG-POL-002", "ORG-POL-003", "ORG-RCP-001"]
    messages = " ".join(one.message for one in found)
    assert "Root/Clinical holds or may hold PHI" in messages
    assert f"no guardrail reaches Audit ({AUDIT}) in Root/Security" in messages
    assert "delegated administrator of guardduty.amazonaws.com, macie.amazonaws.com, has no guardrail" in messages


def test_only_the_account_with_phi_that_is_bare_is_told(tmp_path: Path) -> None:
    made = Made()
    made.policy("p-trail", "Keep trails", TRAIL, on=[EHR, SECURITY])
    made.policy("p-rcp", "Outsiders", OUTSIDERS, on=[ROOT_ID], type=RCP)
    made.account("300000000002", "Pacs", CLINICAL)
    (found,) = (one for one in told(made, tmp_path) if isinstance(one, Gap))
    assert (found.id, found.message.split()[0]) == ("ORG-POL-002", "Root/Clinical/Pacs")


def test_nothing_is_called_unguarded_while_a_policy_is_not_known(tmp_path: Path) -> None:
    made = Made()
    made.raw_policy("p-x", "X", "{", on=[ROOT_ID])
    found = told(made, tmp_path)
    assert ids(found) == []
    assert [one.message.split(":")[0] for one in found] == ["X"]


@pytest.mark.parametrize(
    ("change", "severity"),
    [
        ({}, "error"),
        ({"Action": "organizations:AttachPolicy"}, "warning"),
        (BACKUP_ONLY, "note"),
        ({"Action": "organizations:ListPolicies"}, ""),
        ({"Effect": "Deny"}, ""),
    ],
)
def test_a_delegation_policy_is_as_bad_as_what_it_lets_members_do(tmp_path: Path, change: Json, severity: str) -> None:
    made = guarded()
    made.delegates({**DELEGATED, **change})
    assert [one.severity for one in told(made, tmp_path) if isinstance(one, Gap)] == [severity] * bool(severity)


def assessed(made: Made, folder: Path, *phi: str) -> Assessment:
    return assess_organization(made.read(folder), phi)


def test_theorems_are_proved_or_are_gaps_and_what_is_not_given_is_not_asked(tmp_path: Path) -> None:
    made = guarded()
    made.policy("p-leave", "Leave", LEAVE, on=[ROOT_ID])
    made.administrator(AUDIT, "guardduty.amazonaws.com")
    made.account("300000000002", "Old", CLINICAL, state="SUSPENDED")
    found = assessed(made, tmp_path, "Clinical")
    verdicts = {row["id"]: row["verdict"] for row in found.theorems}
    assert verdicts["accounts-cannot-leave"] == "PROVED"
    assert verdicts["guardduty-cannot-be-disabled"] == "REFUTED"
    by_id = {one.id: one for one in found.gaps}
    assert "it does not hold that" in by_id["ORG-THM-guardduty-cannot-be-disabled"].message
    assert "ORG-THM-accounts-cannot-leave" not in by_id
    assert any("allowed-regions-only" in one.message for one in found.not_understood if "not asked" in one.message)
    assert found.counts["accounts"] == 3
    assert found.counts["accounts_left_out"] == 1
    assert found.counts["refuted"] > 0
    assert "Root/Clinical hold PHI: given by --phi" in found.assumed
    assert "arn:aws:iam::*:role/pipeline are the pipeline's" in " ".join(found.assumed)
    assert "Old (300000000002): closed or being closed, left out" in found.assumed


def test_a_theorem_that_a_policy_not_read_may_keep_is_no_gap(tmp_path: Path) -> None:
    made = guarded()
    del made.content["list-targets-for-policy"]["p-trail"]
    found = assessed(made, tmp_path, "Clinical")
    assert not [one.id for one in found.gaps if one.id.startswith("ORG-THM")]
    assert any("refuted, but without Keep trails" in one.message for one in found.not_understood)
    assert found.counts["partial"] == 1


def test_where_no_name_speaks_of_phi_theorems_about_it_are_not_asked(tmp_path: Path) -> None:
    made = Made()
    made.content["list-organizational-units-for-parent"][ROOT_ID]["OrganizationalUnits"][0]["Name"] = "Sandbox"
    made.content["list-accounts-for-parent"][CLINICAL]["Accounts"][0]["Name"] = "Try"
    found = _Organization(export := made.read(tmp_path), assumed_organization(export))
    results = Prover(found.assumed.organization).results([one for one in load_theorems() if one.id in PHI_ALONE])
    told_ = [one.message for one in found.theorems(results)]
    assert told_ == ["not asked: rds-always-encrypted; no account is known that may hold PHI"]
    assert any("no OU may hold PHI" in one for one in found.assumed.notes)


def test_regions_that_denies_spare_are_those_that_may_be_used(tmp_path: Path) -> None:
    made = Made()
    region: Json = {
        "Effect": "Deny",
        "NotAction": ["iam:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}},
    }
    made.policy("p-x", "Regions", region, on=[ROOT_ID])
    assumed = assumed_organization(made.read(tmp_path))
    assert spared_regions(assumed.organization) == ("us-east-1", "us-west-2")
    assert "us-east-1, us-west-2 may be used: policies spare requests to them" in assumed.notes
    assert assumed.phi == ("Root/Clinical",)


def test_accounts_are_known_by_delegation_before_their_names_and_each_guess_is_told(tmp_path: Path) -> None:
    made = Made()
    made.account("200000000005", "Log Archive", SECURITY)
    assumed = assumed_organization(made.read(tmp_path))
    assert assumed.organization.values["log_archive_account"] == ("200000000005",)
    assert assumed.organization.values["security_account"] == (AUDIT,)
    assert "security_account is Root/Security/Audit: its name says so" in assumed.notes
    made.administrator("200000000005", "guardduty.amazonaws.com")
    assumed = assumed_organization(made.read(tmp_path))
    assert assumed.organization.values["security_account"] == ("200000000005",)
    assert "backup_account" not in assumed.organization.values


def test_nobody_is_the_security_account_only_where_administrators_are_known(tmp_path: Path) -> None:
    made = Made()
    made.content["list-accounts-for-parent"][SECURITY]["Accounts"][0]["Name"] = "Tools"
    assert assumed_organization(made.read(tmp_path)).organization.values["security_account"] == ()
    del made.content["list-delegated-administrators"]
    assert "security_account" not in assumed_organization(made.read(tmp_path)).organization.values


def test_what_somebody_knows_is_taken_before_what_is_guessed(tmp_path: Path) -> None:
    known = {"pipeline_principals": ("arn:aws:iam::*:role/deploy",), "security_account": (EHR,)}
    made = Made()
    made.policy("p-trail", "Keep trails", TRAIL, on=[CLINICAL])
    assumed = assumed_organization(made.read(tmp_path), values=known)
    assert {name: assumed.organization.values[name] for name in known} == known
    assert not any("pipeline" in one or "security_account" in one for one in assumed.notes)


def test_an_ou_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no OU and no account of the export"):
        assessed(Made(), tmp_path, "Nowhere")
