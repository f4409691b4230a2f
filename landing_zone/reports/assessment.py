"""`hlz assess`: what somebody's configuration does and does not protect: document, text and page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from landing_zone.fault import UsageError, excerpt, nearest
from landing_zone.lza.gaps import Gap, NotUnderstood
from landing_zone.outcome import FINDINGS, GOOD, Outcome
from landing_zone.output_files import make_folder, write_file

FORMATS = ("html", "json")
_TEMPLATES = Path(__file__).parent / "templates"
_SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Assessment:
    """What was found. theorems: rows as of `hlz prove`. partial: why it is not the whole. assumed: sentences.

    title: what was assessed. counts: of what it holds, by name. facts: what is worth knowing and no gap, with `file`,
    `line` and `message`.
    """

    title: str
    gaps: Sequence[Gap]
    not_understood: Sequence[NotUnderstood]
    theorems: Sequence[Mapping[str, Any]] = ()
    partial: Sequence[str] = ()
    assumed: Sequence[str] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    facts: Sequence[Mapping[str, Any]] = ()


def known_formats(formats: Sequence[str]) -> None:
    """Raises UsageError: a format that there is not."""
    for name in formats:
        if name not in FORMATS:
            message = f"--format {excerpt(name)}: no such format; allowed: {', '.join(FORMATS)}"
            raise UsageError(message, hint=nearest(name, FORMATS))


def outcome(found: Assessment, formats: Sequence[str], output: Path | None) -> Outcome:
    """Say it; with `output`, write it too. Exit code 1: gaps, or something stays open. Raises UsageError."""
    document = assessment_document(found)
    if output:
        make_folder(output)
        for name in formats or FORMATS:
            text = _page(document) if name == "html" else json.dumps(document, indent=1, ensure_ascii=False) + "\n"
            write_file(output / f"assessment.{name}", text)
    gaps = any(gap.severity != "note" for gap in found.gaps)
    open_ = found.not_understood or found.partial or any(row["verdict"] != "PROVED" for row in found.theorems)
    return Outcome(FINDINGS if gaps or open_ else GOOD, document, assessment_text(document))


def assessment_document(found: Assessment) -> dict[str, Any]:
    """The `--json` document."""
    return {
        "assessed": found.title,
        "counts": dict(found.counts),
        "gaps": [{**asdict(gap), "citations": list(gap.citations)} for gap in _in_order(found.gaps)],
        "not_understood": [asdict(one) for one in sorted(set(found.not_understood))],
        "partial": list(found.partial),
        "facts": [dict(row) for row in found.facts],
        "assumed": list(dict.fromkeys(found.assumed)),
        "theorems": [dict(row) for row in found.theorems],
    }


def _in_order(gaps: Iterable[Gap]) -> list[Gap]:
    return sorted(set(gaps), key=lambda gap: (_SEVERITIES.index(gap.severity), gap.file, gap.line, gap.id, gap.message))


def assessment_text(document: Mapping[str, Any]) -> str:
    """A line or two for each gap, by file and line; then what was not understood, and totals."""
    lines: list[str] = []
    for row in document["gaps"]:
        cited = f" ({', '.join(row['citations'])})" if row["citations"] else ""
        lines.append(f"{row['file']}:{row['line']}:{row['column']}: {row['severity']} {row['id']}{cited}")
        lines.append(f"  {row['message']}")
        lines += [f"  Fix: {row['fix']}"] if row["fix"] else []
    if document["not_understood"]:
        lines += ["", "Not understood, and so neither good nor a gap:"]
        lines += [f"  {row['file']}:{row['line']}: {row['message']}" for row in document["not_understood"]]
    if document["facts"]:
        lines += ["", "Worth knowing:"]
        lines += [f"  {row['file']}:{row['line']}: {row['message']}" for row in document["facts"]]
    if document["partial"]:
        lines += ["", "This assessment is partial:", *(f"  {text}" for text in document["partial"])]
    if document["assumed"]:
        lines += ["", "Assumed:", *(f"  {text}" for text in document["assumed"])]
    return "\n".join([*lines, "", _totals(document)]).strip()


def _totals(document: Mapping[str, Any]) -> str:
    severities = Counter(row["severity"] for row in document["gaps"])
    verdicts = Counter(row["verdict"] for row in document["theorems"])
    counted = ", ".join(f"{number} {name}" for name, number in document["counts"].items())
    told = ", ".join(f"{severities[name]} {name}s" for name in _SEVERITIES)
    proved = ", ".join(f"{verdicts[name]} {name}" for name in ("PROVED", "REFUTED", "UNKNOWN"))
    return f"{len(document['gaps'])} gaps ({told}); theorems: {proved}. Assessed: {counted or document['assessed']}."


def _page(document: Mapping[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
    )
    return environment.get_template("assessment.html.j2").render(document=document, totals=_totals(document))
