"""The guardrails of a manifest: profiles of the tree, parameters, who is exempt, and what was compiled of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from landing_zone.assembly.cache import cache_folder
from landing_zone.fault import Fault, InputError, excerpt, nearest
from landing_zone.guardrails.checks import doubts, faults_of_guardrails
from landing_zone.guardrails.checks.lockout import lockout_faults
from landing_zone.guardrails.checks.subject import Subject
from landing_zone.guardrails.compile import ROOT, Compiled, compile_guardrails
from landing_zone.guardrails.composition import Composition
from landing_zone.guardrails.limits import limits
from landing_zone.guardrails.model import PrincipalGroup
from landing_zone.guardrails.parameters import TOKEN, Parameters
from landing_zone.guardrails.sources import SourcedGuardrail, folder_problem, load_guardrails
from landing_zone.guardrails.verdicts import Verdicts
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.load import LoadedManifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.backup_policy import with_backup_plans
from landing_zone.plan.lock import Lock
from landing_zone.plan.needs import ground, needs
from landing_zone.plan.parameters import EXTENDABLE, own_parameters
from landing_zone.plan.parameters import parameters as parameters
from landing_zone.plan.switches import holds, is_switch, switches
from landing_zone.policy_data import POLICIES, policy_data


@dataclass(frozen=True)
class _Found:
    """What a manifest asks for, before anything is examined."""

    everything: tuple[SourcedGuardrail, ...]
    applying: tuple[SourcedGuardrail, ...]
    groups: Mapping[str, PrincipalGroup]
    parameters: Parameters
    profiles: Mapping[str, str]


def compiled_guardrails(loaded: LoadedManifest, lock: Lock) -> Compiled:
    """The organization policies of a manifest.

    Raises InputError: what `guardrails.checks` refuses, a set that locks the pipeline out, a quota that is exceeded.
    """
    manifest, verdicts = loaded.manifest, Verdicts(cache_folder(os.environ))
    folders = _folders(loaded)
    sources = load_guardrails(folders, verdicts)
    found = _found(manifest, lock, sources)
    if faults := [*_switch_faults(sources), *_parameter_faults(loaded, found), *_unused_faults(found)]:
        raise InputError(faults)
    asked = [sourced.guardrail.model_dump_json() for sourced in found.applying]
    question = (found.profiles, found.parameters, asked, found.groups, ground(manifest))
    if not verdicts.passed(question, folders):
        _examine(manifest, found)
        verdicts.remember(question, folders)
    quotas = limits(manifest.guardrails.scp_quota, control_tower=manifest.control_tower.enabled)
    return compile_guardrails(found.profiles, found.applying, found.groups, found.parameters, quotas)


def _folders(loaded: LoadedManifest) -> list[Path]:
    """The user's folders of guardrails. Raises InputError, at the place in the manifest."""
    named = enumerate(loaded.manifest.guardrails.sources)
    folders = {index: Path(loaded.document.file).parent / name for index, name in named}
    problems = {index: problem for index, folder in folders.items() if (problem := folder_problem(folder))}
    if problems:
        raise InputError(
            loaded.document.fault(("guardrails", "sources", index), f"{excerpt(folders[index].name)} {problem}")
            for index, problem in problems.items()
        )
    return list(folders.values())


def profiles(manifest: Manifest, lock: Lock) -> dict[str, str]:
    """Guardrail profile by target: root, every OU, and accounts that the manifest does not list."""
    found: dict[str, str] = {ROOT: "foundation"}
    for path, unit in tree.units(manifest).items():
        found[path] = manifest.guardrails.profiles.get(path, unit.guardrails)
    if manifest.guardrails.unlisted_accounts == "quarantine":
        found.update(dict.fromkeys(lock.unlisted, "quarantine"))
    return found


def principal_groups(manifest: Manifest) -> dict[str, PrincipalGroup]:
    """Whom guardrails may exempt; a group whose switch is off is empty."""
    groups = TypeAdapter(dict[str, PrincipalGroup]).validate_python(policy_data("guardrails/principals"), strict=False)
    empty = {"principals": ()}
    return {
        name: group if holds(group.when, manifest) else group.model_copy(update=empty) for name, group in groups.items()
    }


def _found(manifest: Manifest, lock: Lock, sources: tuple[SourcedGuardrail, ...]) -> _Found:
    present = (s for s in sources if is_switch(s.guardrail.when) and holds(s.guardrail.when, manifest))
    applying = tuple(with_backup_plans(sourced, manifest) for sourced in present)
    groups = principal_groups(manifest)
    return _Found(sources, applying, groups, parameters(manifest), profiles(manifest, lock))


def doubts_of_the_catalogue(loaded: LoadedManifest, lock: Lock) -> list[Fault]:
    """What the action catalogue says against guardrails that name another source."""
    return doubts(_subject(_found(loaded.manifest, lock, load_guardrails(_folders(loaded)))))


def _subject(found: _Found) -> Subject:
    composition = Composition(found.profiles, {sourced.guardrail.id: sourced for sourced in found.applying})
    controls = {row["id"] for file in (POLICIES / "controls").glob("*.yaml") for row in _controls(file)}
    theorems = {row["id"] for row in policy_data("invariants/theorems")["invariants"]}
    return Subject(
        found.everything, composition, found.groups, found.parameters, frozenset(controls), frozenset(theorems)
    )


def _examine(manifest: Manifest, found: _Found) -> None:
    subject = _subject(found)
    if faults := faults_of_guardrails(subject) or list(lockout_faults(subject, needs(manifest), ground(manifest))):
        raise InputError(faults)


def _controls(file: Path) -> Sequence[Mapping[str, str]]:
    rows: Sequence[Mapping[str, str]] = policy_data(f"controls/{file.stem}")
    return rows


def _switch_faults(sources: Sequence[SourcedGuardrail]) -> Iterator[Fault]:
    for sourced in sources:
        when = sourced.guardrail.when
        if not is_switch(when):
            message = f"{excerpt(when)} names no switch of the manifest"
            hint = nearest(when.removeprefix("not "), switches()) or "docs/reference/manifest.md lists the keys"
            yield sourced.fault(("when",), message, hint)


def _parameter_faults(loaded: LoadedManifest, found: _Found) -> Iterator[Fault]:
    """Parameters of the manifest that are the toolkit's, or that no guardrail of the user's names."""
    own = own_parameters(loaded.manifest).names
    named = {name for s in found.everything if not s.own for name in TOKEN.findall(s.guardrail.model_dump_json())}
    for name in loaded.manifest.guardrails.parameters:
        place = ("guardrails", "parameters", name)
        if name in own - EXTENDABLE:
            message = f"{excerpt(name)} is a parameter of the toolkit's own"
            yield loaded.document.fault(place, message, "choose another name", at_key=True)
        elif name not in named | EXTENDABLE:
            message = f"no guardrail of yours names ${{{name}}}"
            missing = sorted(named - own - loaded.manifest.guardrails.parameters.keys())
            yield loaded.document.fault(place, message, nearest(name, missing), at_key=True)


def _unused_faults(found: _Found) -> Iterator[Fault]:
    """Guardrails of the user's for a profile that no OU has: they would be attached to nothing."""
    used = set(found.profiles.values())
    for sourced in found.applying:
        for index, profile in enumerate(sourced.guardrail.profiles):
            if profile not in used and not sourced.own:
                message = f"no OU has the profile '{profile}'; in use: {', '.join(sorted(used))}"
                hint = "the manifest's organizational_units and guardrails.profiles say who has which"
                yield sourced.fault(("profiles", index), message, hint)
