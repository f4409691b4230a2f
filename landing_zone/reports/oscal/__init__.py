"""The report in OSCAL 1.2.1 (NIST): seven documents that refer to each other by relative file names.

catalog.json and profile.json hold the Security Rule's paragraphs in this project's paraphrase,
component-definition.json what the landing zone brings, system-security-plan.json where each paragraph stands,
assessment-plan.json and assessment-results.json what was checked and found, plan-of-action-and-milestones.json what is
open. The documents are made as JSON here; `validation` alone knows compliance-trestle, whose models every document goes
through.
"""

from landing_zone.reports.oscal.files import OSCAL_FOLDER, oscal_files

__all__ = ["OSCAL_FOLDER", "oscal_files"]
