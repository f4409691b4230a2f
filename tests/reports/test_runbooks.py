"""Alarms link to runbooks that exist and say what the data says."""

from __future__ import annotations

import re

from landing_zone.plan.alarms import RUNBOOKS, audit_alarms, hub_alarm, silence_alarm
from landing_zone.policy_data import ROOT
from landing_zone.reports.runbooks import PAGE, runbooks_page

ALARMS = (*audit_alarms(), silence_alarm(), hub_alarm())


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == runbooks_page(), "run python -m landing_zone.reports.runbooks"


def test_every_alarm_links_to_a_heading_of_the_page() -> None:
    assert ROOT / RUNBOOKS == PAGE
    headings = set(re.findall(r"^## (.+)$", runbooks_page(), re.MULTILINE))
    assert headings == {alarm.id for alarm in ALARMS}


def test_every_runbook_has_steps_harmless_causes_and_an_end() -> None:
    for section in runbooks_page().split("\n## ")[1:]:
        for expected in ("First steps:", "\n1. ", "\nHarmless: ", "\nTo stop it properly: "):
            assert expected in section, section.splitlines()[0]
