"""Identity Center: the organization's instance, its identity store, and the groups that the manifest assigns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from landing_zone.manifest.load import LoadedManifest
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.base import InstanceArn
from landing_zone.operations.adopt.findings import Findings, several
from landing_zone.operations.adopt.observe import Seen, SeenInstance
from landing_zone.plan.lock import GroupId, IdentityStoreId, LoadedLock, LockedIdentity


def chosen_instance(loaded: LoadedManifest, locked: LoadedLock, seen: Seen, findings: Findings) -> SeenInstance | None:
    """The instance that belongs to the organization; account instances, which cannot grant access to accounts, do not
    count."""
    given, home = loaded.manifest.identity.instance_arn, loaded.manifest.regions.home
    before = locked.lock.identity
    own = [instance for instance in seen.instances if instance.owner in (seen.management, "")]
    if given:
        own = [instance for instance in seen.instances if instance.arn == given]
        if not own:
            message = f"no instance '{given}' is visible in {home}; there {_listed(seen)}"
            findings.faults.append(loaded.document.fault(("identity", "instance_arn"), message))
            return None
    if len(own) > 1:
        message = f"Identity Center has {len(own)} instances in {home}: {_listed(seen)}"
        findings.faults.append(loaded.document.fault(("identity",), message, "write identity.instance_arn"))
        return None
    if not own:
        if before.instance:
            message = f"the instance '{before.instance}' is not visible in {home}; there {_listed(seen)}"
            findings.faults.append(locked.fault(("identity", "instance"), message))
        else:
            findings.note(f"Identity Center is not enabled in {home}, or not by the management account")
        return None
    (found,) = own
    for field, was, now in (("instance", before.instance, found.arn), ("store", before.store, found.store)):
        if was and was != now:
            message = f"the lock says '{was}', AWS says '{now}'"
            findings.faults.append(locked.fault(("identity", field), message, "remove this line if it was replaced"))
    if found.status != "ACTIVE":
        findings.ask(f"the Identity Center instance {found.arn} is {found.status}")
    return found


def _listed(seen: Seen) -> str:
    return f"are {several([instance.arn for instance in seen.instances])}" if seen.instances else "is none"


def assigned_groups(manifest: Manifest) -> frozenset[str]:
    """Groups whose ids are needed: those of an external provider. With Identity Center's own directory a stack makes
    them."""
    if manifest.identity.source != "external":
        return frozenset()
    return frozenset(assignment.group for assignment in manifest.identity.assignments)


def learn_identity(
    manifest: Manifest, locked: LoadedLock, instance: SeenInstance, groups: Mapping[str, str], findings: Findings
) -> LockedIdentity:
    """The lock's identity section after this. groups: ids of those that exist, by display name."""
    before = locked.lock.identity
    known = dict(before.groups)
    for name in sorted(assigned_groups(manifest)):
        if name not in groups and name in known:
            message = f"group '{name}' ({known[name]}) is no longer in the identity store"
            findings.faults.append(locked.fault(("identity", "groups", name), message, "remove it here, or restore it"))
        elif name not in groups:
            findings.miss("group", name)
        elif known.setdefault(name, groups[name]) != groups[name]:
            message = f"the lock says group '{name}' is {known[name]}, AWS says {groups[name]}"
            findings.faults.append(locked.fault(("identity", "groups", name), message, "remove it if it was replaced"))
        elif name not in before.groups and _fits(GroupId, known[name], f"group '{name}'", findings):
            findings.learn("group", name, known[name])
        elif name not in before.groups:
            del known[name]
    found: dict[str, str | None] = {"instance": before.instance, "store": before.store}
    for field, form, id in (("instance", InstanceArn, instance.arn), ("store", IdentityStoreId, instance.store)):
        if found[field] is None and _fits(form, id, f"identity {field}", findings):
            found[field] = id
            findings.learn("identity", field, id)
    return LockedIdentity(instance=found["instance"], store=found["store"], groups=dict(sorted(known.items())))


def _fits(form: Any, id: str, what: str, findings: Findings) -> bool:
    """Whether an id has the form that AWS documents; the lock takes no other."""
    try:
        TypeAdapter(form).validate_python(id, strict=True)
    except ValidationError:
        findings.ask(f"the id of the {what}, '{id}', has a form that AWS does not document; it is not recorded")
        return False
    return True
