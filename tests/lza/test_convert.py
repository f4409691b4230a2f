"""From an LZA configuration to a manifest: what is carried, changed and left, and that nothing is lost in silence."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

from landing_zone.fault import InputError
from landing_zone.lza.configuration import Configuration, read_configuration
from landing_zone.lza.convert import Converted, converted
from landing_zone.lza.convert_files import import_configuration
from landing_zone.lza.convert_names import slug, unique
from landing_zone.lza.convert_text import manifest_text
from landing_zone.lza.entry import Entry
from landing_zone.lza.mapping import counterparts
from landing_zone.manifest.document import parse_document
from landing_zone.manifest.load import load_manifest
from landing_zone.policy_data import policy_data
from tests.lza.arrange import configuration, write
from tests.lza.conversions import EVERYTHING, GLOBAL, NETWORK

CODE_READS = {
    "accounts.mandatoryAccounts", "accounts.workloadAccounts", "organization.organizationalUnits",
    "organization.serviceControlPolicies", "organization.resourceControlPolicies", "global.homeRegion",
    "global.enabledRegions", "global.cloudwatchLogRetentionInDays", "network.vpcs", "network.customerGateways",
    "network.directConnectGateways",
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Configuration, Converted, Path]:
    """The configuration with one of everything, converted, checked, planned and written once."""
    folder = tmp_path_factory.mktemp("convert")
    read = read_configuration(write(folder / "lza", EVERYTHING))
    return read, import_configuration(read, folder / "out"), folder / "out"


def rows(found: Converted) -> dict[str, tuple[str, str]]:
    """Status and reason by what."""
    return {row.what: (row.status, row.because) for row in found.rows}


def changed(tmp_path: Path, changes: Mapping[str, str]) -> Converted:
    return converted(configuration(tmp_path, {**EVERYTHING, **changes}))


def unsaid(entry: Entry, places: Collection[tuple[str, int]], said: bool) -> Iterator[Entry]:
    """Values that say something, of which no row stands at their place nor at that of anything around them."""
    said = said or (bool(entry.path) and (entry.file, entry.line) in places)
    if isinstance(entry.value, dict | list):
        below = entry.value.values() if isinstance(entry.value, dict) else entry.value
        for child in below:
            yield from unsaid(child, places, said)
    elif entry.value is not None and not said:
        yield entry


def test_the_written_manifest_validates_and_was_planned(whole: tuple[Configuration, Converted, Path]) -> None:
    manifest = load_manifest(whole[2] / "landing-zone.yaml").manifest
    assert [account.name for account in manifest.accounts if account.data == "phi"] == ["ehr-prod"]
    assert manifest.regions.recovery == "us-west-2"
    assert manifest.backup.plans["standard"].retention_days == 400
    assert manifest.network.dns.forwarded_domains == {"hospital.example": ("10.200.0.53",)}
    assert manifest.network.inspection.allowed_domains == (".vendor.example",)
    assert (manifest.control_tower.enabled, manifest.detection.detective) == (True, True)
    assert manifest.retention.applications == 7


def test_every_value_of_a_configuration_is_in_a_row(whole: tuple[Configuration, Converted, Path]) -> None:
    read, found, _ = whole
    places = {(row.file, row.line) for row in found.rows}
    assert [entry.path for name in read.files for entry in unsaid(read.files[name], places, False)] == []


def test_a_setting_that_nobody_knows_has_a_row_of_its_own(whole: tuple[Configuration, Converted, Path]) -> None:
    assert rows(whole[1])["centralSecurityServices.someNewService.enable"][0] == "no counterpart"


@pytest.mark.parametrize("file", sorted(policy_data("lza/spellings")["top_level"]))
def test_every_setting_that_lza_has_is_known_to_the_conversion(file: str) -> None:
    known = {
        ".".join(at.replace("[]", "").split(".")[:2])
        for at in (*counterparts(), *policy_data("lza/mapping")["retention"])
    } | CODE_READS
    if file not in counterparts():
        assert {f"{file}.{key}" for key in policy_data("lza/spellings")["top_level"][file]} <= known


@pytest.mark.parametrize(
    ("what", "status", "because"),
    [
        ("SCP Records: KeepTrail", "changed", "our own guardrails deny the same"),
        ("SCP Records: Topics", "no counterpart", "LZA's own resources"),
        ("SCP Records: All", "no counterpart", "Allow changes nothing"),
        ("SCP Records: Typo", "no counterpart", "'s3:DeletBucket' is no action of s3"),
        ("SCP Forgotten", "no counterpart", "attached to nothing"),
        ("VPN to Hospital", "changed", "ranges, address and ASN are carried"),
        ("VPN to Clinic", "no counterpart", "left out: 'not-an-address' is not an IPv4 address"),
        ("VPN to Silent", "no counterpart", "no route names the site's address ranges"),
        ("VPC ehr", "changed", "its range stays"),
        ("VPC web", "changed", "is not the one of a single VPC"),
        ("VPC lost", "no counterpart", "is not in the configuration"),
        ("budget yearly", "no counterpart", "monthly and in USD"),
        ("permission set Readers", "changed", "sessions of 4 instead of 8 hours"),
        ("permission set Admins", "no counterpart", "unknown AWS managed policy"),
        ("assignment person", "no counterpart", "only groups"),
        ("centralSecurityServices.macie.enable", "changed", "on here"),
        ("centralSecurityServices.guardduty.enable", "carried", ""),
        ("OU Old", "changed", "LZA ignores it"),
        ("e-mail of Website", "changed", "is no address of its own"),
        ("workloadAccounts[1].warm", "no counterpart", "warming EC2"),
    ],
)
def test_what_became_of_each_thing_is_said(
    whole: tuple[Configuration, Converted, Path], what: str, status: str, because: str
) -> None:
    found = rows(whole[1])[what]
    assert found[0] == status
    assert because in found[1]


def test_account_ids_and_fitting_ranges_are_in_the_lock_and_the_others_in_no_pool(
    whole: tuple[Configuration, Converted, Path],
) -> None:
    _, found, out = whole
    lock = (out / "landing-zone.lock.yaml").read_text()
    assert 'ehr-prod: {id: "089111111111", adopted: true}' in lock
    assert "ehr-prod: {cidr: 10.50.0.0/22, layout: v1}" in lock
    assert found.manifest["network"]["on_premises"] == ["10.0.0.0/22", "10.60.0.0/16", "10.70.0.0/22"]


def test_the_mapping_is_written_for_people_and_for_machines(whole: tuple[Configuration, Converted, Path]) -> None:
    _, found, out = whole
    document = json.loads((out / "mapping.json").read_text())
    assert sum(document["counts"].values()) == len(found.rows) == len(document["rows"])
    assert "| network-config.yaml:19 | VPN to Silent |" in (out / "mapping.md").read_text()


def test_a_second_conversion_is_the_same_to_the_byte(whole: tuple[Configuration, Converted, Path]) -> None:
    read = whole[0]
    assert converted(read).texts() == converted(read).texts()
    assert converted(read).rows == converted(read).rows


def test_nothing_that_is_there_is_overwritten(whole: tuple[Configuration, Converted, Path]) -> None:
    read, _, out = whole
    before = (out / "landing-zone.yaml").read_bytes()
    with pytest.raises(InputError, match=r"landing-zone\.yaml:1:1: exists; it is not overwritten"):
        import_configuration(read, out)
    assert (out / "landing-zone.yaml").read_bytes() == before


def test_a_statement_that_spared_lzas_roles_spares_our_pipeline(tmp_path: Path) -> None:
    text = changed(tmp_path, {}).guardrail_files["policies/service-control-policies.yaml"]
    document = parse_document(text, "policies.yaml").root.plain()
    assert isinstance(document, dict)
    assert isinstance(document["guardrails"], list)
    kept = {row["id"]: row for row in document["guardrails"] if isinstance(row, dict)}["lza-records-no-lightsail"]
    assert kept["exempt"] == ["pipeline", "stacksets", "settings", "control-tower"]
    assert kept["statement"] == {"Effect": "Deny", "Action": "lightsail:CreateInstances"}


def test_one_region_alone_gets_a_recovery_region_and_the_row_says_so(tmp_path: Path) -> None:
    found = changed(tmp_path, {"global": GLOBAL.replace("[us-east-1, us-west-2, ca-central-1]", "[us-east-1]")})
    assert found.manifest["regions"] == {"home": "us-east-1", "recovery": "us-west-2"}
    assert "no other Region is enabled" in rows(found)["recovery Region"][1]


def test_without_a_known_home_region_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"global-config\.yaml:1:13: homeRegion: .* 'mars-1' is no Region"):
        changed(tmp_path, {"global": GLOBAL.replace("homeRegion: us-east-1", "homeRegion: mars-1")})


def test_pools_keep_clear_of_every_range_of_the_configuration(tmp_path: Path) -> None:
    network = NETWORK.replace("10.60.0.0/16", "10.0.0.0/8")
    found = changed(tmp_path, {"network": network})
    pools = found.manifest["network"]["pools"]
    assert pools == {"us-east-1": ["172.16.0.0/14"], "us-west-2": ["172.20.0.0/14"], "ca-central-1": ["172.24.0.0/14"]}
    assert found.lock
    assert not found.lock.networks


def test_the_named_ous_hold_phi_and_no_others(tmp_path: Path) -> None:
    found = converted(configuration(tmp_path, EVERYTHING), ["Public"])
    assert [row["name"] for row in found.manifest["accounts"] if row["data"] == "phi"] == ["website"]


def test_an_account_without_vpc_gets_none_and_one_that_may_share_one_gets_one(tmp_path: Path) -> None:
    network = NETWORK.replace("  - {name: web, account: Website, region: us-east-1, cidrs: [10.60.0.0/16]}\n", "")
    sharing = network.replace("{name: hub,", "{name: hub, subnets: [{name: a, shareTargets: {accounts: [Website]}}],")
    alone, shared = (changed(tmp_path, {"network": text}).manifest["accounts"][-1] for text in (network, sharing))
    assert alone["network"] == "none"
    assert "network" not in shared


def test_under_control_tower_its_two_accounts_are_alone_in_their_ou(tmp_path: Path) -> None:
    accounts = EVERYTHING["accounts"].replace("organizationalUnit: Infrastructure", "organizationalUnit: Security")
    found = changed(tmp_path, {"accounts": accounts})
    assert {row["name"] for row in found.manifest["accounts"] if row["ou"] == "security"} == {"log-archive", "security"}
    assert "Control Tower's own OU" in next(
        row.because for row in found.rows if row.what == "OU of Network" and row.because
    )


def test_of_two_accounts_with_one_address_the_first_alone_has_it_and_its_id(tmp_path: Path) -> None:
    found = changed(tmp_path, {"accounts": EVERYTHING["accounts"].replace("email: ehr@", "email: aws@")})
    assert [row["name"] for row in found.manifest["accounts"] if row.get("email") == "aws@clinic.example"] == [
        "management"
    ]
    assert found.lock
    assert list(found.lock.accounts) == ["management"]


def test_what_could_not_be_read_makes_the_result_partial_and_is_listed(tmp_path: Path) -> None:
    organization = EVERYTHING["organization"].replace("backup.json", "gone.json")
    found = changed(tmp_path, {"organization": organization, "iam": "identityCenter: [\n"})
    assert found.partial
    reasons = " ".join(row.because for row in found.rows if row.what.startswith("not read"))
    assert "gone.json" in reasons


@pytest.mark.parametrize(
    ("text", "name"),
    [("SharedServices", "shared-services"), ("EHRProd", "ehr-prod"), ("9 lives!", "n-9-lives"), ("--", "unnamed")],
)
def test_names_are_in_lower_case_with_hyphens(text: str, name: str) -> None:
    assert slug(text) == name


def test_two_names_that_become_the_same_are_told_apart() -> None:
    assert unique("Prod Ehr", {"prod-ehr"}) == "prod-ehr-2"


def test_texts_that_yaml_would_read_as_something_else_are_quoted() -> None:
    values = {"a": ["089111111111", "no", "1e3", "", "x: y", "Zürich #1"], "b": {"on": True, "n": 5}}
    assert parse_document(manifest_text(values), "x.yaml").root.plain() == values
