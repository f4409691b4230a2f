"""Where a paragraph stands, in OSCAL's words. They are fewer than the ledger's, whose status stays as a property.

| ledger | implementation status | objective |
|---|---|---|
| proved, checked, evidenced; nothing left to people or AWS | implemented | satisfied |
| proved, checked, evidenced; a part is left | partial | not satisfied (other) |
| attested, inherited | partial | not satisfied (other) |
| excepted | alternative | not satisfied (other) |
| failed | partial if a part was found in order, else planned | not satisfied (fail) |
| not evaluated, customer | the same | not satisfied (other) |
| a paragraph that asks for nothing by itself | not-applicable | no finding |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
GOOD = frozenset({"proved", "checked", "evidenced"})
REMARKS: Mapping[str, str] = {
    "implemented": "Checked before deployment; that it is deployed, a reading of the accounts shows.",
    "partial": "A part was found in order, or is stated by people or AWS; the rest is open.",
    "planned": "Nothing was found in order yet; who does it has to say how and when.",
    "alternative": "An exception holds: another measure is taken instead (164.306(d)(3)).",
    "not-applicable": "The paragraph defines or delimits, and asks for nothing by itself.",
}


def implementation_state(specification: Row) -> str:
    """OSCAL's implementation status of a row of the report's specifications."""
    status = specification["status"]
    if specification["obligation"] == "n.a.":
        return "not-applicable"
    if status in GOOD:
        return "partial" if remains(specification) else "implemented"
    if status in ("attested", "inherited"):
        return "partial"
    if status == "excepted":
        return "alternative"
    return "partial" if GOOD & specification["counts"].keys() else "planned"


def remains(specification: Row) -> bool:
    """Whether people or AWS have a part in it, whatever the landing zone does."""
    others = {specification["work"], *specification["also"]} & {"customer", "aws"}
    return bool(others or specification["customer"] or specification["aws"])


def objective_status(specification: Row) -> dict[str, str]:
    """OSCAL's verdict: satisfied only where nothing is left; `fail` only where something failed."""
    if implementation_state(specification) == "implemented":
        return {"state": "satisfied", "reason": "pass"}
    return {"state": "not-satisfied", "reason": "fail" if specification["status"] == "failed" else "other"}
