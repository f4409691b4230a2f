"""An export as the prover reads an organization, and what theorems are parameterized with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from landing_zone.guardrails.documents import merged
from landing_zone.live_organization.policies import LivePolicy
from landing_zone.live_organization.read import Export, chosen_targets
from landing_zone.lza.policy_targets import levels, speaks_of, within
from landing_zone.manifest.regions import regions
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails import keys
from landing_zone.proof.guardrails.closure import exemptions
from landing_zone.proof.guardrails.declarative_documents import declarative_type, in_force
from landing_zone.proof.guardrails.operators import operator
from landing_zone.proof.guardrails.organization import ROOT, Account, Organization, Target, Values
from landing_zone.proof.guardrails.statements import terms
from landing_zone.proof.guardrails.theorems import value_rows

_REGION = "aws:requestedregion"
_SHOWN = 6


@dataclass(frozen=True)
class Assumed:
    """An organization with values that no call tells, and the sentences that say which. phi: paths that hold PHI."""

    organization: Organization
    phi: tuple[str, ...]
    notes: tuple[str, ...]


def organization_of_export(export: Export, phi: Sequence[str] = ()) -> Organization:
    """Targets with what is attached, accounts, and the values that are known.

    phi: OUs and accounts that hold PHI, by id, name or path. Raises UsageError: there is no such one.
    """
    targets = {path: _target(export, path) for path in _open_paths(export)}
    accounts = _accounts(export)
    held = chosen_targets(export, phi)
    known = known_values(export)
    values = {**known, **({"phi_targets": held} if held else {})}
    return Organization(targets, (*accounts, *_to_come(targets, held, accounts)), values, _declares(export))


def known_values(export: Export) -> Values:
    """The values of theorems that the export tells."""
    data = policy_data("live_organization/values")
    values: dict[str, tuple[str, ...]] = {
        "organization_id": (export.seen.id,),
        "management_account": (export.seen.management,),
    }
    for name, services in data["delegated"].items():
        members = {one.id for one in export.members}
        found = tuple(id for id, own in export.delegated.items() if id in members and not set(own).isdisjoint(services))
        if found:
            values[name] = found
    trusted = export.trusted_services or frozenset()
    if platform := tuple(role for service, roles in data["platform"].items() if service in trusted for role in roles):
        values["platform_principals"] = platform
    return values


def missing_values(values: Values) -> Mapping[str, str]:
    """The values that theorems need and that are not given, and what to fill in."""
    said: Mapping[str, str] = policy_data("live_organization/values")["fill_in"]
    return {name: said[name] for name, row in value_rows().items() if not row.get("optional") and name not in values}


def assumed_organization(export: Export, phi: Sequence[str] = (), values: Values | None = None) -> Assumed:
    """The organization with values for everything that can be guessed from policies and names, each guess told.

    values: what somebody knows better, by name. Raises UsageError: an OU or account in phi is not listed.
    """
    said: Mapping[str, str] = policy_data("live_organization/values")["assumptions"]
    organization = organization_of_export(export, phi)
    held, why = _phi(export, organization)
    notes = [said["management"].format(id=export.seen.management), said[why].format(targets=_few(held))]
    if export.left_out:
        notes.append(said["left_out"].format(accounts=_few([f"{one.name} ({one.id})" for one in export.left_out])))
    guessed: dict[str, tuple[str, ...]] = {"phi_targets": held}
    for name, services in policy_data("live_organization/values")["delegated"].items():
        if found := organization.values.get(name):
            own = sorted({one for id in found for one in export.delegated[id]} & set(services))
            holders = _few([export.paths[id] for id in found])
            notes.append(said["delegated"].format(value=name, accounts=holders, services=", ".join(own)))
    for name, found in named_accounts(export).items():
        if name not in organization.values and name not in (values or {}):
            guessed[name] = found
            notes.append(said["named"].format(value=name, accounts=_few([export.paths[id] for id in found])))
    if "security_account" not in {*organization.values, *guessed, *(values or {})} and _knows_administrators(export):
        guessed["security_account"] = ()
        notes.append(said["security_none"])
    if "pipeline_principals" not in (values or {}):
        guessed["pipeline_principals"] = pipeline = spared_roles(organization)
        notes.append(said["pipeline"].format(principals=_few(pipeline)) if pipeline else said["pipeline_none"])
    if "break_glass_principals" not in (values or {}):
        guessed["break_glass_principals"] = ()
        notes.append(said["break_glass"])
    if "eligible_services" not in (values or {}):
        eligible = policy_data("services/hipaa_eligible")
        listed = {*eligible["eligible"], *eligible["features"], *eligible["control_plane"]}
        guessed["eligible_services"] = tuple(sorted(listed))
        notes.append(said["services"])
    if "allowed_regions" not in (values or {}) and (spared := spared_regions(organization)):
        guessed["allowed_regions"] = spared
        notes.append(said["regions"].format(regions=_few(spared)))
    all_values = {**organization.values, **guessed, **(values or {})}
    accounts = _accounts(export)
    accounts = (*accounts, *_to_come(organization.targets, held, accounts))
    return Assumed(replace(organization, values=all_values, accounts=accounts), held, tuple(notes))


def named_accounts(export: Export) -> Mapping[str, tuple[str, ...]]:
    """Ids of accounts whose names tell which value of theorems they are."""
    letters = {one.id: "".join(filter(str.isalpha, one.name.lower())) for one in export.members}
    words: Mapping[str, Sequence[str]] = policy_data("live_organization/values")["names"]
    found = {name: tuple(id for id, text in letters.items() if text in known) for name, known in words.items()}
    return {name: ids for name, ids in found.items() if ids}


def _knows_administrators(export: Export) -> bool:
    """Whether every delegated administrator, and what it administers, is in the export."""
    asked = "list-delegated-services-for-account"
    listed = export.answers.get("list-delegated-administrators") is not None
    return listed and not any(export.answers.missing(asked, id) for id in export.delegated)


def spared_roles(organization: Organization) -> tuple[str, ...]:
    """Patterns of aws:PrincipalArn that Denies spare and that name somebody: more than `*` after `role/`.

    Roles of AWS's own platforms are left out.
    """
    platform = organization.values.get("platform_principals", ())
    found = (one.pattern for one in exemptions(organization) if one.key == keys.PRINCIPAL and one.policies)
    named = (text for text in found if text.startswith("arn:") and text.rpartition("role/")[2].strip("*?/"))
    return tuple(text for text in named if text not in platform)


def spared_regions(organization: Organization) -> tuple[str, ...]:
    """Regions that Denies by aws:RequestedRegion spare."""
    found: set[str] = set()
    for target in organization.targets.values():
        for statement in target.scp_denies:
            for literal in terms(statement.content, {}).literals:
                parsed = operator(literal.operator)
                if literal.attribute == _REGION and parsed is not None and parsed.negated:
                    found.update(literal.texts)
    return tuple(sorted(found & set(regions())))


def _accounts(export: Export) -> tuple[Account, ...]:
    paths = ((one.id, export.paths[one.id]) for one in export.members)
    return tuple(Account(path.rpartition("/")[2], id, path) for id, path in paths)


def _open_paths(export: Export) -> Iterator[str]:
    """Paths of the root, the OUs and the accounts that are not closed, the management account left out."""
    members = {one.id for one in export.members}
    units = {export.seen.root, *(one.id for one in export.seen.units)}
    return (path for id, path in export.paths.items() if id in units or id in members)


def _target(export: Export, path: str) -> Target:
    attached = export.attached.get(path, ())
    scps = tuple(one.policy for one in attached if one.kind == "scp" and one.policy)
    rcps = tuple(one.policy for one in attached if one.kind == "rcp" and one.policy)
    inherited = [_declarative(export.attached.get(above, ())) for above in levels(path)]
    types = sorted({type_ for level in inherited for type_ in level})
    declarative = {type_: in_force([level[type_] for level in inherited if type_ in level]) for type_ in types}
    # AWS keeps a service control policy on every target; where none is known, it is its own, or one that is not read.
    full_access = not any(one.policy for one in attached if one.kind == "scp")
    return Target(path, scps, rcps, full_access, declarative)


def _declarative(attached: Sequence[LivePolicy]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for one in attached:
        if one.kind == "declarative" and one.document and not one.why:
            type_ = declarative_type(one.document)
            found[type_] = merged([found.get(type_, {}), one.content])
    return found


def _declares(export: Export) -> bool:
    """Whether every declarative policy is known: each type that is enabled was listed."""
    return bool(export.enabled) and not any(export.answers.missing("list-policies", one) for one in export.enabled)


def _phi(export: Export, organization: Organization) -> tuple[tuple[str, ...], str]:
    if held := organization.values.get("phi_targets"):
        return held, "phi_given"
    paths = [path for path in organization.targets if path != ROOT]
    named = [path for path in paths if speaks_of(path, "phi_words")]
    if named:
        return tuple(one for one in named if not within(one, [up for up in named if up != one])), "phi_named"
    top = [path for path in paths if path.count("/") == 1 and not speaks_of(path, "foundation_words")]
    return tuple(top), "phi_workloads" if top else "phi_none"


def _to_come(targets: Mapping[str, Target], phi: Sequence[str], accounts: Sequence[Account]) -> Iterator[Account]:
    """An account for each OU with PHI that has none yet, so that theorems speak of those to come."""
    held = {path for one in accounts for path in levels(one.target)}
    free = [path for path in targets if within(path, phi) and path not in held]
    taken = {one.id for one in accounts}
    ids = (id for id in map(str, range(900_000_000_001, 999_999_999_999)) if id not in taken)
    for path, id in zip(free, ids, strict=False):
        yield Account(f"any account of {path}", id, f"{path}/any account")


def _few(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
