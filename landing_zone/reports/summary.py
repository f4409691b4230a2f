"""The end of a synthesis in ten seconds of reading: text for the terminal, and a self-contained page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def synth_text(document: Mapping[str, Any]) -> str:
    """Totals, what was withheld, and where the results lie."""
    cached = document["variants"] - document["variants_built"]
    excepted = f", {len(document['excepted'])} excepted" if document.get("excepted") else ""
    rows = [
        ("accounts", f"{document['accounts']}"),
        ("environments", f"{document['environments']}"),
        ("variants", f"{document['variants']}  ({document['variants_built']} built, {cached} from the cache)"),
        ("deployments", f"{document['deployments']}"),
        ("resources", f"{document['resources']:,}"),
        ("rules run", f"{document['rules_run']}  ({document['evaluations']:,} verdicts)"),
        ("findings", f"{len(document['findings'])}  ({document['acknowledged']} acknowledged{excepted})"),
        ("not evaluated", f"{len(document['not_evaluated'])}"),
    ]
    rows += [("withheld", f"{count}: {reason}") for reason, count in document["withheld_reasons"].items()]
    rows.append(("assembly", document["assembly"]))
    if document.get("page"):
        rows.append(("summary page", document["page"]))
    width = max(len(label) for label, _ in rows)
    return "\n".join(f"{label.ljust(width)}  {text}" for label, text in rows)
