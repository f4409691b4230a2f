"""Compile guardrails for an OU tree: what is attached where, in which policies, with which content."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from landing_zone.guardrails.limits import Limit
from landing_zone.guardrails.model import AUTHORIZATION_TYPES, POLICY_TYPES, PolicyType, PrincipalGroup
from landing_zone.guardrails.parameters import TOKEN, Parameters, filled, late_tokens
from landing_zone.guardrails.sources import SourcedGuardrail

ROOT = "root"
POLICY_VERSION = "2012-10-17"

SHORT_TYPES: Mapping[PolicyType, str] = {
    "SERVICE_CONTROL_POLICY": "scp",
    "RESOURCE_CONTROL_POLICY": "rcp",
    "DECLARATIVE_POLICY_EC2": "ec2",
    "S3_POLICY": "s3",
    "TAG_POLICY": "tag",
    "BACKUP_POLICY": "backup",
    "AISERVICES_OPT_OUT_POLICY": "ai-opt-out",
    "CHATBOT_POLICY": "chat",
    "SECURITYHUB_POLICY": "security-hub",
    "GUARDDUTY_POLICY": "guardduty",
    "INSPECTOR_POLICY": "inspector",
    "BEDROCK_POLICY": "bedrock",
    "UPGRADE_ROLLOUT_POLICY": "upgrade-rollout",
    "NETWORK_SECURITY_DIRECTOR_POLICY": "network-director",
}


@dataclass(frozen=True)
class Policy:
    """An organization policy.

    targets: `root`, OU paths and twelve-digit account ids. content: IAM or declarative document, in which the tokens
    `late` are still to be filled in. characters: as AWS counts them, with every token at its longest.
    """

    name: str
    type: PolicyType
    description: str
    targets: tuple[str, ...]
    content: Mapping[str, Any]
    characters: int
    guardrails: tuple[str, ...]

    @property
    def late(self) -> frozenset[str]:
        """Parameters that the deployment fills in."""
        return late_tokens(self.content)


@dataclass(frozen=True)
class Compiled:
    """Every policy of a landing zone, sorted by name, and the guardrails they are made of, by id."""

    policies: tuple[Policy, ...] = ()
    guardrails: Mapping[str, SourcedGuardrail] = field(default_factory=dict)


def compile_guardrails(
    profiles: Mapping[str, str],
    guardrails: Sequence[SourcedGuardrail],
    groups: Mapping[str, PrincipalGroup],
    parameters: Parameters,
    limits: Mapping[PolicyType, Limit],
) -> Compiled:
    """The policies of a tree.

    profiles: profile by target: `root`, OU paths, ids of accounts with a profile of their own (`phi`, `phi/production`,
    `123456789012`). A target gets what its profile has and no target above it has. Raises InputError.
    """
    bundles: dict[tuple[PolicyType, str, tuple[str, ...]], list[str]] = {}
    by_id = {sourced.guardrail.id: sourced for sourced in guardrails}
    for target in profiles:
        for type in POLICY_TYPES:
            ids = tuple(id for id in _attached(target, profiles, by_id) if by_id[id].type == type)
            if ids:
                bundles.setdefault((type, profiles[target], ids), []).append(target)
    policies = []
    names: dict[str, int] = {}
    for (type, profile, ids), targets in bundles.items():
        for members, content in _packed([by_id[id] for id in ids], type, groups, parameters, limits[type]):
            stem = f"hlz-{SHORT_TYPES[type]}-{profile}"
            names[stem] = names.get(stem, 0) + 1
            policies.append(
                Policy(
                    name=f"{stem}-{names[stem]}",
                    type=type,
                    description=f"Guardrails of profile {profile}",
                    targets=tuple(targets),
                    content=content,
                    characters=characters(content, parameters),
                    guardrails=tuple(members),
                )
            )
    return Compiled(tuple(sorted(policies, key=lambda policy: policy.name)), by_id)


def above(target: str) -> list[str]:
    """The targets whose policies reach an OU path, nearest the root first, without itself; accounts: the root alone."""
    if target == ROOT:
        return []
    steps = target.split("/")
    return [ROOT, *("/".join(steps[:length]) for length in range(1, len(steps)))]


def _attached(target: str, profiles: Mapping[str, str], by_id: Mapping[str, SourcedGuardrail]) -> Iterator[str]:
    inherited = {profiles[unit] for unit in above(target)}
    for id, sourced in by_id.items():
        wanted = frozenset[str](sourced.guardrail.profiles)
        if profiles[target] in wanted and not wanted & inherited:
            yield id


def _packed(
    members: Sequence[SourcedGuardrail],
    type: PolicyType,
    groups: Mapping[str, PrincipalGroup],
    parameters: Parameters,
    limit: Limit,
) -> Iterator[tuple[list[str], dict[str, Any]]]:
    if type not in AUTHORIZATION_TYPES:
        content: dict[str, Any] = {}
        for sourced in members:
            content = _merged(content, filled(sourced.guardrail.content, parameters))
        yield [sourced.guardrail.id for sourced in members], content
        return
    ids: list[str] = []
    statements: list[dict[str, Any]] = []
    for sourced in members:
        statement = iam_statement(sourced, groups, parameters)
        longer = {"Version": POLICY_VERSION, "Statement": [*statements, statement]}
        if statements and characters(longer, parameters) > limit.characters:
            yield ids, {"Version": POLICY_VERSION, "Statement": statements}
            ids, statements = [], []
        ids.append(sourced.guardrail.id)
        statements.append(statement)
    yield ids, {"Version": POLICY_VERSION, "Statement": statements}


def iam_statement(
    sourced: SourcedGuardrail, groups: Mapping[str, PrincipalGroup], parameters: Parameters
) -> dict[str, Any]:
    """The statement as AWS takes it: with Sid, exemptions and parameters (late ones stay tokens)."""
    guardrail, given = sourced.guardrail, sourced.guardrail.statement
    assert given is not None
    statement: dict[str, Any] = {"Sid": "".join(part.title() for part in guardrail.id.split("-"))}
    statement["Effect"] = given.Effect
    if sourced.type == "RESOURCE_CONTROL_POLICY":
        statement["Principal"] = "*"
    for key in ("Action", "NotAction", "Resource", "NotResource"):
        if texts := getattr(given, key):
            statement[key] = _one_or_many(filled(texts, parameters))
    if "NotResource" not in statement:
        statement.setdefault("Resource", "*")
    conditions = {
        operator: {key: _one_or_many(filled(values, parameters)) for key, values in keys.items()}
        for operator, keys in given.Condition.items()
    }
    exempt = [pattern for name in guardrail.exempt for pattern in filled(groups[name].principals, parameters)]
    if exempt:
        keys = conditions.setdefault("ArnNotLike", {})
        before = keys.get("aws:PrincipalArn", [])
        keys["aws:PrincipalArn"] = _one_or_many([*([before] if isinstance(before, str) else before), *exempt])
    if conditions:
        statement["Condition"] = conditions
    return statement


def characters(content: Mapping[str, Any], parameters: Parameters) -> int:
    """How many characters AWS counts, every late token at its longest."""
    text = minified(content)
    return len(text) + sum(parameters.late[name] - len(f"${{{name}}}") for name in TOKEN.findall(text))


def minified(content: Mapping[str, Any]) -> str:
    """The content as it is written to AWS: JSON without white space."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def _one_or_many(texts: list[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else texts


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Two documents as one; lists are joined."""
    both = dict(one)
    for key, entry in other.items():
        before = both.get(key)
        if isinstance(before, Mapping) and isinstance(entry, Mapping):
            both[key] = _merged(before, entry)
        elif isinstance(before, list) and isinstance(entry, list):
            both[key] = [*before, *entry]
        else:
            both[key] = entry
    return both
