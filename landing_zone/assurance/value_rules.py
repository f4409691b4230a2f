"""Rules over the values that make a deployment of a variant: cdk-nag and template rules never see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, Protocol, TypeAlias, get_args

from landing_zone.assurance.addresses import PRIVATE, Network, parse_network
from landing_zone.assurance.controls import control_for
from landing_zone.assurance.finding import Finding

ValueType = Literal[
    "cidr",
    "account_id",
    "organization_id",
    "root_id",
    "unit_id",
    "group_id",
    "identity_store_id",
    "region",
    "name",
    "tag",
    "arn",
    "transit_gateway_id",
    "transit_attachment_id",
    "shared_parameter",
    "days",
    "amount",
]
VALUE_TYPES: frozenset[str] = frozenset(get_args(ValueType))

VPC_CIDR = "VpcCidr"
_SUBNET_SUFFIX = "Cidr"
_LARGEST, _SMALLEST = 16, 28
_LONGEST_TAG = 256

_INTRINSIC = re.compile(r"\$\{|\{\{resolve:|Token\[|\"?(?:Ref|Fn::[A-Za-z]+)\"\s*:")
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}", re.ASCII)
_ROOT = re.compile(r"r-[0-9a-z]{4,32}", re.ASCII)
_UNIT = re.compile(r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}", re.ASCII)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_GROUP = re.compile(rf"([0-9a-f]{{10}}-)?{_UUID}", re.ASCII | re.IGNORECASE)
_IDENTITY_STORE = re.compile(rf"d-[0-9a-f]{{10}}|{_UUID}", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]", re.ASCII)
_TAG = re.compile(r"[\w .:/=+\-@]*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}", re.ASCII)
_ARN = re.compile(
    r"arn:aws(-cn|-us-gov|-iso|-iso-b|-eusc)?:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}|aws)?:[\w+=,.@:/-]+", re.ASCII
)
_TRANSIT_GATEWAY = re.compile(r"tgw-[0-9a-f]{17}", re.ASCII)
_TRANSIT_ATTACHMENT = re.compile(r"tgw-attach-[0-9a-f]{17}", re.ASCII)
_SHARED_PARAMETER = re.compile(r"arn:aws:ssm:([a-z0-9-]+):[0-9]{12}:parameter/hlz/[a-z0-9/-]+", re.ASCII)
_DAYS = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_AMOUNT = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class DeploymentValue(Protocol):
    """What a value looks like here; any class with these three attributes will do."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class ValueContext:
    """Where the deployment lies. pools: the CIDRs networks of a Region are taken from. regions: those allowed."""

    region: str
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ValueRule:
    """A rule over values; the control is the one whose catalogue entry names it."""

    id: str
    title: str
    fix: str


