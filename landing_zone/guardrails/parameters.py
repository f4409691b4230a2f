"""Parameters of guardrails, `${Name}`: what is known when compiling, and what only the deployment knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(r"\$\{([A-Z][A-Za-z0-9]*)\}")
"""`${Name}`; IAM's own variables have a colon (`${aws:PrincipalAccount}`) and stay."""


@dataclass(frozen=True)
class Parameters:
    """known: texts and lists of texts by name. late: longest length, by name, of what the deployment fills in."""

    known: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    late: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every parameter's name."""
        return frozenset(self.known) | frozenset(self.late)


class UnknownParameter(Exception):
    """A token that no parameter has; the name is the message."""


def filled(part: Any, parameters: Parameters) -> Any:
    """The part with every known `${Name}` replaced; a list takes the place of a text in a list, or multiplies it.

    `arn:aws:s3:::${Buckets}/*` with two buckets becomes two texts. Late tokens stay. Raises UnknownParameter.
    """
    if isinstance(part, Mapping):
        return {key: filled(entry, parameters) for key, entry in part.items()}
    if isinstance(part, list | tuple):
        texts: list[Any] = []
        for entry in part:
            texts += _texts(entry, parameters) if isinstance(entry, str) else [filled(entry, parameters)]
        return texts
    if isinstance(part, str):
        texts = _texts(part, parameters)
        return texts[0] if len(texts) == 1 else texts
    return part


def late_tokens(part: Any) -> frozenset[str]:
    """The tokens that are still in a filled part."""
    if isinstance(part, Mapping):
        return frozenset().union(*(late_tokens(entry) for pair in part.items() for entry in pair))
    if isinstance(part, list | tuple):
        return frozenset().union(*(late_tokens(entry) for entry in part))
    return frozenset(TOKEN.findall(part)) if isinstance(part, str) else frozenset()


def _texts(text: str, parameters: Parameters) -> list[str]:
    texts = [text]
    for name in dict.fromkeys(TOKEN.findall(text)):
        if name in parameters.late:
            continue
        if name not in parameters.known:
            raise UnknownParameter(name)
        value = parameters.known[name]
        entries = (value,) if isinstance(value, str) else value
        texts = [one.replace(f"${{{name}}}", entry) for one in texts for entry in entries]
    return texts
