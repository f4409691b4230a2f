"""What the parser of Suricata rules takes, and how it says what is wrong."""

from __future__ import annotations

import pytest

from landing_zone.manifest.suricata import RuleError, parse_rule

GOOD = (
    'pass tls $HOME_NET any -> !$HOME_NET 443 (msg:"Payer"; flow:to_server; tls.sni; content:"a;b\\"c"; sid:17; rev:1;)'
)


def faults(rule: str) -> str:
    with pytest.raises(RuleError) as raised:
        parse_rule(rule, ["HOME_NET", "SITE_NET"])
    return f"{raised.value.message} | {raised.value.hint}"


def with_options(options: str) -> str:
    return f"pass tcp any any -> any any ({options})"


def test_a_rule_is_taken_apart() -> None:
    rule = parse_rule(GOOD, ["HOME_NET"])
    assert (rule.action, rule.protocol, rule.destination, rule.destination_port) == ("pass", "tls", "!$HOME_NET", "443")
    assert rule.sid == 17
    assert rule.variables == {"HOME_NET"}
    assert ("tls.sni", None) in rule.options
    assert ("content", '"a;b\\"c"') in rule.options, "a semicolon in quotes ends no option"


@pytest.mark.parametrize(
    "header",
    [
        "drop ip any any -> any any",
        "alert tcp [10.0.0.0/8, 192.0.2.1] any <> !10.1.0.0/16 [80,443,1024:]",
        "reject udp $HOME_NET :1023 -> [$SITE_NET,!10.0.0.1] !53",
        "pass tcp 2001:db8::/32 any -> any 1:65535",
    ],
)
def test_headers_that_suricata_knows_are_taken(header: str) -> None:
    parse_rule(f'{header} (msg:"x"; sid:1;)', ["HOME_NET", "SITE_NET"])


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "options in parentheses"),
        ("pass tcp any any -> any any", "options in parentheses"),
        ('pass tcp any -> any any (msg:"x"; sid:1;)', "before the options stand"),
        ('pass tcp any any -> any any ] (msg:"x"; sid:1;)', "before the options stand"),
        ('pas tcp any any -> any any (msg:"x"; sid:1;)', "unknown action 'pas'; known: pass, drop, reject, alert"),
        ('pass sctp any any -> any any (msg:"x"; sid:1;)', "unknown protocol 'sctp'"),
        ('pass tcp any any <- any any (msg:"x"; sid:1;)', "unknown direction '<-'"),
        ('pass tcp $HOMENET any -> any any (msg:"x"; sid:1;)', "unknown variable '$HOMENET'; known: $HOME_NET"),
        ('pass tcp 10.0.0.1/8 any -> any any (msg:"x"; sid:1;)', "'10.0.0.1/8' is no address"),
        ('pass tcp any any -> any 70000 (msg:"x"; sid:1;)', "'70000' is no port"),
        ('pass tcp any any -> any 90:80 (msg:"x"; sid:1;)', "'90:80' is no port"),
        (with_options('msg:"x"; sid:1'), "does not end with a semicolon"),
        (with_options('msg:"x; sid:1;'), "quotation mark is not closed"),
        (with_options('msg:"x"; contnet:"y"; sid:1;'), "unknown keyword 'contnet' | did you mean 'content'?"),
        (with_options('msg:"x"; dataset:isset; sid:1;'), "Network Firewall takes no datasets"),
        (with_options('msg:"x"; flow:; sid:1;'), "has a colon and no value"),
        (with_options('msg:"x";'), "a rule has one sid, this has 0"),
        (with_options('msg:"x"; sid:1; sid:2;'), "a rule has one sid, this has 2"),
        (with_options("sid:1;"), "a rule has one msg, this has 0"),
        (with_options('msg:"x"; sid:0;'), "sid '0' is no number"),
        (with_options('msg:"x"; sid:9999999999;'), "is no number"),
        (with_options("msg:x; sid:1;"), "msg is a text in quotation marks"),
        ('pass tcp any any -> any any (msg:"x";\n sid:1;)', "one line"),
        (with_options(f'msg:"{"x" * 9000}"; sid:1;'), "8,192 characters"),
    ],
)
def test_a_rule_that_does_not_parse_is_one_clear_fault(rule: str, said: str) -> None:
    assert said in faults(rule)
