"""From table and manifest to steps: which setting is wanted in which account and Region. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Contact
from landing_zone.manifest.services import services
from landing_zone.operations.settings.expressions import filled, holds
from landing_zone.operations.settings.table import MANAGEMENT, SECURITY, Setting, behaviour_digest, settings_table
from landing_zone.plan.names import SESSION_LOG_GROUP

Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """A setting in an account and Region. account_id is None before the account exists; caller: the account whose
    credentials make the calls; scope: what expressions see before anything is read."""

    setting: Setting
    item: str
    account: str
    account_id: str | None
    caller_id: str | None
    region: str
    desired: Any
    scope: Mapping[str, Any]

    @cached_property
    def name(self) -> str:
        """The setting, with its item where the row stands for several."""
        return f"{self.setting.id}:{self.item}" if self.item else self.setting.id

    @cached_property
    def key(self) -> str:
        """What identifies the step from one run to the next."""
        return f"{self.name} {self.account_id} {self.region}"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what is wanted and how it is made so. A step recorded under another digest is not done."""
        content = json.dumps([behaviour_digest(self.setting.id), self.desired], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def manifest_facts(manifest: Manifest, ids: Mapping[str, str]) -> Json:
    """What expressions find under `manifest`; `ids` are the account ids that are known, by name."""
    accounts = tree.accounts(manifest)
    contacts = manifest.contacts
    return {
        **manifest.model_dump(mode="json", include={"backup", "control_tower", "detection", "regions"}),
        "ids": dict(ids),
        "account_count": len(accounts),
        "session_log_group": SESSION_LOG_GROUP,
        "hub": manifest.network.hub.enabled,
        "phi_account_ids": sorted(ids[a.name] for a in accounts if a.data == "phi" and a.name in ids),
        "member_ids_of_security": sorted(ids[a.name] for a in accounts if a.name in ids and a.name != SECURITY),
        "emails_by_id": {
            ids[a.name]: a.email or manifest.organization.email.replace("{account}", a.name)
            for a in accounts
            if a.name in ids
        },
        "alternate_contacts": {
            "SECURITY": _alternate_contact(contacts.security, "Security contact"),
            "OPERATIONS": _alternate_contact(contacts.operations, "Operations contact"),
            "BILLING": _alternate_contact(contacts.billing or contacts.operations, "Billing contact"),
        },
    }


def _alternate_contact(contact: Contact, title: str) -> Json:
    return {
        "Name": contact.name[:64],
        "Title": (contact.title or title)[:50],
        "EmailAddress": contact.email,
        "PhoneNumber": contact.phone.replace(".", "-"),  # the Account API takes no dots
    }


def steps_of(
    manifest: Manifest,
    ids: Mapping[str, str],
    *,
    accounts: Collection[str] = (),
    settings: Collection[str] = (),
) -> list[Step]:
    """Every step in the order it is to be taken; `accounts` and `settings` limit it, empty means all."""
    facts = manifest_facts(manifest, ids)
    return [
        step
        for setting in settings_table().values()
        if not settings or setting.id in settings
        for step in _steps(setting, manifest, facts, ids)
        if not accounts or step.account in accounts
    ]


def applies(setting: Setting, manifest: Manifest) -> bool:
    """Whether the manifest asks for the setting at all."""
    return holds(setting.when, {"manifest": manifest_facts(manifest, {})})


def _steps(setting: Setting, manifest: Manifest, facts: Json, ids: Mapping[str, str]) -> Iterator[Step]:
    if not holds(setting.when, {"manifest": facts}):
        return
    everywhere = [account.name for account in tree.accounts(manifest)]
    for name in everywhere if setting.accounts == "all" else [setting.accounts]:
        id = ids.get(name)
        account = {"name": name, "id": id, "member_id": None if name == MANAGEMENT else id}
        for region in _regions(setting, manifest):
            for item in filled(list(setting.each), {"manifest": facts}) if setting.each else [""]:
                scope = {"manifest": facts, "account": account, "region": region, "item": item}
                desired = filled(setting.desired, scope)
                caller = ids.get(MANAGEMENT) if setting.caller == MANAGEMENT else id
                yield Step(setting, item, name, id, caller, region, desired, {**scope, "desired": desired})


def _regions(setting: Setting, manifest: Manifest) -> list[str]:
    """Regions of a setting, without those that lack the service whose switch it depends on."""
    regions = manifest.regions
    chosen = [regions.home if setting.regions == "home" else setting.regions]
    if setting.regions == "all":
        chosen = list(dict.fromkeys((regions.home, regions.recovery, *regions.additional)))
    used = [service for service in services() if f"manifest.{service.used_by}" in setting.when]
    return [region for region in chosen if not any(region in service.absent for service in used)]
