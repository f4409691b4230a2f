"""What the organization policies of an LZA configuration protect, and what they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from landing_zone.fault import Fault
from landing_zone.lza.configuration import Configuration, Entry
from landing_zone.lza.gaps import Gap, NotUnderstood
from landing_zone.lza.policies import BOUND, Attached, PolicySet, keeps_full_access, policy_set
from landing_zone.lza.policy_gaps import gap
from landing_zone.lza.policy_targets import MANAGEMENT, account_path, levels, unit_path
from landing_zone.lza.policy_theorems import prove_policies
from landing_zone.lza.policy_values import ORGANIZATION_VARIABLE, partition
from landing_zone.lza.statement_effects import DEAD, Mistake, mistakes
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.organization import ROOT, Policy
from landing_zone.proof.guardrails.policy_grammar import TITLES, Kind, policy_content, policy_notes, quota

Assessment = tuple[tuple[Gap, ...], tuple[NotUnderstood, ...], Mapping[str, Any]]
"""Gaps, what is not understood, and facts: theorems, liveness, assumptions, phi_targets, policies."""
_TITLES: Mapping[str, str] = {
    "scp": TITLES["scp"],
    "rcp": TITLES["rcp"],
    "tag": "tag policy",
    "declarative": "declarative policy",
    "backup": "backup policy",
}


def assess_policies(configuration: Configuration, phi: Sequence[str] = ()) -> Assessment:
    """Attachments, statements and theorems of every organization policy.

    phi: OUs and accounts that hold PHI; without any, names say it, as `policy_set` has it. Raises InputError: an OU or
    account in phi is not listed.
    """
    if "organization" not in configuration.files:
        file = configuration.file("organization").file
        return (), (NotUnderstood(file, 1, "could not be read, so nothing is said of organization policies"),), {}
    found = _Policies(configuration, policy_set(configuration, phi))
    proved = prove_policies(configuration, found.set)
    # One file may be attached under several names; what is wrong in it is told once.
    gaps = {(one.id, one.file, one.line, one.column): one for one in reversed([*found.gaps()])}
    facts = {
        "theorems": proved.rows,
        "liveness": proved.liveness,
        "assumptions": found.set.notes,
        "phi_targets": found.set.phi,
        "policies": [found.fact(one) for one in found.set.policies],
    }
    not_understood = {*found.not_understood(), *proved.not_understood}
    return tuple(sorted({*gaps.values(), *proved.gaps})), tuple(sorted(not_understood)), facts


@dataclass(frozen=True)
class _Policies:
    configuration: Configuration
    set: PolicySet

    def gaps(self) -> Iterator[Gap]:
        """Gaps of attachments, files, statements and targets."""
        settings = self.configuration.file("organization")
        enabled = settings.get("enable")
        if enabled and not enabled.flag(True):
            yield gap("LZA-POL-015", enabled)
        yield from self._quarantine(settings)
        for one in self.set.policies:
            yield from self._attachment(one, enabled=not enabled or enabled.flag(True))
            yield from self._file(one)
        for path, target in self.set.organization.targets.items():
            yield from self._target(path, full_access=target.full_access)
        yield from self._unprotected()

    def not_understood(self) -> Iterator[NotUnderstood]:
        """What stands in the way of an answer."""
        for one in self.set.policies:
            place = one.entry.get("policy") or one.entry
            if one.kind in BOUND and one.policy is None and not one.faults:
                message = f"the content of {one.name} is not known, so what it protects is not counted"
                yield NotUnderstood(place.file, place.line, message)
            left = [text for text in (one.file.unresolved if one.file else ()) if text != ORGANIZATION_VARIABLE]
            if left and one.file:
                yield NotUnderstood(one.file.file, 1, f"{', '.join(left)}: not known before deployment")
            for name in one.targets.unknown:
                message = f"where {one.name} is attached is not known before deployment: {name.text}"
                yield NotUnderstood(name.file, name.line, message)
            for fault in () if self._listed else one.targets.faults:
                yield NotUnderstood(fault.file, fault.line, f"{fault.message}, or in an accounts-config.yaml elsewhere")

    def fact(self, one: Attached) -> dict[str, Any]:
        """A policy in plain data."""
        statements = [statement.title for statement in one.policy.statements] if one.policy else []
        return {
            "name": one.name,
            "kind": one.kind,
            "file": one.file.file if one.file else "",
            "line": one.entry.line,
            "targets": list(one.paths),
            "statements": statements,
            "never_match": [title for title in statements if title in self._dead_titles],
        }

    @property
    def _listed(self) -> bool:
        return "accounts" in self.configuration.files

    @cached_property
    def _mistakes(self) -> Mapping[str, Sequence[Mistake]]:
        """By name of the policy."""
        inside = partition(self.configuration)
        return {
            one.name: tuple(mistakes(Policy(one.name, policy_content(one.document)), cast(Kind, one.kind), inside))
            for one in self.set.policies
            if one.policy and one.document
        }

    @cached_property
    def _dead_titles(self) -> frozenset[str]:
        return frozenset(one.statement.title for found in self._mistakes.values() for one in found if one.id == DEAD)

    def _quarantine(self, settings: Entry) -> Iterator[Gap]:
        name = self._quarantined(settings)
        if name and name.text not in {one.name for one in self.set.of_kind("scp")}:
            yield gap("LZA-POL-014", name, policy=name.text)

    def _quarantined(self, settings: Entry) -> Entry | None:
        """The name of the policy that new accounts get until the accelerator has set them up."""
        enabled = settings.get("quarantineNewAccounts", "enable")
        return settings.get("quarantineNewAccounts", "scpPolicyName") if enabled and enabled.flag() else None

    def _attachment(self, one: Attached, *, enabled: bool) -> Iterator[Gap]:
        quarantined = self._quarantined(self.configuration.file("organization"))
        is_quarantine = bool(quarantined and one.kind == "scp" and quarantined.text == one.name)
        kind = _TITLES.get(one.kind, "policy")
        file = one.file.file if one.file else one.name
        if enabled and not one.paths and not one.targets.unknown and not is_quarantine:
            yield gap("LZA-POL-001", one.entry, policy=one.name, kind=kind, file=file)
        management = self.set.tree.account(MANAGEMENT)
        if one.kind in BOUND and management and one.paths == (account_path(management),):
            yield gap("LZA-POL-012", one.entry, policy=one.name)
        places = one.entry.get("deploymentTargets")
        for key in ("excludedAccounts", "excludedRegions"):
            if places and places.each(key):
                yield gap("LZA-POL-013", places.each(key)[0], key=key, policy=one.name)
        for fault in one.targets.faults if self._listed else ():
            yield gap(
                "LZA-POL-016", fault, policy=one.name, why=fault.message + (f" ({fault.hint})" if fault.hint else "")
            )

    def _file(self, one: Attached) -> Iterator[Gap]:
        for fault in one.faults:
            why = f"{fault.key + ': ' if fault.key else ''}{fault.message}"
            yield gap("LZA-POL-008", fault, file=fault.file, why=why)
        if one.policy is None or one.document is None:
            return
        for fault in policy_notes(one.document, cast(Kind, one.kind)):
            if fault.key:
                hint = f" ({fault.hint})" if fault.hint else ""
                yield gap("LZA-POL-005", fault, why=f"in {one.name}, {fault.message}{hint}")
            else:
                yield gap("LZA-POL-018", fault, file=fault.file, why=fault.message)
        for found in self._mistakes[one.name]:
            yield gap(found.id, one.document.fault(found.at, "", at_key=found.at_key), None, **found.details)
        allows = next((statement for statement in one.policy.statements if not statement.denies), None)
        limited = one.allow_list or one.allows_everything or not one.paths
        if one.kind == "scp" and allows and not limited:
            at = one.document.fault(("Statement", allows.number - 1), "")
            yield gap("LZA-POL-011", at, statement=allows.title, policy=one.name)

    def _target(self, path: str, *, full_access: bool) -> Iterator[Gap]:
        for kind in BOUND:
            attached = [one for one in self.set.of_kind(kind) if path in one.paths]
            yield from self._too_many(path, kind, attached)
            lists = [one for one in attached if one.allow_list]
            others = [one.name for one in attached if not one.allow_list]
            if kind == "scp" and lists and others:
                yield gap("LZA-POL-017", lists[0].entry, target=path, policy=lists[0].name, others=", ".join(others))
            allows = any(not found.denies for one in lists if one.policy for found in one.policy.statements)
            if kind == "scp" and lists and not full_access and not allows and all(one.policy for one in lists):
                yield gap("LZA-POL-010", lists[0].entry, target=path)

    def _too_many(self, path: str, kind: str, attached: Sequence[Attached]) -> Iterator[Gap]:
        taken = 1 if kind == "rcp" or keeps_full_access(attached) else 0
        counted = "AWS's own counted" if taken else "none of AWS's own among them"
        governed = self.configuration.file("global").get("controlTower", "enable")
        units = {unit_path(name) for name in self.set.tree.unit_paths} - {ROOT}
        if kind == "scp" and path in units and governed and governed.flag():
            taken += policy_data("guardrails/quotas")["taken_by_control_tower"]
            counted += ", and those that Control Tower attaches"
        own = sum(not one.allows_everything for one in attached)
        count, limits = own + taken, quota(cast(Kind, kind))
        if not own or count <= (limits.older or limits).policies:
            return
        over = count > limits.policies
        limit = f"the quota is {limits.policies}" if over else f"the older quota is {(limits.older or limits).policies}"
        words = {"target": path, "count": count, "kind": kind.upper(), "counted": counted, "limit": limit}
        yield gap("LZA-POL-009", attached[-1].entry, "error" if over else "warning", **words)

    def _unprotected(self) -> Iterator[Gap]:
        """Targets with PHI whose accounts no Deny of a service control policy binds, the topmost."""
        organization = self.set.organization
        unknown = [
            path for one in self.set.of_kind("scp") if one.policy is None and not one.faults for path in one.paths
        ]
        for target in self.set.phi:
            accounts = list(organization.under((target,)))
            bare = [one for one in accounts if not self._is_guarded(one.target)]
            bare = [one for one in bare if not set(levels(one.target)) & set(unknown)]
            whole = bool(bare) and len(bare) == len(accounts)
            for path in [target] if whole else dict.fromkeys(one.target.rpartition("/")[0] for one in bare):
                yield gap("LZA-POL-002", self._place(path), target=path, why="holds or may hold PHI,")

    def _is_guarded(self, path: str) -> bool:
        found = (statement for level in self.set.organization.levels(path) for statement in level.scp_denies)
        return any(statement.title not in self._dead_titles for statement in found)

    def _place(self, path: str) -> Entry | Fault:
        """Where an OU or account is written; those above it, where it is not."""
        for above in reversed(levels(path)):
            unit = next((one for one in self.set.tree.units if unit_path(one.path) == above), None)
            account = next((one for one in self.set.tree.accounts if account_path(one) == above), None)
            entry = (unit.entry if unit else None) or (account.entry if account else None)
            if entry:
                return entry
        return self.configuration.file("organization")
