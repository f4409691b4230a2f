"""Which services accounts with PHI may use: AWS's list of HIPAA-eligible services as dated data, and what is added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from landing_zone.manifest.model import Manifest
from landing_zone.policy_data import policy_data


def eligible_services(manifest: Manifest) -> tuple[str, ...]:
    """IAM prefixes that accounts with PHI may use, sorted: eligible, needed with them, added by the manifest."""
    data = _data()
    return tuple(
        sorted({*data["eligible"], *data["features"], *data["control_plane"], *manifest.guardrails.additional_services})
    )


def list_age_days(today: date) -> int:
    """How old the newest copy of AWS's list is."""
    return (today - date.fromisoformat(_data()["list_date"])).days


def eligibility_notes(manifest: Manifest, today: date) -> tuple[str, ...]:
    """What a person has to know of the list: its age when it is too old, what was added, what no prefix can express."""
    data = _data()
    notes = []
    age = list_age_days(today)
    if age > data["max_age_days"]:
        notes.append(
            f"warning: the list of HIPAA-eligible services is of {data['list_date']}, {age} days old; compare "
            f"policies/services/hipaa_eligible.yaml with {data['authority']}"
        )
    listed = {*data["eligible"], *data["features"], *data["control_plane"]}
    for service in sorted(set(manifest.guardrails.additional_services) - listed):
        reason = data["undecided"].get(service, "not on the list")
        notes.append(f"note: {service} is allowed by guardrails.additional_services ({reason})")
    notes += [f"note: the list excludes, and no guardrail can: {exclusion}" for exclusion in data["exclusions"]]
    return tuple(notes)


def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = policy_data("services/hipaa_eligible")
    return data
