"""Which OU of AWS is which of the manifest: by the id in the lock, else by its name under the same parent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cached_property

from landing_zone.fault import excerpt
from landing_zone.operations.adopt.findings import Findings, as_slug, path_text
from landing_zone.operations.adopt.observe import Seen, SeenUnit
from landing_zone.plan.lock import LoadedLock, LockedUnit

ROOT = "root"


class UnitTree:
    """The OUs of AWS as a tree, and which of them are OUs of the manifest."""

    def __init__(self, seen: Seen) -> None:
        self.root = seen.root
        self.by_id = {unit.id: unit for unit in seen.units}
        self.below: dict[str, list[SeenUnit]] = defaultdict(list)
        for unit in seen.units:
            self.below[unit.parent].append(unit)
        self.matched: dict[str, SeenUnit] = {}

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """Path of every OU by id, after matching: the manifest's, and AWS's names for what the manifest lacks."""
        paths = {self.root: ROOT}
        own = {unit.id: path for path, unit in self.matched.items()}
        names: dict[str, tuple[str, ...]] = {self.root: ()}
        parents = [self.root]
        for parent in parents:
            for unit in self.below[parent]:
                names[unit.id] = tuple(own[unit.id].split("/")) if unit.id in own else (*names[parent], unit.name)
                paths[unit.id] = own.get(unit.id) or path_text(names[unit.id])
                parents.append(unit.id)
        return paths


def match_units(wanted: Collection[str], locked: LoadedLock, tree: UnitTree, findings: Findings) -> None:
    """Fill `tree.matched`: OU of AWS by path of the manifest. wanted: every path of the manifest."""
    reserved = {entry.id: path for path, entry in locked.lock.units.items()}
    for path in sorted(wanted):  # a parent comes before what is below it
        entry = locked.lock.units.get(path)
        if entry:
            if found := tree.by_id.get(entry.id):
                tree.matched[path] = found
                _note_what_differs(path, found, entry, tree, findings)
            else:
                message = f"OU '{path}' ({entry.id}) is no longer in the organization"
                hint = "remove this line if a new OU is to be made, or the OU from the manifest"
                findings.faults.append(locked.fault(("units", path, "id"), message, hint))
        else:
            _match_by_name(path, tree, reserved, locked, findings)
    for path, entry in sorted(locked.lock.units.items()):
        if path not in wanted and entry.id not in tree.by_id:
            findings.note(
                f"OU '{path}' ({entry.id}) has left the manifest and AWS; its line in the lock can be removed"
            )


def _match_by_name(
    path: str, tree: UnitTree, reserved: Mapping[str, str], locked: LoadedLock, findings: Findings
) -> None:
    above, _, name = path.rpartition("/")
    parent = tree.matched[above].id if above in tree.matched else tree.root if not above else ""
    free = [unit for unit in tree.below.get(parent, ()) if unit.id not in reserved]
    found = [unit for unit in free if unit.name == name]
    if len(found) > 1:
        message = f"OU '{path}' may be {' or '.join(unit.id for unit in found)}: they have the same name"
        place = ("units",) if locked.lock.units else ()
        findings.faults.append(locked.fault(place, message, "rename one of them in AWS"))
    elif found:
        tree.matched[path] = found[0]
    else:
        for unit in free:
            if as_slug(unit.name) == name:
                rename = (
                    f"aws organizations update-organizational-unit --organizational-unit-id {unit.id} --name {name}"
                )
                findings.ask(
                    f"OU {excerpt(unit.name)} ({unit.id}) is not taken for '{path}', which would be made beside it; to "
                    f"use it, rename it (id, accounts and policies stay): {rename}"
                )


def _note_what_differs(path: str, found: SeenUnit, entry: LockedUnit, tree: UnitTree, findings: Findings) -> None:
    above, _, name = path.rpartition("/")
    parent = tree.matched[above].id if above in tree.matched else tree.root
    if as_slug(found.name) != name:
        findings.ask(f"OU '{path}' ({entry.id}) is called {excerpt(found.name)} in AWS")
    if found.parent != parent and (not above or above in tree.matched):
        over = tree.by_id[found.parent].name if found.parent in tree.by_id else ROOT
        findings.ask(f"OU '{path}' ({entry.id}) lies under {excerpt(over)} in AWS")


def learn_units(
    wanted: Collection[str], lock_units: Mapping[str, LockedUnit], seen: Seen, tree: UnitTree, findings: Findings
) -> dict[str, LockedUnit]:
    """The lock's OUs after this: what was matched, and what the lock knows besides."""
    units = dict(lock_units)
    for path in sorted(wanted):
        if path not in tree.matched:
            findings.miss("unit", path)
            continue
        id = tree.matched[path].id
        adopted = id not in seen.made
        before = units.get(path)
        units[path] = LockedUnit(id=id, adopted=adopted)
        if before is None:
            findings.learn("unit", path, id, adopted=adopted)
        elif before.adopted != adopted:
            findings.change("unit", path, "adopted", before.adopted, adopted, adoption_reason(adopted))
    return units


def adoption_reason(adopted: bool) -> str:
    """Why an entry changed hands."""
    return "no stack of ours holds it" if adopted else "a stack of ours holds it"
