"""docs/reference/controls.md: the Security Rule, what serves each paragraph, and every control."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from landing_zone.assurance.catalogue import (
    Specification,
    artifacts,
    citing,
    config_rules,
    proposed,
    regimes,
    specifications,
)
from landing_zone.assurance.controls import Control, controls

WORK = {
    "infrastructure": "the landing zone",
    "evidence": "people, with our reports",
    "customer": "the customer",
    "aws": "AWS under the BAA",
}
HEAD = """# The Security Rule and the controls

What each paragraph asks for in our words, who does most of the work, and what serves it. A control is evidence toward a
paragraph and satisfies none by itself. How to read this: [the catalogue](../catalogue.md)."""


def controls_page(notice: str) -> str:
    """The page, with `notice` above it."""
    parts = (_rule(), _controls(), _proposed(), _regimes(), _artifacts(), _pack())
    return "\n".join([notice, HEAD, "", *(line for part in parts for line in part)]) + "\n"


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def _table(*header: str, rows: Iterable[Iterable[object]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"
    yield ""


def _link(id: str) -> str:
    return f"[{id}](#{id.lower()})"


def _rule() -> Iterator[str]:
    section = ""
    for row in specifications().values():
        if row.section != section:
            section = row.section
            yield f"## 45 CFR {section}"
            yield ""
        yield f"### {row.citation} {row.name}"
        yield ""
        yield f"{row.kind.capitalize()}, {row.obligation}. {row.paraphrase}"
        yield ""
        yield from (f"- {line}" for line in _said_of(row))
        yield ""


def _said_of(row: Specification) -> Iterator[str]:
    yield f"Most of the work: {WORK[row.work]}."
    for cited, serving in citing(row.citation).items():
        through = "" if cited == row.citation else f" (through {cited})"
        yield f"Controls{through}: {', '.join(_link(control.id) for control in serving)}"
    if row.customer:
        yield f"Customer: {row.customer}"
    if row.aws:
        yield f"AWS: {row.aws}"
    if row.nist_800_53r5:
        yield f"NIST SP 800-53r5, by SP 800-66r2: {', '.join(row.nist_800_53r5)}"
    if row.evidence:
        yield f"Artifacts: {', '.join(row.evidence)}"
    yield f"As of {row.as_of}; {row.verification}."


def _controls() -> Iterator[str]:
    yield "## Controls"
    yield ""
    for id in sorted(controls()):
        control = controls()[id]
        yield f"### {id}"
        yield ""
        yield f"**{_cell(control.title)}.** {_cell(control.expectation)}"
        yield ""
        yield from (f"- {_cell(line)}" for line in _parts(control))
        yield ""


def _parts(control: Control) -> Iterator[str]:
    yield f"45 CFR: {', '.join(f'{one.cfr} ({one.basis})' for one in control.citations)}; as of {control.as_of}"
    if control.nist_800_53r5:
        yield f"NIST SP 800-53r5: {', '.join(control.nist_800_53r5)}"
    if control.nprm:
        yield f"Proposed rule: {', '.join(control.nprm)}"
    for name, value in control.enforced_by:
        if value:
            shown = (rule.id if name == "config_rules" else rule for rule in value)
            yield f"{name.replace('_', ' ').capitalize()}: {', '.join(f'`{one}`' for one in shown)}"
    texts = (("Done by", control.done_by), ("When broken", control.remediation), ("Note", control.note))
    yield from (f"{name}: {text}" for name, text in texts if text)
    if control.live_probe:
        yield f"Shown live by: {', '.join(f'`{action}`' for action in control.live_probe)}"


def _proposed() -> Iterator[str]:
    yield "## The proposed rule of 2025"
    yield ""
    yield "Proposed, not law: 90 FR 898, RIN 0945-AA22. Its numbers are those of current law with other meanings."
    yield ""
    yield from _table(
        "paragraph",
        "name",
        "what it would ask",
        "how often",
        "confidence",
        "controls that bear on it",
        rows=(
            (row.id, row.name, row.paraphrase, row.interval, row.confidence, ", ".join(c.id for c in row.controls()))
            for row in proposed().values()
        ),
    )


def _regimes() -> Iterator[str]:
    yield "## Regimes"
    yield ""
    yield from _table(
        "id",
        "title",
        "residency",
        "least years",
        "who must be told how soon",
        "basis",
        "how sure",
        rows=(
            (
                row.id,
                row.title,
                row.residency + (", or with a basis for transfers" if row.transfers else ""),
                ", ".join(f"{kind} {years}" for kind, years in row.retention.items()),
                "; ".join(f"{clock.notify}: {clock.limit} from {clock.counted_from}" for clock in row.clocks),
                f"{row.basis}; as of {row.as_of}",
                row.verification,
            )
            for row in regimes().values()
        ),
    )


def _artifacts() -> Iterator[str]:
    yield "## What auditors ask to see"
    yield ""
    yield from _table(
        "artifact",
        "45 CFR",
        "legal tie",
        "produced in",
        "customer",
        rows=(
            (row.title, ", ".join(row.citations), row.legal_tie, "; ".join(row.produced_in), row.customer)
            for row in artifacts().values()
        ),
    )


def _pack() -> Iterator[str]:
    yield "## AWS Config's conformance pack for HIPAA Security"
    yield ""
    yield from _table(
        "rule",
        "control",
        "cdk-nag",
        "ours",
        "why live only",
        rows=(
            (row.id, row.control, ", ".join(row.cdk_nag), ", ".join(row.rules), row.live_only)
            for row in config_rules().values()
        ),
    )
