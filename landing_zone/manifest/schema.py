"""The manifest's JSON Schema, for editors and other tools."""

from __future__ import annotations

from typing import Any

from landing_zone.manifest.model import Manifest


def manifest_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the manifest, with descriptions and defaults."""
    schema = Manifest.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "description": "Manifest of a HIPAA-aligned AWS landing zone, read by `hlz`.",
    }
