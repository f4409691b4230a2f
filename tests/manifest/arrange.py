"""Small functions the manifest tests arrange with: a manifest with every key, changes to it, faults, `hlz`."""

from __future__ import annotations

import copy
import io
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import yaml

from landing_zone.cli import main
from landing_zone.fault import Fault, InputError
from landing_zone.manifest.load import parsed_manifest
from tests.arrangement import clinic

Json = dict[str, Any]
Place = tuple[str | int, ...]
FILE = "landing-zone.yaml"

__all__ = ["FILE", "Json", "Place", "clinic"]


def everything() -> Json:
    """A valid manifest in which every key of the schema stands at least once."""
    return copy.deepcopy(_everything())


@cache
def _everything() -> Json:
    found: Json = yaml.load(_EVERYTHING, Loader=yaml.CSafeLoader)
    return found


def changed(manifest: Mapping[str, Any], *changes: tuple[Place, Any]) -> Json:
    """A copy with values put at paths; mappings on the way are made, and a list grows by one."""
    copied: Json = copy.deepcopy(dict(manifest))
    for path, value in changes:
        part: Any = copied
        for step, following in pairwise(path):
            if isinstance(part, dict):
                part = part.setdefault(step, [] if isinstance(following, int) else {})
            else:
                part = part[step]
        if isinstance(part, list) and path[-1] == len(part):
            part.append(value)
        else:
            part[path[-1]] = value
    return copied


def without(manifest: Mapping[str, Any], *paths: Place) -> Json:
    """A copy without what stands at the paths."""
    copied: Json = copy.deepcopy(dict(manifest))
    for path in paths:
        part: Any = copied
        for step in path[:-1]:
            part = part[step]
        del part[path[-1]]
    return copied


def renamed(manifest: Mapping[str, Any], path: Place, key: str) -> Json:
    """A copy in which the last key of the path is spelled differently; the order stays."""
    copied: Json = copy.deepcopy(dict(manifest))
    part: Any = copied
    for step in path[:-1]:
        part = part[step]
    entries = [(key if name == path[-1] else name, value) for name, value in part.items()]
    part.clear()
    part.update(entries)
    return copied


def value_at(manifest: Mapping[str, Any], path: Place) -> Any:
    """What stands at a path."""
    part: Any = manifest
    for step in path:
        part = part[step]
    return part


def paths_in(value: Any, path: Place = ()) -> Iterator[Place]:
    """The path of every value, containers included, outermost first."""
    if path:
        yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, entry in steps:
        yield from paths_in(entry, (*path, step))


def with_account(**fields: Any) -> Json:
    """The clinic with one more account, the third: `research`, which holds nothing in `nonphi`, with these fields."""
    account = {"name": "research", "ou": "nonphi", "owner": "science", "data": "none"} | fields
    return changed(clinic(), (("accounts", 2), account))


def text_of(manifest: Mapping[str, Any]) -> str:
    """A manifest as JSON, which is YAML, exact in its types, and a hundred times faster to write."""
    return json.dumps(manifest, indent=1, ensure_ascii=False)


def faults_of(manifest: Mapping[str, Any] | str) -> list[Fault]:
    """What is wrong with a manifest or its text; nothing when it is valid."""
    try:
        parsed_manifest(manifest if isinstance(manifest, str) else text_of(manifest), FILE)
    except InputError as error:
        return list(error.faults)
    return []


def only_fault(manifest: Mapping[str, Any] | str) -> Fault:
    """The one thing that is wrong."""
    faults = faults_of(manifest)
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def assert_only_fault_at(
    manifest: Mapping[str, Any], path: Place, *parts: str, key: str | None = None, at_key: bool = False
) -> Fault:
    """Exactly one fault, at a path's line and column, whose message or hint holds all the parts."""
    text = text_of(manifest)
    fault = only_fault(text)
    assert fault.file == FILE
    assert (fault.line, fault.column) == place_of(text, path, at_key=at_key), str(fault)
    assert fault.key == (dotted(path) if key is None else key), str(fault)
    for part in parts:
        assert part in f"{fault.message} {fault.hint}", str(fault)
    return fault


