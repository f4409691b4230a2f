"""What serves a paragraph, and whether it may be excepted."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from landing_zone.assurance.catalogue import citing, controls_of, required, row, specifications
from landing_zone.assurance.catalogue.row import rows_of
from landing_zone.assurance.catalogue.security_rule import Specification


def test_a_paragraph_is_served_by_the_controls_that_cite_it() -> None:
    assert "LZ-LOG-01" in {control.id for control in controls_of("164.312(b)")}
    assert list(citing("164.312(b)")) == ["164.312(b)"]


def test_a_standard_is_served_by_what_cites_its_specifications_and_says_through_which() -> None:
    serving = citing("164.308(a)(5)(i)")
    assert "164.308(a)(5)(i)" not in serving
    assert "LZ-DET-01" in {control.id for control in serving["164.308(a)(5)(ii)(B)"]}
    assert {control.id for control in controls_of("164.308(a)(5)(i)")} >= {"LZ-DET-01", "LZ-IAM-10"}


def test_a_specification_is_not_served_by_what_cites_its_standard() -> None:
    assert citing("164.310(b)") == {}
    assert "164.312(a)(1)" not in citing("164.312(a)(2)(iv)")


def test_a_section_is_served_by_everything_in_it_and_a_control_counts_once() -> None:
    serving = controls_of("164.312")
    assert len({control.id for control in serving}) == len(serving) > 60
    assert [control.id for control in serving] == sorted(control.id for control in serving)


def test_a_specification_of_two_standards_counts_for_both() -> None:
    for standard in ("164.316(b)(1)(i)", "164.316(b)(1)(ii)"):
        assert "164.316(b)(2)(i)" in citing(standard)
    assert "164.308(b)(3)" in citing("164.308(b)(2)")


@pytest.mark.parametrize(
    ("citation", "answer"),
    [
        ("164.312(a)(2)(i)", True),
        ("164.312(a)(1)", True),
        ("164.306(d)(3)", True),
        ("164.312(a)(2)(iv)", False),
        ("164.308(a)(7)(ii)(D)", False),
        ("164.402", False),
    ],
)
def test_required_paragraphs_are_those_that_the_rule_requires(citation: str, answer: bool) -> None:
    assert required(citation) is answer


def test_a_paragraph_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        required("164.312(z)")
    assert citing("164.312(z)") == {}


def test_a_row_has_the_files_basis_and_date_unless_it_has_its_own() -> None:
    rows = specifications()
    assert rows["164.312(b)"].verification.startswith("checked against")
    assert rows["164.404(c)"].verification.startswith("from memory")
    assert rows["164.312(b)"].basis == rows["164.404(c)"].basis


def test_a_row_that_stands_twice_or_says_something_unknown_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = specifications()["164.312(b)"].model_dump(mode="json")
    monkeypatch.setattr(row, "policy_data", lambda file: {"rows": [raw, raw]})
    with pytest.raises(ValueError, match=r"x.yaml has 164.312\(b\) twice"):
        rows_of("x", Specification, "citation")
    monkeypatch.setattr(row, "policy_data", lambda file: {"rows": [raw | {"obligation": "optional"}]})
    with pytest.raises(ValidationError):
        rows_of("x", Specification, "citation")
