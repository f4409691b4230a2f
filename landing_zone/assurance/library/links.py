"""Rules over links to other networks: site-to-site VPNs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from landing_zone.assurance.library.presence import is_given
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import value_at
from landing_zone.policy_data import policy_data

_TUNNELS = "VpnTunnelOptionsSpecifications"
_REDUNDANT = 2
_LOG = "LogOptions.CloudwatchLogOptions"


@rule(
    "HLZ-NET-018",
    control="LZ-NET-13",
    resource="AWS::EC2::VPNConnection",
    title="VPN tunnels use IKEv2 and approved algorithms, write logs and keep their secrets out of the template",
    fix="State the options of both tunnels: IKEVersions ikev2, the algorithms and groups of policies/network/vpn.yaml, "
    "LogOptions with a log group, and no PreSharedKey.",
)
def vpn_tunnels_are_strong(connection: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Both tunnels list their options, each list holds only what policies/network/vpn.yaml accepts, and logs are on.

    A list that is missing is a finding: AWS then offers IKEv1, SHA-1 and group 2 as well, and the other side chooses.

    Cannot see: what the two sides agree on, and how the device at the other end is kept.
    """
    tunnels = connection.items(_TUNNELS)
    if len(tunnels) != _REDUNDANT:
        yield Violation(
            f"VPN {connection.logical_id} states the options of {len(tunnels)} tunnels; those of {_REDUNDANT} are "
            "expected, because AWS's defaults include weak algorithms.",
            _TUNNELS,
        )
    for number in range(len(tunnels)):
        place = f"{_TUNNELS}.{number}"
        yield from each(policy_data("network/vpn")["accepted"], partial(_offer, connection, place))
        yield from each((_logged, _without_secret), partial(_asked, connection, place))


_Question = Callable[[Resource, str], Iterator[Outcome]]


def _asked(connection: Resource, place: str, question: _Question) -> Iterator[Outcome]:
    return question(connection, place)


def _offer(connection: Resource, place: str, name: str) -> Iterator[Outcome]:
    accepted: list[Any] = policy_data("network/vpn")["accepted"][name]
    path = f"{place}.{name}"
    entries = range(len(connection.items(path)))
    given = [
        connection.number(f"{path}.{n}.Value") if name.endswith("Numbers") else connection.text(f"{path}.{n}.Value")
        for n in entries
    ]
    if not given:
        yield Violation(f"VPN {connection.logical_id} leaves {name} of a tunnel to AWS's defaults.", place)
    elif weak := [str(value) for value in given if value not in accepted]:
        expected = ", ".join(map(str, accepted))
        yield Violation(
            f"VPN {connection.logical_id} offers {', '.join(weak)} in {name}; only {expected} are expected.", path
        )


def _logged(connection: Resource, place: str) -> Iterator[Outcome]:
    if not connection.flag(f"{place}.{_LOG}.LogEnabled"):
        yield Violation(f"VPN {connection.logical_id} has a tunnel without logs.", place)
    elif not is_given(connection, f"{place}.{_LOG}.LogGroupArn"):
        yield Violation(f"VPN {connection.logical_id} names no log group for a tunnel's logs.", place)


def _without_secret(connection: Resource, place: str) -> Iterator[Outcome]:
    stated = value_at(dict(connection.properties), f"{place}.PreSharedKey")
    if isinstance(stated, str) and stated.startswith("{{resolve:"):
        return  # CloudFormation reads it when it deploys
    if connection.text(f"{place}.PreSharedKey"):
        yield Violation(
            f"VPN {connection.logical_id} has a PreSharedKey in the template, where whoever sees the stack reads it.",
            f"{place}.PreSharedKey",
        )
