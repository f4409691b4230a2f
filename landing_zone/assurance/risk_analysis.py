"""The risk-analysis worksheet: assets x applicable threats with the controls there are, and what people answered.

45 CFR 164.308(a)(1)(ii)(A) asks for the analysis. Likelihood, impact and treatment are judgements of people: the
toolkit fills in what it knows and leaves these open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from landing_zone.assurance.controls import controls
from landing_zone.assurance.risk_assets import Asset, assets
from landing_zone.assurance.threats import Threat, level_of_risk, threats
from landing_zone.fault import excerpt, nearest
from landing_zone.manifest.checks.subject import Remark
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.risk import RiskAnswer

STALE_DAYS = 365
"""After so many days an answer is to be looked at again: a policy of this project; the rule says periodically."""
UNANSWERED, PARTLY, STALE, ANSWERED = "unanswered", "partly answered", "stale", "answered"
_KEY = "key."
"""Start of ids of assets that only the inventory knows."""
BASIS = (
    "45 CFR 164.308(a)(1)(ii)(A) and (B), 164.316(b)(2)(iii). Method: NIST SP 800-30r1; level by its table I-2. "
    "The list is a start: the threats of this place are for people to add."
)


def risk_document(
    manifest: Manifest,
    inventory_document: Mapping[str, Any] | None,
    statuses: Mapping[str, str],
    today: date,
) -> dict[str, Any]:
    """The worksheet. Rows name their asset and threat by id, so that each is said once.

    statuses: status of controls by id, as the ledger has them; `not evaluated` for the others.
    """
    found = assets(manifest, inventory_document)
    pairs = [(asset, threat) for asset in found for threat in threats().threats if applies(threat, asset)]
    rows = [_row(asset, threat, manifest.risk_analysis, today) for asset, threat in pairs]
    orphaned = sorted(set(manifest.risk_analysis) - {row["id"] for row in rows})
    used = {threat.id for _, threat in pairs}
    return {
        "basis": BASIS,
        "catalogue": {"as_of": threats().as_of, "basis": threats().basis},
        "totals": _totals(rows, len(found), len(orphaned)),
        "assets": [asset.as_json() for asset in found],
        "threats": [
            {
                **threat.model_dump(mode="json", exclude={"assets", "data", "stores", "controls"}),
                "controls": [
                    {"id": id, "title": controls()[id].title, "status": statuses.get(id, "not evaluated")}
                    for id in threat.controls
                ],
            }
            for threat in threats().threats
            if threat.id in used
        ],
        "rows": rows,
        "orphaned": [{"id": id, **_answer(manifest.risk_analysis[id])} for id in orphaned],
    }


def applies(threat: Threat, asset: Asset) -> bool:
    """Whether a threat is asked about for an asset."""
    if asset.kind not in threat.assets or (threat.data and asset.data not in threat.data):
        return False
    return not threat.stores or asset.stores is None or not set(threat.stores).isdisjoint(asset.stores)


def row_id(asset: Asset, threat: Threat) -> str:
    """The id under which a row is answered."""
    return f"{asset.id}.{threat.id}"


def remarks(manifest: Manifest, today: date) -> Iterator[Remark]:
    """Answers to rows that do not exist and answers that are too old. What only an inventory knows is left out."""
    if not manifest.risk_analysis:
        return
    known = [
        row_id(asset, threat)
        for asset in assets(manifest, None)
        for threat in threats().threats
        if applies(threat, asset)
    ]
    ids = frozenset(known)
    for id, answer in manifest.risk_analysis.items():
        if id not in ids and not id.startswith(_KEY):
            message = f"{excerpt(id, 120)} is no row of the worksheet; the answer is listed as orphaned"
            yield Remark(("risk_analysis", id), message, nearest(id, known), at_key=True)
        elif (days := _days_since(answer.date, today)) > STALE_DAYS:
            yield Remark(("risk_analysis", id, "date"), f"the answer is {days} days old; look at it again")


def _row(asset: Asset, threat: Threat, answers: Mapping[str, RiskAnswer], today: date) -> dict[str, Any]:
    id = row_id(asset, threat)
    answer = answers.get(id)
    missing = sorted(set(asset.accounts) - set(answer.accounts)) if answer and answer.accounts else []
    if answer is None:
        state = UNANSWERED
    elif missing:
        state = PARTLY
    else:
        state = STALE if _days_since(answer.date, today) > STALE_DAYS else ANSWERED
    row = {"id": id, "asset": asset.id, "threat": threat.id, "state": state, "accounts_not_answered": missing}
    return row | (_answer(answer) if answer else dict.fromkeys(_ANSWER_KEYS))


_ANSWER_KEYS = ("likelihood", "impact", "level", "treatment", "owner", "date", "measures", "residual")


def _answer(answer: RiskAnswer) -> dict[str, Any]:
    level = level_of_risk(answer.likelihood, answer.impact)
    return {key: level if key == "level" else getattr(answer, key) for key in _ANSWER_KEYS}


def _totals(rows: list[dict[str, Any]], found: int, orphaned: int) -> dict[str, Any]:
    states = Counter(row["state"] for row in rows)
    levels = Counter(row["level"] for row in rows if row["level"])
    return {
        "assets": found,
        "rows": len(rows),
        "unanswered": states[UNANSWERED],
        "partly_answered": states[PARTLY],
        "stale": states[STALE],
        "answered": states[ANSWERED],
        "orphaned": orphaned,
        "by_level": dict(sorted(levels.items())),
    }


def _days_since(day: str, today: date) -> int:
    return (today - date.fromisoformat(day)).days
