"""What OSCAL documents have in common: identifiers, metadata, properties, links, and text in OSCAL's two forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid5

from landing_zone.reports.check_results import printable
from landing_zone.reports.report_input import ReportInput

Json = dict[str, Any]
OSCAL_VERSION = "1.2.1"
NAMESPACE = "urn:healthcare-landing-zone:oscal:1"
"""Namespace of our properties."""
CATALOG, PROFILE = "catalog.json", "profile.json"
COMPONENT_DEFINITION = "component-definition.json"
SECURITY_PLAN = "system-security-plan.json"
ASSESSMENT_PLAN, ASSESSMENT_RESULTS = "assessment-plan.json", "assessment-results.json"
PLAN_OF_ACTION = "plan-of-action-and-milestones.json"
_ROOT = UUID("7b0c1d56-6d0e-5a53-9c1f-2f6c3ad1f0e4")
_MARKUP = re.compile(r"([\\`*\[\]<>&{}~^|])")
_NOT_TOKEN = re.compile(r"[^A-Za-z0-9_.-]")


class Identifiers:
    """UUIDs (version 5) that name the same thing in every run and every document of one organization."""

    def __init__(self, source: ReportInput) -> None:
        self._report = source.report
        self._space = uuid5(_ROOT, printable(source.report["organization"]))

    def of(self, kind: str, *names: str) -> str:
        """The UUID of a thing. The kind keeps apart things of one name."""
        return str(uuid5(self._space, "\n".join(map(printable, (kind, *names)))))

    def document(self, file: str) -> str:
        """The UUID of a document: another one whenever what it was made from is another."""
        made_from = [value for value in self._report["provenance"].values() if isinstance(value, str)]
        return self.of("document", file, self._report["as_of"], *made_from)


def metadata(source: ReportInput, title: str) -> Json:
    """Title, version and date of a document, and the roles that documents refer to."""
    report = source.report
    organization = Identifiers(source).of("party", "organization")
    provenance = report["provenance"]
    hashes = {name.replace("_", "-"): value for name, value in provenance.items() if isinstance(value, str)}
    tools = {f"tool-{name}": version for name, version in provenance.get("tools", {}).items()}
    return {
        "title": line(f"{title}: {report['organization']}"),
        "last-modified": instant(report["as_of"]),
        "version": f"{report['as_of']}-{provenance['manifest_sha256'][:12]}",
        "oscal-version": OSCAL_VERSION,
        "props": [prop(name, value) for name, value in sorted({**hashes, **tools}.items())],
        "roles": [
            {"id": "customer", "title": "The organization, which runs its processes and decides about its risks"},
            {"id": "provider", "title": "AWS, under the business associate agreement"},
        ],
        "parties": [{"uuid": organization, "type": "organization", "name": value_of(report["organization"])}],
        "responsible-parties": [{"role-id": "customer", "party-uuids": [organization]}],
    }


def instant(day: str) -> str:
    """The beginning of a day, in UTC; OSCAL has no dates without a time here."""
    return f"{day}T00:00:00+00:00"


def prop(name: str, value: object, group: str = "") -> Json:
    """A property in our namespace. The group says to which control a value belongs."""
    found = {"name": token(name), "ns": NAMESPACE, "value": value_of(value)}
    return {**found, "group": token(group)} if group else found


def props(name: str, values: Iterable[object], group: str = "") -> list[Json]:
    """The values, each once, as properties of one name."""
    return [prop(name, value, group) for value in dict.fromkeys(values)]


def token(text: str) -> str:
    """Text as an identifier: letters, digits, dots and dashes, no digit first."""
    clean = _NOT_TOKEN.sub("-", printable(text))
    return clean if clean[:1].isalpha() or clean[:1] == "_" else f"_{clean}"


def value_of(text: object) -> str:
    """Text without markup, in one line, never empty."""
    return " ".join(printable(text).split()) or "not stated"


def line(text: object) -> str:
    """Text as a markup line: nothing of it is read as markup."""
    return _MARKUP.sub(r"\\\1", value_of(text))


def prose(*paragraphs: object) -> str:
    """Text as markup with paragraphs, of which nothing else is read as markup; empty ones are left out."""
    return "\n\n".join(line(text) for text in paragraphs if str(text).strip()) or "not stated"


def control_id(citation: str) -> str:
    """The paragraph's id in the catalog: `164.308(a)(1)` is `cfr-164.308.a.1`."""
    return token("cfr-" + citation.replace("(", ".").replace(")", ""))


def statement_id(citation: str) -> str:
    """The id of the statement of a paragraph in the catalog."""
    return f"{control_id(citation)}_smt"


def without_empty(document: Mapping[str, Any]) -> Json:
    """The object without empty members, which OSCAL forbids."""
    return {key: value for key, value in document.items() if value not in (None, [], {}, "")}
