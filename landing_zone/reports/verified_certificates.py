"""Certificates of a folder, replayed against policies and held against the verdict file that was written with them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landing_zone.fault import Fault, InputError, UsageError
from landing_zone.manifest.source_text import read_text
from landing_zone.outcome import FINDINGS, GOOD, Outcome
from landing_zone.proof.guardrails.organization import Organization, digest
from landing_zone.proof.guardrails.proofs import problems_of
from landing_zone.reports.guardrail_proofs import CERTIFICATES, VERDICTS

Row = dict[str, Any]
"""file, theorem, problems: what speaks against the certificate; nothing, if it is good."""


@dataclass(frozen=True)
class Verdicts:
    """What a verdict file says of certificates. hashes: by theorem. proved: theorems and exemptions it calls proved."""

    file: Path
    hashes: Mapping[str, str] = field(default_factory=dict)
    proved: frozenset[str] = frozenset()

    def problems(self, theorem: str, certificate: Any) -> list[str]:
        """Whether a certificate is the one that was written."""
        if theorem not in self.hashes:
            return [f"{VERDICTS} knows no certificate of it"]
        return [] if digest(certificate) == self.hashes[theorem] else [f"{VERDICTS} has another hash of it"]

    def missing(self, found: frozenset[str]) -> Iterator[Row]:
        """A row for each theorem that is said to be proved, and nothing shows it."""
        for theorem in sorted((self.proved | self.hashes.keys()) - found):
            problem = f"{VERDICTS} says that it is proved, and there is no certificate of it"
            yield {"file": str(self.file), "theorem": theorem, "problems": [problem]}


def verified(organization: Organization, folder: Path) -> Outcome:
    """Replay the certificates of a folder, or one of them, against policies. Raises InputError, UsageError.

    Where the verdict file is there, too, certificates that it does not know or that are missing are refused.
    """
    path = folder / CERTIFICATES if (folder / CERTIFICATES).is_dir() else folder
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise UsageError("holds no certificate", file=str(folder), hint="hlz prove -o DIR writes some")
    verdicts = _verdicts(folder / VERDICTS) if path != folder and (folder / VERDICTS).is_file() else None
    rows = [_replayed(organization, file, verdicts) for file in files]
    if verdicts:
        rows += verdicts.missing(frozenset(row["theorem"] for row in rows))
    accepted = [row for row in rows if not row["problems"]]
    lines = [_line(row) for row in rows]
    lines += ["", f"{len(accepted)} of {len(rows)} certificates prove their theorem of these policies."]
    code = GOOD if len(accepted) == len(rows) else FINDINGS
    return Outcome(code, {"certificates": rows}, "\n".join(lines))


def _verdicts(file: Path) -> Verdicts:
    content = _json(file, "verdict file")
    try:
        hashes = {str(id): str(row["sha256"]) for id, row in content["guardrails"]["certificates"].items()}
        proved = {
            row["id"]
            for row in content["results"]
            # Where there is nothing to prove, the reason says so, and there is no certificate.
            if row["verdict"] == "PROVED" and row["kind"] in ("guardrail", "closure") and not row["reason"]
        }
    except (AttributeError, KeyError, TypeError):
        raise InputError([Fault(str(file), 1, 1, "", "is no verdict file of hlz prove")]) from None
    return Verdicts(file, hashes, frozenset(proved))


def _replayed(organization: Organization, file: Path, verdicts: Verdicts | None) -> Row:
    certificate = _json(file, "certificate")
    theorem = certificate.get("theorem") if isinstance(certificate, dict) else None
    name = str(theorem or file.stem)
    problems = problems_of(organization, certificate)
    if verdicts and not problems:
        problems = verdicts.problems(name, certificate)
    return {"file": str(file), "theorem": name, "problems": problems}


def _json(file: Path, what: str) -> Any:
    try:
        return json.loads(read_text(file, ""))
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise InputError([Fault(str(file), line, column, "", f"is no JSON, so it is no {what}")]) from None


def _line(row: Row) -> str:
    return f"REFUSED   {row['theorem']}: {row['problems'][0]}" if row["problems"] else f"ACCEPTED  {row['theorem']}"