_RULES = (
    ValueRule(
        "HLZ-VAL-001",
        "A network is canonical, private and between /16 and /28",
        "Use a canonical RFC 1918 or 100.64.0.0/10 network between /16 and /28.",
    ),
    ValueRule(
        "HLZ-VAL-002",
        "A network lies inside its Region's pools",
        "Take the network from the Region's pools, or add a pool to the manifest.",
    ),
    ValueRule(
        "HLZ-VAL-003",
        "Subnets lie inside the VPC and apart from each other",
        "Run `hlz plan --write` to have the addresses given anew, or correct the lock.",
    ),
    ValueRule("HLZ-VAL-004", "An account id has twelve digits", "Write the account's id as twelve digits."),
    ValueRule(
        "HLZ-VAL-005",
        "An organization id is o- and 10 to 32 letters or digits",
        "Write the id as `aws organizations describe-organization` prints it.",
    ),
    ValueRule(
        "HLZ-VAL-006",
        "A tag's value has only characters that every service takes",
        "Use letters, digits, spaces and _.:/=+-@, at most 256.",
    ),
    ValueRule(
        "HLZ-VAL-007",
        "A name starts with a letter and has letters, digits and hyphens",
        "Use letters, digits and hyphens, a letter first, at most 128.",
    ),
    ValueRule(
        "HLZ-VAL-008",
        "A value is plain text, not an expression",
        "Write the value itself; expressions are not resolved.",
    ),
    ValueRule(
        "HLZ-VAL-009", "No network overlaps another one or an on-premises range", "Give one of the two another network."
    ),
    ValueRule(
        "HLZ-VAL-010",
        "A Region is well formed and the deployment's own or an allowed one",
        "Name a Region of the manifest.",
    ),
    ValueRule("HLZ-VAL-011", "An ARN is complete and without wildcards", "Write the ARN as AWS prints it."),
    ValueRule("HLZ-VAL-012", "A number of days is whole and positive", "Write the days as digits, from 1 to 99999."),
    ValueRule(
        "HLZ-VAL-013",
        "A value has a type for which there is a rule",
        f"Give the value one of the types {', '.join(sorted(VALUE_TYPES))}.",
    ),
    ValueRule(
        "HLZ-VAL-014",
        "An amount is a positive number of whole US dollars",
        "Write the amount as digits, from 1 to 999999999.",
    ),
    ValueRule(
        "HLZ-VAL-015",
        "A stack carries termination protection",
        "Leave termination_protection of the deployment on: its stack holds records, keys or networks.",
    ),
    ValueRule(
        "HLZ-VAL-016",
        "The id of a root or an OU is well formed",
        "Run `hlz adopt --write`, or write the id as `aws organizations list-roots` or `list-children` prints it.",
    ),
    ValueRule(
        "HLZ-VAL-017",
        "The id of an identity store or of a group in it is well formed",
        "Run `hlz adopt --write`, or write the id as `aws identitystore list-groups` prints it.",
    ),
    ValueRule(
        "HLZ-VAL-018",
        "The id of a transit gateway or of an attachment is well formed",
        "Run `hlz adopt --write`, or write the id as `aws ec2 describe-transit-gateway-attachments` prints it.",
    ),
    ValueRule(
        "HLZ-VAL-019",
        "A shared parameter is one of the landing zone's in the deployment's own Region",
        "CloudFormation reads Systems Manager parameters of its own Region alone; name one under /hlz/.",
    ),
)
VALUE_RULES: Mapping[str, ValueRule] = {rule.id: rule for rule in _RULES}
"""Every value rule by id."""

_FIXED: Mapping[str, tuple[str, ...]] = {
    "cidr": ("HLZ-VAL-001", "HLZ-VAL-002"),
    "account_id": ("HLZ-VAL-004",),
    "organization_id": ("HLZ-VAL-005",),
    "root_id": ("HLZ-VAL-016",),
    "unit_id": ("HLZ-VAL-016",),
    "group_id": ("HLZ-VAL-017",),
    "identity_store_id": ("HLZ-VAL-017",),
    "tag": ("HLZ-VAL-006",),
    "name": ("HLZ-VAL-007",),
    "region": ("HLZ-VAL-010",),
    "arn": ("HLZ-VAL-011",),
    "transit_gateway_id": ("HLZ-VAL-018",),
    "transit_attachment_id": ("HLZ-VAL-018",),
    "shared_parameter": ("HLZ-VAL-019",),
    "days": ("HLZ-VAL-012",),
    "amount": ("HLZ-VAL-014",),
}

Problem: TypeAlias = tuple[str, str]
"""A rule's id and the rest of the sentence that starts with the value's name and text."""


def judge_values(deployment_name: str, values: Mapping[str, DeploymentValue], context: ValueContext) -> list[Finding]:
    """Every rule on every value of one deployment. `values` is keyed by the value's name."""
    findings: list[Finding] = []
    networks: list[tuple[str, Network]] = []
    for value in values.values():
        text = value.text
        problem: Problem | None
        if _INTRINSIC.search(text):
            problem = ("HLZ-VAL-008", "holds an expression; a plain value is expected")
        elif value.type == "cidr":
            network = parse_network(text)
            problem = _network_problem(network)
            if isinstance(network, Network):
                networks.append((value.name, network))
        else:
            judge = _JUDGES.get(value.type)
            problem = (
                judge(text, context) if judge else ("HLZ-VAL-013", f"has the type {value.type!r}, which no rule judges")
            )
        if problem:
            findings.append(_finding(problem[0], deployment_name, value.name, f"{_shown(value)} {problem[1]}."))
    findings += (_finding(rule, deployment_name, name, text) for rule, name, text in _layout(networks, context))
    return findings


