"""What theorems are parameterized with, as somebody gives it; `policies/invariants/values.yaml` says of which form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from landing_zone.action_catalogue import services
from landing_zone.fault import excerpt, nearest
from landing_zone.manifest.document import Node, Path_
from landing_zone.manifest.regions import regions
from landing_zone.proof.guardrails.attachments import ACCOUNT_ID, Attachments, path_reason
from landing_zone.proof.guardrails.condition_forms import arn_reason
from landing_zone.proof.guardrails.organization import Account
from landing_zone.proof.guardrails.theorems import value_rows

MANAGEMENT = "management_account"
MEMBERS = ("log_archive_account", "security_account", "backup_account", "network_account")
"""Values that name accounts of the organization that policies bind."""
_ONE = {"organization_id": "an organization has one id", "home_region": "an organization has one home Region"}
"""Values that are one text, and why."""
_UNKNOWN = ("unknown account", "unknown target")
_BUCKET_ARN = re.compile(r"arn:aws[a-z-]*:s3:::")
_VAULT_ARN = re.compile(r"arn:aws[a-z-]*:backup:[^:]*:[^:]*:backup-vault:")
_BUCKET = re.compile(r"[a-z0-9.*?-]{1,63}")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
Reading = tuple[str, str, str]
"""A text as it is kept; or, if it is not of the form: empty, why not, a hint."""


@dataclass(frozen=True)
class Forms:
    """The forms of values, for an organization. targets: every path in it. complete: whether all could be read."""

    accounts: Sequence[Account]
    targets: frozenset[str]
    complete: bool = True

    def read(self, attachments: Attachments) -> dict[str, tuple[str, ...]]:
        """The values, as texts; their faults go to the attachments'. A value that is not given is left out."""
        rows = value_rows()
        found: dict[str, tuple[str, ...]] = {}
        for name, node in attachments.values.items():
            at: Path_ = ("values", name)
            if name not in rows:
                message = f"unknown value {excerpt(name)}; allowed: {', '.join(rows)}"
                attachments.fault(at, message, nearest(name, rows), at_key=True)
            elif node.value is None:
                attachments.fault(at, "has no value", "write [] for none, or leave it out if it is not known")
            else:
                found[name] = self._texts(attachments, at, node, rows[name]["form"])
        return found

    def _texts(self, attachments: Attachments, at: Path_, node: Node, form: str) -> tuple[str, ...]:
        items = node.value if isinstance(node.value, list) else [node]
        if at[-1] in _ONE and len(items) != 1:
            attachments.fault(at, f"has {len(items)} values; {_ONE[str(at[-1])]}")
        elif at[-1] == "phi_targets" and not items:
            attachments.fault(at, "has 0 values; where nothing holds PHI there is nothing to prove")
        texts: list[str] = []
        for number, one in enumerate(items):
            text, reason, hint = self._text(one, form, str(at[-1]))
            if reason and (self.complete or not reason.startswith(_UNKNOWN)):
                attachments.fault((*at, number), reason, hint)
            texts.append(text)
        return tuple(dict.fromkeys(texts))

    def _text(self, node: Node, form: str, name: str) -> Reading:
        written = node.value
        if form == "account" and type(written) is int:
            written = str(written)
        if not isinstance(written, str):
            quoted = isinstance(written, int | float)
            return "", f"{excerpt(node.plain())} is no text", "write it in quotes" if quoted else ""
        if not written.strip():
            return "", "is empty", ""
        if "${" in written:
            return "", f"{excerpt(written)} holds a variable, and values have none", ""
        if form == "account":
            return self._account(written, name)
        if form == "target":
            return self._target(written)
        return _READINGS[form](written)

    def _account(self, text: str, name: str) -> Reading:
        listed = next((one for one in self.accounts if text in (one.id, one.name)), None)
        if listed:
            return listed.id, "", ""
        if ACCOUNT_ID.fullmatch(text):
            return text, "", ""
        if name not in MEMBERS:
            return "", f"{excerpt(text)} is no account; allowed: twelve digits, or the name of a listed account", ""
        message = f"unknown account {excerpt(text)}; allowed: twelve digits, or the name of an account under accounts"
        return "", message, nearest(text, [one.name for one in self.accounts])

    def _target(self, text: str) -> Reading:
        reason, hint = path_reason(text)
        if reason:
            return "", reason, hint
        if text in self.targets:
            return text, "", ""
        message = f"unknown target {excerpt(text)}; allowed: a target that is listed or holds an account"
        return "", message, nearest(text, sorted(self.targets))


def _organization(text: str) -> Reading:
    if _ORGANIZATION.fullmatch(text):
        return text, "", ""
    return "", f"{excerpt(text)} is no id of an organization; allowed: such as o-a1b2c3d4e5", ""


def _region(text: str) -> Reading:
    if text in regions():
        return text, "", ""
    return "", f"unknown Region {excerpt(text)}; allowed: {', '.join(regions())}", nearest(text, regions())


def _principal(text: str) -> Reading:
    if text == "*":
        return "", "'*' is everybody, and then nothing is left to prove", "name roles"
    if not arn_reason(text):
        return text, "", ""
    bare = text.rpartition("role/")[2]
    name = bare if re.fullmatch(r"[\w+=,.@*?/-]+", bare) else "NAME"
    message = f"{excerpt(text)} is no pattern of ARNs, as aws:PrincipalArn has them"
    return "", message, f"such as 'arn:aws:iam::*:role/{name}'"


def _arn(text: str) -> Reading:
    reason = arn_reason(text) or ("pattern of an ARN: it would mean everything" if text == "*" else "")
    return (text, "", "") if not reason else ("", f"{excerpt(text)} is no {reason}", "")


def _bucket(text: str) -> Reading:
    name = _BUCKET_ARN.sub("", text, count=1) if text.startswith("arn:") else text
    if _BUCKET.fullmatch(name):
        return name, "", ""
    return "", f"{excerpt(text)} is no bucket; allowed: a name or arn:aws:s3:::name, * and ? in it", ""


def _service(text: str) -> Reading:
    if re.fullmatch(r"[a-z0-9-]+", text):  # policy_folder says which of them nobody knows
        return text, "", ""
    message = f"{excerpt(text)} is no service; allowed: prefixes of actions in lower case, such as s3"
    return "", message, nearest(text.partition(":")[0].lower(), sorted(services()))


def _name(text: str) -> Reading:
    text = _VAULT_ARN.sub("", text, count=1)
    if not text.startswith("arn:"):
        return text, "", ""
    return "", f"{excerpt(text)} is an ARN; allowed: a name", f"such as '{text.rpartition(':')[2]}'"


_READINGS: Mapping[str, Callable[[str], Reading]] = {
    "organization": _organization,
    "region": _region,
    "principal": _principal,
    "bucket": _bucket,
    "service": _service,
    "name": _name,
    "arn": _arn,
}
