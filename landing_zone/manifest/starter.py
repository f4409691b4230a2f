"""The manifest that `hlz init` writes: the required keys, explained, and nothing else."""

from __future__ import annotations

import json
import re

from landing_zone.manifest.document import resolve_scalar
from landing_zone.manifest.regions import regions, residency_profiles

_TEMPLATE = """\
# Landing zone of {name}. Everything that is not said here has a secure default:
# `hlz schema` prints all keys with descriptions and defaults.
# yaml-language-server: $schema=landing-zone.schema.json
version: 1
organization:
  name: {name}
  email: {email}  # pattern for accounts that name no address of their own
regions: {{home: {home}, recovery: {recovery}}}
{residency}contacts:
  # Distribution lists that are read day and night; they become the AWS alternate contacts.
  security: {{name: Security Office, email: {contact}, phone: {phone}}}
  operations: {{name: Platform Team, email: {contact}, phone: {phone}}}
network:
  # Private ranges that nothing else in the organization uses, hospitals included.
  pools: {{{home}: 10.0.0.0/12, {recovery}: 10.16.0.0/12}}
accounts:
  - {{name: ehr-production, ou: phi/production, owner: clinical-systems, data: phi, recovery: warm-standby}}
  - {{name: ehr-training, ou: phi/nonproduction, owner: clinical-systems, data: synthetic}}
"""


def _scalar(text: str) -> str:
    """The text as YAML reads it back: plain where that is safe, else quoted."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9.@+_{}-]*", text) and resolve_scalar(text) == text
    return text if plain else json.dumps(text)


def _contact(pattern: str) -> str:
    """The address behind a pattern, without the account's part."""
    local, _, domain = pattern.partition("@")
    return f"{local.replace('{account}', '').strip('+-._%') or 'security'}@{domain}"


def account_email_pattern(email: str) -> str:
    """An address pattern with `{account}`: given, or made from an address by plus-addressing."""
    if "{account}" in email:
        return email
    local, _, domain = email.partition("@")
    return f"{local}+{{account}}@{domain}"


def starter_manifest(*, name: str, email: str, home: str, recovery: str, phone: str) -> str:
    """The text of a first manifest. Its two accounts are a beginning: rename them or replace them.

    The residency profile is the narrowest that admits both Regions.
    """
    pattern = account_email_pattern(email)
    chosen = [regions()[code] for code in (home, recovery) if code in regions()]
    admitting = (known for known in residency_profiles().values() if all(map(known.allows, chosen)))
    profile = min(admitting, key=lambda known: len(known.countries) or len(regions())).id
    return _TEMPLATE.format(
        name=_scalar(name),
        email=_scalar(pattern),
        home=home,
        recovery=recovery,
        residency="" if profile == "us" else f"residency: {{profile: {profile}}}\n",
        contact=_scalar(_contact(pattern)),
        phone=json.dumps(phone),
    )
