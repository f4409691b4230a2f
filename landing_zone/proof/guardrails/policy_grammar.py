"""What AWS Organizations takes as a service or resource control policy, of whoever wrote it.

Sources: AWS Organizations User Guide, `orgs_manage_policies_scps_syntax` and `orgs_manage_policies_rcps_syntax`; IAM
User Guide, grammar of the policy language. What the prover would misread is refused here, too: an action without a
colon, a condition key without prefix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from landing_zone.action_catalogue import raw_actions, rcp_services, services
from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.guardrails.statements import POLICY_VERSION, minified
from landing_zone.manifest.document import Document, Node, Path_
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.condition_forms import arn_reason, operator_reason, value_reason
from landing_zone.proof.guardrails.json_document import condition_text, plain_mapping

Kind = Literal["scp", "rcp"]
TITLES: Mapping[Kind, str] = {"scp": "service control policy", "rcp": "resource control policy"}
_TOP = ("Version", "Id", "Statement")
_ELEMENTS: Mapping[Kind, tuple[str, ...]] = {
    "scp": ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"),
    "rcp": ("Sid", "Effect", "Principal", "Action", "Resource", "NotResource", "Condition"),
}
_REFUSED = {"Principal": "scp", "NotPrincipal": "both", "NotAction": "rcp"}
_ACTION = re.compile(r"[A-Za-z0-9*?-]+:[A-Za-z0-9*?-]+")
_SID = re.compile(r"[A-Za-z0-9]*")
_KEY = re.compile(r"[A-Za-z0-9-]+:[^*?${}]+")


@dataclass(frozen=True)
class Quota:
    """Policies on one target, those of AWS included, and characters of one; `older`: what AWS's page still shows."""

    policies: int
    characters: int
    older: Quota | None = None


def quota(kind: Kind) -> Quota:
    """The quota of a kind of policies."""
    data = policy_data("guardrails/quotas")
    if kind == "rcp":
        row = data["types"]["RESOURCE_CONTROL_POLICY"]
        return Quota(row["policies"], row["characters"])
    less, more = sorted((row["policies"], row["characters"]) for row in data["scp_choices"].values())
    return Quota(*more, older=Quota(*less))


def allows_everything(content: Mapping[str, Any]) -> bool:
    """Whether a statement allows everything unconditionally, as those of FullAWSAccess and RCPFullAWSAccess do."""
    wide = _names_all(content.get("Action")) and _names_all(content.get("Resource"))
    return wide and content.get("Effect") == "Allow" and not content.get("Condition")


