"""The thirty theorems as data: proved of our own library and of somebody else's policies, and of nothing less."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from landing_zone import action_catalogue as catalogue
from landing_zone.plan.lock import Lock
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.of_plan import organization_of
from landing_zone.proof.guardrails.organization import Account, Organization, Policy, Target
from landing_zone.proof.guardrails.prove import CLOSURE, Prover
from landing_zone.proof.guardrails.questions import Asking
from landing_zone.proof.guardrails.theorems import Request, Theorem, load_theorems, value_rows
from tests.guardrails.calls import compiled, loaded

THEOREMS = {theorem.id: theorem for theorem in load_theorems()}
FOREIGN: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("foreign.yaml").read_text(encoding="utf-8")
)["theorems"]
VALUES = {
    "organization_id": ("o-1234567890",),
    "management_account": ("999999999999",),
    "log_archive_account": ("222222222222",),
    "security_account": ("333333333333",),
    "backup_account": ("444444444444",),
    "network_account": ("555555555555",),
    "home_region": ("us-east-1",),
    "allowed_regions": ("us-east-1", "us-west-2"),
    "phi_targets": ("Root/PHI",),
    "pipeline_principals": ("arn:aws:iam::*:role/deploy-*",),
    "break_glass_principals": ("arn:aws:iam::*:role/break-glass",),
    "log_archive_buckets": ("central-logs-222222222222",),
    "locked_vaults": ("phi-vault",),
    "eligible_services": (
        *("s3", "ec2", "rds", "iam", "sts", "logs", "kms", "cloudtrail", "config", "guardduty", "securityhub"),
        *("organizations", "backup", "elasticfilesystem"),
    ),
}
"""Everything that has to be given, and nothing else."""
ACCOUNTS = (
    Account("records", "111111111111", "Root/PHI/records"),
    Account("log-archive", "222222222222", "Root/Security/log-archive"),
    Account("security", "333333333333", "Root/Security/security"),
    Account("backup", "444444444444", "Root/Shared/backup"),
    Account("network", "555555555555", "Root/Shared/network"),
)
OF_SERVICES = "tls-everywhere"
REGIONAL_WITH_DATA = (
    *("ec2:RunInstances", "rds:CreateDBInstance", "s3:CreateBucket", "s3:PutObject", "dynamodb:CreateTable"),
    *("lambda:CreateFunction", "sqs:CreateQueue", "elasticfilesystem:CreateFileSystem", "redshift:CreateCluster"),
    *(
        "backup:CreateBackupVault",
        "secretsmanager:CreateSecret",
        "logs:CreateLogGroup",
        "healthlake:CreateFHIRDatastore",
    ),
)


def requests(theorem: Theorem) -> Iterator[Request]:
    """Everything that a theorem may ask."""
    yield from theorem.requests
    yield from (request for axiom in theorem.axioms for request in axiom.otherwise)
    yield from theorem.alternative.requests if theorem.alternative else ()


def policies(rows: list[dict[str, Any]], *, resource: bool) -> tuple[Policy, ...]:
    """Those of the statements that are of one kind of policy, as one policy."""
    chosen = [{"Effect": "Deny", "Resource": "*", **row} for row in rows if ("Principal" in row) == resource]
    return (Policy("rcp" if resource else "scp", {"Version": "2012-10-17", "Statement": chosen}),) if chosen else ()


def foreign(rows: list[dict[str, Any]], **values: tuple[str, ...]) -> Organization:
    """An organization with these statements at its root."""
    root = Target("Root", policies(rows, resource=False), policies(rows, resource=True))
    return Organization({"Root": root}, ACCOUNTS, {**VALUES, **values})


def verdict(id: str, organization: Organization) -> str:
    """What comes of a theorem."""
    return Prover(organization).theorem(THEOREMS[id]).verdict


def for_all_services() -> list[dict[str, Any]]:
    """What `tls-everywhere` is written as."""
    actions = [f"{service}:*" for service in value_rows()["rcp_services"]["default"]]
    return [{"Principal": "*", "Action": actions, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]


@cache
def statements() -> Mapping[str, list[dict[str, Any]]]:
    return {**FOREIGN, OF_SERVICES: for_all_services()}


def weakened(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The statements without one of their actions, each in turn; of long lists the first and the last."""
    for at, row in enumerate(rows):
        actions = row.get("Action", [])
        for action in actions if len(actions) < 20 else (actions[0], actions[-1]):
            left = [other for other in actions if other != action]
            yield action, [*rows[:at], *([{**row, "Action": left}] if left else []), *rows[at + 1 :]]


def test_every_sentence_has_its_data_and_no_other() -> None:
    assert set(THEOREMS) == {row["id"] for row in policy_data("invariants/theorems")["invariants"]}
    assert [id for id, theorem in THEOREMS.items() if not theorem.requests] == [CLOSURE]
    assert all(theorem.twins for theorem in THEOREMS.values())
    twins = [twin.id for theorem in THEOREMS.values() for twin in theorem.twins]
    assert len(twins) == len(set(twins))