def value_rules_run(values: Mapping[str, DeploymentValue]) -> frozenset[str]:
    """The ids of the rules that `judge_values` applies to these values."""
    types = {value.type for value in values.values()}
    rules = {rule for type_ in types for rule in _FIXED.get(type_, ())}
    if values:
        rules |= {"HLZ-VAL-008", "HLZ-VAL-013"}
    if sum(value.type == "cidr" for value in values.values()) > 1:
        rules.add("HLZ-VAL-003")
    return frozenset(rules)


def judge_overlaps(networks: Iterable[tuple[str, str, str]], reserved: Iterable[tuple[str, str]] = ()) -> list[Finding]:
    """HLZ-VAL-009 over all deployments: (deployment, Region, CIDR) against each other and (name, CIDR) reserved ranges.

    Networks of different Regions must not overlap either: a transit gateway peering could not route between them. What
    is no network is HLZ-VAL-001's and left out here. O(n log n) and one finding per overlap with a neighbour.
    """
    entries: list[tuple[Network, str, str, bool]] = []
    for deployment, region, text in networks:
        network = parse_network(text)
        if isinstance(network, Network):
            entries.append((network, deployment, f"{deployment} in {region}", True))
    for name, text in reserved:
        network = parse_network(text)
        if isinstance(network, Network):
            entries.append((network, name, f"reserved range {name}", False))
    entries.sort(key=lambda entry: (entry[0].first, -entry[0].last, entry[1]))
    findings: list[Finding] = []
    widest: tuple[Network, str, str, bool] | None = None
    widest_own: tuple[Network, str, str, bool] | None = None
    for entry in entries:
        network, name, _, own = entry
        before = widest if own else widest_own
        if before and before[0].overlaps(network):
            accused, other = (entry, before) if own else (before, entry)
            findings.append(
                _finding(
                    "HLZ-VAL-009",
                    accused[1],
                    VPC_CIDR,
                    f"Network {accused[0]} of {accused[2]} overlaps {other[0]} of {other[2]}; separate networks are "
                    "expected.",
                )
            )
        if widest is None or network.last > widest[0].last:
            widest = entry
        if own and (widest_own is None or network.last > widest_own[0].last):
            widest_own = entry
    return findings


def judge_protection(protected: Iterable[tuple[str, bool]]) -> list[Finding]:
    """HLZ-VAL-015 over all deployments: (deployment, whether CloudFormation refuses to delete its stack)."""
    message = "The stack can be deleted by one call; termination protection is expected."
    return [_finding("HLZ-VAL-015", name, "TerminationProtection", message) for name, safe in protected if not safe]


def _network_problem(network: Network | str) -> Problem | None:
    if isinstance(network, str):
        return "HLZ-VAL-001", f"{network}; a canonical private network is expected"
    if not any(private.contains(network) for private in PRIVATE):
        return "HLZ-VAL-001", "is not private (RFC 1918 or 100.64.0.0/10)"
    if not _LARGEST <= network.prefix <= _SMALLEST:
        return "HLZ-VAL-001", f"is not between /{_LARGEST} and /{_SMALLEST}, as VPCs and subnets must be"
    return None


@cache
def _pool_networks(pools: tuple[str, ...]) -> tuple[Network, ...]:
    parsed = (parse_network(pool) for pool in pools)
    return tuple(network for network in parsed if isinstance(network, Network))


