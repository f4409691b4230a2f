"""moto, as the settings tests have it."""

from tests.operations.settings.conftest import moto

__all__ = ["moto"]
