"""Address pools, given ranges and links to sites from the VPCs and gateways of an LZA configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network
from typing import Any

from landing_zone.fault import Fault, InputError
from landing_zone.lza.convert_draft import Draft
from landing_zone.lza.convert_names import unique
from landing_zone.lza.entry import Entry
from landing_zone.lza.mapping import table

_SIZES = {24: "small", 22: "medium", 20: "large", 18: "xlarge"}
_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
_POOL_PREFIXES = (14, 16, 18)
_DEFAULT_PREFIX = 22
_PRIVATE_ASNS = range(64512, 65535)
_CAPS = 50


def add_network(draft: Draft) -> None:
    """Pools, ranges that stay, links. Raises InputError: no private range is left for the pools."""
    network = draft.configuration.file("network")
    sites = [range_ for row in _links(draft, network) for range_ in row["ranges"]]
    kept = _kept(draft, network, [*_ranges(network), *map(IPv4Network, sites)])
    elsewhere = [one for one in _ranges(network) if one not in kept.values()]
    taken = [*elsewhere, *kept.values(), *map(IPv4Network, sites)]
    pools: dict[str, list[str]] = {}
    regions = draft.value("regions")
    for code in (regions["home"], regions["recovery"], *regions.get("additional", ())):
        free = _free(taken, len(draft.manifest["accounts"]))
        if free is None:
            place = network.get("vpcs") or network
            raise InputError([Fault(place.file, place.line, place.column, "", "no private range is free for a pool")])
        taken.append(free)
        given = sorted(one for (region, _), one in kept.items() if region == code)
        pools[code] = [*map(str, given), str(free)]
    draft.set("network.pools", pools)
    _without_networks(draft, network)
    because = "ranges that nothing in the configuration uses, so that old and new networks can meet while you move"
    draft.ledger.changed("address pools", "network.pools", because, at=network.get("vpcs") or network)
    inside = {str(one) for one in elsewhere if not any(one.overlaps(IPv4Network(site)) for site in sites)}
    if inside:
        draft.set("network.on_premises", sorted(inside, key=IPv4Network))


def _network_of(entry: Entry) -> IPv4Network | None:
    """A private IPv4 network; None for anything else."""
    try:
        found = IPv4Network(entry.text)
    except ValueError:
        return None
    return found if any(found.subnet_of(block) for block in _PRIVATE) else None


def _ranges(network: Entry) -> list[IPv4Network]:
    """The ranges of VPCs, and of the IPAM pools that VPCs take theirs from; one that two have twice."""
    entries = [one for vpc in network.each("vpcs") for one in vpc.each("cidrs")]
    allocated = {
        name.text
        for kind in ("vpcs", "vpcTemplates")
        for vpc in network.each(kind)
        for one in vpc.each("ipamAllocations")
        if (name := one.get("ipamPoolName"))
    }
    for ipam in network.each("centralNetworkServices", "ipams"):
        for pool in ipam.each("pools"):
            name = pool.get("name")
            if name and name.text in allocated:
                entries += pool.each("provisionedCidrs")
    return sorted(found for entry in entries if (found := _network_of(entry)))


def _kept(draft: Draft, network: Entry, taken: Sequence[IPv4Network]) -> dict[tuple[str, str], IPv4Network]:
    """Ranges by (Region, account) that stay: those of accounts with one VPC in a Region, of one of our sizes.

    taken: every range, once for each that has it; one that stays overlaps none but itself.
    """
    by_account: dict[str, list[Entry]] = {}
    for vpc in network.each("vpcs"):
        by_account.setdefault(_text(vpc, "account"), []).append(vpc)
    kept: dict[tuple[str, str], IPv4Network] = {}
    rows = {row["name"]: row for row in draft.manifest["accounts"]}
    regions = draft.value("regions")
    known = {regions["home"], regions["recovery"], *regions.get("additional", ())}
    for account, vpcs in by_account.items():
        name = draft.names.get(account, "")
        found = {_text(vpc, "region"): one for vpc in vpcs if (one := _only_range(vpc))}
        sizes = {_SIZES.get(one.prefixlen) for one in found.values()}
        alone = all(sum(one.overlaps(other) for other in taken) == 1 for one in found.values())
        core = name in table()["core_accounts"].values()
        fits = len(found) == len(vpcs) and len(sizes) == 1 and None not in sizes and alone and set(found) <= known
        if name in rows and not core and fits:
            rows[name]["network"] = sizes.pop()
            if list(found) != [regions["home"]]:
                rows[name]["regions"] = list(found)
            kept.update({(region, name): one for region, one in found.items()})
            for region, one in found.items():
                draft.networks.setdefault(region, {})[name] = str(one)
        for vpc in vpcs:
            _note(draft, vpc, name, kept=name in rows and not core and fits, core=core)
    return kept


def _without_networks(draft: Draft, network: Entry) -> None:
    """Accounts that have no VPC, and of which nothing says that they share one, get none."""
    shared = any(entry.path.endswith("shareTargets") for vpc in network.each("vpcs") for entry in vpc.walk())
    if "network" not in draft.configuration.files or network.get("vpcTemplates", 0) or shared:
        return
    having = {draft.names.get(_text(vpc, "account")) for vpc in network.each("vpcs")}
    rows = {row["name"]: row for row in draft.manifest["accounts"]}
    for account in draft.tree.accounts:
        row = rows[draft.names[account.name]]
        if "network" not in row and row["name"] not in having:
            row["network"] = "none"
            because = "it has no VPC there and gets none; without `network: none` it has one of the default size"
            draft.ledger.changed(f"network of {account.name}", f"accounts: {row['name']}", because, at=account.entry)


def _only_range(vpc: Entry) -> IPv4Network | None:
    entries = vpc.each("cidrs")
    return _network_of(entries[0]) if len(entries) == 1 else None


def _note(draft: Draft, vpc: Entry, name: str, *, kept: bool, core: bool) -> None:
    what, ledger = f"VPC {_text(vpc, 'name')}", draft.ledger
    ranges = ", ".join(entry.text for entry in vpc.each("cidrs")) or "from IPAM"
    if kept:
        because = "its range stays; subnets, route tables and endpoints follow our layout"
        ledger.changed(what, f"landing-zone.lock.yaml: {name}", because, vpc)
    elif core:
        because = f"the hub takes its place (docs/network-hub.md); its range ({ranges}) is kept out of the pools"
        ledger.changed(what, "network.hub", because, vpc)
    elif name:
        because = (
            f"its range ({ranges}) is not the one of a single VPC of /24, /22, /20 or /18, so the account gets another "
            "from the pools and this one is kept out of them"
        )
        ledger.changed(what, f"accounts: {name}", because, vpc)
    else:
        ledger.left(what, f"its account {_text(vpc, 'account')!r} is not in the configuration", vpc)


def _free(taken: Iterable[IPv4Network], accounts: int) -> IPv4Network | None:
    """A free block, as large as twice the accounts need at the default size if there is one."""
    wanted = min(_POOL_PREFIXES[0], _DEFAULT_PREFIX - 1 - accounts.bit_length())
    for prefix in (*range(wanted, _POOL_PREFIXES[0]), *_POOL_PREFIXES):
        for block in _PRIVATE:
            if prefix >= block.prefixlen:
                for one in block.subnets(new_prefix=prefix):
                    if not any(one.overlaps(other) for other in taken):
                        return one
    return None


def _links(draft: Draft, network: Entry) -> list[dict[str, Any]]:
    """Links to sites: those whose address ranges a route of a transit gateway names."""
    gateways = network.each("transitGateways")
    asn = gateways[0].get("asn") if gateways else None
    if asn and asn.number in _PRIVATE_ASNS:
        draft.set("network.hub", {"asn": int(asn.number or 0)})
        draft.ledger.carried("ASN of the transit gateway", "network.hub.asn", asn)
    rows: list[dict[str, Any]] = []
    for gateway in network.each("customerGateways"):
        connections = [_text(one, "name") for one in gateway.each("vpnConnections")]
        row = {"kind": "vpn", "customer_gateway": _text(gateway, "ipAddress")}
        _add_link(draft, rows, gateway, row, "vpnConnectionName", connections, gateway.get("asn"))
    for gateway in network.each("directConnectGateways"):
        asns = [one for face in gateway.each("virtualInterfaces") if (one := face.get("customerAsn"))]
        row = {"kind": "direct-connect"}
        names = [_text(gateway, "name")]
        _add_link(draft, rows, gateway, row, "directConnectGatewayName", names, asns[0] if asns else None)
    return rows


def _add_link(
    draft: Draft,
    rows: list[dict[str, Any]],
    entry: Entry,
    row: dict[str, Any],
    key: str,
    names: list[str],
    asn: Entry | None,
) -> None:
    what = f"{'VPN to' if row['kind'] == 'vpn' else 'Direct Connect'} {_text(entry, 'name')}"
    ranges = list(dict.fromkeys(map(str, _routed(draft.configuration.file("network"), key, names))))
    if not ranges:
        because = "no route names the site's address ranges, which a link needs here: add it under network.hybrid"
        draft.ledger.left(what, because, entry)
        return
    name = unique(_text(entry, "name"), {other["name"] for other in rows}, _CAPS)
    link = {"name": name, "kind": row["kind"], "ranges": ranges}
    link |= {key: value for key, value in row.items() if key == "customer_gateway"}
    if asn and isinstance(asn.number, int):
        link["asn"] = asn.number
    because = "ranges, address and ASN are carried; tunnels and interfaces follow our layout (docs/hybrid.md)"
    rows.append(link)
    draft.add("network.hybrid", link, draft.ledger.changed(what, f"network.hybrid: {name}", because, entry))


def _routed(network: Entry, key: str, names: list[str]) -> Iterator[IPv4Network]:
    """The private ranges that routes of transit gateways send to one of these attachments."""
    for gateway in network.each("transitGateways"):
        for routes in gateway.each("routeTables"):
            for route in routes.each("routes"):
                attachment, destination = route.get("attachment", key), route.get("destinationCidrBlock")
                if attachment and attachment.text in names and destination and (found := _network_of(destination)):
                    yield found


def _text(entry: Entry, key: str) -> str:
    found = entry.get(key)
    return found.text if found else ""
