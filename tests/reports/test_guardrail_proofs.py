"""Proofs of guardrails in words: requests, what is meant, what a document rests on."""

from __future__ import annotations

from typing import Any

from landing_zone.proof.guardrails.organization import Account, Organization, Policy, Target
from landing_zone.proof.guardrails.proofs import prove_guardrails
from landing_zone.proof.guardrails.theorems import Theorem, load_theorems
from landing_zone.reports.guardrail_proofs import file_name, guardrails_section, meant
from landing_zone.reports.guardrail_requests import request_lines
from landing_zone.reports.guardrails_page import guardrails_page
from landing_zone.reports.proofs import proofs_text
from tests.policy_folder_arrange import EMERGENCY, PIPELINE, TRAIL

WITNESS: dict[str, Any] = {
    "account": "111122223333",
    "place": "Root/phi/clinic",
    "principal": "arn:aws:iam::111122223333:role/a",
    "action": "cloudtrail:StopLogging",
    "resource": "*",
    "context": {"aws:requestedregion": "us-east-1", "aws:tagkeys": ["a", "b"]},
    "absent": ["aws:principaltag/team"],
    "should_have_stopped": {"policy": "deny", "statement": "TrailsStay", "does_not_fire": ["Bool aws:x true"]},
    "missing": ["S3_POLICY does not say so"],
}


def theorem(id: str) -> Theorem:
    return next(one for one in load_theorems() if one.id == id)


def test_a_request_says_who_may_what_where_with_what_and_which_deny_comes_nearest() -> None:
    assert request_lines(WITNESS) == [
        "  arn:aws:iam::111122223333:role/a",
        "  may call cloudtrail:StopLogging on *",
        "  from Root/phi/clinic",
        "  with aws:requestedregion = us-east-1; aws:tagkeys = a, b",
        "  without aws:principaltag/team",
        "  deny/TrailsStay comes nearest, but does not fire, because this is not met:",
        "    Bool aws:x true",
        "  S3_POLICY does not say so",
    ]


def test_a_resource_of_somebody_else_is_named_with_its_owner() -> None:
    line = request_lines({**WITNESS, "owner": "outside the organization"})[1]
    assert line == "  may call cloudtrail:StopLogging on * of outside the organization"


def test_where_no_deny_is_about_the_action_it_is_said() -> None:
    bare = {**WITNESS, "context": {}, "absent": [], "should_have_stopped": None, "missing": []}
    assert request_lines(bare)[3:] == ["  No statement in force denies the action."]


def test_an_exemption_that_everybody_can_take_is_named() -> None:
    lines = request_lines({"principal": "*", "chooses": "aws:SourceIdentity"})
    assert lines == ["  Every principal chooses aws:SourceIdentity itself."]


def test_of_whom_a_theorem_speaks_is_said_for_every_theorem() -> None:
    of_all = "principals of accounts with PHI and of delegated administrators"
    assert meant(theorem("accounts-cannot-leave")) == of_all
    assert meant(theorem("no-new-identity-providers")) == f"{of_all}, except the pipeline"
    assert meant(theorem("allowed-regions-only")) == f"{of_all}, except StackSets and Control Tower"
    some = "the pipeline, the settings role, StackSets and Control Tower"
    assert meant(theorem("s3-cannot-be-public")) == f"{of_all}; for some actions except {some}"
    assert all(meant(one) for one in load_theorems())


def test_the_reference_says_of_every_theorem_whom_it_means_and_what_it_leaves_out() -> None:
    page = guardrails_page("")
    for one in load_theorems():
        assert f"**`{one.id}`**" in page
        assert f"Of whom: {meant(one)}. Basis: {one.basis}." in page
        assert " ".join((one.limits or "").split()).replace("<", "&lt;") in page


def test_a_document_names_policies_statements_and_limits() -> None:
    policy = Policy("deny", {"Version": "2012-10-17", "Statement": [TRAIL]})
    targets = {"Root": Target("Root", (policy,))}
    values = {
        "phi_targets": ("Root/phi",),
        "security_account": ("111122223333",),
        "pipeline_principals": (PIPELINE,),
        "break_glass_principals": (EMERGENCY,),
    }
    account = Account("clinic", "111122223333", "Root/phi/clinic")
    organization = Organization(targets, (account,), values, labels={"deny/1": ("trails-stay",)})
    proofs = prove_guardrails(organization)
    section = guardrails_section(organization, proofs)
    assert section["certificates"]["trail-cannot-be-stopped"]["statements"] == ["deny/TrailsStay"]
    assert section["load_bearing"]["trail-cannot-be-stopped"] == [
        {"statement": "deny/TrailsStay", "guardrails": ["trails-stay"]}
    ]
    assert section["theorems"]["trail-cannot-be-stopped"]["limits"]
    assert "cloudfront:*" in section["theorems"]["allowed-regions-only"]["not_meant"]
    regions = next(result.row for result in proofs.results if result.id == "allowed-regions-only")
    of_regions = {"results": [regions], "guardrails": section, "not_evaluated": []}
    listed = proofs_text(of_regions, brief=False, explain=regions["id"])
    assert "Actions that are not meant: a4b:*, access-analyzer:*" in listed
    row = next(result.row for result in proofs.results if result.id == "trail-cannot-be-stopped")
    document = {"results": [row], "guardrails": section, "not_evaluated": []}
    text = proofs_text(document, brief=False, explain="trail-cannot-be-stopped")
    assert "Not proved without any one of: deny/TrailsStay (trails-stay)" in text
    assert "from the policies of this commit (sha256 " in text


def test_ids_with_letters_that_files_cannot_have_keep_names_of_their_own() -> None:
    names = {file_name(id) for id in ("a-b", "a:b", "a/b", "a_b")}
    assert len(names) == 4
    assert all(name.replace("-", "").replace("_", "").isalnum() for name in names)
