"""The reports that stand beside every cloud assembly."""

from __future__ import annotations

import json
import os

from landing_zone.assembly.cache import cache_folder
from landing_zone.assembly.synthesis import PAGE_FILE, Checked
from landing_zone.reports.access import (
    ACCESS_CSV,
    ACCESS_JSON,
    access_csv,
    access_document,
    access_json,
    access_of_plan,
)
from landing_zone.reports.guardrail_report import guardrail_report, theorem_rows
from landing_zone.reports.inventory import (
    INVENTORY_CSV,
    INVENTORY_JSON,
    inventory_csv,
    inventory_json,
    inventory_of_plan,
    plan_document,
)
from landing_zone.reports.ledger import LEDGER_JSON, ledger_json, ledger_of_plan
from landing_zone.reports.network import PROOFS_JSON, network_report
from landing_zone.reports.page import summary_page
from landing_zone.reports.proofs import joined


def reports_beside(checked: Checked) -> dict[str, str]:
    """Text of each report by file name; the maps of the network are among them."""
    cache = cache_folder(os.environ)
    guardrails, network = guardrail_report(checked, cache), network_report(checked, cache)
    theorems = [*theorem_rows(guardrails), *network.proofs["results"]]
    found = inventory_of_plan(checked)
    document = plan_document(checked, found)
    matrix = access_of_plan(checked)
    access = access_document(checked, matrix)
    return {
        PAGE_FILE: summary_page(checked, found, matrix, network, guardrails),
        PROOFS_JSON: json.dumps(joined([guardrails, network.proofs]), indent=1, ensure_ascii=False) + "\n",
        LEDGER_JSON: ledger_json(ledger_of_plan(checked, theorems)),
        **network.maps,
        ACCESS_JSON: access_json(access),
        ACCESS_CSV: access_csv(access),
        INVENTORY_JSON: inventory_json(document),
        INVENTORY_CSV: inventory_csv(document),
    }
