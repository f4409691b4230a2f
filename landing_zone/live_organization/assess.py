"""What a live organization protects by its policies, and what it does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from landing_zone.fault import Fault
from landing_zone.live_organization.delegation import administrator_gaps, delegation_gaps
from landing_zone.live_organization.gaps import as_of_organization, gap
from landing_zone.live_organization.organization import Assumed, assumed_organization
from landing_zone.live_organization.policies import LivePolicy
from landing_zone.live_organization.read import Export
from landing_zone.lza.gaps import Gap, GapSeverity, NotUnderstood
from landing_zone.lza.policy_gaps import gap as policy_gap
from landing_zone.lza.policy_theorems import nearer_denial, theorem_gap
from landing_zone.lza.statement_effects import DEAD, Mistake, mistakes
from landing_zone.operations.adopt.findings import several
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.organization import ROOT, Values
from landing_zone.proof.guardrails.policy_grammar import Kind, allows_everything, policy_notes
from landing_zone.proof.guardrails.prove import CLOSURE, Prover
from landing_zone.proof.guardrails.results import Result
from landing_zone.proof.guardrails.theorems import load_theorems

_NOBODY = "nobody is meant"
_NOTED = "LZA-POL-005"
_NOT_GIVEN = "not given: "


class Assessment(NamedTuple):
    """gaps, not_understood: sorted. theorems: rows as `hlz prove` has them, those of exemptions and liveness included.

    assumed: sentences. counts: OUs, accounts, policies and so on, by what was counted.
    """

    gaps: tuple[Gap, ...]
    not_understood: tuple[NotUnderstood, ...]
    theorems: tuple[dict[str, Any], ...]
    assumed: tuple[str, ...]
    counts: Mapping[str, int]


def assess_organization(export: Export, phi: Sequence[str] = (), values: Values | None = None) -> Assessment:
    """Attachments, statements, delegation and theorems.

    phi: OUs and accounts that hold PHI, by id, name or path; without any, names say it. values: of theorems, where
    somebody knows them (policies/invariants/values.yaml). Raises UsageError: an OU or account in phi is not listed.
    """
    found = _Organization(export, assumed_organization(export, phi, values))
    results = found.results()
    told = [*found.told(), *found.theorems(results)]
    gaps = {one for one in told if isinstance(one, Gap)}
    not_understood = {*export.partial, *(one for one in told if isinstance(one, NotUnderstood))}
    rows = tuple(one.row for one in results)
    return Assessment(
        tuple(sorted(gaps)), tuple(sorted(not_understood)), rows, found.assumed.notes, found.counts(results)
    )


@dataclass(frozen=True)
class _Organization:
    export: Export
    assumed: Assumed

    def told(self) -> Iterator[Gap | NotUnderstood]:
        """What is said of everything but theorems."""
        if not self.export.seen.all_features:
            row = self.export.answers.rows("describe-organization")[0]
            yield gap("ORG-FEA-001", row.fault(), features=row.text("FeatureSet") or "that is not given")
        yield from self._types()
        for one in self.export.policies:
            yield from self._policy(one)
        for path in self.assumed.organization.targets:
            yield from self._target(path)
        yield from self._unprotected()
        yield from self._accounts()
        yield from delegation_gaps(self.export)
        guarded = {one.id: self._is_guarded(self.export.paths[one.id]) for one in self.export.members}
        yield from administrator_gaps(self.export, guarded)
        yield from self._services()

    def results(self) -> list[Result]:
        """Every theorem that there is somebody for."""
        organization = self.assumed.organization
        emergency = bool(organization.values.get("break_glass_principals"))
        asked = [one for one in load_theorems() if one.who != "break-glass" or emergency]
        return [nearer_denial(one, organization) for one in Prover(organization).results(asked)]

    def theorems(self, results: Sequence[Result]) -> Iterator[Gap | NotUnderstood]:
        """Those that are refuted or unknown. Of one that a policy not read might keep nothing is said but that."""
        closures = any(one.kind == "closure" for one in results)
        missing: dict[str, list[str]] = defaultdict(list)
        for one in results:
            # An exemption that is not closed is told by itself, and not for the theorem that sums up.
            if one.kind == "liveness" or one.verdict == "PROVED" or (one.id == CLOSURE and closures):
                continue
            at = self._place_of(one)
            if one.reason.startswith(_NOT_GIVEN):
                missing[one.reason.partition(" (")[0]].append(one.id)
            elif one.reason == _NOBODY:
                missing["no account is known that may hold PHI"].append(one.id)
            elif one.verdict == "UNKNOWN":
                yield NotUnderstood(at.file, at.line, f"{one.id} ({one.theorem}): {one.reason}")
            elif self._unread:
                names = several([policy.title for policy in self._unread])
                why = f"refuted, but without {names}, of which not everything is known"
                yield NotUnderstood(at.file, at.line, f"{one.id} ({one.theorem}): {why}")
            else:
                yield as_of_organization(theorem_gap(one, at))
        place = self.export.place("describe-organization")
        for reason, ids in missing.items():
            yield NotUnderstood(place.file, place.line, f"not asked: {', '.join(ids)}; {reason}")

    def counts(self, results: Sequence[Result]) -> Mapping[str, int]:
        """What was looked at, and what came of the theorems."""
        export = self.export
        verdicts = [one.verdict for one in results if one.kind == "guardrail"]
        return {
            "organizational_units": len(export.seen.units),
            "accounts": len(export.accounts),
            "accounts_left_out": len(export.left_out),
            "policies": sum(not one.by_aws for one in export.policies),
            "attachments": sum(len(one.targets or ()) for one in export.policies if not one.by_aws),
            "partial": len(export.partial),
            **{verdict.lower(): verdicts.count(verdict) for verdict in ("PROVED", "REFUTED", "UNKNOWN")},
        }

    @cached_property
    def _unread(self) -> tuple[LivePolicy, ...]:
        """Policies that bind, of which content or targets are not known."""
        bound = (one for one in self.export.policies if one.kind in ("scp", "rcp"))
        return tuple(one for one in bound if one.targets is None or (one.policy is None and one.targets))

    @cached_property
    def _mistakes(self) -> Mapping[str, tuple[Mistake, ...]]:
        """By name of the policy."""
        read = (one for one in self.export.policies if one.policy and not one.by_aws)
        return {one.name: tuple(mistakes(one.policy, cast(Kind, one.kind))) for one in read if one.policy}

    @cached_property
    def _dead(self) -> frozenset[str]:
        return frozenset(one.statement.name for found in self._mistakes.values() for one in found if one.id == DEAD)

    def _types(self) -> Iterator[Gap]:
        """Types of policies that are not enabled, where it is known which are."""
        root = self.export.answers.rows("list-roots")[0]
        if root.node.child("PolicyTypes") is None:
            return
        for type_, row in policy_data("live_organization/gaps")["types"].items():
            if type_ not in self.export.enabled:
                id = "ORG-TYP-001" if row.get("needed") else "ORG-TYP-002"
                yield gap(id, root.fault(), title=row["title"], type=type_, root=self.export.seen.root)

    def _policy(self, one: LivePolicy) -> Iterator[Gap | NotUnderstood]:
        """Of a policy itself: whether it is attached, and what in it has no effect."""
        if one.targets == () and not one.by_aws:
            severity: GapSeverity | None = None if one.kind in ("scp", "rcp") else "note"
            yield gap("ORG-POL-001", one.row.fault(), severity, policy=one.title, type=one.type)
        if one.why and one.targets != ():
            yield NotUnderstood(one.place.file, one.place.line, f"{one.title}: {one.why}")
        if one.policy is None or one.document is None or one.by_aws:
            return
        for fault in policy_notes(one.document, cast(Kind, one.kind)):
            if fault.key:
                hint = f" ({fault.hint})" if fault.hint else ""
                why = f"in {one.title}, {fault.message}{hint}"
                yield as_of_organization(policy_gap(_NOTED, one.place, why=why))
        for found in self._mistakes[one.name]:
            yield as_of_organization(policy_gap(found.id, one.place, None, **found.details))

    def _target(self, path: str) -> Iterator[Gap]:
        """Levels at which nothing is allowed, and Allows that limit nothing."""
        target = self.assumed.organization.targets[path]
        attached = self.export.attached.get(path, ())
        whole = any(allows_everything(one.content) for one in target.scp_allows)
        if target.scps and not target.scp_allows and not self._unread:
            yield gap("ORG-POL-009", attached[0].place, target=path)
        for policy in (one for one in attached if one.kind == "scp" and one.policy and not one.by_aws and whole):
            for statement in policy.policy.statements if policy.policy else ():
                if not statement.denies and not allows_everything(statement.content):
                    yield gap("ORG-POL-011", policy.place, statement=statement.title, target=path)

    def _unprotected(self) -> Iterator[Gap]:
        """Targets with PHI that no Deny of a service, or of a resource control policy binds."""
        organization = self.assumed.organization
        for path in self.assumed.phi:
            at = self._place(path)
            accounts = [one.target for one in organization.under((path,))]
            bare = [one for one in accounts if not self._is_guarded(one)]
            if bare and not self._unread:
                whole = len(bare) == len(accounts)
                for one in [path] if whole else bare:
                    yield gap("ORG-POL-002", self._place(one), target=one)
            levels = [level for one in accounts[:1] for level in organization.levels(one)]
            if accounts and not self._unread and not any(level.rcp_denies for level in levels):
                yield gap("ORG-RCP-001", at, target=path)

    def _accounts(self) -> Iterator[Gap]:
        """Accounts under the root, and those in OUs that no guardrail reaches; those with PHI are told elsewhere."""
        by_parent: dict[str, list[str]] = defaultdict(list)
        bare: dict[str, list[str]] = defaultdict(list)
        held = {one.target for one in self.assumed.organization.under(self.assumed.phi)}
        for one in self.export.members:
            path = self.export.paths[one.id]
            above, _, name = path.rpartition("/")
            by_parent[above].append(f"{name} ({one.id})")
            if not self._is_guarded(path) and path not in held:
                bare[above].append(f"{name} ({one.id})")
        if found := by_parent[ROOT]:
            verb, them = ("are", "them") if len(found) > 1 else ("is", "it")
            yield gap("ORG-ACC-001", self._place(ROOT), accounts=f"{several(found)} {verb}", them=them)
        for path, names in bare.items():
            if not self._unread:
                yield gap("ORG-ACC-002", self._place(path), accounts=several(names), target=path)

    def _services(self) -> Iterator[Gap]:
        trusted = self.export.trusted_services
        place = self.export.place("list-aws-service-access-for-organization")
        for service, what in policy_data("live_organization/gaps")["services"].items():
            if trusted is not None and service not in trusted:
                yield gap("ORG-SVC-001", place, service=service, what=what)

    def _is_guarded(self, path: str) -> bool:
        levels = self.assumed.organization.levels(path)
        return any(one.name not in self._dead for level in levels for one in level.scp_denies)

    def _place(self, path: str) -> Fault:
        ids = {found: id for id, found in self.export.paths.items()}
        while path not in ids:  # an account that stands for those to come
            path = path.rpartition("/")[0]
        return self.export.places[ids[path]]

    def _place_of(self, result: Result) -> Fault:
        """The Deny that comes nearest to stopping the request; else the list of policies."""
        nearest: Mapping[str, Any] = (result.witness or {}).get("should_have_stopped") or {}
        name = str(nearest.get("name", "")).rpartition("/")[0]
        if found := next((one for one in self.export.policies if one.name == name), None):
            return found.place
        kind = "RESOURCE_CONTROL_POLICY" if result.basis.startswith("rcp") else "SERVICE_CONTROL_POLICY"
        listed = self.export.answers.found.get("list-policies", {}).get(kind)
        return listed.fault("") if listed else self.export.place("describe-organization")