def place_of(text: str, path: Place, *, at_key: bool = False) -> tuple[int, int]:
    """Line and column of what stands at a path (or of its key), as PyYAML's own composer sees it."""
    node: Any = yaml.compose(text, Loader=yaml.CSafeLoader)
    mark = node.start_mark
    for step in path:
        if isinstance(node, yaml.MappingNode):
            key, node = next((key, value) for key, value in node.value if key.value == step)
            mark = key.start_mark if at_key else node.start_mark
        else:
            node = node.value[step]
            mark = node.start_mark
    return mark.line + 1, mark.column + 1


def dotted(path: Place) -> str:
    """`accounts[3].ou`; a step with a colon is quoted."""
    texts = (f"'{step}'" if isinstance(step, str) and ":" in step else step for step in path)
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in texts).lstrip(".")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def hlz(*arguments: object, typed: str | None = None) -> Ended:
    """Run a command of `hlz` in this process: away from any terminal, or on one at which somebody types."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    stdin = io.StringIO() if typed is None else _Terminal(typed)
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "argv", ["hlz", *map(str, arguments)]),
        patch.object(sys, "stdin", stdin),
        patch("landing_zone.cli.catch_signals"),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return Ended(code, out.getvalue(), err.getvalue())


_EVERYTHING = """
version: 1
organization:
  name: riverside-health
  email: aws+{account}@riverside.example
  id: o-a1b2c3d4e5
  management_account: "100000000001"
regions: {home: us-east-1, recovery: us-west-2, additional: [us-east-2]}
residency: {profile: us, transfers: Standard clauses and an assessment}
retention:
  {default: 7, audit_trail: 10, flow_logs: 5, dns_queries: 6, configuration: 7, access_logs: 6, firewall: 6,
  sessions: 8, applications: 6, findings: 6, reason: Flow logs are copied to the archive of the hospital}
regimes: [part-2, texas-sb1188, new-york-shield]
contacts:
  security: {name: Security Office, email: security@riverside.example, phone: "+1 555 0100", title: Director}
  operations: {name: Platform Team, email: platform@riverside.example, phone: "+1 555 0101", title: Lead}
  billing: {name: Finance, email: finance@riverside.example, phone: "+1 555 0102", title: Controller}
  privacy: {name: Privacy Office, email: privacy@riverside.example, phone: "+1 555 0103", title: Officer}
organizational_units:
  research:
    description: Studies
    data: deidentified
    guardrails: nonphi
    organizational_units:
      genomics: {description: Sequencing, data: synthetic, guardrails: sandbox, organizational_units: {}}
accounts:
  - name: ehr-production
    ou: phi/production
    owner: clinical-systems
    data: phi
    email: ehr@riverside.example
    id: "100000000002"
    environment: production
    recovery: warm-standby
    regions: [us-east-1, us-east-2]
    network: large
    tags: {cost-center: "4711", Ärzte: größte Klinik}
    applications: [EHR, Patient portal]
  - {name: genomics, ou: research/genomics, owner: science, data: synthetic, network: small}
network:
  pools: {us-east-1: 10.0.0.0/12, us-west-2: [10.16.0.0/12, 10.96.0.0/12], us-east-2: 10.32.0.0/12}
  availability_zones: 2
  default_size: small
  endpoints: {gateway: [s3], interface: [kms, logs], central: true}
  hub: {enabled: true, centralized_egress: true, public_ingress: true, asn: 64520}
  inspection:
    enabled: true
    allowed_domains: [.riverside.example]
    rules: ['pass tcp $CLOUD_NET any -> $SITE_NET 1972 (msg:"IRIS"; flow:to_server; sid:1000001; rev:1;)']
  dns:
    query_logging: true
    firewall: true
    private_zone: aws.riverside.example
    forwarded_domains: {riverside.example: [172.16.0.10, 172.16.0.11]}
    blocked_domain_lists: {us-east-1: [rslvr-fdl-2c46f2ecbfec4dcc]}
  hybrid:
    - name: main-hospital
      kind: vpn
      ranges: [172.16.0.0/16, 172.17.0.0/16]
      regions: [us-east-1]
      customer_gateway: 203.0.113.7
      asn: 65010
    - {name: north-hospital, kind: direct-connect, ranges: 172.18.0.0/16}
  ipam: true
  hospital_entries: [ehr-production]
  ipam: true
  on_premises: [192.168.0.0/16]
