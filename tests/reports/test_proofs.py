"""What `hlz prove` says: each verdict, the path of what does not hold, totals."""

from __future__ import annotations

from typing import Any

from landing_zone.proof.network.model import Hop, Network, Origin, Result, Unknown
from landing_zone.reports.proofs import proofs_document, proofs_text

PATH = (
    Hop(Origin("web", "Igw"), "enters by the internet gateway"),
    Hop(Origin("records", "Data"), "arrives in the subnet"),
)


def result(id: str, verdict: Any, **more: Any) -> Result:
    given = {"assumptions": ("Packets follow routes",), "citations": ("164.312(e)(1)",)} | more
    return Result(id=id, kind="network", verdict=verdict, theorem=f"Theorem {id}.", basis="templates", **given)


REFUTED = result("open", "REFUTED", witness=PATH)
PROVED = result("closed", "PROVED", blocked=(Hop(Origin("records", "Acl"), "denies it"),))
OPEN = result("doubted", "UNKNOWN", reason="1 unknown: web/X: it is a macro")
SKIPPED = [("sandboxed", "no network of segment sandbox")]
NETWORK = Network(unknowns=(Unknown(Origin("web", "X"), "it is a macro"),))


def document(*results: Result) -> dict[str, Any]:
    return proofs_document(NETWORK, results, SKIPPED)


def shown(*results: Result, brief: bool = False, explain: str | None = None) -> list[str]:
    return proofs_text(document(*results), brief=brief, explain=explain).splitlines()


def test_each_theorem_has_a_line_with_its_verdict_first() -> None:
    assert shown(REFUTED, PROVED, OPEN)[:3] == [
        "REFUTED  open     Theorem open.",
        "PROVED   closed   Theorem closed.",
        "UNKNOWN  doubted  Theorem doubted.",
    ]


def test_a_refutation_is_followed_by_its_path_hop_by_hop_with_the_resource_of_each() -> None:
    lines = shown(REFUTED, PROVED)
    start = lines.index("open: REFUTED")
    assert lines[start + 1 : start + 3] == [
        "  1. enters by the internet gateway  [web/Igw]",
        "  2. arrives in the subnet  [records/Data]",
    ]
    assert "closed: PROVED" not in lines


def test_what_is_not_known_is_followed_by_its_reason() -> None:
    assert "doubted: UNKNOWN: 1 unknown: web/X: it is a macro" in shown(OPEN)


def test_theorems_that_fail_for_one_reason_are_told_together() -> None:
    again = result("doubted-too", "UNKNOWN", reason=OPEN.reason)
    lines = [line for line in shown(OPEN, PROVED, again) if line.endswith(OPEN.reason)]
    assert lines == [f"doubted, doubted-too: UNKNOWN: {OPEN.reason}"]


def test_assumptions_are_those_of_what_is_proved() -> None:
    refuted = result("other", "REFUTED", witness=PATH, assumptions=("The moon is round",))
    text = "\n".join(shown(PROVED, refuted))
    assert "Packets follow routes" in text
    assert "The moon is round" not in text


def test_the_totals_count_every_verdict_and_come_last() -> None:
    totals = "2 PROVED, 1 REFUTED, 0 UNKNOWN; 0 VPCs, 0 subnets, 0 transit gateways."
    assert shown(PROVED, REFUTED, PROVED)[-1] == totals


def test_an_assumption_of_several_theorems_is_said_once_and_what_was_not_evaluated_with_its_reason() -> None:
    lines = shown(PROVED, REFUTED)
    assert [line for line in lines if "Packets follow routes" in line] == ["  A1. Packets follow routes"]
    assert "not evaluated: sandboxed: no network of segment sandbox" in lines


def test_brief_leaves_assumptions_and_what_was_not_evaluated_out_and_keeps_the_path() -> None:
    text = "\n".join(shown(REFUTED, brief=True))
    assert "  1. enters by the internet gateway  [web/Igw]" in text
    assert "Packets follow routes" not in text
    assert "sandboxed" not in text


def test_an_explanation_says_everything_about_one_theorem_and_nothing_about_others() -> None:
    assert shown(PROVED, REFUTED, explain="closed") == [
        "PROVED  closed",
        "Theorem: Theorem closed.",
        "Basis: templates",
        "Citations: 164.312(e)(1) (45 CFR)",
        "Assumption A1: Packets follow routes",
        "What blocks:",
        "  1. denies it  [records/Acl]",
    ]
    assert shown(PROVED, REFUTED, explain="open")[-3:] == [
        "Path:",
        "  1. enters by the internet gateway  [web/Igw]",
        "  2. arrives in the subnet  [records/Data]",
    ]


def test_explaining_what_was_not_evaluated_says_why() -> None:
    assert shown(PROVED, explain="sandboxed") == ["not evaluated: sandboxed: no network of segment sandbox"]


def test_the_document_names_the_resource_of_every_hop_and_of_everything_unknown() -> None:
    found = document(REFUTED)
    (row,) = found["results"]
    assert row["witness"][1] == {"template": "records", "resource": "Data", "text": "arrives in the subnet"}
    assert found["network"]["unknown"] == [{"template": "web", "resource": "X", "reason": "it is a macro"}]
    assert found["not_evaluated"] == [{"id": "sandboxed", "reason": "no network of segment sandbox"}]
