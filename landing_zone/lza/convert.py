"""An LZA configuration as a manifest, guardrails of its own, a lock, and a row for everything that it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landing_zone.fault import Fault
from landing_zone.lza.configuration import Configuration
from landing_zone.lza.convert_draft import Draft
from landing_zone.lza.convert_guardrails import FOLDER, add_guardrails, guardrail_files
from landing_zone.lza.convert_hub import add_allowed_domains, add_forwarded_domains
from landing_zone.lza.convert_network import add_network
from landing_zone.lza.convert_organization import add_accounts, add_contacts, add_regions, add_units
from landing_zone.lza.convert_settings import add_backup, add_budgets, add_control_tower, add_identity, add_settings
from landing_zone.lza.convert_text import manifest_text
from landing_zone.lza.mapping import Ledger, MappingRow
from landing_zone.lza.policies import policy_set
from landing_zone.plan.lock import Lock, LockedAccount, LockedNetwork, LockedOrganization, lock_text

MANIFEST = "landing-zone.yaml"
LOCK = "landing-zone.lock.yaml"
_LAYOUT = "v1"
_HEADING = (
    "Made from a Landing Zone Accelerator configuration. mapping.md says what was carried over, what was changed and",
    "why, and what has no counterpart. Look first at contacts, owners, data classes and recovery tiers.",
)
_ORDER = (
    "version", "organization", "regions", "residency", "retention", "contacts", "organizational_units", "network",
    "identity", "guardrails", "detection", "backup", "control_tower", "budgets", "accounts",
)  # fmt: skip


@dataclass(frozen=True)
class Converted:
    """manifest: plain values. guardrail_files: texts by name, e.g. `policies/service-control-policies.yaml`.

    lock: what the configuration knows of account ids and ranges; None where it knows neither. partial: something of
    the configuration could not be read, and is missing.
    """

    manifest: Mapping[str, Any]
    guardrail_files: Mapping[str, str]
    lock: Lock | None
    rows: tuple[MappingRow, ...]
    partial: bool

    def texts(self) -> dict[str, str]:
        """Every file of the landing zone by name."""
        lock = {LOCK: lock_text(self.lock)} if self.lock else {}
        return {MANIFEST: manifest_text(self.manifest, _HEADING), **lock, **self.guardrail_files}


class Conversion:
    """A conversion under way: what the manifest's own checks refuse is taken out again, and said."""

    def __init__(self, configuration: Configuration, phi: Sequence[str] = ()) -> None:
        """phi: OUs and accounts that hold PHI; without any they are guessed by name, which the rows say.

        Raises InputError: an unknown OU or account is given, the home Region is unknown, no range is left for pools.
        """
        policies = policy_set(configuration, phi)
        ledger = Ledger(configuration)
        self._draft = draft = Draft(configuration, policies.tree, policies.phi, policies.notes[0], ledger)
        draft.manifest["version"] = 1
        add_regions(draft)
        add_units(draft)
        add_accounts(draft)
        add_contacts(draft)
        add_network(draft)
        add_forwarded_domains(draft)
        add_allowed_domains(draft)
        add_settings(draft)
        add_control_tower(draft)
        add_backup(draft)
        add_budgets(draft)
        add_identity(draft)
        add_guardrails(draft, policies)

    def take_out(self, faults: Sequence[Fault]) -> bool:
        """Take out what faults of the manifest and of guardrail files are about, where it can be; whether it was."""
        doomed: dict[str, dict[int, str]] = {"scp": {}, "rcp": {}}
        for fault in faults:
            for kind, rows in doomed.items():
                name = {"scp": "service-", "rcp": "resource-"}[kind]
                if f"{FOLDER}/{name}" in fault.file and fault.key.startswith("guardrails["):
                    rows.setdefault(int(fault.key.partition("[")[2].partition("]")[0]), fault.message)
        for kind, found in doomed.items():
            for index in sorted(found, reverse=True):
                self._draft.guardrails[kind].pop(index)[1].refuse(found[index])
        own = [fault for fault in faults if fault.file.endswith(MANIFEST)]
        return self._draft.take_out(own) or any(doomed.values())

    def drop_guardrails(self, reason: str) -> bool:
        """Take out every guardrail that was carried over; whether there were any."""
        rows = [note for found in self._draft.guardrails.values() for _, note in found]
        for note in rows:
            note.refuse(reason)
        self._draft.guardrails.update(scp=[], rcp=[])
        return bool(rows)

    def result(self) -> Converted:
        """The conversion as it stands."""
        draft = self._draft
        files = {name: manifest_text(rows) for name, rows in guardrail_files(draft).items()}
        manifest = _without_empty({**draft.manifest, **({"guardrails": {"sources": [FOLDER]}} if files else {})})
        ordered = {key: manifest[key] for key in _ORDER if key in manifest}
        assert ordered.keys() >= {key for key, value in manifest.items() if value}, "a section has no place in the file"
        configuration = draft.configuration
        partial = bool(configuration.faults or configuration.absent)
        return Converted(ordered, files, _lock(draft), draft.ledger.rows(), partial)


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without lists and mappings that say nothing; the accounts, which a manifest has to have, stay."""
    found = {key: _without_empty(value) if isinstance(value, dict) else value for key, value in values.items()}
    return {key: value for key, value in found.items() if value not in ({}, []) or key == "accounts"}


def converted(configuration: Configuration, phi: Sequence[str] = ()) -> Converted:
    """The conversion before any check of the manifest. Raises InputError as Conversion does."""
    return Conversion(configuration, phi).result()


def _lock(draft: Draft) -> Lock | None:
    accounts = {name: LockedAccount(id=id, adopted=True) for name, id in draft.ids.items()}
    networks = {
        region: {name: LockedNetwork(cidr=cidr, layout=_LAYOUT) for name, cidr in given.items()}
        for region, given in draft.networks.items()
    }
    if not accounts and not networks:
        return None
    return Lock(organization=LockedOrganization(adopted=bool(accounts)), accounts=accounts, networks=networks)
