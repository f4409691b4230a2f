"""The organization policies of an LZA configuration, where they are attached, and the Organization that they make."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from landing_zone.fault import Fault
from landing_zone.guardrails.documents import merged
from landing_zone.lza.configuration import Configuration, PolicyFile
from landing_zone.lza.entry import Entry
from landing_zone.lza.organization import OrganizationTree, Targets, organization_of
from landing_zone.lza.policy_targets import account_path, levels, members, paths_of, phi_targets, unit_path, within
from landing_zone.lza.policy_values import ORGANIZATION_ID, ORGANIZATION_VARIABLE, partition, theorem_values
from landing_zone.manifest.document import Document, Node
from landing_zone.proof.guardrails.closure import exemptions
from landing_zone.proof.guardrails.declarative_documents import declarative_faults, declarative_type, in_force
from landing_zone.proof.guardrails.keys import PRINCIPAL
from landing_zone.proof.guardrails.organization import Account, Organization, Policy, Target
from landing_zone.proof.guardrails.policy_grammar import Kind, allows_everything, policy_content, policy_faults

KEYS: Mapping[str, str] = {
    "serviceControlPolicies": "scp",
    "resourceControlPolicies": "rcp",
    "declarativePolicies": "declarative",
    "taggingPolicies": "tag",
    "backupPolicies": "backup",
    "chatbotPolicies": "chatbot",
}
"""Kind of policy by key of organization-config.yaml."""
BOUND = ("scp", "rcp")
_FULL_ACCESS = "FullAWSAccess"
_NO_ARN = " is no ARN"


@dataclass(frozen=True, eq=False)
class Attached:
    """A policy of the configuration. kind: of KEYS. paths: of its targets; none where enable is false.

    file, document: None if its file cannot be read. faults: why AWS Organizations would refuse it. policy: None for
    other kinds, and where there are faults or no file.
    """

    entry: Entry
    kind: str
    name: str
    paths: tuple[str, ...]
    targets: Targets
    allow_list: bool
    file: PolicyFile | None = None
    document: Document | None = None
    faults: tuple[Fault, ...] = ()
    policy: Policy | None = None

    @property
    def allows_everything(self) -> bool:
        """Whether it is AWS's own policy, or one like it."""
        return self.policy is not None and any(allows_everything(one.content) for one in self.policy.statements)


@dataclass(frozen=True)
class PolicySet:
    """Every policy of a configuration. phi: paths of targets that hold PHI. notes: what is assumed, in sentences."""

    tree: OrganizationTree
    policies: tuple[Attached, ...]
    organization: Organization
    phi: tuple[str, ...]
    notes: tuple[str, ...]

    def of_kind(self, kind: str) -> tuple[Attached, ...]:
        """Those of a kind."""
        return tuple(one for one in self.policies if one.kind == kind)


def organization_of_configuration(
    configuration: Configuration, phi: Sequence[str] = ()
) -> tuple[Organization, tuple[str, ...]]:
    """The configuration as the prover reads an organization, and what is assumed of it, in sentences.

    phi: OUs (`Clinical/Production`) and accounts that hold PHI; without any, those whose names speak of it, else every
    OU of workloads. Raises InputError: there is no such OU or account.
    """
    found = policy_set(configuration, phi)
    return found.organization, found.notes


def policy_set(configuration: Configuration, phi: Sequence[str] = ()) -> PolicySet:
    """Every policy, its targets, and what they make. Raises InputError: no OU or account of the name is listed."""
    tree = organization_of(configuration)
    held, note = phi_targets(tree, phi)
    policies = tuple(_policies(configuration, tree))
    accounts = tuple(Account(one.name, one.id, account_path(one)) for one in members(tree))
    targets = _targets(tree, policies)
    exempted = _exempted(targets, accounts)
    values, notes = theorem_values(configuration, tree, held, exempted)
    organization = Organization(
        targets=targets,
        accounts=(*accounts, *_to_come(tree, held, accounts)),
        values=values,
        declarative="organization" in configuration.files,
    )
    return PolicySet(tree, policies, organization, held, (note, *notes))


def _policies(configuration: Configuration, tree: OrganizationTree) -> Iterator[Attached]:
    settings = configuration.file("organization")
    enabled = settings.get("enable")
    names: Counter[str] = Counter()
    for key, kind in KEYS.items():
        for entry in settings.each(key):
            written = entry.get("name")
            name = written.text if written else entry.path
            names[name] += 1
            name += f" ({names[name]})" if names[name] > 1 else ""
            targets = tree.targets_of(entry.get("deploymentTargets"))
            strategy = entry.get("strategy")
            one = Attached(
                entry=entry,
                kind=kind,
                name=name,
                paths=paths_of(tree, targets) if not enabled or enabled.flag(True) else (),
                targets=targets,
                allow_list=bool(strategy and strategy.text == "allow-list"),
            )
            yield _read(configuration, one)


