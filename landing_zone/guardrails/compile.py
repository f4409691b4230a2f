"""Compile guardrails for an OU tree: what is attached where, in which policies, with which content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from landing_zone.fault import Fault, InputError
from landing_zone.guardrails.composition import ROOT as ROOT
from landing_zone.guardrails.composition import Bundle, Composition
from landing_zone.guardrails.composition import above as above
from landing_zone.guardrails.limits import Limit
from landing_zone.guardrails.model import AUTHORIZATION_TYPES, PolicyType, PrincipalGroup
from landing_zone.guardrails.packing import packed_documents, packed_statements
from landing_zone.guardrails.parameters import Parameters, filled, late_tokens
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.guardrails.statements import characters as characters
from landing_zone.guardrails.statements import iam_statement as iam_statement
from landing_zone.guardrails.statements import minified as minified

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
_LARGEST_SHOWN = 3


@dataclass(frozen=True)
class Policy:
    """An organization policy.

    targets: `root`, OU paths and twelve-digit account ids. content: IAM or declarative document, in which the tokens
    `late` are still to be filled in. characters: as AWS counts them, with every token at its longest. guardrails: those
    of which it holds all or a part. sids: guardrails by the Sid of the statement that holds them.
    """

    name: str
    type: PolicyType
    description: str
    targets: tuple[str, ...]
    content: Mapping[str, Any]
    characters: int
    guardrails: tuple[str, ...]
    sids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def late(self) -> frozenset[str]:
        """Parameters that the deployment fills in."""
        return late_tokens(self.content)


@dataclass(frozen=True)
class Compiled:
    """Every policy of a landing zone, sorted by name, and what they are made of.

    guardrails: by id. profiles: by target. groups: of whom some principals are exempt here. parameters: with which they
    were compiled.
    """

    policies: tuple[Policy, ...] = ()
    guardrails: Mapping[str, SourcedGuardrail] = field(default_factory=dict)
    profiles: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[PolicyType, Limit] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def composition(self) -> Composition:
        """What is attached where."""
        return Composition(self.profiles, self.guardrails)


def compile_guardrails(
    profiles: Mapping[str, str],
    guardrails: Sequence[SourcedGuardrail],
    groups: Mapping[str, PrincipalGroup],
    parameters: Parameters,
    limits: Mapping[PolicyType, Limit],
) -> Compiled:
    """The policies of a tree: what `Composition` attaches, packed. The guardrails passed `checks` before.

    Raises InputError: a target needs more or longer policies than AWS allows.
    """
    composition = Composition(profiles, {sourced.guardrail.id: sourced for sourced in guardrails})
    policies: list[Policy] = []
    faults: list[Fault] = []
    for bundle in composition.bundles():
        limit = limits[bundle.type].on(bundle.targets[0])  # what the root gets, no other target gets
        own = list(_policies(bundle, composition, groups, parameters, limit))
        faults += _over_quota(bundle, own, composition, limit, groups, parameters)
        policies += own
    if faults:
        raise InputError(faults)
    in_order = sorted(policies, key=lambda policy: policy.name)
    present = frozenset(name for name, group in groups.items() if group.principals)
    return Compiled(tuple(in_order), composition.guardrails, profiles, limits, present, parameters)


def _policies(
    bundle: Bundle,
    composition: Composition,
    groups: Mapping[str, PrincipalGroup],
    parameters: Parameters,
    limit: Limit,
) -> Iterator[Policy]:
    members = {id: composition.guardrails[id] for id in bundle.ids}
    stem = f"hlz-{SHORT_TYPES[bundle.type]}-{bundle.name}"
    description = f"Guardrails of profile {bundle.profile}"
    if bundle.type in AUTHORIZATION_TYPES:
        statements = {id: iam_statement(sourced, groups, parameters) for id, sourced in members.items()}
        for number, draft in enumerate(packed_statements(statements, limit, parameters), start=1):
            ids = tuple(dict.fromkeys(id for held in draft.sids.values() for id in held))
            content, count = draft.content, draft.characters
            yield Policy(f"{stem}-{number}", bundle.type, description, bundle.targets, content, count, ids, draft.sids)
        return
    documents = {id: filled(sourced.guardrail.content, parameters) for id, sourced in members.items()}
    for number, (ids, content) in enumerate(packed_documents(documents, limit, parameters), start=1):
        count = characters(content, parameters)
        yield Policy(f"{stem}-{number}", bundle.type, description, bundle.targets, content, count, ids)


def _over_quota(
    bundle: Bundle,
    policies: Sequence[Policy],
    composition: Composition,
    limit: Limit,
    groups: Mapping[str, PrincipalGroup],
    parameters: Parameters,
) -> Iterator[Fault]:
    """At the largest guardrail, of the user's own if there are any."""
    sizes = {id: _size(composition.guardrails[id], groups, parameters) for id in bundle.ids}
    largest = sorted(sizes, key=lambda id: (composition.guardrails[id].own, -sizes[id]))
    where = ", ".join(bundle.targets[:_LARGEST_SHOWN])
    for policy in policies:
        if policy.characters > limit.characters:
            longest = max(policy.guardrails, key=lambda id: sizes[id])
            message = (
                f"takes {policy.characters:,} characters as a policy of its own for {where}; {limit.characters:,} are "
                f"allowed ({policy.characters - limit.characters:,} too many), and it cannot be split"
            )
            yield composition.guardrails[longest].fault(("id",), message, "write it shorter, or as two guardrails")
    if len(policies) > limit.policies:
        total = sum(policy.characters for policy in policies)
        over = total - limit.policies * limit.characters
        shown = ", ".join(f"{id} ({sizes[id]:,})" for id in sorted(sizes, key=lambda id: -sizes[id])[:_LARGEST_SHOWN])
        message = (
            f"{where}: {bundle.type} needs {len(policies)} policies with {total:,} characters; {limit.policies} of "
            f"{limit.characters:,} are left ({len(policies) - limit.policies} policies, {max(over, 0):,} characters "
            f"too many); the largest: {shown}"
        )
        yield composition.guardrails[largest[0]].fault(("id",), message, "move some to another profile or shorten them")


def _size(sourced: SourcedGuardrail, groups: Mapping[str, PrincipalGroup], parameters: Parameters) -> int:
    if sourced.type in AUTHORIZATION_TYPES:
        return characters(iam_statement(sourced, groups, parameters), parameters)
    return characters(filled(sourced.guardrail.content, parameters), parameters)
