"""The summary page of an assembly: one self-contained HTML file, the same bytes for the same inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from landing_zone.assembly.synthesis import Checked, provenance
from landing_zone.assurance.controls import control_for
from landing_zone.assurance.evaluation import citations_of
from landing_zone.assurance.finding import Report
from landing_zone.assurance.inventory.merged import Inventory
from landing_zone.assurance.library import ALL
from landing_zone.assurance.nag import nag_rules
from landing_zone.assurance.value_rules import VALUE_RULES
from landing_zone.guardrails.compile import SHORT_TYPES
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.manifest.regimes import regimes_of
from landing_zone.manifest.regions import regions, residency_profiles
from landing_zone.plan.access import AccessMatrix
from landing_zone.plan.lock import HUB, Lock, LockedNetwork
from landing_zone.plan.segments import segment_of
from landing_zone.reports.guardrails_document import guardrails_document
from landing_zone.reports.network import NetworkReport
from landing_zone.reports.network_map import map_section

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class RuleRow:
    """A rule that examined something: what it is, what it cites, how many resources or deployments it judged."""

    id: str
    title: str
    control: str
    citations: tuple[str, ...]
    examined: int


@dataclass(frozen=True)
class Block:
    """A range inside a pool, for the address map: position and width in percent of the part shown."""

    account: str
    cidr: str
    left: float
    width: float
    segment: str


@dataclass(frozen=True)
class Pool:
    """A pool with the ranges given out of it. The map shows its first 1/`fraction`."""

    region: str
    name: str
    cidr: str
    used: int
    total: int
    fraction: int
    blocks: tuple[Block, ...]


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("summary.html.j2")


def summary_page(
    checked: Checked,
    inventory: Inventory,
    access: AccessMatrix,
    network: NetworkReport,
    proofs: Mapping[str, Any],
) -> str:
    """The page of a checked plan: guardrails, the network's map and proofs, stores and paths, and who has access.

    proofs: of the guardrails.
    """
    manifest, plan, report = checked.loaded.manifest, checked.planned.plan, checked.report
    members: dict[str, list[Account]] = defaultdict(list)
    accounts = tree.accounts(manifest)
    for account in accounts:
        members[account.ou].append(account)
    return _template().render(
        manifest=manifest,
        residency=residency_profiles()[manifest.residency.profile],
        regimes=list(regimes_of(manifest)),
        units=tree.units(manifest),
        accounts=members,
        account_count=len(accounts),
        environment_of=tree.environment_of,
        plan=plan,
        resources=sum(checked.variants[deployment.variant.id].resources for deployment in plan.written),
        guardrail_proofs=proofs,
        guardrails=guardrails_document(manifest, checked.planned.lock, checked.planned.guardrails, ()),
        short_types=SHORT_TYPES,
        pools=list(_pools(manifest, checked.planned.lock)),
        rules=list(_rules(report)),
        report=report,
        acknowledged=checked.acknowledged,
        inventory=inventory,
        access=access,
        proofs=network.proofs,
        map=map_section(network.maps),
        provenance=provenance(checked),
    )


def _rules(report: Report) -> Iterator[RuleRow]:
    ours = {rule.id: (rule.title, rule.control) for rule in ALL}
    examined: dict[str, int] = defaultdict(int)
    for run in report.runs:
        examined[run.rule] += len(run.resources)
    for id, count in sorted(examined.items()):
        if id in ours:
            title, control = ours[id]
            yield RuleRow(id, title, control, citations_of(control), count)
        elif id in nag_rules():
            known = nag_rules()[id]
            yield RuleRow(id, known.fix, known.control, known.citations, count)
        else:
            control = control_for(id).id
            yield RuleRow(id, VALUE_RULES[id].title, control, citations_of(control), count)


def _pools(manifest: Manifest, lock: Lock) -> Iterator[Pool]:
    segments = {account.name: segment_of(account, manifest) or "reserved" for account in tree.accounts(manifest)}
    for region, cidrs in manifest.network.pools.items():
        for cidr in cidrs:
            pool = IPv4Network(cidr)
            inside = sorted(
                (block, account)
                for account, network in _given(lock, region)
                if (block := IPv4Network(network.cidr)).subnet_of(pool)
            )
            used = sum(block.num_addresses for block, _ in inside)
            shown = _shown_part(pool, [block for block, _ in inside])
            blocks = tuple(
                Block(
                    account,
                    str(block),
                    round(100 * (int(block.network_address) - int(pool.network_address)) / shown, 3),
                    round(100 * block.num_addresses / shown, 3),
                    segments.get(account, "reserved"),
                )
                for block, account in inside
            )
            fraction = pool.num_addresses // shown
            yield Pool(region, regions()[region].name, cidr, used, pool.num_addresses, fraction, blocks)


def _given(lock: Lock, region: str) -> Iterator[tuple[str, LockedNetwork]]:
    yield from lock.networks.get(region, {}).items()
    if region in lock.hubs:
        yield HUB, lock.hubs[region]


def _shown_part(pool: IPv4Network, blocks: list[IPv4Network]) -> int:
    """Addresses from the start of the pool that the bar shows: the smallest power of two that holds every block."""
    end = max((int(block.broadcast_address) + 1 - int(pool.network_address) for block in blocks), default=1)
    return min(pool.num_addresses, 1 << (end - 1).bit_length())
