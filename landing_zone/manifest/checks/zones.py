"""Zones: their accounts exist, and what the internet calls has a host, a certificate and a network to enter by."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.fault import excerpt, nearest
from landing_zone.manifest.checks.subject import Check, Remark, Subject, listed, repeated, unknown_account
from landing_zone.manifest.document import Path_


def _accounts_resolve(subject: Subject) -> Iterator[Remark]:
    for name, zone in subject.manifest.zones.items():
        for position, account in enumerate(zone.accounts):
            yield from unknown_account(subject, ("zones", name, "accounts", position), account)


def _hosts_are_answered_by_the_zone(subject: Subject) -> Iterator[Remark]:
    for name, zone in subject.manifest.zones.items():
        for host, account in zone.hosts.items():
            path: Path_ = ("zones", name, "hosts", host)
            if account not in zone.accounts and subject.sound(*path) and subject.complete("zones", name, "accounts"):
                message = f"{excerpt(account)} is no account of the zone: {listed(zone.accounts)}"
                yield Remark(path, message, nearest(account, zone.accounts))
    places = [
        (host, ("zones", name, "hosts", host)) for name, zone in subject.manifest.zones.items() for host in zone.hosts
    ]
    for host, path, line in repeated(subject, places):
        yield Remark(path, f"host {excerpt(host)} is taken on line {line}", at_key=True)


def _certificates_are_of_ingress_regions(subject: Subject) -> Iterator[Remark]:
    chosen = subject.manifest.regions
    ingress = (chosen.home, chosen.recovery)
    for name, zone in subject.manifest.zones.items():
        places: list[tuple[str, Path_]] = []
        for position, arn in enumerate(zone.certificates):
            path: Path_ = ("zones", name, "certificates", position)
            region = arn.split(":")[3] if subject.sound(*path) else ""
            if region and region not in ingress:
                message = f"Region {excerpt(region)} has no ingress network; those of {' and '.join(ingress)} have"
                yield Remark(path, message)
            elif region:
                places.append((region, path))
        for region, path, line in repeated(subject, places):
            yield Remark(path, f"the certificate for {excerpt(region)} is on line {line}", "one for each Region")


def _load_balancers_can_be_made(subject: Subject) -> Iterator[Remark]:
    for name, zone in subject.manifest.zones.items():
        if not (zone.hosts or zone.certificates):
            continue
        if not zone.hosts and subject.sound("zones", name, "hosts"):
            yield Remark(("zones", name, "certificates"), "serve no host", "name hosts, and the account of each")
        if not zone.certificates and subject.sound("zones", name, "certificates"):
            yield Remark(("zones", name, "hosts"), "have no certificate", "no load balancer is made without one")
        key: Path_ = ("zones", name, "hosts" if zone.hosts else "certificates")
        if not zone.internet and subject.sound("zones", name, "internet"):
            yield Remark(key, "are for the internet, and the zone is not", "set internet: true")
        elif not subject.manifest.network.hub.public_ingress and subject.complete("network", "hub"):
            yield Remark(key, "need the hub's ingress network", "set network.hub.public_ingress: true")


CHECKS = (
    Check(_accounts_resolve),
    Check(_hosts_are_answered_by_the_zone),
    Check(_certificates_are_of_ingress_regions, needs=(("regions",),)),
    Check(_load_balancers_can_be_made),
)
