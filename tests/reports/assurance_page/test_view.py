"""What the page groups: it says each thing once and loses nothing."""

from __future__ import annotations

from landing_zone.reports.assurance_page import view
from tests.reports.assurance_page.arrange import control, entry, evidence, variant


def test_entries_of_templates_that_say_the_same_are_together_and_the_worst_comes_first() -> None:
    row = control("LZ-X", "failed", [entry("a", "checked"), entry("b", "checked"), entry("c", "failed")])
    found = view.entries(row)
    assert [(part.status, part.scopes) for part in found] == [("failed", ("c",)), ("checked", ("a", "b"))]


def test_the_organization_is_never_together_with_templates() -> None:
    found = view.entries(control("LZ-X", "checked", [entry("organization", "checked"), entry("a", "checked")]))
    assert [part.scopes for part in found] == [(), ("a",)]


def test_rules_that_examined_the_same_resources_are_together() -> None:
    rules = [evidence("rule", id, resources=["Key"]) for id in ("R1", "R2")]
    (found,) = view.entries(control("LZ-X", "checked", [entry("a", "checked", evidence=rules)]))
    assert [(piece.ids, piece.resources) for piece in found.evidence] == [(("R1", "R2"), ("Key",))]


def test_gaps_name_every_control_that_is_not_evaluated_and_settings_as_one_reason() -> None:
    rows = [
        control(
            f"LZ-{n}", "x", [entry("organization", "not evaluated", f"{n}", evidence=[evidence("setting", f"{n}")])]
        )
        for n in range(3)
    ]
    rows.append(control("LZ-9", "x", [entry("a", "not evaluated", "Nobody looked."), entry("b", "checked")]))
    assert [gap.controls for gap in view.gaps(rows)] == [("LZ-0", "LZ-1", "LZ-2"), ("LZ-9",)]


def test_templates_are_listed_with_accounts_by_region_and_what_is_withheld() -> None:
    row = variant("keys", "b", "a")
    row["deployments"].append({"name": "x", "account": "a", "region": "us-west-2", "withheld": "account id"})
    (found,) = view.scopes([row])
    assert found.accounts == {"us-east-1": ("a", "b"), "us-west-2": ("a",)}
    assert (found.deployments, found.withheld) == (3, 1)


def test_assumptions_are_numbered_once_and_cited_in_runs() -> None:
    texts = view.assumptions([{"assumptions": ["a", "b"]}, {"assumptions": ["b", "c", "d"]}])
    assert texts == ["a", "b", "c", "d"]
    assert view.runs(["d", "a", "b"], texts) == [(1, 2), (4, 4)]


def test_a_bar_is_full_and_without_gaps() -> None:
    shares = list(view.share({"failed": 1, "checked": 3}))
    assert shares == [("failed", 0.0, 25.0), ("checked", 25.0, 75.0)]


def test_acknowledgements_of_one_reason_keep_every_place() -> None:
    row = {"rule": "R", "control": "C", "reason": "why", "source": "toolkit", "owner": None, "expires": None}
    rows = [{**row, "template": template, "resource": id} for template, id in (("t2", "A"), ("t1", "B"), ("t2", "C"))]
    (found,) = view.acknowledged(rows)
    assert found.places == {"t1": ("B",), "t2": ("A", "C")}
