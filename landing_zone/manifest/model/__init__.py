"""The typed manifest. One file per part of the landing zone; attribute docstrings become the JSON Schema's texts."""

from landing_zone.manifest.model.root import Manifest

__all__ = ["Manifest"]
