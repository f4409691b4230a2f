"""What was proved before, kept in the cache folder by everything that a proof rests on.

A folder that cannot be used means no memory, and a damaged entry is a miss; neither is an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from landing_zone.action_catalogue import catalogue_version
from landing_zone.proof.guardrails.organization import Organization
from landing_zone.whole_file import write_whole

FOLDER = "guardrails"
"""Shared with `landing_zone.guardrails.verdicts`, which throws old entries away."""
Document = Mapping[str, Any]


def fingerprint(organization: Organization, rules_passed: frozenset[str] | None, sources: str) -> str:
    """SHA-256 of what is attached where, accounts, values, rules that passed, and the catalogue.

    sources: digest of the project's own files, with the prover's sources and the theorems among them.
    """
    levels = organization.targets.values()
    numbers = {p: at for at, p in enumerate(dict.fromkeys(p for one in levels for p in (*one.scps, *one.rcps)))}
    attached = [
        (path, [numbers[p] for p in one.scps], [numbers[p] for p in one.rcps], one.full_access, one.declarative)
        for path, one in organization.targets.items()
    ]
    about = {
        "sources": [sources, catalogue_version()],
        "policies": [(policy.name, policy.content) for policy in numbers],
        "attached": attached,
        "accounts": [(account.name, account.id, account.target) for account in organization.accounts],
        "values": organization.values,
        "declarative": organization.declarative,
        "labels": organization.labels,
        "rules_passed": None if rules_passed is None else sorted(rules_passed),
    }
    return sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def remembered(cache: Path, key: str, made: Callable[[], Document]) -> Document:
    """The document of this fingerprint; it is made if it was not kept before."""
    entry = cache / FOLDER / f"proofs-{key}.json"
    with suppress(OSError, ValueError):
        digest, _, payload = entry.read_text(encoding="utf-8").partition("\n")
        if digest == _digest(key, payload):
            kept: Document = json.loads(payload)
            return kept
    payload = json.dumps(made())
    with suppress(OSError):
        entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(entry, f"{_digest(key, payload)}\n{payload}")
    fresh: Document = json.loads(payload)  # the same shapes as from the cache
    return fresh


def _digest(key: str, payload: str) -> str:
    """The key is part of it: an entry under another name is none."""
    return sha256(f"{key}\n{payload}".encode()).hexdigest()
