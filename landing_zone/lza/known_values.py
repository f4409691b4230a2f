"""Values that a configuration gives for `{{key}}` and `${VARIABLE}`; what is looked up at deployment has none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.lza.accounts import Account
from landing_zone.lza.entry import Entry
from landing_zone.lza.replacements import CUSTOM, Usage, Value

DEFAULT_PREFIX = "AWSAccelerator"
"""The prefix is a parameter of the installer and not in the configuration; this is its default."""

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}
_MAX_SHOWN = 8
_MAX_UNDEFINED = 200
_TYPES = ("SSM", "String", "StringList", "Number")


def replacement_values(file: Entry, faults: list[Fault]) -> dict[str, Value]:
    """The values of replacements-config.yaml by key; adds a fault for each that has none, None standing for SSM's."""
    values: dict[str, Value] = {}
    for row in file.each("globalReplacements"):
        key, value, kind = row.get("key"), row.get("value"), row.get("type")
        path = row.get("path")
        if not key or not key.text:
            faults.append(row.fault("a replacement needs a `key`"))
        elif kind and kind.text not in _TYPES:
            hint = nearest(kind.text, _TYPES)
            faults.append(kind.fault(f"type {excerpt(kind.text)} is unknown; allowed: {', '.join(_TYPES)}", hint))
        elif key.text in values:
            faults.append(key.fault(f"replacement {excerpt(key.text)} is given twice; the last one counts"))
            values[key.text] = _value(value)
        elif path or (kind and kind.text == "SSM"):
            values[key.text] = None
            message = f"replacement {excerpt(key.text)} is looked up in Parameter Store at deployment"
            faults.append((path or row).fault(message, "what uses it is not assessed; give a String for an assessment"))
        elif value is None or isinstance(value.value, dict):
            faults.append(row.fault(f"replacement {excerpt(key.text)} needs a `value` or a `path`"))
        else:
            values[key.text] = _value(value)
    return values


def _value(entry: Entry | None) -> Value:
    if entry is None:
        return None
    return [item.text for item in entry.each()] if isinstance(entry.value, list) else entry.text


def configuration_values(replacements: Mapping[str, Value], accounts: Sequence[Account]) -> Callable[[str], Value]:
    """The value of what stands between `{{` and `}}`: a key, an account's name, or `account NAME` for its id."""
    known: dict[str, Value] = {account.name: account.name for account in accounts}
    ids = {account.name: account.id for account in accounts}

    def value_of(words: str) -> Value:
        helper, _, name = words.partition(" ")
        if helper == "account" and name:
            return ids.get(name.strip(" '\""))
        return replacements.get(words, known.get(words))

    return value_of


def usage_faults(
    usages: Iterable[tuple[str, Usage]], value_of: Callable[[str], Value], replacements: Mapping[str, Value]
) -> list[Fault]:
    """A fault for each key without a value at its first use, and for each list that LZA would write as one text.

    Where nothing is defined, as in a part of a configuration, one fault for each file names all its keys.
    """
    faults: list[Fault] = []
    undefined: dict[str, dict[str, Usage]] = {}
    seen: set[str] = set()
    for file, usage in usages:
        value = value_of(usage.key)
        if usage.in_comment or usage.escaped:
            continue
        place = (file, usage.line, usage.column, "")
        if isinstance(value, list) and len(value) > 1 and not usage.takes_list:
            message = f"{excerpt(usage.key)} is a list, and becomes the text {excerpt(','.join(value))} here"
            faults.append(Fault(*place, message, f"write [{{{{{usage.key}}}}}] without quotes"))
        if value is not None or usage.key in replacements or usage.key in seen:
            continue
        seen.add(usage.key)
        if len(seen) == _MAX_UNDEFINED:
            faults.append(Fault(*place, f"more than {_MAX_UNDEFINED} keys without a value; only these are listed"))
        if len(seen) >= _MAX_UNDEFINED:
            continue
        if usage.key.startswith("resolve:"):
            message = f"{excerpt(usage.key)} is looked up at deployment"
            faults.append(Fault(*place, message, "what uses it is not assessed"))
        elif usage.key.startswith("account "):
            faults.append(Fault(*place, f"{excerpt(usage.key)} names no account of accounts-config.yaml"))
        elif replacements:
            message = f"replacement {excerpt(usage.key)} is not defined in replacements-config.yaml"
            faults.append(Fault(*place, message, nearest(usage.key, replacements)))
        else:
            undefined.setdefault(file, {})[usage.key] = usage
    for file, keys in undefined.items():
        first = next(iter(keys.values()))
        shown = ", ".join(list(keys)[:_MAX_SHOWN]) + (f" and {len(keys) - _MAX_SHOWN} more" * (len(keys) > _MAX_SHOWN))
        message = f"no replacement is defined, but this file uses {shown}"
        faults.append(Fault(file, first.line, first.column, "", message, "add replacements-config.yaml"))
    return faults


def policy_values(
    replacements: Mapping[str, Value], accounts: Sequence[Account], settings: Entry
) -> Callable[[str], Value]:
    """The value of what stands between `${` and `}` in a policy file.

    settings: global-config.yaml. Source: "Policy replacement variables" of LZA's implementation guide; `ACCOUNT_ID`,
    `REGION`, `ORG_ID` and lookups of VPCs differ by deployment and have no value.
    """
    prefix = DEFAULT_PREFIX
    home = settings.get("homeRegion")
    role = settings.get("managementAccountAccessRole")
    ids = {account.name: account.id for account in accounts}
    known: dict[str, Value] = {
        "PARTITION": partition_of(home.text) if home else None,
        "HOME_REGION": home.text if home else None,
        "ACCELERATOR_HOME_REGION": home.text if home else None,
        "MANAGEMENT_ACCOUNT_ACCESS_ROLE": role.text if role else None,
        "ACCELERATOR_NAME": prefix,
        "ACCELERATOR_PREFIX": prefix,
        "ACCELERATOR_PREFIX_ND": prefix.replace("-", ""),
        "ACCELERATOR_PREFIX_LND": prefix.replace("-", "").lower(),
        "ACCELERATOR_DEFAULT_PREFIX_SHORTHAND": prefix[:4].upper(),
        "ACCELERATOR_SSM_PREFIX": "/accelerator",
        "MANAGEMENT_ACCOUNT_ID": ids.get("Management"),
        "LOGARCHIVE_ACCOUNT_ID": ids.get("LogArchive"),
        "AUDIT_ACCOUNT_ID": ids.get("Audit"),
    }

    def value_of(name: str) -> Value:
        if not name.startswith("ACCEL_LOOKUP::"):
            return known.get(name)
        kind, _, rest = name.removeprefix("ACCEL_LOOKUP::").partition(":")
        if kind == CUSTOM:
            return replacements.get(rest)
        scope, _, scoped = rest.partition(":")
        if kind != "ACCOUNT_ID" or scope not in ("ORG", "OU", "ACCOUNT"):
            return None
        of_scope = {"ORG": "", "OU": "ou", "ACCOUNT": "name"}[scope]
        found = [account.id for account in accounts if not of_scope or getattr(account, of_scope) == scoped]
        return [*found] or None

    return value_of


def partition_of(region: str) -> str:
    """The partition of a Region; `aws` unless its name says otherwise."""
    return next((partition for prefix, partition in _PARTITIONS.items() if region.startswith(prefix)), "aws")
