"""A folder of anybody's policies: what it becomes, and every way in which it cannot be read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from landing_zone.fault import Fault, InputError
from landing_zone.proof.guardrails.organization import Account, Organization
from landing_zone.proof.guardrails.policy_folder import ATTACHMENTS, PolicyFolder, read_policy_folder

VERSION = "2012-10-17"
DENY = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
FILES = {
    "a.json": DENY,
    "b.json": {**DENY, "Action": "iam:CreateUser"},
    "full.json": FULL,
    "some.json": {**FULL, "Action": "s3:*"},
    "r.json": {**DENY, "Principal": "*"},
    "rcp-full.json": {**FULL, "Principal": "*"},
}


def write(folder: Path, attachments: str, files: Mapping[str, Any] | None = None) -> Path:
    """A folder of policies; a mapping with Effect is a policy of that one statement, a text is written as it is."""
    (folder / ATTACHMENTS).write_text(attachments)
    for name, content in (files or {}).items():
        policy = {"Version": VERSION, "Statement": [content]} if "Effect" in content else content
        (folder / name).write_text(policy if isinstance(policy, str) else json.dumps(policy))
    return folder


def read(folder: Path, attachments: str, files: Mapping[str, Any] | None = None) -> PolicyFolder:
    return read_policy_folder(write(folder, attachments, FILES if files is None else files))


def organization(folder: Path, attachments: str) -> Organization:
    return read(folder, attachments).organization


def faults(folder: Path, attachments: str, files: Mapping[str, Any] | None = None) -> list[str]:
    with pytest.raises(InputError) as raised:
        read(folder, attachments, files)
    return said(folder, raised.value.faults)


def said(folder: Path, found: tuple[Fault, ...]) -> list[str]:
    return [
        f"{Path(one.file).relative_to(folder)}:{one.line}:{one.column} {one.key}: {one.message} ({one.hint})"
        for one in found
    ]


GOOD = """
Root:
  scp: full.json
  rcp: [rcp-full.json, r.json]
Root/PHI:
  scp: [full.json, a.json]
Root/PHI/production/ehr:
  scp: [full.json, sub/c.json, a.json]
Root/Sandbox:
Root/Core:
  declarative: s3.json
accounts:
  management: {id: 100000000001, target: Root}
  log-archive: {id: '012345678901', target: Root/Core}
  ehr: {id: 100000000003, target: Root/PHI/production}
values:
  organization_id: o-a1b2c3d4e5
  management_account: management
  log_archive_account: 012345678901
  security_account: log-archive
  home_region: us-east-1
  allowed_regions: [us-east-1, us-west-2]
  phi_targets: Root/PHI
  pipeline_principals: ['arn:aws:iam::*:role/pipeline']
  break_glass_principals: []
  log_archive_buckets: ['arn:aws:s3:::logs-*', archive]
  locked_vaults: phi
  eligible_services: [s3, ec2]
  trusted_accounts: [900000000001]