identity:
  source: external
  instance_arn: arn:aws:sso:::instance/ssoins-1234567890abcdef
  permission_sets:
    auditor:
      extends: read-only
      description: Reads
      managed_policies: [SecurityAudit]
      statements:
        - Sid: Keys
          Effect: Allow
          Action: kms:ListKeys
          Resource: ["*"]
          Condition: {StringEquals: {aws:RequestedRegion: us-east-1}}
      session_hours: 4
      data: phi
      core_accounts: true
  assignments:
    - {group: Auditors, permission_set: auditor, ou: phi}
    - {group: Researchers, permission_set: auditor, account: genomics}
  break_glass: {enabled: true, holders: [Chief Information Security Officer]}
guardrails:
  profiles: {research: nonphi}
  additional_services: [bedrock]
  scp_quota: 5x5120
  sources: []
  parameters: {TrustedAccounts: ["123456789012", "210987654321"]}
  unlisted_accounts: report
detection:
  guardduty: true
  security_hub: true
  macie: true
  inspector: true
  access_analyzer: true
  detective: true
  alarm_contacts: {critical: security, high: security, medium: operations, low: operations}
  runbooks: https://runbooks.riverside.example
keys: {rotation_days: 180, deletion_window_days: 30, administrators: [KeyAdministrator]}
backup:
  enabled: true
  vault_lock: true
  restore_testing: true
  plans:
    standard: {frequency_hours: 12, retention_days: 90, cross_region: true, cross_account: true}
recovery:
  tiers:
    warm-standby: {rto_minutes: 60, rpo_minutes: 15, plan: standard}
  test_every_days: 90
zones:
  records:
    kind: ehr
    accounts: [ehr-production]
    internet: true
    hosts: {portal.riverside.example: ehr-production}
    certificates: ["arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"]
budgets:
  - {monthly_usd: 5000, ou: phi, alert_percent: [80, 100]}
  - {monthly_usd: 100, account: genomics}
agreements:
  - party: Amazon Web Services
    kind: aws
    purpose: Runs the record
    signed: "2025-01-31"
    expires: "2030-01-31"
    covers: [organization]
    services: [s3, ec2]
    reporting_hours: 72
    verified: "2029-02-01"
    subcontractors: bound
    document: Vault 7
  - {party: Courier, kind: subcontractor, signed: "2025-01-31", covers: [phi], works_for: Amazon Web Services}
acknowledgements:
  - rule: HLZ-NET-003
    role: workload_network
    resource: Vpc*
    reason: The rule is about networks that reach the internet
    owner: Platform Team
    expires: "2030-01-31"
exceptions:
  - control: LZ-NET-09
    scope: genomics
    citations: [164.312(e)(2)(i), 164.312(e)(2)(ii)]
    reason: The sequencers cannot speak TLS 1.2 before their next release
    compensating: They stand in a network of their own
    owner: Science
    approver: Security Office
    approved: "2029-06-30"
    expires: "2030-01-31"
    reviewed: "2029-12-01"
    issue: RISK-17
risk_analysis:
  network.us-east-1.interception:
    likelihood: low
    impact: very-high
    treatment: mitigate
    owner: Security Office
    date: "2026-01-31"
    measures: Traffic of the sequencers is moved to TLS
    residual: low
    accounts: [genomics]
delivery:
  baselines: stacks
  qualifier: hlz
  deploy_account: shared-services
  pipeline_principal: ci/release
  bootstrap_role: platform-administrator
  permissions_boundary: platform-boundary
  notification_email: releases@riverside.example
control_tower:
  {enabled: true, version: "3.3", security_ou: Security, trail_log_group: aws-controltower/CloudTrailLogs-a1b}
"""
