"""The Security Rule as an OSCAL catalog, and the profile that takes all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landing_zone.reports.oscal.document import (
    CATALOG,
    PROFILE,
    Identifiers,
    Json,
    control_id,
    line,
    metadata,
    prop,
    prose,
    statement_id,
    token,
    without_empty,
)
from landing_zone.reports.report_input import ReportInput

NIST = "https://doi.org/10.6028/NIST.SP.800-53r5"
CODE = "https://www.ecfr.gov/current/title-45/subtitle-A/subchapter-C/part-164"


def catalog(source: ReportInput) -> Json:
    """The paragraphs as controls, grouped by section, with links to the controls of NIST SP 800-53r5."""
    identifiers = Identifiers(source)
    rows = {row["citation"]: row for row in source.report["specifications"]}
    nist = identifiers.of("resource", NIST)
    return {
        "catalog": {
            "uuid": identifiers.document(CATALOG),
            "metadata": {
                **metadata(source, "45 CFR Part 164, paraphrased"),
                "links": [{"href": f"#{identifiers.of('resource', CODE)}", "rel": "reference"}],
            },
            "groups": [
                {
                    "id": token(f"cfr-{section['id']}"),
                    "class": "section",
                    "title": line(f"§ {section['id']} {section['title']}"),
                    "controls": [_control(rows[citation], rows, nist) for citation in section["specifications"]],
                }
                for section in source.report["sections"]
            ],
            "back-matter": {
                "resources": [
                    {"uuid": nist, "title": "NIST SP 800-53 Rev. 5", "rlinks": [{"href": NIST}]},
                    {
                        "uuid": identifiers.of("resource", CODE),
                        "title": "45 CFR Part 164",
                        "description": "The text of the law; this catalog paraphrases it.",
                        "rlinks": [{"href": CODE}],
                    },
                ]
            },
        }
    }


def profile(source: ReportInput) -> Json:
    """All paragraphs, as the catalog groups them."""
    return {
        "profile": {
            "uuid": Identifiers(source).document(PROFILE),
            "metadata": metadata(source, "Every paragraph of the catalog"),
            "imports": [{"href": CATALOG, "include-all": {}}],
            "merge": {"as-is": True},
        }
    }


def _control(row: Mapping[str, Any], rows: Mapping[str, Any], nist: str) -> Json:
    id = control_id(row["citation"])
    parts = [
        {"id": statement_id(row["citation"]), "name": "statement", "prose": prose(row["paraphrase"])},
        *(
            {"id": f"{id}_{who}", "name": "guidance", "title": title, "prose": prose(row[who])}
            for who, title in (("customer", "Left to the customer"), ("aws", "Done by AWS"))
            if row[who]
        ),
    ]
    standards = [f"#{control_id(citation)}" for citation in row["standards"] if citation in rows]
    return without_empty(
        {
            "id": id,
            "class": token(row["kind"].replace(" ", "-")),
            "title": line(row["name"]),
            "props": [
                {"name": "label", "value": row["citation"]},
                prop("obligation", row["obligation"]),
                prop("category", row["category"]),
                *(prop("work-of", work) for work in dict.fromkeys((row["work"], *row["also"]))),
                prop("basis", row["basis"]),
                prop("as-of", row["as_of"]),
                prop("verification", row["verification"]),
            ],
            "links": [
                *({"href": href, "rel": "required"} for href in standards),
                *(
                    {"href": f"#{nist}", "rel": "related", "resource-fragment": id.lower(), "text": line(id)}
                    for id in row["nist_800_53r5"]
                ),
            ],
            "parts": parts,
        }
    )