def _layout(networks: list[tuple[str, Network]], context: ValueContext) -> Iterable[tuple[str, str, str]]:
    """Where networks lie: (rule, value, sentence)."""
    vpc = next((network for name, network in networks if name == VPC_CIDR), None)
    pools = _pool_networks(tuple(context.pools.get(context.region, ())))
    for name, network in networks:
        if (vpc is None or name == VPC_CIDR) and not any(pool.contains(network) for pool in pools):
            yield "HLZ-VAL-002", name, f"{name} {network} lies in no pool of {context.region}."
        elif vpc is not None and name != VPC_CIDR and name.endswith(_SUBNET_SUFFIX) and not vpc.contains(network):
            yield "HLZ-VAL-003", name, f"{name} {network} lies outside of the VPC's {vpc}."
    subnets = sorted((network, name) for name, network in networks if name != VPC_CIDR)
    widest: tuple[Network, str] | None = None
    for network, name in subnets:
        if widest and widest[0].overlaps(network):
            yield "HLZ-VAL-003", name, f"{name} {network} overlaps {widest[1]} {widest[0]}; separate ones are expected."
        if widest is None or network.last > widest[0].last:
            widest = network, name


def _matches(pattern: re.Pattern[str], rule: str, problem: str) -> Callable[[str, ValueContext], Problem | None]:
    def judge(text: str, context: ValueContext) -> Problem | None:
        return None if pattern.fullmatch(text) else (rule, problem)

    return judge


def _tag_problem(text: str, context: ValueContext) -> Problem | None:
    if len(text) > _LONGEST_TAG:
        return "HLZ-VAL-006", f"has {len(text)} characters; at most {_LONGEST_TAG} are allowed"
    if not _TAG.fullmatch(text):
        return "HLZ-VAL-006", "has a character other than letters, digits, spaces and _.:/=+-@"
    return None


def _region_problem(text: str, context: ValueContext) -> Problem | None:
    if not _REGION.fullmatch(text):
        return "HLZ-VAL-010", "is no Region"
    if text != context.region and text not in context.regions:
        return "HLZ-VAL-010", f"is neither the deployment's Region {context.region} nor an allowed one"
    return None


def _parameter_problem(text: str, context: ValueContext) -> Problem | None:
    found = _SHARED_PARAMETER.fullmatch(text)
    if not found or found[1] != context.region:
        return "HLZ-VAL-019", f"is no parameter /hlz/... in {context.region}"
    return None


_JUDGES: Mapping[str, Callable[[str, ValueContext], Problem | None]] = {
    "account_id": _matches(_ACCOUNT, "HLZ-VAL-004", "is not an account id of twelve digits"),
    "organization_id": _matches(_ORGANIZATION, "HLZ-VAL-005", "is no organization id"),
    "root_id": _matches(_ROOT, "HLZ-VAL-016", "is not the id of a root"),
    "unit_id": _matches(_UNIT, "HLZ-VAL-016", "is not the id of an OU"),
    "group_id": _matches(_GROUP, "HLZ-VAL-017", "is not the id of a group"),
    "identity_store_id": _matches(_IDENTITY_STORE, "HLZ-VAL-017", "is not the id of an identity store"),
    "tag": _tag_problem,
    "name": _matches(_NAME, "HLZ-VAL-007", "is not a name of letters, digits and hyphens, a letter first"),
    "region": _region_problem,
    "arn": _matches(_ARN, "HLZ-VAL-011", "is not a complete ARN without wildcards"),
    "transit_gateway_id": _matches(_TRANSIT_GATEWAY, "HLZ-VAL-018", "is not the id of a transit gateway"),
    "transit_attachment_id": _matches(_TRANSIT_ATTACHMENT, "HLZ-VAL-018", "is not the id of a transit attachment"),
    "shared_parameter": _parameter_problem,
    "days": _matches(_DAYS, "HLZ-VAL-012", "is not a number of days from 1 to 99999"),
    "amount": _matches(_AMOUNT, "HLZ-VAL-014", "is not a number of whole US dollars from 1 to 999999999"),
}


def _shown(value: DeploymentValue) -> str:
    text = value.text if len(value.text) <= 60 else value.text[:57] + "..."
    return f"{value.name} {text!r}"


def _finding(rule: str, deployment: str, value: str, message: str) -> Finding:
    control = control_for(rule)
    return Finding(
        rule=rule,
        control=control.id,
        citations=control.cfr,
        severity="error",
        template=deployment,
        resource=value,
        path=f"Values/{value}",
        line=None,
        message=message,
        fix=VALUE_RULES[rule].fix,
    )
