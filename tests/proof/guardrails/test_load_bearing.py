"""What rests on what: without a guardrail its theorem falls, by a request that the guardrail would have stopped."""

from __future__ import annotations

import pytest

from landing_zone.guardrails.evaluate import covers_action
from landing_zone.plan.lock import Lock
from landing_zone.proof.guardrails.load_bearing import load
from landing_zone.proof.guardrails.of_plan import organization_of, without_guardrail
from landing_zone.proof.guardrails.organization import Account, Organization, Policy, Target
from landing_zone.proof.guardrails.prove import CLOSURE, Prover
from landing_zone.proof.guardrails.results import Result
from landing_zone.proof.guardrails.theorems import load_theorems
from tests.guardrails.calls import compiled, loaded, statements

THEOREMS = {theorem.id: theorem for theorem in load_theorems()}
RULES = frozenset({"HLZ-IAM-005"})
BACKED = {
    "archive-objects-stay": "archived-logs-immutable",
    "archived-logs-immutable": "archive-objects-stay",
    "archive-buckets-stay": "archive-buckets-by-pipeline",
    "keys-stay-usable": "phi-keys-stay-usable",
    "phi-keys-stay-usable": "keys-stay-usable",
    "key-grants-for-aws-services": "phi-key-grants-for-aws-services",
    "phi-key-grants-for-aws-services": "key-grants-for-aws-services",
}
"""Guardrails without which nothing falls, because another one says the same of other callers."""
BEYOND = {
    "account-details-stay",
    "backup-copies-indelible",
    "backups-copied-inside",
    "ec2-hub-vpcs-may-be-excluded",
    "guardduty-is-on",
    "images-distributed-by-pipeline",
    "inspector-is-on",
    "internet-block-stays",
    "keys-moved-in-regions",
    "objects-by-tls-1-2",
    "open-shares-not-used",
    "sandbox-joined-by-the-pipeline",
    "sandbox-stays-apart",
    "security-hub-is-on",
    "services-act-for-us",
    "shares-of-outsiders-not-accepted",
    "snapshots-never-shared",
    "templates-immutable",
    "transit-peerings-accepted",
}
"""Guardrails that go further than the sentences they serve."""
AXIOMS = {"ec2-blocks-internet-gateways", "ec2-blocks-public-images", "ec2-blocks-public-snapshots"}
"""Declarative policies that guardrails back."""


@pytest.fixture(scope="module")
def prover() -> Prover:
    return Prover(organization_of(loaded(False).manifest, Lock(), compiled()), RULES)


def fallen(prover: Prover, guardrail: str) -> list[Result]:
    """Theorems that the guardrail serves and that are not proved without it."""
    without = Prover(without_guardrail(prover.organization, guardrail, compiled()), RULES, prover.decider)
    served = compiled().guardrails[guardrail].guardrail.invariants
    results = [without.theorem(THEOREMS[id]) for id in served if id != CLOSURE]
    results += without.closures(list(THEOREMS.values())) if CLOSURE in served else []
    return [result for result in results if result.verdict != "PROVED"]


def test_without_a_guardrail_its_theorem_falls_by_a_request_that_it_would_have_stopped(prover: Prover) -> None:
    quiet = set()
    for id, sourced in compiled().guardrails.items():
        if not sourced.guardrail.invariants:
            continue
        results = fallen(prover, id)
        if not results:
            quiet.add(id)
        for result in results:
            assert result.verdict == "REFUTED", id
            assert result.witness, id
            if id in statements() and result.id != "break-glass-needs-mfa":  # another way to its end is tried first
                assert covers_action(statements()[id], result.witness["action"]), (id, result.witness)
    assert quiet == BACKED.keys() | BEYOND | AXIOMS


def test_what_another_guardrail_backs_falls_without_both(prover: Prover) -> None:
    for one, other in BACKED.items():
        organization = without_guardrail(prover.organization, one, compiled())
        rest = Prover(organization, RULES, prover.decider)
        assert fallen(rest, other), (one, other)


TRAIL = {"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*"}
READS = {"Effect": "Deny", "Action": "s3:ListAllMyBuckets", "Resource": "*"}


def organization(*rows: dict[str, str]) -> Organization:
    policy = Policy("tried", {"Version": "2012-10-17", "Statement": list(rows)})
    accounts = (
        Account("ehr", "111111111111", "Root/PHI/ehr"),
        Account("security", "222222222222", "Root/PHI/security"),
    )
    names = ("pipeline_principals", "break_glass_principals")
    values = {"phi_targets": ("Root/PHI",), "security_account": ("security",), **dict.fromkeys(names, ())}
    return Organization({"Root/PHI": Target("Root/PHI", (policy,))}, accounts, values)


def borne(*rows: dict[str, str]) -> tuple[list[str], list[str]]:
    """Statements that bear trail-cannot-be-stopped, and those that bear nothing."""
    prover = Prover(organization(*rows))
    results = [prover.theorem(THEOREMS["trail-cannot-be-stopped"])]
    assert results[0].verdict == "PROVED"
    found = load(prover.organization, results, prover.decider)
    return [one.title for one in found.bearing.get(results[0].id, ())], [one.title for one in found.idle]


def test_a_statement_bears_what_is_untrue_without_it_and_is_idle_where_it_stops_nothing_bad() -> None:
    assert borne(TRAIL, READS) == (["tried/1"], ["tried/2"])


def test_of_two_statements_that_say_the_same_neither_bears_and_neither_is_idle() -> None:
    assert borne(TRAIL, {**TRAIL, "Action": "cloudtrail:*l*"}) == (["tried/1"], [])
    assert borne(TRAIL, dict(TRAIL)) == ([], [])
