"""Services: every Region has the services that the manifest asks for."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.fault import excerpt
from landing_zone.manifest.checks.subject import Check, Remark, Subject
from landing_zone.manifest.document import Document, Path_
from landing_zone.manifest.regions import regions, residency_profiles
from landing_zone.manifest.services import Gap, gaps


def _regions_have_the_services(subject: Subject) -> Iterator[Remark]:
    for gap in gaps(subject.manifest):
        path: Path_ = ("regions", gap.key)
        if is_asked_for(gap, subject.document) and subject.sound(*path):
            allowed = residency_profiles()[subject.manifest.residency.profile].allows
            others = [code for code, region in regions().items() if code not in gap.service.absent and allowed(region)]
            message = f"Region {excerpt(gap.region)} has no {gap.service.name}, which {gap.user} needs"
            yield Remark(path, f"{message}; available: {', '.join(others)}", f"or do without ({gap.service.used_by})")


def is_asked_for(gap: Gap, document: Document) -> bool:
    """Whether the manifest's text asks for the service; what is merely on by default is left out where it is absent."""
    section = gap.service.used_by.split(".")[0]
    return section in ("always", "zones") or document.node(tuple(gap.service.used_by.split("."))) is not None


CHECKS = (Check(_regions_have_the_services, needs=(("regions",), ("residency",))),)
