"""What the ledger holds. It is a JSON document (`ledger.json` beside an assembly) with these shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

LEDGER_VERSION = 1

Status = Literal[
    "failed",
    "not evaluated",
    "excepted",
    "customer",
    "attested",
    "inherited",
    "evidenced",
    "checked",
    "proved",
]
"""From worst to best known. What several scopes say together is the first of these that one of them says."""

ScopeKind = Literal["organization", "variant"]
"""A variant is a template's shape: what holds for it holds for each of its deployments, which are listed with it."""


class LedgerRow(BaseModel):
    """Frozen, and nothing but the fields declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Evidence(LedgerRow):
    """One piece of evidence.

    kind: `rule` (a rule that examined `resources`, logical ids, and found nothing), `guardrail` (compiled into the
    policies `held_by`, attached to `targets`), `theorem` (`verdict`; see `theorems` of the ledger), `resource` (those
    of the type `id` are in the template), `setting` (a row of `hlz settings`, which a live account must confirm),
    `reading` (a setting read back, `on` that date), `manifest` (a statement of the manifest).
    """

    kind: Literal["rule", "guardrail", "theorem", "resource", "setting", "reading", "manifest"]
    id: str
    resources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()
    verdict: str = ""
    on: str = ""


class Open(LedgerRow):
    """What stands against the control: a finding, or something that could not be judged."""

    kind: Literal["finding", "not evaluated"]
    rule: str
    resource: str
    text: str


class Entry(LedgerRow):
    """One control in one scope. `reason` says why the status is what it is, in a sentence."""

    scope: str
    """`organization`, or a variant's id."""
    status: Status
    reason: str
    evidence: tuple[Evidence, ...] = ()
    open: tuple[Open, ...] = ()


class ControlEntries(LedgerRow):
    """A control of the catalogue with its entries, organization first."""

    id: str
    entries: tuple[Entry, ...]


class Deployment(LedgerRow):
    """Where a variant is deployed; `withheld` is the reason why it is not written yet, or ""."""

    name: str
    account: str
    region: str
    withheld: str = ""


class VariantScope(LedgerRow):
    """A shape of template. sha256 is that of the variant's template with its parameters, before values are put in."""

    id: str
    role: str
    resources: int
    sha256: str
    deployments: tuple[Deployment, ...]


class Ledger(LedgerRow):
    """The whole. Holds nothing that a date decides: `landing_zone.assurance.ledger.statuses` adds that."""

    version: int = LEDGER_VERSION
    organization: str
    provenance: Mapping[str, Any]
    """manifest_sha256, lock_sha256, sources_sha256, policies_sha256, tools (name to version)."""
    manifest: Mapping[str, Any]
    """The manifest with its defaults, as JSON: exceptions, agreements and answers are judged from it at a date."""
    account_ids: Mapping[str, str]
    """Account id by name, of those that are known."""
    controls: tuple[ControlEntries, ...]
    variants: tuple[VariantScope, ...]
    theorems: tuple[Mapping[str, Any], ...]
    """Rows of `hlz prove --json`."""
    findings: tuple[Mapping[str, Any], ...]
    acknowledged: tuple[Mapping[str, Any], ...]
    """Findings with `reason`, `source` (toolkit or manifest), `owner`, `expires`."""
    excepted: tuple[Mapping[str, Any], ...]
    """Findings that exceptions cover on the day of the synthesis, with the exceptions."""
    not_evaluated: tuple[Mapping[str, Any], ...]
    rules: Mapping[str, int]
    """Rules that examined something, with the number of resources or deployments that they judged."""
    withheld: Mapping[str, str]


STATUSES: tuple[Status, ...] = get_args(Status)


ORGANIZATION = "organization"
_FINDING = ("rule", "control", "citations", "severity", "template", "resource", "path", "line", "message", "fix")
_ROW_KEYS: Mapping[str, tuple[str, ...]] = {
    "findings": _FINDING,
    "acknowledged": (*_FINDING, "reason", "source", "owner", "expires"),
    "excepted": (*_FINDING, "excepted_citations", "whole", "exceptions"),
    "not_evaluated": ("rule", "resource", "template", "reason"),
    "theorems": ("id", "kind", "verdict", "theorem", "citations", "assumptions", "witness", "reason"),
}


class LedgerUnreadable(ValueError):
    """A document is no ledger, or one of another version. The message is a phrase for people."""


def read_ledger(document: object) -> Ledger:
    """The ledger in a JSON document. Raises LedgerUnreadable."""
    version = document.get("version") if isinstance(document, Mapping) else None
    if type(version) is not int or version != LEDGER_VERSION:  # True equals 1
        raise LedgerUnreadable(f"is no ledger of version {LEDGER_VERSION} (version: {version!r})")
    try:
        ledger = Ledger.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise LedgerUnreadable(f"is no ledger: {place}: {first['msg']}") from error
    for fault in _faults(ledger):
        raise LedgerUnreadable(f"is no ledger: {fault}")
    return ledger


def _faults(ledger: Ledger) -> Iterator[str]:
    """What its shape alone does not say: rows that lack a key, controls that stand twice, scopes that are none."""
    for name, keys in _ROW_KEYS.items():
        for index, row in enumerate(getattr(ledger, name)):
            yield from (f"{name}.{index}: it has no {key}" for key in keys if key not in row)
    ids = Counter(control.id for control in ledger.controls)
    yield from (f"{id} stands {count} times" for id, count in ids.items() if count > 1)
    scopes = {ORGANIZATION, *(scope.id for scope in ledger.variants)}
    for control in ledger.controls:
        yield from (f"{control.id}: no template is {row.scope}" for row in control.entries if row.scope not in scopes)


def worst(statuses: tuple[Status, ...]) -> Status:
    """What several statuses say together; `not evaluated` for none."""
    return min(statuses, key=STATUSES.index, default="not evaluated")
