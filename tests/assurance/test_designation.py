"""Which paragraphs can be excepted: every one of the catalogue has an answer, and the rule's own words decide it."""

from __future__ import annotations

import pytest

from landing_zone.assurance.catalogue import specifications
from landing_zone.assurance.designation import asks_for_something, designation, refusal


def test_exactly_the_addressable_specifications_can_be_excepted() -> None:
    addressable = {row.citation for row in specifications().values() if row.obligation == "addressable"}
    assert len(addressable) == 22
    assert {citation for citation in specifications() if not refusal(citation)} == addressable


def test_a_standard_has_no_designation_and_is_not_excepted() -> None:
    assert designation("164.312(b)") == "standard"
    assert "164.306(c) asks to meet it" in refusal("164.312(b)")


@pytest.mark.parametrize("citation", ["164.402", "164.414(b)", "164.530(j)(1)", "160.103"])
def test_what_is_outside_the_security_rule_is_not_excepted(citation: str) -> None:
    assert "no specification of the Security Rule" in refusal(citation)


def test_a_paragraph_that_nobody_knows_is_not_excepted() -> None:
    assert "no paragraph that the catalogue knows" in refusal("164.312(z)")


def test_a_definition_asks_for_nothing_and_everything_else_does() -> None:
    assert not asks_for_something("164.402")
    assert asks_for_something("164.312(b)")
    assert asks_for_something("164.999(z)")