def _names_all(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return "*" in texts or "*:*" in texts


def policy_content(document: Document) -> dict[str, Any]:
    """The document as the prover reads it: numbers and truth values of conditions as texts. It has no faults."""
    content: dict[str, Any] = plain_mapping(document.root)
    rows = content["Statement"]
    for row in rows if isinstance(rows, list) else [rows]:
        for keys in row.get("Condition", {}).values():
            for key, value in keys.items():
                many = isinstance(value, list)
                keys[key] = [condition_text(one) for one in value] if many else condition_text(value)
    return content


def policy_faults(document: Document, kind: Kind) -> Iterator[Fault]:
    """Every way in which a document is no policy of its kind."""
    top = document.root.value
    if not isinstance(top, dict):
        yield document.fault((), f"is no {TITLES[kind]}: an object with Version and Statement is wanted")
        return
    length, most = len(minified(document.root.plain())), quota(kind).characters
    if length > most:
        message = f"{length:,} characters without white space; a {TITLES[kind]} has at most {most:,}"
        yield document.fault((), message, "split it")
    for key in top:
        if key not in _TOP:
            message = f"unknown element {excerpt(key)}; allowed: {', '.join(_TOP)}"
            yield document.fault((key,), message, nearest(key, _TOP), at_key=True)
    version = top.get("Version")
    if version is None or version.value != POLICY_VERSION:
        found = "is missing" if version is None else f"is {excerpt(version.plain())}"
        yield document.fault(("Version",), f"Version {found}; allowed: {POLICY_VERSION}")
    yield from _statements_faults(document, top.get("Statement"), kind)


def _statements_faults(document: Document, node: Node | None, kind: Kind) -> Iterator[Fault]:
    at: Path_ = ("Statement",)
    if node is None or not isinstance(node.value, list | dict):
        found = "is missing" if node is None else f"is {excerpt(node.plain())}"
        yield document.fault(at, f"Statement {found}; a list of statements is wanted")
        return
    if not node.value:
        yield document.fault(at, "Statement is empty; a policy has at least one")
        return
    sids: dict[str, int] = {}
    for number, statement in enumerate(node.value if isinstance(node.value, list) else [node]):
        place = (*at, number)
        if not isinstance(statement.value, dict):
            yield document.fault(place, f"{excerpt(statement.plain())} is no statement: an object is wanted")
            continue
        yield from _Statement(document, place, statement.value, kind).faults()
        sid = statement.value.get("Sid")
        if sid and isinstance(sid.value, str) and sid.value:
            if sid.value in sids:
                message = f"Sid {excerpt(sid.value)} is given twice; first on line {sids[sid.value]}"
                yield document.fault((*place, "Sid"), message)
            sids.setdefault(sid.value, sid.line)


@dataclass(frozen=True)
class _Statement:
    document: Document
    at: Path_
    entries: Mapping[str, Node]
    kind: Kind

    def faults(self) -> Iterator[Fault]:
        allowed = _ELEMENTS[self.kind]
        for key in self.entries:
            if key not in allowed:
                known = key in _REFUSED
                what = f"a {TITLES[self.kind]} has no {key}" if known else f"unknown element {excerpt(key)}"
                hint = "" if known else nearest(key, allowed)
                yield self._fault((key,), f"{what}; allowed: {', '.join(allowed)}", hint, at_key=True)
        yield from self._effect()
        sid = self.entries.get("Sid")
        if sid and not (isinstance(sid.value, str) and _SID.fullmatch(sid.value)):
            yield self._fault(("Sid",), f"Sid {excerpt(sid.plain())} has more than letters and digits")
        if self.kind == "rcp":
            yield from self._principal()
        actions = ("Action", "NotAction") if self.kind == "scp" else ("Action",)
        yield from self._one_of(actions, self._action)
        yield from self._one_of(("Resource", "NotResource"), _resource)
        if "Condition" in self.entries:
            yield from self._conditions()

    def _fault(self, path: Path_, message: str, hint: str = "", *, at_key: bool = False) -> Fault:
        return self.document.fault((*self.at, *path), message, hint, at_key=at_key)

    def _effect(self) -> Iterator[Fault]:
        effect = self.entries.get("Effect")
        if effect is None:
            yield self._fault(("Effect",), "Effect is missing; allowed: Allow, Deny")
        elif effect.value not in ("Allow", "Deny"):
            found = excerpt(effect.plain())
            yield self._fault(
                ("Effect",), f"Effect is {found}; allowed: Allow, Deny", nearest(found, ("Allow", "Deny"))
            )
        elif self.kind == "rcp" and effect.value == "Allow" and not self._allows_everything:
            message = "a resource control policy of one's own denies; Allow is RCPFullAWSAccess's alone"
            yield self._fault(("Effect",), message)

    @property
    def _allows_everything(self) -> bool:
        return allows_everything({key: node.plain() for key, node in self.entries.items()})

    def _principal(self) -> Iterator[Fault]:
        principal = self.entries.get("Principal")
        if principal is None or principal.value != "*":
            found = "is missing" if principal is None else f"is {excerpt(principal.plain())}"
            yield self._fault(("Principal",), f"Principal {found}; allowed: *", "say whom it means under Condition")

    def _one_of(self, names: tuple[str, ...], reason: Callable[[str], tuple[str, str]]) -> Iterator[Fault]:
        """Faults of elements of which a statement has one: a text or a list of texts."""
        given = [name for name in names if name in self.entries]
        if not given and not any(f"Not{name}" in self.entries for name in names):
            yield self._fault((), f"needs {' or '.join(names)}")
        if len(given) > 1:
            yield self._fault((given[-1],), f"{' and '.join(given)} exclude each other", at_key=True)
        for name in given:
            node = self.entries[name]
            if node.value == []:
                yield self._fault((name,), f"{name} is an empty list; name at least one")
            for number, one in enumerate(node.value if isinstance(node.value, list) else [node]):
                message, hint = reason(one.value) if isinstance(one.value, str) else ("is no text", "")
                if message:
                    yield self._fault((name, number), f"{excerpt(one.plain())} {message}", hint)

    def _action(self, text: str) -> tuple[str, str]:
        if text == "*":
            if self.kind == "scp" or self._allows_everything:
                return "", ""
            return "alone is no Action of a resource control policy", "list the services, each as service:*"
        if _ACTION.fullmatch(text):
            return "", ""
        hint = f"did you mean '{text}:*'?" if text.lower() in services() else ""
        return "is no action; allowed: * or service:Name, with * and ? in it", hint

    def _conditions(self) -> Iterator[Fault]:
        block = self.entries["Condition"]
        if not isinstance(block.value, dict) or not block.value:
            yield self._fault(("Condition",), "Condition is no object of operators with their keys and values")
            return
        for name, keys in block.value.items():
            place: Path_ = ("Condition", name)
            message, hint = operator_reason(name)
            if message:
                yield self._fault(place, message, hint, at_key=True)
            if not isinstance(keys.value, dict) or not keys.value:
                yield self._fault(place, "holds no condition key")
                continue
            yield from self._keys(name, keys.value)

    def _keys(self, name: str, keys: Mapping[str, Node]) -> Iterator[Fault]:
        place: Path_ = ("Condition", name)
        spelled: dict[str, str] = {}
        for key, node in keys.items():
            if not _KEY.fullmatch(key):
                message = f"{excerpt(key)} is no condition key; allowed: prefix:name, such as aws:PrincipalArn"
                yield self._fault((*place, key), message, at_key=True)
            elif (first := spelled.setdefault(key.lower(), key)) != key:
                yield self._fault((*place, key), f"is the same condition key as {excerpt(first)}", at_key=True)
            if node.value == []:
                yield self._fault((*place, key), "has no value; name at least one")
            for number, one in enumerate(node.value if isinstance(node.value, list) else [node]):
                if not isinstance(one.value, str | int | float):
                    message = f"{excerpt(one.plain())} is no text, number or truth value"
                    yield self._fault((*place, key, number), message)
                elif reason := value_reason(name, condition_text(one.value)):
                    yield self._fault((*place, key, number), f"{excerpt(one.value)} is no {reason}")


def policy_notes(document: Document, kind: Kind) -> Iterator[Fault]:
    """What is worth knowing of a policy without faults: what AWS takes, and what yet is likely a mistake."""
    older = quota(kind).older
    length = len(minified(document.root.plain()))
    if older and length > older.characters:
        message = f"{length:,} characters: more than {older.characters:,}, the older quota"
        yield document.fault((), message)
    node = document.root.child("Statement")
    rows = node.value if node and isinstance(node.value, list) else [node]
    for row, statement in enumerate(rows):
        for name in ("Action", "NotAction"):
            found = statement.child(name) if statement else None
            if found is None:
                continue
            for number, one in enumerate(found.value if isinstance(found.value, list) else [found]):
                if said := _action_note(str(one.value), kind):
                    yield document.fault(("Statement", row, name, number), f"{excerpt(one.value)} {said[0]}", said[1])


def _action_note(text: str, kind: Kind) -> tuple[str, str] | None:
    service, _, name = text.lower().partition(":")
    if text == "*" or "*" in service or "?" in service:
        return None
    if service not in services():
        return "is of no service that the catalogue knows", nearest(service, sorted(services()))
    if kind == "rcp" and service not in rcp_services():
        return f"can never match: resource control policies do not bind {service}", ""
    known = raw_actions(service)
    if "*" in name or "?" in name or name in known:
        return None
    return "is no action that the catalogue knows", nearest(name, [str(row["name"]) for row in known.values()])


def _resource(text: str) -> tuple[str, str]:
    return (f"is no {reason}", "") if (reason := arn_reason(text, wildcard=True)) else ("", "")
