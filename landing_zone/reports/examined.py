"""What was examined for proofs: a network, and rules that the templates which make it passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landing_zone.proof.network.model import Network


@dataclass(frozen=True)
class Examined:
    """A network. rules: ids of rules that examined its templates and found nothing; None: nobody looked."""

    network: Network
    rules: frozenset[str] | None = None


def passed(document: Mapping[str, Any]) -> frozenset[str]:
    """Rules that examined something and found nothing, by the document of `hlz check`; acknowledged is found, too."""
    found = [*document["findings"], *document["acknowledgements"], *document["excepted"], *document["not_evaluated"]]
    against = {str(row["rule"]).partition("[")[0] for row in found}
    return frozenset(run["rule"] for run in document["runs"]) - against