def own(*, control_tower: bool) -> Prover:
    """A prover of our own library; the rules about templates are taken as passed."""
    organization = organization_of(loaded(control_tower).manifest, Lock(), compiled(control_tower))
    return Prover(organization, frozenset({"HLZ-IAM-005"}))


def test_everything_is_proved_of_our_own_library() -> None:
    results = own(control_tower=False).results()
    assert [(one.id, one.verdict, one.reason) for one in results if one.verdict != "PROVED"] == []


def test_what_spares_control_tower_is_proved_under_control_tower() -> None:
    prover = own(control_tower=True)
    sparing = [one for one in THEOREMS.values() if any("platform" in request.exempt for request in one.requests)]
    assert {one.id for one in sparing} >= {"trail-cannot-be-stopped", "log-archive-immutable"}
    assert [one.id for one in sparing if prover.theorem(one).verdict != "PROVED"] == []


@pytest.mark.parametrize("id", [id for id in THEOREMS if id != CLOSURE])
def test_policies_of_others_prove_it_and_without_any_of_their_actions_do_not(id: str) -> None:
    assert verdict(id, foreign(statements()[id])) == "PROVED"
    for action, rows in weakened(statements()[id]):
        if action in UNASKED.get(id, ()):
            continue
        assert verdict(id, foreign(rows)) == "REFUTED", action


UNASKED = {
    "landing-zone-roles-immutable": (
        "iam:CreateRole",
        "iam:PassRole",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateRole",
    ),
    "s3-cannot-be-public": ("s3:PutObject",),
}
"""What people deny and a theorem does not ask for: for exempt roles `exemptions-closed` does."""


def test_every_twin_passes_under_all_these_policies_together() -> None:
    prover = Prover(foreign([row for rows in statements().values() for row in rows]))
    failed = [
        (twin.id, prover.twin(theorem, twin).reason)
        for theorem in THEOREMS.values()
        for twin in theorem.twins
        if prover.twin(theorem, twin).verdict != "PROVED"
    ]
    assert failed == []


def test_every_twin_fails_where_everything_is_denied() -> None:
    prover = Prover(foreign([{"Action": "*"}]))
    for theorem in THEOREMS.values():
        assert [twin.id for twin in theorem.twins if prover.twin(theorem, twin).verdict != "REFUTED"] == []


def test_of_emergency_access_that_there_is_not_nothing_is_said() -> None:
    found = Prover(foreign([], break_glass_principals=())).theorem(THEOREMS["break-glass-needs-mfa"])

    assert (found.verdict, found.reason) == ("UNKNOWN", "nobody is meant")


def test_a_deny_may_spare_service_linked_roles_because_it_does_not_bind_them_anyway() -> None:
    spared = ["arn:aws:iam::*:role/aws-service-role/*"]
    statement = {"Action": "organizations:*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": spared}}}
    other = {**statement, "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/aws-service*"]}}}

    ids = [verdict("accounts-cannot-leave", foreign([one, {"Action": "account:*"}])) for one in (statement, other)]

    assert ids == ["PROVED", "REFUTED"]


