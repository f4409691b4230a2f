"""Names of the manifest for LZA's names: lower case with hyphens, each once."""

from __future__ import annotations

import re
from collections.abc import Container

_LONGEST = 50


def slug(text: str, longest: int = _LONGEST) -> str:
    """`SharedServices` and `Shared Services` as `shared-services`; `unnamed` where no letter or digit is left."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", text)
    plain = re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-")
    if plain and not plain[0].isalpha():
        plain = f"n-{plain}"
    return plain[:longest].strip("-") or "unnamed"


def unique(text: str, taken: Container[str], longest: int = _LONGEST) -> str:
    """The slug of a text, with a number behind it where another thing has it already."""
    name, number = slug(text, longest), 1
    while name in taken:
        number += 1
        name = f"{slug(text, longest - 3)}-{number}"
    return name
