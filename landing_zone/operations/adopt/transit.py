"""Ids of the hub that CloudFormation tells nobody: transit gateways, the Direct Connect gateway, links' attachments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from landing_zone.manifest.model import Manifest
from landing_zone.operations.adopt.findings import Findings, several
from landing_zone.operations.settings.execute import Api, ApiError
from landing_zone.plan.hub import hub_regions
from landing_zone.plan.lock import LoadedLock, LockedTransit
from landing_zone.plan.names import DIRECT_CONNECT_GATEWAY_EXPORT, TRANSIT_GATEWAY_EXPORT, vpn_export
from landing_zone.plan.roles.network_link_routes import attachments_of
from landing_zone.plan.roles.network_links import DIRECT_CONNECT

AVAILABLE, WAITING = "available", "pendingAcceptance"


@dataclass(frozen=True)
class SeenTransit:
    """The hub of a Region. exports: CloudFormation's. attachments: ids by the id of the VPN or Direct Connect gateway.

    peerings: ids by the other Region, of those within the account. waiting: other Regions whose peering is pending.
    """

    exports: Mapping[str, str] = field(default_factory=dict)
    attachments: Mapping[str, str] = field(default_factory=dict)
    peerings: Mapping[str, str] = field(default_factory=dict)
    waiting: Collection[str] = ()
    unreachable: str = ""


def observe_transit(api: Api, account: str, region: str) -> SeenTransit:
    """What the network account has in a Region. A Region that cannot be asked stops no other."""
    try:
        answer, _ = api(account, region, "cloudformation", "ListExports", {})
        exports = {row["Name"]: row["Value"] for row in answer.get("Exports", ())}
        if TRANSIT_GATEWAY_EXPORT not in exports:
            return SeenTransit(exports)
        ours = {"Name": "transit-gateway-id", "Values": [exports[TRANSIT_GATEWAY_EXPORT]]}
        kinds = {"Name": "resource-type", "Values": ["vpn", "direct-connect-gateway"]}
        usable = {"Name": "state", "Values": [AVAILABLE]}
        request = {"Filters": [ours, kinds, usable]}
        answer, _ = api(account, region, "ec2", "DescribeTransitGatewayAttachments", request)
        attachments = {
            row["ResourceId"]: row["TransitGatewayAttachmentId"] for row in answer.get("TransitGatewayAttachments", ())
        }
        states = {"Name": "state", "Values": [AVAILABLE, WAITING]}
        owners = [{"Name": f"{side}-owner-id", "Values": [account]} for side in ("local", "remote")]
        request = {"Filters": [ours, states, *owners]}
        answer, _ = api(account, region, "ec2", "DescribeTransitGatewayPeeringAttachments", request)
    except ApiError as error:
        return SeenTransit(unreachable=str(error))
    peerings, waiting = {}, []
    for row in answer.get("TransitGatewayPeeringAttachments", ()):
        asking, asked = row["RequesterTgwInfo"]["Region"], row["AccepterTgwInfo"]["Region"]
        if row["State"] == WAITING:
            waiting.append(asked if asking == region else asking)
        elif asking == region:
            peerings[asked] = row["TransitGatewayAttachmentId"]
        else:
            peerings[asking] = row.get("AccepterTransitGatewayAttachmentId") or row["TransitGatewayAttachmentId"]
    return SeenTransit(exports, attachments, peerings, waiting)


def learn_transit(
    manifest: Manifest, locked: LoadedLock, seen: Mapping[str, SeenTransit], findings: Findings
) -> dict[str, LockedTransit]:
    """The lock's transit section after this. What the lock knows stays, whatever is unreachable or gone."""
    after = dict(locked.lock.transit)
    lacking: list[str] = []
    for region in hub_regions(manifest):
        hub = seen.get(region, SeenTransit())
        if hub.unreachable:
            findings.note(f"the hub in {region} was not read: {hub.unreachable}")
            continue
        before = after.get(region, LockedTransit())
        here = _Region(region, before, locked, findings)
        gateway = here.one("gateway", before.gateway, hub.exports.get(TRANSIT_GATEWAY_EXPORT))
        direct = hub.exports.get(DIRECT_CONNECT_GATEWAY_EXPORT)
        found = {
            "gateway": gateway,
            "direct_connect_gateway": here.one("direct_connect_gateway", before.direct_connect_gateway, direct),
        }
        attachments = dict(before.attachments)
        direct_connect = _direct_connect_gateway(seen, manifest) or _known_gateway(after, manifest)
        for entry in attachments_of(region, manifest):
            name, kind = entry["name"], entry["kind"]
            resource = direct_connect if name == DIRECT_CONNECT else hub.exports.get(vpn_export(name))
            id = hub.peerings.get(name) if kind == "peering" else hub.attachments.get(resource or "")
            if learned := here.one(f"attachments.{name}", before.attachments.get(name), id):
                attachments[name] = learned
            elif name in hub.waiting:
                findings.ask(f"the peering of {region} with {name} waits to be accepted: run `hlz settings --apply`")
            else:
                lacking.append(f"{name} in {region}")
        learned_transit = LockedTransit(**found, attachments=dict(sorted(attachments.items())))
        if learned_transit != LockedTransit():
            after[region] = learned_transit
    if lacking:
        findings.note(
            f"no attachments yet: {several(lacking)}; after the hub and its links are deployed, run this again"
        )
    return dict(sorted(after.items()))


def _direct_connect_gateway(seen: Mapping[str, SeenTransit], manifest: Manifest) -> str | None:
    home = seen.get(manifest.regions.home)
    return home.exports.get(DIRECT_CONNECT_GATEWAY_EXPORT) if home else None


def _known_gateway(lock: Mapping[str, LockedTransit], manifest: Manifest) -> str | None:
    home = lock.get(manifest.regions.home)
    return home.direct_connect_gateway if home else None


@dataclass(frozen=True)
class _Region:
    """A Region's place in the lock, and what is said about it."""

    region: str
    before: LockedTransit
    locked: LoadedLock
    findings: Findings

    def one(self, name: str, was: str | None, now: str | None) -> str | None:
        """The id to record: what the lock has, else what AWS has. Another one than the lock's is a fault."""
        if was and now and was != now:
            message = f"the lock says {name} in {self.region} is {was}, AWS says {now}"
            place = ("transit", self.region, *name.split(".", 1))
            hint = "remove this line if the link was made anew; its routes are then written again"
            self.findings.faults.append(self.locked.fault(place, message, hint))
        if was is None and now and self._fits(name, now):
            self.findings.learn("transit", f"{self.region} {name.rpartition('.')[2]}", now)
            return now
        return was

    def _fits(self, name: str, id: str) -> bool:
        field, _, key = name.partition(".")
        try:
            LockedTransit.model_validate({field: {key: id} if key else id}, strict=True)
        except ValidationError:
            what = f"{name} in {self.region}"
            self.findings.ask(f"the id of {what}, '{id}', has a form that AWS does not document; it is not recorded")
            return False
        return True
