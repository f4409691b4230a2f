"""Names: lists are of used Regions, and a resolver that answers for a domain is where the network can reach it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from landing_zone.manifest.checks.subject import Check, Remark, Subject, unknown_region


def _lists_are_of_used_regions(subject: Subject) -> Iterator[Remark]:
    for code in subject.manifest.network.dns.blocked_domain_lists:
        yield from unknown_region(subject, ("network", "dns", "blocked_domain_lists", code), code, at_key=True)


def _resolvers_are_in_known_ranges(subject: Subject) -> Iterator[Remark]:
    network = subject.manifest.network
    ranges = [IPv4Network(cidr) for cidrs in network.pools.values() for cidr in cidrs]
    ranges += [IPv4Network(cidr) for link in network.hybrid for cidr in link.ranges]
    ranges += [IPv4Network(cidr) for cidr in network.on_premises]
    for domain, resolvers in network.dns.forwarded_domains.items():
        for position, resolver in enumerate(resolvers):
            if not any(IPv4Address(resolver) in block for block in ranges):
                path = ("network", "dns", "forwarded_domains", domain, position)
                message = f"resolver {resolver} lies in no pool, no site's ranges and no range of network.on_premises"
                yield Remark(path, message, "add its site's range, so that queries find their way")


_RANGES = (("network", "pools"), ("network", "hybrid"), ("network", "on_premises"))
CHECKS = (
    Check(_lists_are_of_used_regions),
    Check(_resolvers_are_in_known_ranges, needs=_RANGES),
)
