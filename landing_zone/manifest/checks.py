"""What the types cannot say: references resolve, names are unique, ranges are disjoint, PHI stays where it belongs.

Each check is a function that yields faults; it runs only when the sections it reads are well formed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network

from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.document import Document, Path_
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.manifest.regions import regions, residency_profiles

MINIMUM_RETENTION_YEARS = 6
MAX_ACCOUNT_EMAIL = 64  # AWS Organizations CreateAccount: 6 to 64 characters


@dataclass(frozen=True)
class Subject:
    """What is examined: the model, its places, and what had to be left out because it was malformed.

    kept: the index in the document of every account of the model (empty: all of them, in order).
    names: every account name in the document, malformed accounts included.
    broken: top-level sections that are malformed and replaced by stand-ins or defaults.
    """

    manifest: Manifest
    document: Document
    kept: tuple[int, ...] = ()
    names: frozenset[str] = frozenset()
    broken: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def accounts(self) -> list[tuple[int, Account]]:
        """Every well-formed account with its index in the document."""
        indices = self.kept or range(len(self.manifest.accounts))
        return list(zip(indices, self.manifest.accounts, strict=True))

    @cached_property
    def account_names(self) -> frozenset[str]:
        """Every name that may be referred to."""
        return self.names | {account.name for account in self.manifest.accounts} | tree.CORE_ACCOUNTS.keys()

    @cached_property
    def units(self) -> dict[str, tree.Unit]:
        """Every OU by path."""
        return tree.units(self.manifest)

    @cached_property
    def region_codes(self) -> tuple[str, ...]:
        """Home, recovery and additional Regions."""
        chosen = self.manifest.regions
        return (chosen.home, chosen.recovery, *chosen.additional)

    def fault(self, path: Path_, message: str, hint: str = "", *, at_key: bool = False) -> Fault:
        """A fault at a path of the document."""
        return self.document.fault(path, message, hint, at_key=at_key)


Check = Callable[[Subject], Iterator[Fault]]
_CHECKS: list[tuple[frozenset[str], Check]] = []


def _reads(*sections: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        _CHECKS.append((frozenset(sections), check))
        return check

    return register


def cross_faults(subject: Subject) -> list[Fault]:
    """Every fault between parts of the manifest; checks that would read a malformed section are left out."""
    return [fault for needs, check in _CHECKS if not needs & subject.broken for fault in check(subject)]


def _repeated(rows: Iterable[tuple[str, Path_]]) -> Iterator[tuple[str, Path_, Path_]]:
    """Each value that stands more than once: the value, the later path, the first path."""
    first: dict[str, Path_] = {}
    for value, path in rows:
        if value in first:
            yield value, path, first[value]
        else:
            first[value] = path


def _line(subject: Subject, path: Path_) -> int:
    return subject.fault(path, "").line


@_reads("accounts")
def _names_are_unique(subject: Subject) -> Iterator[Fault]:
    rows = ((account.name, ("accounts", index, "name")) for index, account in subject.accounts)
    for name, path, first in _repeated(rows):
        yield subject.fault(path, f"account name {excerpt(name)} is taken on line {_line(subject, first)}")


@_reads("accounts", "organization")
def _emails_are_unique(subject: Subject) -> Iterator[Fault]:
    pattern = subject.manifest.organization.email
    if "{account}" not in pattern and any(account.email is None for account in tree.accounts(subject.manifest)):
        yield subject.fault(
            ("organization", "email"),
            "has no {account}, so accounts would share one address; AWS needs a different one for each",
            f"write {pattern.replace('@', '+{account}@')}",
        )
        return
    core = {name: "" for name in tree.CORE_ACCOUNTS}
    places: dict[str, Path_] = {account.name: ("accounts", index, "email") for index, account in subject.accounts}
    by_email: dict[str, list[str]] = defaultdict(list)
    for account in tree.accounts(subject.manifest):
        email = tree.email_of(account, subject.manifest)
        by_email[email.lower()].append(account.name)
        if len(email) > MAX_ACCOUNT_EMAIL:
            yield subject.fault(
                places.get(account.name, ("organization", "email")),
                f"{excerpt(email, 80)} has {len(email)} characters; AWS allows {MAX_ACCOUNT_EMAIL}",
            )
    for email, names in by_email.items():
        for name in sorted(names, key=lambda name: (name not in core, places.get(name, ())))[1:]:
            others = next(other for other in names if other != name)
            yield subject.fault(
                places.get(name, ("organization", "email")),
                f"e-mail {excerpt(email)} is also that of account {excerpt(others)}; AWS needs a different one for each",
            )


@_reads("accounts", "organization")
def _ids_are_unique(subject: Subject) -> Iterator[Fault]:
    rows: list[tuple[str, Path_]] = []
    management = subject.manifest.organization.management_account
    if management:
        rows.append((management, ("organization", "management_account")))
    rows += [
        (account.id, ("accounts", index, "id"))
        for index, account in subject.accounts
        if account.id and not (account.name == "management" and account.id == management)
    ]
    for value, path, first in _repeated(rows):
        yield subject.fault(path, f"account id {excerpt(value)} is taken on line {_line(subject, first)}")


@_reads("accounts", "organizational_units")
def _accounts_are_in_known_ous(subject: Subject) -> Iterator[Fault]:
    for index, account in subject.accounts:
        path: Path_ = ("accounts", index, "ou")
        if (account.ou == "root") != (account.name == "management"):
            yield subject.fault(path, "only the account 'management' is in the root; every other account is in an OU")
        elif account.ou != "root" and account.ou not in subject.units:
            yield _unknown(subject, path, "OU", account.ou, subject.units)


@_reads("accounts", "organizational_units")
def _data_stays_where_it_may_be(subject: Subject) -> Iterator[Fault]:
    for index, account in subject.accounts:
        unit = subject.units.get(account.ou)
        if unit and not unit.admits(account.data) and account.name not in tree.CORE_ACCOUNTS:
            fitting = ", ".join(path for path, other in subject.units.items() if other.admits(account.data))
            yield subject.fault(
                ("accounts", index, "ou"),
                f"account {excerpt(account.name)} holds {account.data}, but OU {excerpt(account.ou)} admits at most "
                f"{unit.data}; OUs that admit it: {fitting}",
            )


@_reads("accounts")
def _tags_are_not_reserved(subject: Subject) -> Iterator[Fault]:
    for index, account in subject.accounts:
        for key in account.tags:
            if key.lower().startswith(("aws:", "hlz:")):
                path: Path_ = ("accounts", index, "tags", key)
                yield subject.fault(path, f"tag {excerpt(key)} has a reserved prefix (aws: or hlz:)", at_key=True)


@_reads("organizational_units", "guardrails")
def _ous_are_sound(subject: Subject) -> Iterator[Fault]:
    for path, unit in subject.units.items():
        steps = path.split("/")
        place: list[str | int] = []
        for step in steps:
            place += ["organizational_units", step]
        if len(steps) > tree.MAX_DEPTH:
            yield subject.fault(
                tuple(place), f"OU {excerpt(path)} is deeper than {tree.MAX_DEPTH} levels, the AWS quota", at_key=True
            )
        profile = subject.manifest.guardrails.profiles.get(path, unit.guardrails)
        if unit.data == "phi" and profile != "phi":
            at: Path_ = (
                ("guardrails", "profiles", path) if path in subject.manifest.guardrails.profiles else tuple(place)
            )
            yield subject.fault(at, f"OU {excerpt(path)} admits phi, so its guardrails must be phi, not {profile}")
    for path in subject.manifest.guardrails.profiles:
        if path not in subject.units and path != "root":
            yield _unknown(subject, ("guardrails", "profiles", path), "OU", path, subject.units, at_key=True)


@_reads("regions", "residency")
def _regions_are_sound(subject: Subject) -> Iterator[Fault]:
    chosen = subject.manifest.regions
    profile = residency_profiles()[subject.manifest.residency.profile]
    places: list[tuple[str, Path_]] = [(chosen.home, ("regions", "home")), (chosen.recovery, ("regions", "recovery"))]
    places += [(code, ("regions", "additional", index)) for index, code in enumerate(chosen.additional)]
    for code, path, first in _repeated(places):
        yield subject.fault(path, f"Region {excerpt(code)} is already given on line {_line(subject, first)}")
    for code, path in places:
        if not profile.allows(regions()[code]):
            fitting = ", ".join(other for other, region in regions().items() if profile.allows(region))
            yield subject.fault(
                path,
                f"Region {excerpt(code)} is outside the residency profile '{profile.id}' ({profile.title}): {fitting}",
            )


@_reads("regions", "network")
def _regions_have_enough_zones(subject: Subject) -> Iterator[Fault]:
    wanted = subject.manifest.network.availability_zones
    chosen = subject.manifest.regions
    for path, code in ((("regions", "home"), chosen.home), (("regions", "recovery"), chosen.recovery)):
        available = len(regions()[code].zones)
        if available < wanted:
            yield subject.fault(
                path, f"Region {excerpt(code)} offers {available} Availability Zones; {wanted} are wanted"
            )


@_reads("accounts", "regions")
def _account_regions_are_in_use(subject: Subject) -> Iterator[Fault]:
    for index, account in subject.accounts:
        for position, code in enumerate(account.regions or ()):
            if code not in subject.region_codes:
                path: Path_ = ("accounts", index, "regions", position)
                yield _unknown(subject, path, "Region of this landing zone", code, subject.region_codes)


@_reads("network", "regions")
def _pools_are_sound(subject: Subject) -> Iterator[Fault]:
    network = subject.manifest.network
    rows: list[tuple[IPv4Network, Path_, str]] = []
    for code, cidrs in network.pools.items():
        if code not in subject.region_codes:
            yield _unknown(
                subject,
                ("network", "pools", code),
                "Region of this landing zone",
                code,
                subject.region_codes,
                at_key=True,
            )
        rows += [(IPv4Network(cidr), ("network", "pools", code), f"the pool of {code}") for cidr in cidrs]
    for index, link in enumerate(network.hybrid):
        rows += [
            (IPv4Network(cidr), ("network", "hybrid", index, "ranges"), f"site {link.name}") for cidr in link.ranges
        ]
    for index, cidr in enumerate(network.on_premises):
        rows.append((IPv4Network(cidr), ("network", "on_premises", index), "an on-premises range"))
    for position, (block, path, what) in enumerate(rows):
        for other, _, owner in rows[:position]:
            if block.overlaps(other):
                yield subject.fault(path, f"{block} ({what}) overlaps {other} ({owner}); ranges must be disjoint")


@_reads("network", "regions", "accounts")
def _every_region_has_a_pool(subject: Subject) -> Iterator[Fault]:
    pools = subject.manifest.network.pools
    used = {subject.manifest.regions.home, subject.manifest.regions.recovery}
    used |= {code for _, account in subject.accounts for code in account.regions or ()}
    for code in sorted(used - pools.keys()):
        if code in subject.region_codes:
            yield subject.fault(("network", "pools"), f"Region {excerpt(code)} has no pool", f"add {code}: 10.x.0.0/12")


@_reads("network", "regions")
def _hybrid_links_are_sound(subject: Subject) -> Iterator[Fault]:
    links = subject.manifest.network.hybrid
    rows: list[tuple[str, Path_]] = [(link.name, ("network", "hybrid", i, "name")) for i, link in enumerate(links)]
    for name, path, first in _repeated(rows):
        yield subject.fault(path, f"site {excerpt(name)} is taken on line {_line(subject, first)}")
    for index, link in enumerate(links):
        for position, code in enumerate(link.regions or ()):
            if code not in subject.region_codes:
                place: Path_ = ("network", "hybrid", index, "regions", position)
                yield _unknown(subject, place, "Region of this landing zone", code, subject.region_codes)
        if link.kind == "vpn" and link.customer_gateway is None:
            yield subject.fault(
                ("network", "hybrid", index, "customer_gateway"),
                "a VPN needs customer_gateway, the site's public address",
            )


@_reads("retention")
def _short_retention_has_a_reason(subject: Subject) -> Iterator[Fault]:
    retention = subject.manifest.retention
    if retention.reason:
        return
    for kind, years in retention:
        if isinstance(years, int) and years < MINIMUM_RETENTION_YEARS:
            yield subject.fault(
                ("retention", kind),
                f"{years} years is less than {MINIMUM_RETENTION_YEARS}; say why in retention.reason",
                "45 CFR 164.316(b)(2)(i) asks six years of required documentation",
            )


@_reads("identity", "accounts", "organizational_units")
def _assignments_resolve(subject: Subject) -> Iterator[Fault]:
    identity = subject.manifest.identity
    for index, assignment in enumerate(identity.assignments):
        path: Path_ = ("identity", "assignments", index)
        if assignment.permission_set not in identity.permission_sets:
            yield _unknown(
                subject,
                (*path, "permission_set"),
                "permission set",
                assignment.permission_set,
                identity.permission_sets,
            )
        yield from _one_target(subject, path, assignment.ou, assignment.account, needed=True)


@_reads("budgets", "accounts", "organizational_units")
def _budgets_resolve(subject: Subject) -> Iterator[Fault]:
    for index, budget in enumerate(subject.manifest.budgets):
        yield from _one_target(subject, ("budgets", index), budget.ou, budget.account, needed=False)


@_reads("zones", "accounts")
def _zones_resolve(subject: Subject) -> Iterator[Fault]:
    for name, zone in subject.manifest.zones.items():
        for position, account in enumerate(zone.accounts):
            if account not in subject.account_names:
                path: Path_ = ("zones", name, "accounts", position)
                yield _unknown(subject, path, "account", account, subject.account_names)


@_reads("delivery", "accounts")
def _deploy_account_exists(subject: Subject) -> Iterator[Fault]:
    name = subject.manifest.delivery.deploy_account
    if name not in subject.account_names:
        yield _unknown(subject, ("delivery", "deploy_account"), "account", name, subject.account_names)


@_reads("recovery", "backup")
def _recovery_plans_exist(subject: Subject) -> Iterator[Fault]:
    plans = subject.manifest.backup.plans
    for tier, objective in subject.manifest.recovery.tiers.items():
        if objective.plan not in plans:
            yield _unknown(subject, ("recovery", "tiers", tier, "plan"), "backup plan", objective.plan, plans)


@_reads("detection")
def _every_severity_has_a_contact(subject: Subject) -> Iterator[Fault]:
    given = subject.manifest.detection.alarm_contacts
    for severity in ("critical", "high", "medium", "low"):
        if severity not in given:
            yield subject.fault(("detection", "alarm_contacts"), f"severity '{severity}' has no contact")


@_reads("exceptions", "accounts", "organizational_units")
def _exceptions_are_sound(subject: Subject) -> Iterator[Fault]:
    scopes = {"organization", *subject.account_names, *subject.units}
    for index, exception in enumerate(subject.manifest.exceptions):
        if exception.scope not in scopes:
            yield _unknown(subject, ("exceptions", index, "scope"), "account or OU", exception.scope, scopes)
        if exception.expires <= exception.approved:
            yield subject.fault(("exceptions", index, "expires"), "ends before it was approved")


def _one_target(subject: Subject, path: Path_, ou: str | None, account: str | None, *, needed: bool) -> Iterator[Fault]:
    if (ou and account) or (needed and not (ou or account)):
        yield subject.fault(path, "needs one of ou and account" if needed else "takes ou or account, not both")
    if ou and ou != "root" and ou not in subject.units:
        yield _unknown(subject, (*path, "ou"), "OU", ou, subject.units)
    if account and account not in subject.account_names:
        yield _unknown(subject, (*path, "account"), "account", account, subject.account_names)


def _unknown(
    subject: Subject, path: Path_, what: str, found: str, allowed: Iterable[str], *, at_key: bool = False
) -> Fault:
    known = sorted(allowed)
    shown = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return subject.fault(
        path, f"unknown {what} {excerpt(found)}; known: {shown or 'none'}", nearest(found, known), at_key=at_key
    )