def test_nothing_need_pass_of_a_service_that_may_not_be_used() -> None:
    theorems = [THEOREMS["eligible-services-only"], THEOREMS["detection-services-protected"]]
    allowed = Policy(
        "allow", {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    )
    targets = {"Root/PHI": Target("Root/PHI", (allowed,), full_access=False)}

    found = Prover(Organization(targets, ACCOUNTS, {**VALUES, "eligible_services": ("s3",)})).results(theorems)

    assert [(one.id, one.verdict) for one in found] == [
        ("eligible-services-only", "PROVED"),
        ("detection-services-protected", "REFUTED"),
        ("eligible-services-are-used", "PROVED"),
    ]


def test_databases_may_be_the_pipelines_alone() -> None:
    theorem = THEOREMS["rds-always-encrypted"]
    spared = {"ArnNotLike": {"aws:PrincipalArn": list(VALUES["pipeline_principals"])}}

    found = Prover(foreign([{"Action": ["rds:Create*", "rds:Restore*"], "Condition": spared}])).results([theorem])

    assert {one.verdict for one in found} == {"PROVED"}


def test_every_action_and_value_that_a_theorem_names_exists() -> None:
    for theorem in THEOREMS.values():
        for request in requests(theorem):
            patterns = [one for one in request.actions if one != "*" and "${" not in one]
            assert [one for one in patterns if not catalogue.matching(one)] == [], theorem.id
            texts = [*request.actions, *request.resources, *request.besides, *request.within]
            texts += [text for rows in request.conditions.values() for row in rows.values() for text in row]
            named = {name for text in texts for name in re.findall(r"\$\{([^}]*)\}", text)}
            assert named | {*request.also, *request.needs} <= value_rows().keys(), theorem.id
        assert [twin.action for twin in theorem.twins if not catalogue.matching(twin.action)] == [], theorem.id


def test_transport_is_asked_of_every_service_that_resource_control_policies_bind() -> None:
    (request,) = THEOREMS[OF_SERVICES].requests
    assert request.actions == ("${rcp_services}:*",)
    assert set(own(control_tower=False).organization.values["rcp_services"]) == catalogue.rcp_services()
    assert set(value_rows()["rcp_services"]["default"]) <= catalogue.rcp_services()


def test_regions_spare_what_our_own_guardrail_spares_and_nothing_that_keeps_data() -> None:
    (request,) = THEOREMS["allowed-regions-only"].requests
    own = {row["action"] for row in policy_data("services/global_actions")["actions"]}
    assert own <= set(request.besides)
    spared = [re.compile(pattern.replace("*", ".*")) for pattern in request.besides]
    assert [one for one in REGIONAL_WITH_DATA if any(pattern.fullmatch(one) for pattern in spared)] == []


def asked(theorem: Theorem, **values: tuple[str, ...]) -> int:
    """How many questions the requests of a theorem ask."""
    return len(list(Asking(foreign([], **values)).questions(theorem, theorem.requests)))


def test_resources_that_name_only_values_that_are_not_given_ask_nothing() -> None:
    theorem = THEOREMS["landing-zone-roles-immutable"]
    resources = ("arn:aws:iam::*:role/lz-*",)
    assert asked(theorem, landing_zone_resources=resources) > asked(theorem)
    assert (
        verdict("log-archive-immutable", foreign(statements()["log-archive-immutable"], log_archive_buckets=()))
        != "PROVED"
    )


def test_a_kind_of_resource_that_no_value_names_is_no_bad_request() -> None:
    rows = statements()["landing-zone-roles-immutable"]
    assert (
        verdict("landing-zone-roles-immutable", foreign(rows, landing_zone_resources=VALUES["pipeline_principals"]))
        == "PROVED"
    )
    functions = ("arn:aws:lambda:*:*:function:lz-*",)
    assert verdict("landing-zone-roles-immutable", foreign(rows, landing_zone_resources=functions)) == "REFUTED"


def test_a_condition_on_a_value_that_is_not_given_is_left_out_and_every_key_is_meant() -> None:
    tagged = {"StringEquals": {"aws:ResourceTag/hlz:key-domain": "logs"}}
    rows = [{"Action": ["kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy"], "Condition": tagged}]
    assert verdict("audit-keys-protected", foreign(rows, audit_key_tags=("logs",))) == "PROVED"
    assert verdict("audit-keys-protected", foreign(rows)) == "REFUTED"


def test_a_boundary_that_is_given_is_the_only_one_that_will_do() -> None:
    text = {"Action": ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"], "Resource": "arn:aws:iam::*:policy/*"}
    rows = [*statements()["boundary-on-created-roles"], text]
    own, other = "arn:aws:iam::111111111111:policy/boundary", "arn:aws:iam::*:policy/another"
    assert verdict("boundary-on-created-roles", foreign(rows, boundary_policies=(own,))) == "PROVED"
    assert verdict("boundary-on-created-roles", foreign(rows, boundary_policies=(other,))) == "REFUTED"


def test_log_groups_that_are_not_named_are_those_of_phi() -> None:
    rows = statements()["log-groups-protected"]
    assert verdict("log-groups-protected", foreign(rows, log_groups=("/phi/records/",))) == "PROVED"
    assert verdict("log-groups-protected", foreign(rows, log_groups=("/audit/",))) == "REFUTED"


def test_delegated_administrators_are_meant_where_they_could_do_harm_and_not_where_phi_alone_is_at_stake() -> None:
    for id, expected in (("guardduty-cannot-be-disabled", "REFUTED"), ("eligible-services-only", "PROVED")):
        under_phi = Target("Root/PHI", policies(statements()[id], resource=False))
        organization = Organization({"Root/PHI": under_phi}, ACCOUNTS, VALUES)
        assert verdict(id, organization) == expected


def test_backups_are_not_indelible_where_only_recovery_points_are_meant() -> None:
    rows = [{"Action": ["backup:DeleteRecoveryPoint"]}]
    assert verdict("locked-backups-indelible", foreign(rows)) == "REFUTED"


@pytest.mark.parametrize("operator", ["Bool", "StringEquals"])
def test_a_volume_of_which_nothing_is_said_is_as_bad_as_an_open_one(operator: str) -> None:
    rows = [
        {**row, "Condition": {operator: {"ec2:Encrypted": "false"}}} for row in statements()["ebs-always-encrypted"]
    ]
    assert verdict("ebs-always-encrypted", foreign(rows)) == "REFUTED"
