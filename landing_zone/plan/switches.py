"""Switches of the manifest by which data applies or not: `detection.macie`, `not control_tower.enabled`."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel

from landing_zone.manifest.model import Manifest

_NOT = "not "


def holds(switch: str, manifest: Manifest) -> bool:
    """Whether a switch of `switches` is on; no switch always holds."""
    wanted = not switch.startswith(_NOT)
    value: object = manifest
    for step in filter(None, switch.removeprefix(_NOT).split(".")):
        value = getattr(value, step)
    return not switch or bool(value) == wanted


def is_switch(switch: str) -> bool:
    """Whether the text names a switch, with `not` or without."""
    return not switch or switch.removeprefix(_NOT) in switches()


@cache
def switches() -> tuple[str, ...]:
    """Every switch: what in the manifest is true or false, a list, or may be left out."""
    return tuple(_within(Manifest, ""))


def _within(section: type[BaseModel], prefix: str) -> list[str]:
    found: list[str] = []
    for name, field in section.model_fields.items():
        path = f"{prefix}{name}"
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += _within(kind, f"{path}.")
        elif not field.is_required():
            found.append(path)
    return found
