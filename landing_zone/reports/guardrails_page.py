"""docs/reference/guardrails.md: every guardrail of the project in a sentence, from the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from landing_zone.assurance.controls import controls
from landing_zone.guardrails.sources import SourcedGuardrail, load_guardrails
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.theorems import Theorem, load_theorems
from landing_zone.reports.guardrail_proofs import meant

NAMES: Mapping[str, str] = {
    "SERVICE_CONTROL_POLICY": "service control policy",
    "RESOURCE_CONTROL_POLICY": "resource control policy",
    "DECLARATIVE_POLICY_EC2": "declarative policy for EC2",
    "S3_POLICY": "S3 policy",
    "TAG_POLICY": "tag policy",
    "BACKUP_POLICY": "backup policy",
    "AISERVICES_OPT_OUT_POLICY": "AI services opt-out policy",
    "CHATBOT_POLICY": "chat applications policy",
    "SECURITYHUB_POLICY": "Security Hub policy",
    "GUARDDUTY_POLICY": "GuardDuty policy",
    "INSPECTOR_POLICY": "Inspector policy",
    "BEDROCK_POLICY": "Bedrock policy",
    "UPGRADE_ROLLOUT_POLICY": "upgrade rollout policy",
    "NETWORK_SECURITY_DIRECTOR_POLICY": "network security director policy",
}
_BASES: Mapping[str, str] = {
    "scp": "a condition key lets right requests pass",
    "scp-total-deny": "AWS offers no condition key, so all but the exempt are denied",
    "rcp": "the resource's side, whoever comes",
    "declarative": "the service itself enforces it",
}


def guardrails_page(notice: str) -> str:
    """The page."""
    lines = [
        notice,
        "# The guardrails",
        "",
        "What organization policies keep in every account under an OU. How they are put together and how to add one:",
        "[guardrails](../guardrails.md). A guardrail is evidence toward a citation, it satisfies none by itself.",
        "",
        "Basis: " + "; ".join(f"**{name}**: {meaning}" for name, meaning in _BASES.items()) + ".",
        "",
    ]
    guardrails = sorted(
        load_guardrails(), key=lambda sourced: (sourced.type != "SERVICE_CONTROL_POLICY", sourced.topic)
    )
    for (topic, type, as_of), members in groupby(guardrails, key=lambda s: (s.topic, s.type, s.as_of)):
        lines += [f"## {topic}", "", f"As {_article(NAMES[type])}, compared with AWS on {as_of}.", ""]
        for sourced in members:
            lines += _entry(sourced)
    lines += ["## Who may be exempt", "", "| group | who | why | kept closed by |", "|---|---|---|---|"]
    lines += [_group(name, row) for name, row in policy_data("guardrails/principals").items()]
    lines += [
        "",
        "## Theorems",
        "",
        "What they rest on and do not say: [guardrail proofs](../guardrail-proofs.md).",
        "",
    ]
    for theorem in load_theorems():
        lines += _theorem(theorem)
    return "\n".join(lines[:-1]) + "\n"


def _theorem(theorem: Theorem) -> list[str]:
    cited = f"({_cfr(theorem.citations)})"
    return [
        f"**`{theorem.id}`**: {_cell(theorem.theorem)} {cited}.",
        "",
        f"Of whom: {meant(theorem)}. Basis: {_cell(theorem.basis)}. {_cell(theorem.limits or '')}".rstrip(),
        "",
    ]


def _entry(sourced: SourcedGuardrail) -> list[str]:
    guardrail = sourced.guardrail
    control = controls()[guardrail.control]
    facts = [
        f"profiles {', '.join(guardrail.profiles)}",
        f"exempt: {', '.join(guardrail.exempt)}" if guardrail.exempt else "exempts nobody",
        f"basis {guardrail.basis}",
    ]
    if guardrail.when:
        facts.append(f"when `{guardrail.when}`")
    if guardrail.invariants:
        facts.append("serves " + ", ".join(f"`{id}`" for id in guardrail.invariants))
    return [
        f"**{guardrail.title}.** {_sentence(guardrail.intent)}",
        "",
        f"`{guardrail.id}`: {'; '.join(facts)}. Control {control.id}, {_cell(control.title)} ({_cfr(control.cfr)}).",
        "",
    ]


def _cfr(paragraphs: Sequence[str]) -> str:
    return "45 CFR " + ", ".join(paragraphs)


def _sentence(text: str) -> str:
    return " ".join(text.split())


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "AEIO" or name.startswith("up") else f"a {name}"


def _group(name: str, row: Mapping[str, Any]) -> str:
    closed = f"`{row['closed_by']}`" if row.get("closed_by") else _cell(row.get("closed_by_aws", ""))
    return f"| {name} | {_cell(row['title'])} | {_cell(row['why'])} | {closed} |"


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")