def _read(configuration: Configuration, one: Attached) -> Attached:
    path, type_ = one.entry.get("policy"), one.entry.get("type")
    managed = type_ is not None and type_.text == "awsManaged"
    if path is None or (managed and path.text.endswith(_FULL_ACCESS)):
        return _with(one, policy=_full_access(one) if managed else None)
    file = configuration.policy(path)
    if file is None:
        return one
    document = Document(file.file, _node(file.root))
    if one.kind == "declarative":
        return _with(one, file=file, document=document, faults=tuple(declarative_faults(document)))
    if one.kind not in BOUND:
        return _with(one, file=file, document=document)
    # A malformed ARN matches nothing, which assess_policies says; the other statements are in force.
    faults = tuple(fault for fault in policy_faults(document, cast(Kind, one.kind)) if _NO_ARN not in fault.message)
    policy = None if faults else Policy(one.name, _content(configuration, document))
    return _with(one, file=file, document=document, faults=faults, policy=policy)


def _with(one: Attached, **changed: Any) -> Attached:
    return Attached(**{**vars(one), **changed})


def _full_access(one: Attached) -> Policy:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", **({"Principal": "*"} if one.kind == "rcp" else {})}
    return Policy(one.name, {"Version": "2012-10-17", "Statement": [statement]})


def _content(configuration: Configuration, document: Document) -> Mapping[str, Any]:
    """As the prover reads it: in the partition aws, and with an id for the organization."""
    text = json.dumps(policy_content(document)).replace(ORGANIZATION_VARIABLE, ORGANIZATION_ID)
    if (inside := partition(configuration)) != "aws":
        text = text.replace("arn:aws:", "arn:aws-elsewhere:").replace(f"arn:{inside}:", "arn:aws:")
    content: Mapping[str, Any] = json.loads(text)
    return content


def _node(entry: Entry) -> Node:
    value = entry.value
    if isinstance(value, dict):
        below = {key: _node(one) for key, one in value.items()}
        return Node(entry.line, entry.column, below, keys={key: (one.line, one.column) for key, one in below.items()})
    return Node(entry.line, entry.column, [_node(one) for one in value] if isinstance(value, list) else value)


def _targets(tree: OrganizationTree, policies: Sequence[Attached]) -> dict[str, Target]:
    paths = (*map(unit_path, tree.unit_paths), *map(account_path, members(tree)))
    at: dict[str, dict[str, list[Attached]]] = {path: {} for path in paths}
    for one in policies:
        for path in one.paths:
            at.setdefault(path, {}).setdefault(one.kind, []).append(one)
    declarative = {path: _declarative(found.get("declarative", ())) for path, found in at.items()}
    found: dict[str, Target] = {}
    for path, kinds in at.items():
        inherited = [declarative.get(above, {}) for above in levels(path)]
        types = sorted({type_ for level in inherited for type_ in level})
        scps = kinds.get("scp", [])
        found[path] = Target(
            path,
            tuple(one.policy for one in scps if one.policy),
            tuple(one.policy for one in kinds.get("rcp", ()) if one.policy),
            keeps_full_access(scps),
            {type_: in_force([level[type_] for level in inherited if type_ in level]) for type_ in types},
        )
    return found


def keeps_full_access(attached: Sequence[Attached]) -> bool:
    """Whether FullAWSAccess stays beside the policies of a target.

    LZA detaches it when it attaches an allow list, and attaches it again with a deny list: with both it may be there.
    """
    return not attached or not all(one.allow_list for one in attached) or any(one.allows_everything for one in attached)


def _declarative(attached: Sequence[Attached]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for one in attached:
        if one.document and not one.faults:
            type_, content = declarative_type(one.document), one.document.root.plain()
            found[type_] = merged([found.get(type_, {}), cast(Mapping[str, Any], content)])
    return found


def _exempted(targets: Mapping[str, Target], accounts: tuple[Account, ...]) -> tuple[str, ...]:
    """Patterns of principals that a Deny spares."""
    found = exemptions(Organization(targets, accounts, {}))
    return tuple(one.pattern for one in found if one.key == PRINCIPAL)


def _to_come(tree: OrganizationTree, phi: Sequence[str], accounts: Sequence[Account]) -> Iterator[Account]:
    """An account for each OU with PHI that has none yet, so that theorems speak of those to come."""
    held = {path for one in accounts for path in levels(one.target)}
    units = map(unit_path, tree.unit_paths)
    free = [path for path in units if within(path, phi) and path not in held]
    for number, path in enumerate(free, start=1):
        yield Account(f"any account of {path}", f"{900_000_000_000 + number}", f"{path}/any account")
