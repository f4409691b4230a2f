"""The mechanisms of the landing zone: the components of the OSCAL documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
STACKS = "stacks"


@dataclass(frozen=True)
class Mechanism:
    """A component. evidence: the kinds of the ledger's evidence that come from it; method: OSCAL's word for how."""

    id: str
    type: str
    title: str
    description: str
    evidence: frozenset[str]
    method: str

    def serves(self, control: Row) -> bool:
        """Whether the catalogue or the ledger names it for a control."""
        return any(True for _ in self.named(control)) or bool(self.found(control))

    def named(self, control: Row) -> Iterator[tuple[str, str]]:
        """What the catalogue names: pairs of a property's name and value."""
        enforced = control["enforced_by"]
        for kind, key in _NAMED.get(self.id, ()):
            yield from (
                (kind, str(value["id"] if isinstance(value, Mapping) else value)) for value in enforced.get(key, ())
            )

    def found(self, control: Row) -> frozenset[str]:
        """Ids of the evidence that the ledger has from it."""
        return frozenset(
            row["id"] for entry in control["entries"] for row in entry["evidence"] if row["kind"] in self.evidence
        )


_NAMED: Mapping[str, tuple[tuple[str, str], ...]] = {
    STACKS: (("resource-type", "resources"),),
    "rules": (("rule", "rules"), ("rule", "cdk_nag")),
    "guardrails": (("guardrail", "guardrails"),),
    "prover": (("theorem", "invariants"),),
    "settings": (("setting", "settings"),),
    "config": (("config-rule", "config_rules"),),
}
MECHANISMS = (
    Mechanism(
        STACKS,
        "software",
        "Stacks of the landing zone",
        "CloudFormation templates that put safeguards into effect once they are deployed.",
        frozenset({"resource"}),
        "EXAMINE",
    ),
    Mechanism(
        "rules",
        "validation",
        "Rules over templates and values",
        "Rules of this project and of cdk-nag that examine every template and value before anything is deployed.",
        frozenset({"rule"}),
        "TEST",
    ),
    Mechanism(
        "guardrails",
        "policy",
        "Guardrails",
        "Organization policies that deny requests in every account they are attached to.",
        frozenset({"guardrail"}),
        "EXAMINE",
    ),
    Mechanism(
        "prover",
        "validation",
        "Prover",
        "Theorems about who reaches whom and what guardrails stop, decided over the templates.",
        frozenset({"theorem"}),
        "TEST",
    ),
    Mechanism(
        "settings",
        "process-procedure",
        "Settings outside CloudFormation",
        "What CloudFormation cannot set; the platform team applies it, and it is read back from the accounts.",
        frozenset({"setting", "reading"}),
        "EXAMINE",
    ),
    Mechanism(
        "manifest",
        "plan",
        "Manifest",
        "Statements of the organization about itself, kept under version control.",
        frozenset({"manifest"}),
        "EXAMINE",
    ),
    Mechanism(
        "config",
        "service",
        "AWS Config rules",
        "Managed rules of AWS Config that observe the same safeguards where they are switched on.",
        frozenset(),
        "TEST",
    ),
)
METHODS: Mapping[str, str] = {kind: row.method for row in MECHANISMS for kind in row.evidence}
"""Method by kind of evidence."""
