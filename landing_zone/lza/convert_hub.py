"""What the hub's resolver and firewall are told: domains answered elsewhere, and domains that may be reached."""

from __future__ import annotations

from landing_zone.lza.convert_draft import Draft

_DOMAINS = "network.inspection.allowed_domains"
_FORWARDED = "network.dns.forwarded_domains"


def add_forwarded_domains(draft: Draft) -> None:
    """Rules of type FORWARD, which LZA has under an outbound resolver endpoint."""
    resolver = draft.configuration.file("network").get("centralNetworkServices", "route53Resolver")
    for endpoint in resolver.each("endpoints") if resolver else []:
        for rule in endpoint.each("rules"):
            domain, kind = rule.get("domainName"), rule.get("ruleType")
            targets = [ip.text for target in rule.each("targetIps") if (ip := target.get("ip"))]
            if not domain or not targets or (kind and kind.text != "FORWARD"):
                continue
            name = domain.text.lower().rstrip(".")
            held = (draft.value(_FORWARDED) or {}).get(name)
            because = "the hub's resolver forwards it for every network, by port 53"
            note = draft.ledger.changed(f"forwarded domain {name}", _FORWARDED, because, rule)
            if held is None:
                draft.put(_FORWARDED, name, targets, note)
            else:
                note.refuse(f"the domain is forwarded to {', '.join(held)} already")


def add_allowed_domains(draft: Draft) -> None:
    """Domain lists of the network firewall that allow; what denies is left to the table."""
    firewall = draft.configuration.file("network").get("centralNetworkServices", "networkFirewall")
    for group in firewall.each("rules") if firewall else []:
        rows = group.get("ruleGroup", "rulesSource", "rulesSourceList")
        kind = rows.get("generatedRulesType") if rows else None
        if rows is None or kind is None or kind.text != "ALLOWLIST":
            continue
        draft.ledger.changed(f"kind of {rows.path}", _DOMAINS, "what is not named is dropped here, too", kind)
        for domain in rows.each("targets"):
            what = f"allowed domain {domain.text}"
            if domain.text in (draft.value(_DOMAINS) or ()):
                draft.ledger.carried(what, _DOMAINS, domain)
            else:
                draft.add(_DOMAINS, domain.text, draft.ledger.carried(what, _DOMAINS, domain))