"""


def test_a_folder_becomes_the_organization_that_it_describes(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    s3 = {"s3_attributes": {"public_access_block_configuration": {"@@assign": "all"}}}
    files = {**FILES, "sub/c.json": DENY, "s3.json": s3}

    found = read(tmp_path, GOOD, files)

    made = found.organization
    scps = {path: [policy.name for policy in target.scps] for path, target in made.targets.items()}
    assert scps == {
        "Root": ["full"],
        "Root/PHI": ["full", "a"],
        "Root/PHI/production/ehr": ["full", "sub/c", "a"],
        "Root/Sandbox": [],
        "Root/Core": [],
    }
    assert [policy.name for policy in made.targets["Root"].rcps] == ["rcp-full", "r"]
    assert made.targets["Root"].scps[0].statements[0].content == FULL
    assert made.accounts == (
        Account("log-archive", "012345678901", "Root/Core/log-archive"),
        Account("ehr", "100000000003", "Root/PHI/production/ehr"),
        Account("any account of Root/Sandbox", "900000000002", "Root/Sandbox/any account"),
    )
    assert made.values == {
        "organization_id": ("o-a1b2c3d4e5",),
        "management_account": ("100000000001",),
        "log_archive_account": ("012345678901",),
        "security_account": ("012345678901",),
        "home_region": ("us-east-1",),
        "allowed_regions": ("us-east-1", "us-west-2"),
        "phi_targets": ("Root/PHI",),
        "pipeline_principals": ("arn:aws:iam::*:role/pipeline",),
        "break_glass_principals": (),
        "log_archive_buckets": ("logs-*", "archive"),
        "locked_vaults": ("phi",),
        "eligible_services": ("s3", "ec2"),
        "trusted_accounts": ("900000000001",),
    }
    assert made.declarative
    assert made.targets["Root/Core"].declarative == {
        "S3_POLICY": {"s3_attributes": {"public_access_block_configuration": "all"}}
    }
    assert made.targets["Root/PHI"].declarative == {}
    assert said(tmp_path, found.notes) == [
        "b.json:1:1 : is attached to nothing, so no theorem rests on it (list it on a target)",
        "some.json:1:1 : is attached to nothing, so no theorem rests on it (list it on a target)",
    ]


def test_a_file_on_many_targets_is_one_policy_and_is_read_once(tmp_path: Path) -> None:
    made = organization(tmp_path, "Root: {scp: a.json}\nRoot/A: {scp: ./a.json}\nRoot/B: {scp: [b.json, a.json]}")

    assert made.targets["Root"].scps[0] is made.targets["Root/A"].scps[0] is made.targets["Root/B"].scps[1]


@pytest.mark.parametrize("section", ["targets", "attachments"])
def test_targets_may_stand_under_a_key_of_their_own(tmp_path: Path, section: str) -> None:
    made = organization(tmp_path, f"{section}:\n  Root: {{scp: a.json}}\n  Root/A:\n    rcp: [r.json]")

    assert [*made.targets] == ["Root", "Root/A"]


ACCOUNTS = {
    "by name": "{ehr: {id: 100000000001, target: Root/PHI}}",
    "in a list": "[{name: ehr, id: 100000000001, target: Root/PHI}]",
    "by id": "{100000000001: {target: Root/PHI, name: ehr}}",
    "at their own path": "{ehr: {id: '100000000001', target: Root/PHI/ehr}}",
    "by id, at their own path": "{'100000000001': Root/PHI/ehr}",
}


@pytest.mark.parametrize("accounts", ACCOUNTS.values(), ids=ACCOUNTS)
def test_accounts_are_listed_in_any_of_these_ways(tmp_path: Path, accounts: str) -> None:
    text = f"Root:\nRoot/PHI: {{scp: a.json}}\nRoot/PHI/ehr: {{scp: b.json}}\naccounts: {accounts}"
    made = organization(tmp_path, text)

    assert made.accounts == (Account("ehr", "100000000001", "Root/PHI/ehr"),)
    assert [level.path for level in made.levels(made.accounts[0].target)] == ["Root", "Root/PHI", "Root/PHI/ehr"]


def test_accounts_without_names_share_an_ou_by_their_ids(tmp_path: Path) -> None:
    text = "Root/PHI:\nRoot/A:\naccounts: {100000000001: Root/PHI, 100000000002: Root/PHI, 100000000003: Root/A}"
    made = organization(tmp_path, text)

    assert [(one.name, one.target) for one in made.accounts] == [
        ("100000000001", "Root/PHI/100000000001"),
        ("100000000002", "Root/PHI/100000000002"),
        ("A", "Root/A"),
    ]


FULL_ACCESS = [
    (
        "Root: {scp: a.json}\nRoot/A: {scp: [b.json, some.json]}\nRoot/B:",
        {"Root": True, "Root/A": False, "Root/B": True},
    ),
    (
        "Root: {scp: full.json}\nRoot/A: {scp: a.json}\nRoot/B: {scp: []}",
        {"Root": False, "Root/A": False, "Root/B": True},
    ),
]


@pytest.mark.parametrize(("attachments", "expected"), FULL_ACCESS, ids=["never listed", "listed somewhere"])
def test_full_access_is_taken_as_attached_where_nothing_speaks_against_it(
    tmp_path: Path, attachments: str, expected: dict[str, bool]
) -> None:
    made = organization(tmp_path, attachments)

    assert {path: target.full_access for path, target in made.targets.items()} == expected


def test_full_access_in_a_file_that_is_attached_to_nothing_says_nothing_of_the_others(tmp_path: Path) -> None:
    assert organization(tmp_path, "Root: {scp: a.json}").targets["Root"].full_access


def test_a_level_where_nothing_is_allowed_is_a_note(tmp_path: Path) -> None:
    notes = said(tmp_path, read(tmp_path, "Root: {scp: full.json}\nRoot/A:\n  scp: a.json").notes)

    message = "FullAWSAccess is listed elsewhere and not here, so nothing is allowed here"
    assert f"attachments.yaml:3:3 'Root/A'.scp: {message} (list it here, too, if it is attached)" in [
        note.replace(" Root/A.scp:", " 'Root/A'.scp:") for note in notes
    ]


def test_targets_without_accounts_get_one_that_no_policy_names(tmp_path: Path) -> None:
    named = {**DENY, "Resource": "arn:aws:s3:::x-900000000001"}
    text = "Root: {scp: n.json}\nRoot/A/B:\nRoot/C/x:\naccounts: {x: {id: 900000000002, target: Root/C}}"
    made = read(tmp_path, text, {"n.json": named}).organization

    assert made.accounts[1:] == (Account("any account of Root/A/B", "900000000003", "Root/A/B/any account"),)


def test_without_any_accounts_every_target_has_one_to_come(tmp_path: Path) -> None:
    made = organization(tmp_path, "Root/A/B:\nRoot/A:\nRoot:")

    assert [one.target for one in made.accounts] == ["Root/A/B/any account", "Root/A/any account", "Root/any account"]


def test_the_management_account_is_none_of_the_accounts_and_leaves_its_ou_empty(tmp_path: Path) -> None:
    text = "Root/PHI:\naccounts: {m: {id: 100000000001, target: Root/PHI}}\nvalues:\n  security_account: m\n"
    found = read(tmp_path, f"{text}  management_account: m\n  phi_targets: Root/PHI", {})

    assert [one.name for one in found.organization.accounts] == ["any account of Root/PHI"]
    assert said(tmp_path, found.notes) == [
        "attachments.yaml:4:21 values.security_account: is the management account, which no policy binds ()"
    ]


def test_a_value_that_is_absent_stays_absent(tmp_path: Path) -> None:
    made = organization(tmp_path, "Root: {scp: a.json}")

    assert made.values == {}
    assert not made.declarative


def test_levels_below_change_declarative_policies_only_as_those_above_let_them(tmp_path: Path) -> None:
    closed = {"@@operators_allowed_for_child_policies": ["@@none"], "@@assign": "a"}
    above = {"ec2_attributes": {"fixed": closed, "open": {"@@assign": "a"}, "list": {"@@assign": ["a", "b"]}}}
    beside = {"ec2_attributes": {"other": {"@@assign": "a"}}}
    below = {
        "ec2_attributes": {
            "fixed": {"@@assign": "b"},
            "open": {"@@assign": "b"},
            "list": {"@@append": ["c", "b"], "@@remove": ["a"]},
        }
    }
    text = "Root: {declarative: [above.json, beside.json]}\nRoot/A/B: {declarative: below.json}\nRoot/A/B/C:"
    made = read(tmp_path, text, {"above.json": above, "beside.json": beside, "below.json": below}).organization

    wanted = {"fixed": "a", "open": "b", "list": ["b", "c"], "other": "a"}
    assert made.targets["Root/A/B"].declarative == {"DECLARATIVE_POLICY_EC2": {"ec2_attributes": wanted}}
    assert made.targets["Root/A/B/C"].declarative == made.targets["Root/A/B"].declarative
    assert made.targets["Root"].declarative["DECLARATIVE_POLICY_EC2"]["ec2_attributes"]["open"] == "a"


FORM_FAULTS = [
    ("- Root", "1:1 : '['Root']' is no mapping of keys to values ()"),
    (
        "Root:\nvalue: {}",
        "2:1 value: unknown key 'value'; allowed: targets, attachments, accounts, values, and targets",
    ),
    ("values: {}", "1:1 : names no target and no account (begin with Root:)"),
    (
        "Root:\nroot/PHI:",
        "2:1 root/PHI: 'root/PHI' is no target; allowed: Root, Root/OU, Root/OU/account-name (did you",
    ),
    (
        "targets:\n  PHI:",
        "2:3 targets.PHI: 'PHI' is no target; allowed: Root, Root/OU, Root/OU/account-name (did you me",
    ),
    (
        "Root/A//B:",
        "1:1 Root/A//B: 'Root/A//B' is no target; allowed: Root, Root/OU, Root/OU/account-name (did you mean",
    ),
    ("Root:\ntargets: {Root: {}}", "2:11 targets.Root: target 'Root' is listed twice ()"),
    ("Root: {scps: []}", "1:8 Root.scps: unknown key 'scps'; allowed: scp, rcp, declarative (did you mean 'scp'?)"),
    ("Root: [a.json]", "1:7 Root: '['a.json']' is no mapping of keys to values ()"),
    ("Root:\n  scp: [a.json, 5]", "2:17 Root.scp[1]: '5' is no name of a JSON file ()"),
    ("Root:\n  scp: [a.json, a.json]", "2:17 Root.scp[1]: 'a.json' is listed twice on this target ()"),
    ("Root:\n  scp: [a.json, ./a.json]", "2:17 Root.scp[1]: './a.json' is listed twice on this target ()"),
    ("Root: {scp: aa.json}", "1:13 Root.scp: 'aa.json' is not in the folder (did you mean 'a.json'?)"),
    ("Root: {scp: ../a.json}", "1:13 Root.scp: '../a.json' is outside the folder ()"),
    ("Root: {scp: /etc/hosts.json}", "1:13 Root.scp: '/etc/hosts.json' is outside the folder ()"),
    ("Root: {scp: link.json}", "1:13 Root.scp: 'link.json' is outside the folder ()"),
    ("Root: {scp: loop.json}", "1:13 Root.scp: 'loop.json' "),
    ("Root: {scp: a.yaml}", "1:13 Root.scp: 'a.yaml' is no .json file ()"),
    ("Root: {scp: dir.json}", "1:13 Root.scp: 'dir.json' is no regular file ()"),
    ("Root: {scp: pipe.json}", "1:13 Root.scp: 'pipe.json' is no regular file ()"),
    (f"Root: {{scp: {'x' * 5000}.json}}", "1:13 Root.scp: 'xxxxxxxx"),
    ("a: &a [x, x]\nRoot: {scp: &b [*b]}", "2:17 Root.scp[0]: alias 'b' refers to itself or to nothing above it ()"),
    (
        "Root: {scp: !!python/name:os.system a.json}",
        "1:13 Root.scp: tag '!!python/name:os.system' is not allowed; only",
    ),
    ("Root: [", "1:8 : is not valid YAML: "),
    ("Root:\n  scp: a.json\n  scp: b.json", "3:3 Root.scp: key 'scp' is given twice; first on line 2 ()"),
]


@pytest.mark.parametrize(("attachments", "expected"), FORM_FAULTS, ids=[row[1] for row in FORM_FAULTS])
def test_attachments_of_the_wrong_form_are_one_fault_with_its_place(
    tmp_path: Path, attachments: str, expected: str
) -> None:
    (tmp_path / "x").mkdir()
    folder = tmp_path / "x"
    (tmp_path / "a.json").write_text("{}")
    (folder / "link.json").symlink_to(tmp_path / "a.json")
    (folder / "loop.json").symlink_to("loop.json")
    (folder / "dir.json").mkdir()
    os.mkfifo(folder / "pipe.json")

    found = faults(folder, attachments)

    assert len(found) == 1
    assert found[0].startswith(f"attachments.yaml:{expected}")


ACCOUNT_FAULTS = [
    ("x: {target: Root}", "3:6 accounts.x.id: the account's id is missing; allowed: twelve digits, in quotes ()"),
    ("x: {id: 12345, target: Root}", "3:11 accounts.x.id: the account's id is '12345'; allowed: twelve digits, in qu"),
    ("x: {id: 1e11, target: Root}", "3:11 accounts.x.id: the account's id is '100000000000.0'; allowed: twelve digits"),
    ("x: {id: '100000000001'}", "3:6 accounts.x.target: the account's target is missing; allowed: a target such as R"),
    ("x: {id: '100000000001', target: PHI}", "3:35 accounts.x.target: 'PHI' is no target; allowed: Root, Root/OU, Ro"),
    ("x: {id: '100000000001', target: Root/B/C/D}", "3:35 accounts.x.target: unknown target 'Root/B/C/D'; neither it"),
    ("x: {id: '100000000001', ou: Root, target: Root}", "3:27 accounts.x.ou: unknown key 'ou'; allowed: id, target ()"),
    ("a/b: {id: '100000000001', target: Root}", "3:8 accounts.a/b.name: 'a/b' is no name of an account: a text witho"),
    ("x: [1]", "3:6 accounts.x: '[1]' is no mapping of keys to values ()"),
]


@pytest.mark.parametrize(("row", "expected"), ACCOUNT_FAULTS, ids=[row[1] for row in ACCOUNT_FAULTS])
def test_an_account_that_is_none_is_a_fault_with_its_place(tmp_path: Path, row: str, expected: str) -> None:
    found = faults(tmp_path, f"Root/A:\naccounts:\n  {row}\nvalues: {{security_account: x}}")

    assert found[0].startswith(f"attachments.yaml:{expected}")


def test_an_id_or_a_name_of_two_accounts_is_a_fault(tmp_path: Path) -> None:
    rows = ["{name: x, id: '100000000001', target: Root}", "{name: y, id: '100000000001', target: Root}"]
    rows.append("{name: x, id: '100000000002', target: Root}")

    found = faults(tmp_path, "accounts:\n" + "".join(f"  - {row}\n" for row in rows))

    assert found == [
        "attachments.yaml:3:19 accounts[1].id: id '100000000001' is given twice; first in the account on line 2 ()",
        "attachments.yaml:4:12 accounts[2].name: name 'x' is given twice; first in the account on line 2 ()",
    ]


VALUE_FAULTS = [
    ("home_regions: x", "3 values.home_regions: unknown value 'home_regions'; allowed: organization_id, management_ac"),
    ("home_region: us-east-11", "16 values.home_region: unknown Region 'us-east-11'; allowed: us-east-1, us-east-2, u"),
    ("organization_id: a1b2c3d4e5", "20 values.organization_id: 'a1b2c3d4e5' is no id of an organization; allowed: s"),
    ("phi_targets: []", "16 values.phi_targets: has 0 values; where nothing holds PHI there is nothing to prove ()"),
    ("home_region: []", "16 values.home_region: has 0 values; an organization has one home Region ()"),
    ("organization_id: []", "20 values.organization_id: has 0 values; an organization has one id ()"),
    (
        "security_account: ehrr",
        "21 values.security_account: unknown account 'ehrr'; allowed: twelve digits, or the name o",
    ),
    ("management_account: root", "23 values.management_account: 'root' is no account; allowed: twelve digits, or the"),
    ("phi_targets: [Root/PIH]", "17 values.phi_targets[0]: unknown target 'Root/PIH'; allowed: a target that is list"),
    (
        "phi_targets: PHI",
        "16 values.phi_targets: 'PHI' is no target; allowed: Root, Root/OU, Root/OU/account-name (did",
    ),
    ("pipeline_principals: deploy", "24 values.pipeline_principals: 'deploy' is no pattern of ARNs, as aws:PrincipalA"),
    ("pipeline_principals: '*'", "24 values.pipeline_principals: '*' is everybody, and then nothing is left to prove"),
    ("log_archive_buckets: [logs, 'arn:aws:s3:::x/*']", "31 values.log_archive_buckets[1]: 'arn:aws:s3:::x/*' is no"),
    ("eligible_services: [s3, Clodtrail]", "27 values.eligible_services[1]: 'Clodtrail' is no service; allowed: pr"),
    ("locked_vaults: 'arn:aws:backup:us-east-1:1:plan:x'", "18 values.locked_vaults: 'arn:aws:backup:us-east"),
    (
        "boundary_policies: x",
        "22 values.boundary_policies: 'x' is no ARN; it has six parts, split by colons, or is * (",
    ),
    ("locked_vaults: ['${locked_vaults}']", "19 values.locked_vaults[0]: '${locked_vaults}' holds a variable, and va"),
    ("locked_vaults: 5", "18 values.locked_vaults: '5' is no text (write it in quotes)"),
    ("locked_vaults: ['']", "19 values.locked_vaults[0]: is empty ()"),
    ("locked_vaults:", "17 values.locked_vaults: has no value (write [] for none, or leave it out if it is not known)"),
]


@pytest.mark.parametrize(("row", "expected"), VALUE_FAULTS, ids=[row[1] for row in VALUE_FAULTS])
def test_a_value_of_the_wrong_form_is_one_fault_with_its_place(tmp_path: Path, row: str, expected: str) -> None:
    accounts = "accounts: {ehr: {id: '100000000001', target: Root/PHI}}"

    found = faults(tmp_path, f"Root/PHI:\n{accounts}\nvalues:\n  {row}\n")

    assert len(found) == 1
    assert found[0].startswith(f"attachments.yaml:4:{expected}")


def test_a_role_in_place_of_its_pattern_is_told_the_pattern(tmp_path: Path) -> None:
    found = faults(tmp_path, "Root:\nvalues: {break_glass_principals: [role/Break-Glass]}")

    assert found[0].endswith("(such as 'arn:aws:iam::*:role/Break-Glass')")


def test_a_policy_that_is_none_is_told_once_with_its_place_in_its_file(tmp_path: Path) -> None:
    files = {"a.json": '{"Version": "2012-10-17",\n "Statement": [{}]', "r.json": {**DENY, "Action": "s3"}}

    found = faults(tmp_path, "Root: {scp: [a.json, r.json]}\nRoot/A: {scp: [a.json, r.json], rcp: z.json}", files)

    assert found == [
        "a.json:2:19 : is not valid JSON: expecting ',' delimiter ()",
        "attachments.yaml:2:38 Root/A.rcp: 'z.json' is not in the folder (did you mean 'a.json'?)",
        "r.json:1:70 Statement[0].Action: 's3' is no action; allowed: * or service:Name, with * and ? in it"
        " (did you mean 's3:*'?)",
    ]


def test_a_file_that_is_no_text_or_too_large_is_told(tmp_path: Path) -> None:
    write(tmp_path, "Root: {scp: [a.json, b.json]}")
    (tmp_path / "a.json").write_bytes(b'{"a": "\xff"}')
    with (tmp_path / "b.json").open("wb") as stream:
        stream.truncate(5_000_001)

    with pytest.raises(InputError) as raised:
        read_policy_folder(tmp_path)

    assert said(tmp_path, raised.value.faults) == [
        "a.json:1:8 : is not UTF-8: byte 0xff (save the file as UTF-8)",
        "b.json:1:1 : is larger than 5 MB; that is refused unread ()",
    ]


def test_a_folder_without_attachments_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_policy_folder(tmp_path)

    assert said(tmp_path, raised.value.faults)[0].startswith("attachments.yaml:1:1 : cannot be read: no such file")


@pytest.mark.parametrize(("kind", "most", "title"), [("scp", 10, "service control"), ("rcp", 5, "resource control")])
def test_more_policies_than_the_quota_are_a_fault_and_a_note_where_only_that_of_aws_is_too_much(
    tmp_path: Path, kind: str, most: int, title: str
) -> None:
    statement = DENY if kind == "scp" else {**DENY, "Principal": "*"}
    files = {f"{number}.json": statement for number in range(most + 1)}
    listed = ", ".join(files)
    own = "FullAWSAccess" if kind == "scp" else "RCPFullAWSAccess"
    place = f"attachments.yaml:2:3 Root.{kind}: {most + 1} {title} policies"

    found = read(tmp_path, f"Root:\n  {kind}: [{listed.rpartition(', ')[0]}]", files)

    assert said(tmp_path, found.notes)[1:] == [f"{place}, {own} counted: more than {most}, the quota ()"]
    assert faults(tmp_path, f"Root:\n  {kind}: [{listed}]", files) == [
        f"{place}; a target has at most {most} (merge some)"
    ]


def test_more_policies_than_the_older_quota_are_a_note(tmp_path: Path) -> None:
    files = {f"{number}.json": DENY for number in range(5)}

    found = read(tmp_path, f"Root:\n  scp: [{', '.join(files)}]", files)

    message = "6 service control policies, FullAWSAccess counted: more than 5, the older quota"
    assert said(tmp_path, found.notes) == [f"attachments.yaml:2:3 Root.scp: {message} ()"]


def test_an_account_in_an_ou_that_is_not_listed_is_a_note(tmp_path: Path) -> None:
    accounts = ["a: {id: '100000000001', target: Root/PHI2}", "b: {id: '100000000002', target: Root/b}"]
    accounts.append("c: {id: '100000000003', target: Root/PHI/Production/c}")
    text = "Root/PHI:\naccounts:\n" + "".join(f"  {row}\n" for row in accounts)

    assert said(tmp_path, read(tmp_path, text, {}).notes) == [
        "attachments.yaml:3:35 accounts.a.target: 'Root/PHI2' is not listed, so nothing but FullAWSAccess is attached"
        " there (did you mean 'Root/PHI'?)",
        "attachments.yaml:5:35 accounts.c.target: 'Root/PHI/Production' is not listed, so nothing but FullAWSAccess is"
        " attached there ()",
    ]


@pytest.mark.parametrize("target", ["Root/PIH", "Root/phi"])
def test_an_account_that_a_misspelled_target_would_take_out_of_theorems_is_a_fault(tmp_path: Path, target: str) -> None:
    found = faults(tmp_path, f"Root/PHI:\naccounts: {{x: {{id: '100000000001', target: {target}}}}}")

    assert found == [
        f"attachments.yaml:2:44 accounts.x.target: unknown target '{target}'; allowed: one that is listed, or another"
        " name (did you mean 'Root/PHI'?)"
    ]


def test_an_account_that_a_value_alone_names_is_bound_by_the_policies_of_the_root_alone(tmp_path: Path) -> None:
    values = "{security_account: '100000000002', management_account: '100000000003', backup_account: '100000000003'}"
    text = f"Root/PHI:\naccounts: {{x: {{id: '100000000001', target: Root/PHI}}}}\nvalues: {values}"

    found = read(tmp_path, text, {})

    assert [(one.id, one.target) for one in found.organization.accounts] == [
        ("100000000001", "Root/PHI/x"),
        ("100000000002", "Root/100000000002"),
    ]
    assert said(tmp_path, found.notes)[0] == (
        "attachments.yaml:3:28 values.security_account: account '100000000002' is not listed, so it is taken to be"
        " bound by the root's policies alone (list it under accounts)"
    )


DECLARATIVE_FAULTS = [
    ("[]", "1:1 : is no declarative policy: an object with one key is wanted; allowed: chatbot, ec2_attributes,"),
    (
        '{"s3_atributes": {}}',
        "1:2 s3_atributes: 's3_atributes' is no key at the top of a declarative policy; allowed: c",
    ),
    ('{"s3_attributes": {},\n "tags": {}}', "1:1 : has 2 keys at the top; a declarative policy has one; allowed: "),
    ('{"s3_attributes": {\n"a": "all"}}', "2:6 s3_attributes.a: 'all' stands without an inheritance operator (write {"),
    ('{"tags": {"@@asign": 1}}', "1:11 tags.'@@asign': unknown inheritance operator '@@asign'; allowed: @@assign, @"),
    ('{"tags": {"@@operators_allowed_for_child_policies": "@@none"}}', "1:53 tags.'@@operators_allowed_for_child_pol"),
]


@pytest.mark.parametrize(("text", "expected"), DECLARATIVE_FAULTS, ids=[row[1] for row in DECLARATIVE_FAULTS])
def test_a_declarative_policy_that_is_none_is_one_fault_with_its_place(
    tmp_path: Path, text: str, expected: str
) -> None:
    found = faults(tmp_path, "Root: {declarative: d.json}", {"d.json": text})

    assert len(found) == 1
    assert found[0].startswith(f"d.json:{expected}")


def test_declarative_policies_of_one_target_that_contradict_each_other_are_a_fault(tmp_path: Path) -> None:
    one, other = ({"s3_attributes": {"a": {"@@assign": value}}} for value in ("all", "none"))

    assert faults(tmp_path, "Root: {declarative: [a.json, b.json]}", {"a.json": one, "b.json": other}) == [
        "attachments.yaml:1:30 Root.declarative[1]: b.json contradicts another S3_POLICY of this target at"
        " s3_attributes.a.'@@assign' (which of them holds is not certain)"
    ]
