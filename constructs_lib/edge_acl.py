"""Network ACLs of the hub's two edges to the internet, as tables of what each tier exchanges with whom."""

from __future__ import annotations

from collections.abc import Sequence

from constructs_lib.hub_vpc import HubTier
from constructs_lib.network_acl import ANYWHERE, TCP, UDP, Allow
from landing_zone.plan.transit import PRIVATE_SPACE

HTTPS = (443, 443)
CLIENT_PORTS = (1024, 65535)
"""From which clients call, and NAT gateways on behalf of clients (Amazon VPC User Guide, ephemeral ports)."""
# Answers come to the ports above. 3389 among them stays shut, as HLZ-NET-006 asks: a NAT gateway that picks it, one
# time in 64,512, gets no answer, and the client tries again.
ANSWERED_PORTS = ((1024, 3388), (3390, 65535))
INSIDE = tuple(Allow(block, protocol=protocol) for block in PRIVATE_SPACE for protocol in (TCP, UDP))


def translating_tier(cidrs: Sequence[str]) -> HubTier:
    """NAT gateways: whatever comes from inside goes out, answers come back, nobody from outside starts anything."""
    answers = (Allow(ANYWHERE, ports, protocol) for protocol in (TCP, UDP) for ports in ANSWERED_PORTS)
    return HubTier(cidrs, (*INSIDE, *answers), (Allow(ANYWHERE), Allow(ANYWHERE, protocol=UDP)))


def serving_tier(cidrs: Sequence[str]) -> HubTier:
    """Load balancers: HTTPS from the internet and its answers, HTTPS to targets inside and their answers."""
    return HubTier(
        cidrs,
        (Allow(ANYWHERE, HTTPS), *(Allow(block, CLIENT_PORTS) for block in PRIVATE_SPACE)),
        (Allow(ANYWHERE, CLIENT_PORTS), *(Allow(block, HTTPS) for block in PRIVATE_SPACE)),
    )


def passing_tier(cidrs: Sequence[str]) -> HubTier:
    """The transit gateway's interfaces between load balancers and targets: HTTPS and its answers, all inside.

    Of a packet to the gateway the inbound table sees the source, of one from it the outbound table the destination
    (Amazon VPC Transit Gateways guide, tgw-nacls).
    """
    entries = [Allow(block, ports) for block in PRIVATE_SPACE for ports in (HTTPS, CLIENT_PORTS)]
    return HubTier(cidrs, entries, entries)
