"""Manifests that the governance tests arrange: the clinic with sections, as models."""

from __future__ import annotations

from typing import Any

from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.model import Manifest
from tests.arrangement import Json, clinic
from tests.manifest.arrange import FILE, text_of

HOSTILE = '=HYPERLINK("x")<script>alert(\'1\')</script> \u05d0, "quoted"'


def clinic_with(**sections: Any) -> Manifest:
    """The clinic with these sections; faults raise."""
    return parsed_manifest(text_of(clinic(**sections)), FILE).manifest


def exception(**fields: Any) -> Json:
    """An exception from LZ-KMS-02 (one addressable citation) in production, in force in November 2026."""
    return {
        "control": "LZ-KMS-02",
        "scope": "ehr-production",
        "citations": ["164.312(a)(2)(iv)"],
        "reason": "The key material is imported and cannot be rotated by AWS",
        "compensating": "It is replaced by hand each year",
        "owner": "Clinical systems",
        "approver": "Security Office",
        "approved": "2026-06-01",
        "expires": "2027-05-31",
        **fields,
    }
