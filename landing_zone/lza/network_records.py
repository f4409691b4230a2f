"""What an LZA network leaves unrecorded or unencrypted, and what its endpoints and firewalls let pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from landing_zone.fault import excerpt, nearest
from landing_zone.lza.configuration import Configuration
from landing_zone.lza.entry import Entry
from landing_zone.lza.network_gaps import Finding, lacking, vpcs_of
from landing_zone.lza.network_reading import flag, rows, text

SIX_YEARS = 2190
"""Days that documentation is kept, 45 CFR 164.316(b)(2)(i)."""
_WEAK = {
    "ikeVersions": ({"1"}, "IKE version 1"),
    "dhGroups": ({"2", "5"}, "Diffie-Hellman group 2 or 5"),
    "integrityAlgorithms": ({"SHA1"}, "SHA1"),
}
_FEW = 3


@dataclass(frozen=True)
class Records:
    """The checks over network-config.yaml and the policy files it names."""

    configuration: Configuration
    network: Entry

    def findings(self) -> Iterator[Finding]:
        """What does not hold."""
        yield from self._default_vpcs()
        yield from self._flow_logs()
        yield from self._names()
        yield from self._endpoints()
        yield from self._firewalls()
        yield from self._links()

    def _default_vpcs(self) -> Iterator[Finding]:
        default = self.network.get("defaultVpc")
        left = rows(default, "excludeAccounts")
        if not flag(default, "delete"):
            at = (default.get("delete") if default else None) or default or self.network
            yield Finding(11, at, {"where": ""})
        elif left:
            yield Finding(11, left[0], {"where": f" in {', '.join(one.text for one in left)}"})

    def _flow_logs(self) -> Iterator[Finding]:
        whole = self.network.get("vpcFlowLogs")
        used = [whole] if whole is not None else []
        for vpc in vpcs_of(self.network):
            own = vpc.get("vpcFlowLogs")
            if own is not None:
                used.append(own)
            elif whole is None:
                yield Finding(8, vpc.get("name") or vpc, {"vpc": text(vpc, "name")})
        for logs in used:
            traffic = logs.get("trafficType")
            if traffic is not None and traffic.text != "ALL":
                yield Finding(10, traffic, {"traffic": traffic.text})
            kept = logs.get("destinationsConfig", "cloudWatchLogs", "retentionInDays")
            # What goes to S3 itself is kept as long as its lifecycle rules, below, or those of the bucket say.
            if "s3" not in {one.text for one in rows(logs, "destinations")}:
                days = kept.number if kept is not None else None
                if kept is not None and days is not None and days < SIX_YEARS:
                    yield Finding(9, kept, {"days": kept.text, "where": "CloudWatch Logs"})
            for rule in rows(logs, "destinationsConfig", "s3", "lifecycleRules"):
                expires = rule.get("expiration")
                if expires is not None and expires.number is not None and expires.number < SIX_YEARS:
                    yield Finding(9, expires, {"days": expires.text, "where": "S3"})

    def _names(self) -> Iterator[Finding]:
        vpcs = vpcs_of(self.network)
        resolver = self.network.get("centralNetworkServices", "route53Resolver")
        for key, what, step in (
            ("firewallRuleGroups", "DNS Firewall rule group", ("dnsFirewallRuleGroups", "name")),
            ("queryLogs", "DNS query log", ("queryLogs",)),
        ):
            known = {text(row, "name") for row in rows(resolver, key)}
            for vpc in vpcs:
                for row in rows(vpc, step[0]):
                    entry = row.get(*step[1:]) or row
                    if entry.text not in known:
                        yield _absent(entry, f"VPC {text(vpc, 'name')}: {what}", known)
        yield from lacking(18, vpcs, [one for one in vpcs if not rows(one, "dnsFirewallRuleGroups")])
        logged = [one for one in vpcs if rows(one, "queryLogs") or rows(one, "vpcRoute53Resolver", "queryLogs")]
        yield from lacking(19, vpcs, [one for one in vpcs if one not in logged])

    def _endpoints(self) -> Iterator[Finding]:
        policies = {text(row, "name"): row for row in rows(self.network, "endpointPolicies")}
        users: dict[str, list[str]] = {name: [] for name in policies}
        for vpc in vpcs_of(self.network):
            for kind in ("gatewayEndpoints", "interfaceEndpoints"):
                found = vpc.get(kind)
                default = found.get("defaultPolicy") if found is not None else None
                applied = [row for row in rows(found, "endpoints") if flag(row, "applyPolicy", default=True)]
                for row in rows(found, "endpoints"):
                    if row not in applied:
                        details = {"service": text(row, "service"), "vpc": text(vpc, "name")}
                        yield Finding(27, row.get("applyPolicy") or row, details)
                named = [row.get("policy") or default for row in applied]
                for policy in dict.fromkeys(id(one) for one in named if one is not None):
                    entry = next(one for one in named if one is not None and id(one) == policy)
                    if entry.text in users:
                        users[entry.text].append(f"{kind} of VPC {text(vpc, 'name')}")
                    else:
                        yield Finding(7, entry, {"vpc": text(vpc, "name"), "policy": entry.text})
        for name, row in policies.items():
            document = row.get("document")
            file = self.configuration.policy(document) if document is not None else None
            statements = rows(file.root, "Statement") if file else []
            if file and not any(text(one, "Effect") in ("Allow", "Deny") for one in statements):
                yield Finding(28, file.root, {"policy": name})
            for statement in statements:
                if everything(statement):
                    yield Finding(6, statement, {"policy": name, "resource": _resource(statement),
                                                 "users": _some(users[name])})  # fmt: skip

    def _firewalls(self) -> Iterator[Finding]:
        services = self.network.get("centralNetworkServices", "networkFirewall")
        for row in rows(services, "policies"):
            policy, name = row.get("firewallPolicy"), text(row, "name")
            for key in ("statelessDefaultActions", "statelessFragmentDefaultActions"):
                for action in rows(policy, key):
                    if action.text == "aws:pass":
                        yield Finding(22, action, {"policy": name, "what": f"passes by {key} what no rule names"})
            forwards = any(one.text == "aws:forward_to_sfe" for one in rows(policy, "statelessDefaultActions"))
            drops = any(one.text.startswith("aws:drop") for one in rows(policy, "statefulDefaultActions"))
            if forwards and not rows(policy, "statefulRuleGroups") and not drops:
                yield Finding(22, row, {"policy": name, "what": "has no stateful rule group and drops nothing"})
        for group in rows(services, "rules"):
            for rule in rows(group, "ruleGroup", "rulesSource", "statefulRules"):
                header = rule.get("header")
                ends = {text(header, "source").upper(), text(header, "destination").upper()}
                if text(rule, "action") == "PASS" and text(header, "protocol") == "IP" and ends == {"ANY"}:
                    what = f"uses rule group {text(group, 'name')}, a rule of which passes everything"
                    users = [
                        text(row, "name")
                        for row in rows(services, "policies")
                        for one in rows(row, "firewallPolicy", "statefulRuleGroups")
                        if text(one, "name") == text(group, "name")
                    ]
                    yield Finding(22, rule, {"policy": " and ".join(users) or "(none)", "what": what})
        known = {text(row, "name") for row in rows(services, "policies")}
        groups = {text(row, "name") for row in rows(services, "rules")}
        for row in rows(services, "firewalls"):
            written = row.get("firewallPolicy")
            if written is None or written.text not in known:
                yield _absent(written or row, f"firewall {text(row, 'name')}: firewall policy", known)
            missing = {"ALERT", "FLOW"} - {text(one, "type") for one in rows(row, "loggingConfiguration")}
            if missing:
                at = row.get("loggingConfiguration") or row
                yield Finding(23, at, {"firewall": text(row, "name"), "logs": " and no ".join(sorted(missing))})
        for row in rows(services, "policies"):
            for key in ("statefulRuleGroups", "statelessRuleGroups"):
                for group in rows(row, "firewallPolicy", key):
                    if text(group, "name") not in groups:
                        label = f"firewall policy {text(row, 'name')}: rule group"
                        yield _absent(group.get("name") or group, label, groups)

    def _links(self) -> Iterator[Finding]:
        vpns = [row for one in rows(self.network, "customerGateways") for row in rows(one, "vpnConnections")]
        for direct in rows(self.network, "directConnectGateways"):
            for row in rows(direct, "virtualInterfaces"):
                if not vpns:
                    yield Finding(16, row, {"name": text(row, "name"), "connection": text(row, "connectionId")})
        for row in vpns:
            tunnels = rows(row, "tunnelSpecifications")
            if not tunnels:
                what = (
                    "leaves its tunnels at their defaults, which accept IKE version 1, SHA1 and Diffie-Hellman group 2"
                )
                yield Finding(17, row, {"name": text(row, "name"), "what": what})
            for tunnel in tunnels:
                for entry, what in _weak(tunnel):
                    yield Finding(17, entry, {"name": text(row, "name"), "what": f"accepts {what}"})


def _absent(entry: Entry, label: str, known: Iterable[str]) -> Finding:
    hint = nearest(entry.text, known)
    message = f"{label} {excerpt(entry.text)} does not exist"
    return Finding(20, entry, {"message": message, "hint": f" ({hint})" if hint else ""})


def _weak(tunnel: Entry) -> Iterator[tuple[Entry, str]]:
    """What a tunnel accepts that it should not; what is not said is accepted."""
    for key, (bad, what) in _WEAK.items():
        holders = [tunnel] if key == "ikeVersions" else [tunnel.get("phase1"), tunnel.get("phase2")]
        for holder in holders:
            chosen = rows(holder, key)
            weak = [one for one in chosen if one.text in bad]
            if weak:
                yield weak[0], what
            elif not chosen:
                yield holder or tunnel, f"{what}, as {key} does not say otherwise"
                break


def everything(statement: Entry) -> bool:
    """Whether a statement lets everybody do everything, asking nothing."""
    principals = statement.get("Principal")
    named = (
        [one.text for one in rows(principals, "AWS")] if principals and principals.items() else rows_text(principals)
    )
    return (
        text(statement, "Effect") == "Allow"
        and "*" in named
        and "*" in {one.text for one in rows(statement, "Action")}
        and statement.get("Condition") is None
    )


def rows_text(entry: Entry | None) -> list[str]:
    """The texts of a list, or of a single value."""
    return [one.text for one in rows(entry)]


def _resource(statement: Entry) -> str:
    found = rows_text(statement.get("Resource"))
    return "every resource" if not found or "*" in found else ", ".join(found[:_FEW])


def _some(users: list[str]) -> str:
    if not users:
        return "no endpoint"
    more = f" and {len(users) - _FEW} more" if len(users) > _FEW else ""
    return ", ".join(users[:_FEW]) + more
