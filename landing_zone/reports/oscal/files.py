"""All documents by file name."""

from __future__ import annotations

from landing_zone.reports.oscal.assessment import assessment_plan, assessment_results
from landing_zone.reports.oscal.catalog import catalog, profile
from landing_zone.reports.oscal.component_definition import component_definition
from landing_zone.reports.oscal.document import (
    ASSESSMENT_PLAN,
    ASSESSMENT_RESULTS,
    CATALOG,
    COMPONENT_DEFINITION,
    PLAN_OF_ACTION,
    PROFILE,
    SECURITY_PLAN,
    Json,
)
from landing_zone.reports.oscal.plan_of_action import plan_of_action
from landing_zone.reports.oscal.system_security_plan import system_security_plan
from landing_zone.reports.oscal.validation import validated
from landing_zone.reports.report_input import ReportInput

OSCAL_FOLDER = "oscal"


def oscal_files(source: ReportInput, evidence: str = "../") -> dict[str, bytes]:
    """The documents by file name; without a plan of action when nothing is open.

    evidence: where ledger.json, proofs.json and landing-zone.json stand, seen from the documents. Raises UsageError if
    compliance-trestle is not installed.
    """
    return {name: validated(document) for name, document in oscal_documents(source, evidence).items()}


def oscal_documents(source: ReportInput, evidence: str = "../") -> dict[str, Json]:
    """The documents as JSON values, before trestle has seen them."""
    found: dict[str, Json | None] = {
        CATALOG: catalog(source),
        PROFILE: profile(source),
        COMPONENT_DEFINITION: component_definition(source),
        SECURITY_PLAN: system_security_plan(source),
        ASSESSMENT_PLAN: assessment_plan(source),
        ASSESSMENT_RESULTS: assessment_results(source, evidence),
        PLAN_OF_ACTION: plan_of_action(source, evidence),
    }
    return {name: document for name, document in found.items() if document is not None}
