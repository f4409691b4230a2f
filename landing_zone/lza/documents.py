"""Policy documents and templates of an LZA configuration, judged by the rules that judge them in any template.

`policies/lza/documents.yaml` says where they are named and what kind of resource has such a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.files import evaluated_foreign
from landing_zone.assurance.finding import Finding
from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.template import Template
from landing_zone.assurance.template_file import read_template
from landing_zone.fault import InputError
from landing_zone.lza.configuration import Configuration
from landing_zone.lza.entry import Entry
from landing_zone.lza.expectations import places
from landing_zone.lza.gaps import Gap, NotUnderstood
from landing_zone.lza.organization import organization_of
from landing_zone.policy_data import policy_data


@dataclass(frozen=True)
class _Document:
    root: Entry
    type: str
    property: str
    account: str | None = None


def judge_documents(configuration: Configuration) -> Iterator[Gap | NotUnderstood]:
    """What the rules find in policy documents, a gap for each statement and rule; the id of a gap is the rule's.

    Files that cannot be read become faults of the configuration.
    """
    documents = _documents(configuration)
    if not documents:
        return
    for one in documents.values():
        if not (one.root.each("Statement") if one.root.items() else ()):
            yield NotUnderstood(one.root.file, one.root.line, "holds no statement, so no rule says anything of it")
    for account in dict.fromkeys(found.account for found in documents.values()):
        yield from _judged({name: found for name, found in documents.items() if found.account == account}, account)


def _judged(documents: dict[str, _Document], account: str | None) -> Iterator[Gap | NotUnderstood]:
    """account: the only one that the documents are deployed to; None: several, or it has no id."""
    resources = {
        name: {"Type": found.type, "Properties": {found.property: _template_value(found.root)}}
        for name, found in documents.items()
    }
    template = Template.from_json({"Resources": resources}, name="policies")
    report = evaluate(template, RuleContext(template, own=False, account_id=account))
    found_at: dict[tuple[str, str, int, int], list[Finding]] = {}
    for finding in report.findings:
        document = documents[finding.resource]
        prefix = f"Resources/{finding.resource}/Properties/{document.property}"
        if finding.path == prefix or finding.path.startswith(f"{prefix}/"):
            place = _below(document.root, finding.path.removeprefix(prefix).split("/"))
            found_at.setdefault((finding.rule, place.file, place.line, place.column), []).append(finding)
    for (rule, file, line, column), (first, *others) in found_at.items():
        more = f" ({len(others)} more findings of {rule} here.)" if others else ""
        message = f"{first.message}{more}"
        yield Gap(rule, first.citations, file, line, column, message, first.fix, first.severity)
    for row in report.not_evaluated:
        if row.resource in documents:
            root = documents[row.resource].root
            yield NotUnderstood(root.file, root.line, f"{row.rule} could not judge {row.resource}: {row.reason}")


def judge_templates(configuration: Configuration, facts: list[dict[str, Any]]) -> Iterator[Gap | NotUnderstood]:
    """What the rules find in the templates of customizations; a row for each template is added to `facts`."""
    seen: set[str] = set()
    for named in _named(configuration, "templates"):
        path = configuration.located(named[1])
        if path is None or str(path) in seen:
            continue
        seen.add(str(path))
        name = named[1].text
        try:
            report = evaluated_foreign(read_template(path), name)
        except InputError as error:
            yield from (NotUnderstood(name, fault.line, fault.message) for fault in error.faults)
            continue
        for finding in report.findings:
            line = finding.line or 1
            yield Gap(finding.rule, finding.citations, name, line, 1, finding.message, finding.fix, finding.severity)
        if report.not_evaluated:
            count = len(report.not_evaluated)
            yield NotUnderstood(name, 1, f"{count} questions of the rules could not be decided; see `hlz check {name}`")
        facts.append({"template": name, "resources": report.resources, "findings": len(report.findings)})


def boundaries_of(configuration: Configuration) -> dict[str, Entry]:
    """Policies that are boundaries and attached to nothing, by file: what a boundary allows it grants to nobody."""
    iam = configuration.file("iam")
    bounding, attached = set(), set()
    for entry in iam.walk():
        key = entry.path.rpartition(".")[2]
        if key == "boundaryPolicy" or entry.path.endswith("permissionsBoundary.customerManagedPolicy.name"):
            bounding.add(entry.text)
        elif re.fullmatch(r"(customerManaged|acceleratorManaged)(\[\d+\])?", key):
            attached.add(entry.text)
    policies = (place.entry for place in places(configuration, iam, "policySets[].policies[]"))
    return {
        file.text: policy
        for policy in policies
        if (name := policy.get("name")) and (file := policy.get("policy")) and name.text in bounding - attached
    }


def _named(configuration: Configuration, kind: str) -> Iterator[tuple[dict[str, str], Entry, Entry]]:
    """Rows of `policies/lza/documents.yaml`, the name of a file, and the place that has it."""
    for row in policy_data("lza/documents")[kind]:
        if row["file"] in configuration.files:
            for place in places(configuration, configuration.files[row["file"]], row["at"]):
                named = place.entry.get(row["key"]) if place.written else None
                if named and named.text and not named.unresolved:
                    yield row, named, place.entry


def _documents(configuration: Configuration) -> dict[str, _Document]:
    """By a name for people, made of the file's; a file that stands in several places is judged once for each type."""
    found: dict[tuple[str, str], _Document] = {}
    boundaries = boundaries_of(configuration)
    tree = organization_of(configuration)
    for row, named, place in _named(configuration, "documents"):
        policy = configuration.policy(named)
        if policy and named.text not in boundaries:
            ids = {None if one.stand_in else one.id for one in tree.targets_of(place.get("deploymentTargets")).deployed}
            account = ids.pop() if len(ids) == 1 else None
            one = _Document(policy.root, row["type"], row["property"], account)
            before = found.setdefault((policy.file, row["type"]), one)
            if before.account != account:
                found[policy.file, row["type"]] = replace(one, account=None)
    names: dict[str, _Document] = {}
    for (file, _), document in found.items():
        stem = (
            "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", file.rpartition("/")[2][:-5])) or "Policy"
        )
        name = next(each for each in (stem, *(f"{stem}{n}" for n in range(2, len(found) + 2))) if each not in names)
        names[name] = document
    return names


def _template_value(entry: Entry) -> Any:
    """The document as a template would have it; what is not known is decided at deployment."""
    if isinstance(entry.value, dict):
        return {key: _template_value(item) for key, item in entry.value.items()}
    if isinstance(entry.value, list):
        return [_template_value(item) for item in entry.value]
    return {"Fn::Sub": entry.value} if entry.unresolved else entry.value


def _below(entry: Entry, steps: list[str]) -> Entry:
    for step in steps:
        if isinstance(entry.value, dict) and step in entry.value:
            entry = entry.value[step]
        elif isinstance(entry.value, list) and step.isdecimal() and int(step) < len(entry.value):
            entry = entry.value[int(step)]
    return entry
