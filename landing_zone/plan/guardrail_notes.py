"""What somebody should know of a manifest's guardrails although nothing refuses it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files

from landing_zone.action_catalogue import PACKAGE, catalogue_version
from landing_zone.guardrails.compile import Compiled
from landing_zone.guardrails.composition import above
from landing_zone.guardrails.sources import load_guardrails
from landing_zone.manifest.load import LoadedManifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.eligible_services import eligibility_notes
from landing_zone.plan.guardrails import doubts_of_the_catalogue
from landing_zone.plan.lock import Lock
from landing_zone.policy_data import policy_data

FRESH_DAYS = 90


def guardrail_notes(loaded: LoadedManifest, lock: Lock, compiled: Compiled, today: date) -> list[str]:
    """Notes, the ones about age first."""
    manifest = loaded.manifest
    return [
        *_old(compiled, today),
        *eligibility_notes(manifest, today),
        *_quotas(manifest),
        *_unused(compiled),
        *_mixed(compiled.profiles),
        *_unexamined(compiled),
        *(f"against its own source, the action catalogue says: {f}" for f in doubts_of_the_catalogue(loaded, lock)),
    ]


def _old(compiled: Compiled, today: date) -> Iterator[str]:
    updated = json.loads((files(PACKAGE) / "data" / "metadata.json").read_text(encoding="utf-8"))["updatedAt"][:10]
    dated = {
        "policies/guardrails/quotas.yaml (quotas of AWS Organizations)": policy_data("guardrails/quotas")["as_of"],
        "policies/guardrails/global_keys.yaml": policy_data("guardrails/global_keys")["as_of"],
        f"the action catalogue ({PACKAGE} {catalogue_version()})": updated,
        **{str(sourced.path): sourced.as_of for sourced in compiled.guardrails.values()},
    }
    for what, day in dated.items():
        age = (today - date.fromisoformat(day)).days
        if age > FRESH_DAYS:
            yield f"{what} is of {day}, {age} days ago: compare it with AWS again"


def _quotas(manifest: Manifest) -> Iterator[str]:
    if manifest.guardrails.scp_quota == "5x5120":
        yield (
            "service control policies are packed for 5 of 5,120 characters on a target; sources disagree whether AWS "
            "has raised that (guardrails.scp_quota: 10x10240)"
        )
    else:
        yield "10 service control policies of 10,240 characters are secondary sources' word: check Service Quotas first"


def _unused(compiled: Compiled) -> Iterator[str]:
    used = set(compiled.profiles.values())
    own = Counter(
        profile
        for sourced in load_guardrails()
        for profile in sourced.guardrail.profiles
        if not used & set(sourced.guardrail.profiles)
    )
    for profile, count in sorted(own.items()):
        yield f"no OU has the profile '{profile}': {count} guardrails of it are attached to nothing"


def _unexamined(compiled: Compiled) -> Iterator[str]:
    """Documents of the user's: there is no catalogue of what is in them, as there is of actions."""
    for id, sourced in compiled.guardrails.items():
        if not sourced.own and sourced.guardrail.content is not None:
            yield f"the content of '{id}' was not compared with AWS's syntax of {sourced.type}, but for its top key"


def _mixed(profiles: Mapping[str, str]) -> Iterator[str]:
    """Denials are inherited: an OU cannot be weaker than what lies above it."""
    for target, profile in profiles.items():
        inherited = {profiles[unit]: unit for unit in above(target) if unit in profiles}
        for other, unit in inherited.items():
            parent = profiles.get(target.rpartition("/")[0])
            if other not in ("foundation", profile) and parent != profile:
                inherited_ones = f"the guardrails of '{other}' hold there too, from '{unit}'"
                yield f"OU '{target}' has the profile '{profile}'; {inherited_ones}"
