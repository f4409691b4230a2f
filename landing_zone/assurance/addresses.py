"""IPv4 networks as integer intervals, fast enough for every value of every deployment."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_CIDR = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})/([0-9]{1,2})", re.ASCII)


class Network(NamedTuple):
    """Addresses first to last, both included, with the prefix length."""

    first: int
    last: int
    prefix: int

    def contains(self, other: Network) -> bool:
        """Whether every address of the other network is in this one."""
        return self.first <= other.first and other.last <= self.last

    def overlaps(self, other: Network) -> bool:
        """Whether the two have an address in common."""
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        octets = ".".join(str(self.first >> shift & 255) for shift in (24, 16, 8, 0))
        return f"{octets}/{self.prefix}"


@lru_cache(maxsize=65536)
def parse_network(text: str) -> Network | str:
    """The network, or what is wrong with the text as a phrase: `is no IPv4 network`."""
    match = _CIDR.fullmatch(text)
    if not match:
        return "is no IPv4 network in CIDR notation"
    octets = [int(octet) for octet in match.groups()[:4]]
    prefix = int(match.group(5))
    if max(octets) > 255 or prefix > 32:
        return "has an octet above 255 or a prefix above 32"
    first = octets[0] << 24 | octets[1] << 16 | octets[2] << 8 | octets[3]
    size = 1 << (32 - prefix)
    network = Network(first & -size, (first & -size) + size - 1, prefix)
    if str(network) != text:
        return f"is not canonical ({network} is)"
    return network


def _constant(text: str) -> Network:
    network = parse_network(text)
    assert isinstance(network, Network)
    return network


PRIVATE = tuple(_constant(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
"""RFC 1918, and RFC 6598's shared range, which AWS allows in a VPC."""
