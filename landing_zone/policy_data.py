"""The checkout's root and its `policies/` data files, each read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
POLICIES = ROOT / "policies"


@cache
def policy_data(name: str) -> Any:
    """The content of `policies/NAME.yaml`. The files are the project's own, so a fault in one is a bug."""
    with (POLICIES / f"{name}.yaml").open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def policy_files(folder: str) -> list[str]:
    """Names for `policy_data` of the files in a folder of `policies/`."""
    return sorted(f"{folder}/{path.stem}" for path in (POLICIES / folder).glob("*.yaml"))
