"""Requests that refute theorems about guardrails, as text. Imports no prover: every synthesis imports this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def request_lines(witness: Mapping[str, Any]) -> list[str]:
    """A request that refutes a theorem, line by line; of an exemption that everybody can take, that one."""
    if "action" not in witness:
        return [f"  Every principal chooses {witness['chooses']} itself."]
    owner = f" of {witness['owner']}" if witness.get("owner") else ""
    lines = [
        f"  {witness['principal']}",
        f"  may call {witness['action']} on {witness['resource']}{owner}",
        f"  from {witness['place']}",
    ]
    if witness["context"]:
        lines.append("  with " + "; ".join(f"{key} = {_text(value)}" for key, value in witness["context"].items()))
    if witness["absent"]:
        lines.append(f"  without {', '.join(witness['absent'])}")
    missing = (f"  {sentence}" for sentence in witness.get("missing", ()))
    return [*lines, *_stopped(witness.get("should_have_stopped")), *missing]


def _stopped(denial: Mapping[str, Any] | None) -> list[str]:
    if denial is None:
        return ["  No statement in force denies the action."]
    named = f"{denial['policy']}/{denial['statement']}"
    return [
        f"  {named} comes nearest, but does not fire, because this is not met:",
        *(f"    {text}" for text in denial["does_not_fire"]),
    ]


def _text(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)
