"""The one place that knows compliance-trestle: every document goes through its models and comes out as their JSON."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from landing_zone.fault import UsageError

EXTRA = "oscal"
MODULES = {
    "catalog": "catalog",
    "profile": "profile",
    "component-definition": "component",
    "system-security-plan": "ssp",
    "assessment-plan": "assessment_plan",
    "assessment-results": "assessment_results",
    "plan-of-action-and-milestones": "poam",
}
"""trestle's module by the outer key of a document."""


def validated(document: dict[str, Any]) -> bytes:
    """The document as trestle's model writes it, UTF-8.

    Raises UsageError if compliance-trestle is not installed. A document that its models refuse is a bug of ours and
    raises pydantic's ValidationError.
    """
    model = _module(MODULES[next(iter(document))]).Model.model_validate(document)
    text: str = model.model_dump_json(by_alias=True, exclude_none=True, indent=1)
    return f"{text}\n".encode()


def _module(name: str) -> Any:
    try:
        return import_module(f"trestle.oscal.{name}")
    except ImportError:
        hint = f"install healthcare-landing-zone[{EXTRA}]"
        raise UsageError("the format oscal needs compliance-trestle, which is not installed", hint=hint) from None
