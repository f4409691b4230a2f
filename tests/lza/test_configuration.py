from __future__ import annotations

import json
from pathlib import Path

import pytest

from landing_zone.fault import InputError
from landing_zone.lza.configuration import read_configuration
from landing_zone.lza.reader import MAX_CHAIN, MAX_INCLUDES
from tests.lza.arrange import SMALL, configuration, shown, write


def test_a_whole_configuration_is_read_without_a_fault(tmp_path: Path) -> None:
    read = configuration(tmp_path)
    assert shown(read) == []
    assert (read.absent, read.not_understood) == ((), ())
    assert set(read.files) == set(SMALL)


def test_an_entry_knows_its_file_line_column_and_path(tmp_path: Path) -> None:
    region = configuration(tmp_path).file("global").get("enabledRegions", 1)
    assert region
    assert (region.text, region.file, region.line, region.column, region.path) == (
        "us-west-2",
        "global-config.yaml",
        4,
        5,
        "enabledRegions[1]",
    )


def test_aliases_and_merge_keys_bring_in_what_they_name(tmp_path: Path) -> None:
    text = """\
        homeRegion: &HOME us-east-1
        defaults: &flow {trafficType: ALL, days: 30}
        vpcs:
          - {region: *HOME, name: A, flow: {<<: *flow, days: 90}}
        """
    vpc = configuration(tmp_path, {"network": text}).file("network").get("vpcs", 0)
    assert vpc
    assert vpc.plain() == {"region": "us-east-1", "name": "A", "flow": {"trafficType": "ALL", "days": 90}}
    assert [key for entry in vpc.each("flow") for key, _ in entry.items()] == ["days", "trafficType"]


def test_an_address_that_is_still_a_placeholder_is_read_as_text(tmp_path: Path) -> None:
    text = SMALL["accounts"].replace(
        "{name: Audit, email: audit@example.com,", "{name: Audit, email: <a>@b.c <--- UPDATE,"
    )
    read = configuration(tmp_path, {"accounts": text})
    email = read.file("accounts").get("mandatoryAccounts", 2, "email")
    assert email
    assert (email.text, shown(read)) == ("<a>@b.c <--- UPDATE", [])


def test_get_goes_through_lists_of_one_and_each_takes_a_single_value_as_a_list(tmp_path: Path) -> None:
    text = "vpcs:\n  - {name: A, cidrs: 10.0.0.0/16, count: '3', on: 'true', none: null}\n"
    network = configuration(tmp_path, {"network": text}).file("network")
    vpcs = network.get("vpcs")
    assert vpcs
    assert [entry.text for entry in vpcs.each("cidrs")] == ["10.0.0.0/16"]
    assert vpcs.get("none") is None
    assert vpcs.each("none") == network.each("missing") == []
    count, on = vpcs.get("count"), vpcs.get("on")
    assert count
    assert on
    assert (count.number, on.flag(), on.number, count.flag(True)) == (3, True, None, True)


REPLACEMENTS = """\
globalReplacements:
  - {key: Prefix, type: String, value: Lab}
  - {key: Days, type: Number, value: 365}
  - {key: Regions, type: StringList, value: [us-east-1, us-west-2]}
  - {key: One, type: StringList, value: [us-east-1]}
  - {key: Address, path: /accelerator/replacements/Address}
"""


def test_replacements_are_put_into_values_keys_lists_and_longer_text(tmp_path: Path) -> None:
    text = """\
        quoted: "{{ Prefix }}-key"
        plain: {{Prefix}}
        number: {{ Days }}
        inside: arn:aws:iam::*:role/{{Prefix}}-*
        list: [{{ Regions }}, eu-west-1]
        {{Prefix}}Key: 1
        account: "{{account Audit}}"
        name: {{Audit}}
        """
    read = configuration(tmp_path, {"replacements": REPLACEMENTS, "security": text})
    assert read.file("security").plain() == {
        "quoted": "Lab-key",
        "plain": "Lab",
        "number": 365,
        "inside": "arn:aws:iam::*:role/Lab-*",
        "list": ["us-east-1", "us-west-2", "eu-west-1"],
        "LabKey": 1,
        "account": "000000000003",
        "name": "Audit",
    }
    assert [fault.line for fault in read.faults] == [6]
    assert read.replacements["Regions"] == ["us-east-1", "us-west-2"]


def test_places_behind_a_replacement_are_those_of_the_file_as_written(tmp_path: Path) -> None:
    text = "a: {x: {{ Prefix }}, y: {{Regions}}, z: 1}\n"
    z = configuration(tmp_path, {"replacements": REPLACEMENTS, "security": text}).file("security").get("a", "z")
    assert z
    assert (z.line, z.column) == (1, text.index("1}") + 1)


def test_a_list_outside_of_brackets_is_the_one_text_that_lza_makes_of_it_and_a_fault(tmp_path: Path) -> None:
    text = "a:\n  - {{Regions}}\nb: [\n  {{Regions}}]\nc: ['{{Regions}}']\nd: [{{One}}]\ne: {{One}}\n"
    read = configuration(tmp_path, {"replacements": REPLACEMENTS, "security": text})
    assert read.file("security").get("a", 0, "") is None
    assert [entry.text for entry in read.file("security").each("a")] == ["us-east-1,us-west-2"]
    assert [fault.line for fault in read.faults if fault.file == "security-config.yaml"] == [2, 5]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{{Address}}", None),
        ("{{resolve:ssm:/a/b:1}}", "'resolve:ssm:/a/b:1' is looked up at deployment"),
        ("{{Prefik}}", "replacement 'Prefik' is not defined in replacements-config.yaml"),
        ("{{account Nobody}}", "'account Nobody' names no account of accounts-config.yaml"),
    ],
)
def test_what_has_no_known_value_stays_in_place_and_is_named_once(
    tmp_path: Path, written: str, message: str | None
) -> None:
    text = f"a: {written}\nb: 'x{written}'\n# {written}\n"
    read = configuration(tmp_path, {"replacements": REPLACEMENTS, "security": text})
    entry = read.file("security").get("a")
    assert entry
    assert (entry.text, entry.unresolved) == (written, True)
    found = [(fault.message, fault.line) for fault in read.faults if fault.file == "security-config.yaml"]
    assert found == ([(message, 1)] if message else [])


def test_escaped_braces_stay_as_text_and_comments_are_not_looked_at(tmp_path: Path) -> None:
    text = "# {{Draft}}\na: \\{{Prefix}} # {{Draft}}\nb: 1\n"
    read = configuration(tmp_path, {"security": text, "replacements": "globalReplacements: []\n"})
    assert read.file("security").plain() == {"a": "{{Prefix}}", "b": 1}
    assert shown(read) == []


def test_a_file_that_is_named_is_located_within_the_folder_only(tmp_path: Path) -> None:
    stacks = "customizations: {cloudFormationStacks: [{template: stacks/a.yaml}, {template: ../b.yaml}]}\n"
    write(tmp_path, {"b.yaml": "a: 1\n"})
    read = configuration(tmp_path / "configuration", {"customizations": stacks, "stacks/a.yaml": "Resources: {}\n"})
    templates = [
        template
        for stack in read.file("customizations").each("customizations", "cloudFormationStacks")
        for template in stack.each("template")
    ]
    assert [read.located(template) for template in templates] == [tmp_path / "configuration" / "stacks/a.yaml", None]
    assert [fault.line for fault in read.faults] == [1]


def test_a_replacement_from_parameter_store_is_a_fault_where_it_is_defined(tmp_path: Path) -> None:
    read = configuration(tmp_path, {"replacements": REPLACEMENTS})
    assert [(fault.line, fault.column, fault.key, fault.message) for fault in read.faults] == [
        (
            6,
            REPLACEMENTS.splitlines()[5].index("/accelerator") + 1,
            "globalReplacements[4].path",
            "replacement 'Address' is looked up in Parameter Store at deployment",
        )
    ]
    assert "Address" not in read.replacements


def test_a_part_that_uses_replacements_of_another_part_has_one_fault_for_each_file(tmp_path: Path) -> None:
    read = read_configuration(write(tmp_path, {"network": "vpcs:\n  - {name: '{{A}}', region: '{{B}}', x: '{{A}}'}\n"}))
    assert [fault.message for fault in read.faults] == ["no replacement is defined, but this file uses A, B"]
    assert "global-config.yaml" in read.absent
    assert "replacements-config.yaml" not in read.absent


def test_a_replacement_of_unknown_type_or_without_a_value_is_a_fault(tmp_path: Path) -> None:
    text = "globalReplacements:\n  - {key: A, type: Strin, value: x}\n  - {key: B}\n  - {value: x}\n"
    read = configuration(tmp_path, {"replacements": text})
    assert [(fault.line, fault.hint) for fault in read.faults] == [(2, "did you mean 'String'?"), (3, ""), (4, "")]


def test_an_include_is_read_in_its_place_with_its_own_file_and_line(tmp_path: Path) -> None:
    read = configuration(
        tmp_path,
        {
            "network": "vpcs: !include include/vpcs.yaml\n",
            "include/vpcs.yaml": "- name: A\n- !include one.yaml\n- !include include/one.yaml\n",
            "include/one.yaml": "# first\nname: '{{Prefix}}'\n",
            "replacements": REPLACEMENTS,
        },
    )
    names = [vpc.get("name") for vpc in read.file("network").each("vpcs")]
    assert [(name.text, name.file, name.line, name.path) for name in names if name] == [
        ("A", "include/vpcs.yaml", 1, "vpcs[0].name"),
        ("Lab", "include/one.yaml", 2, "vpcs[1].name"),
        ("Lab", "include/one.yaml", 2, "vpcs[2].name"),
    ]


def test_a_file_that_is_included_twice_takes_the_replacements_of_each_place(tmp_path: Path) -> None:
    accounts = SMALL["accounts"] + "accountIds: !include shared.yaml\n"
    changes = {
        "accounts": accounts,
        "network": "vpcs: !include shared.yaml\n",
        "shared.yaml": "- {name: '{{Prefix}}'}\n",
    }
    read = configuration(tmp_path, {"replacements": REPLACEMENTS, **changes})
    assert read.file("network").get("vpcs", 0).plain() == {"name": "Lab"}  # type: ignore[union-attr]
    assert read.file("accounts").get("accountIds", 0).plain() == {"name": "{{Prefix}}"}  # type: ignore[union-attr]


def test_an_included_list_within_a_list_is_a_fault_and_is_read(tmp_path: Path) -> None:
    read = configuration(tmp_path, {"network": "vpcs:\n  - !include a.yaml\n", "a.yaml": "- {name: A}\n- {name: B}\n"})
    assert len(read.file("network").each("vpcs")) == 2
    assert [(fault.file, fault.line, fault.key) for fault in read.faults] == [("network-config.yaml", 2, "vpcs[0]")]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("!include missing.yaml", "!include 'missing.yaml' does not exist"),
        ("!include ../outside.yaml", "!include '../outside.yaml' leads out of the configuration's folder"),
        ("!include link.yaml", "!include 'link.yaml' leads out of the configuration's folder"),
        ("!include /etc/hostname", "!include '/etc/hostname' must be relative to the configuration's folder"),
        ("!include [a]", "!include must name a file"),
        ("!include circle.yaml", "!include goes round in a circle"),
        ("!include broken.yaml", "!include 'broken.yaml' could not be read, so this part is missing"),
        ("!include .", "!include '.' could not be read, so this part is missing"),
    ],
)
def test_an_include_that_cannot_be_followed_is_a_fault_and_the_rest_is_read(
    tmp_path: Path, written: str, message: str
) -> None:
    folder = tmp_path / "configuration"
    write(tmp_path, {"outside.yaml": "a: 1\n"})
    folder.mkdir()
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    read = configuration(
        folder,
        {
            "network": f"vpcs: {written}\nhomeRegion: us-east-1\n",
            "circle.yaml": "a: !include circle.yaml\n",
            "broken.yaml": "a: [\n",
        },
    )
    assert any(fault.message.startswith(message) for fault in read.faults), shown(read)
    assert read.file("network").get("homeRegion")
    assert read.file("network").each("vpcs") == [] or "circle" in written


def test_an_include_tag_that_is_misspelt_is_a_fault_that_names_the_right_one(tmp_path: Path) -> None:
    read = configuration(tmp_path, {"network": "vpcs:\n  - !include: a.yaml\n"})
    assert [(fault.line, fault.hint) for fault in read.faults] == [(2, "did you mean '!include'?")]
    assert "network" not in read.files


def test_includes_are_bounded(tmp_path: Path) -> None:
    chain = {f"{level}.yaml": f"- !include {level + 1}.yaml\n" * 8 for level in range(4)}
    read = configuration(tmp_path, {"network": "vpcs: !include 0.yaml\n", **chain, "4.yaml": "a: 1\n"})
    assert f"more than {MAX_INCLUDES} includes" in " ".join(shown(read))
    assert "security" in read.files


def test_a_bomb_of_aliases_is_refused_and_the_other_files_are_read(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 9)
    ]
    read = configuration(tmp_path, {"network": "\n".join(rows) + "\n"})
    assert "aliases counted" in " ".join(shown(read))
    assert "network" not in read.files
    assert "security" in read.files


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n---\nb: 1\n", "holds a second document"),
        ("- a\n", "must be a mapping of settings"),
        ("# nothing\n", "is empty"),
        ("a: [1\nb: 2\n", "is not valid YAML"),
        ("a: 1\na: 2\n", "is given twice"),
        ("a: !!python/object:os.system x\n", "is not allowed"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fault_and_the_others_are_read(tmp_path: Path, text: str, message: str) -> None:
    read = configuration(tmp_path, {"security": text})
    assert [fault.file for fault in read.faults] == ["security-config.yaml"]
    assert message in shown(read)[0]
    assert set(read.files) == set(SMALL) - {"security"}
    assert read.file("security").plain() == {}


def test_optional_files_may_be_empty(tmp_path: Path) -> None:
    assert shown(configuration(tmp_path, {"customizations": "# none\n", "replacements": "---\n"})) == []


def test_unknown_files_and_top_level_keys_are_listed_with_their_place(tmp_path: Path) -> None:
    changes = {"security": "a: 1\nawsConfigs: {}\n", "globals-config.yaml": "a: 1\n"}
    found = configuration(tmp_path, changes).not_understood
    assert [(row.file, row.line) for row in found] == [
        ("globals-config.yaml", 1),
        ("security-config.yaml", 1),
        ("security-config.yaml", 2),
    ]
    assert "did you mean 'global-config.yaml'?" in found[0].message
    assert "did you mean 'awsConfig'?" in found[2].message


def test_older_spellings_are_read_as_the_newest_and_keep_their_place(tmp_path: Path) -> None:
    iam = """\
        identityCenter:
          identityCenterAssignments:
            - {name: A, principalType: GROUP, principalId: g-1}
            - {name: B, principals: [{type: USER, name: b}], principalType: GROUP}
        """
    security = "cloudWatch: {alarmSets: [{alarms: [{alarmName: x, snsAlertLevel: High}]}]}\n"
    buckets = SMALL["global"] + "centralizeCdkBuckets: {enable: true}\n"
    read = configuration(tmp_path, {"iam": iam, "security": security, "global": buckets})
    assert read.not_understood == ()
    first, second = read.file("iam").each("identityCenter", "identityCenterAssignments")
    assert first.plain() == {"name": "A", "principals": {"type": "GROUP", "id": "g-1"}}
    assert second.plain() == {"name": "B", "principals": [{"type": "USER", "name": "b"}]}
    topic = read.file("security").get("cloudWatch", "alarmSets", 0, "alarms", 0, "snsTopicName")
    assert topic
    assert (topic.text, topic.path) == ("High", "cloudWatch.alarmSets[0].alarms[0].snsAlertLevel")
    moved = read.file("global").get("cdkOptions", "centralizeBuckets")
    assert moved
    assert (moved.flag(), moved.line) == (True, 11)
    assert read.file("global").get("centralizeCdkBuckets") is None


POLICY = """\
{
\t"Version": "2012-10-17",
\t"Statement": [
    {"Sid": "A", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:${PARTITION}:s3:::*",
     "Condition": {
       "StringNotEquals": {"a\\"b": "x", "aws:RequestedRegion": ${ACCEL_LOOKUP::CUSTOM:Regions}},
       "ArnNotLike": {"aws:PrincipalArn": ["arn:${PARTITION}:iam::*:role/${ACCELERATOR_PREFIX}*",
                                           "arn:aws:iam::*:role/${MANAGEMENT_ACCOUNT_ACCESS_ROLE}"]},
       "StringEquals": {"aws:PrincipalOrgID": "${ORG_ID}", "aws:username": "${aws:username}",
                        "aws:SourceVpc": [${ACCEL_LOOKUP::VPC_ID:ORG}],
                        "aws:PrincipalAccount": [ ${ACCEL_LOOKUP::ACCOUNT_ID:OU:Security} ]}
     }}
  ]
}
"""


def test_a_policy_file_is_read_with_its_variables_and_places(tmp_path: Path) -> None:
    named = SMALL["organization"].replace(
        "serviceControlPolicies: []", "serviceControlPolicies: [{name: A, policy: scp/a.json}]"
    )
    read = configuration(tmp_path, {"replacements": REPLACEMENTS, "organization": named, "scp/a.json": POLICY})
    entry = read.file("organization").get("serviceControlPolicies", "policy")
    assert entry
    policy = read.policy(entry)
    assert policy
    assert policy.file == "scp/a.json"
    statement = policy.root.get("Statement", 0)
    assert statement
    assert statement.plain() == json.loads(json.dumps(policy.content))["Statement"][0]
    assert statement.get("Resource").text == "arn:aws:s3:::*"  # type: ignore[union-attr]
    condition = statement.get("Condition")
    assert condition
    assert condition.plain() == {
        "StringNotEquals": {'a"b': "x", "aws:RequestedRegion": ["us-east-1", "us-west-2"]},
        "ArnNotLike": {
            "aws:PrincipalArn": [
                "arn:aws:iam::*:role/AWSAccelerator*",
                "arn:aws:iam::*:role/AWSControlTowerExecution",
            ]
        },
        "StringEquals": {
            "aws:PrincipalOrgID": "${ORG_ID}",
            "aws:username": "${aws:username}",
            "aws:SourceVpc": ["${ACCEL_LOOKUP::VPC_ID:ORG}"],
            "aws:PrincipalAccount": ["000000000002", "000000000003"],
        },
    }
    assert policy.unresolved == ("${ACCEL_LOOKUP::VPC_ID:ORG}", "${ORG_ID}")
    user = condition.get("StringEquals", "aws:username")
    assert user
    line = POLICY.splitlines()[8]
    assert (user.line, user.column, user.unresolved) == (9, line.index('"${aws:username}') + 1, False)
    assert read.policy(entry) is policy


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("scp/a.json", '{"a": 1,\n "b": }\n', "scp/a.json:2:7: is not valid JSON"),
        ("scp/a.json", '{"a": 1, "a": 2}', "key 'a' is given twice"),
        ("scp/a.json", "[" * 100_000, "is nested deeper than"),
        ("scp/none.json", "{}", "'scp/none.json' does not exist"),
        ("../a.json", "{}", "leads out of the configuration's folder"),
    ],
)
def test_a_policy_that_cannot_be_read_is_a_fault(tmp_path: Path, path: str, text: str, message: str) -> None:
    changes = {"organization": f"backupPolicies: [{{policy: {path}}}]\n", "scp/a.json": text}
    read = configuration(tmp_path / "configuration", changes)
    entry = read.file("organization").get("backupPolicies", "policy")
    assert entry
    assert read.policy(entry) is None
    assert message in " ".join(shown(read))
    assert read.policy(entry) is None


def test_the_partition_follows_the_home_region(tmp_path: Path) -> None:
    read = configuration(
        tmp_path, {"global": "homeRegion: us-gov-west-1\n", "a.json": '{"a": "${PARTITION}"}', "iam": "x: a.json\n"}
    )
    entry = read.file("iam").get("x")
    assert entry
    policy = read.policy(entry)
    assert policy
    assert policy.content == {"a": "aws-us-gov"}


def test_a_configuration_in_a_folder_below_is_found(tmp_path: Path) -> None:
    write(tmp_path / "repository" / "config", SMALL)
    assert set(read_configuration(tmp_path / "repository").files) == set(SMALL)


def test_the_later_of_two_folders_counts_and_files_are_named_with_their_folder(tmp_path: Path) -> None:
    base = write(tmp_path / "base", SMALL)
    module = write(tmp_path / "module", {"network": "vpcs: [{name: B}]\n"})
    read = read_configuration(base, module)
    vpc = read.file("network").get("vpcs", 0)
    assert vpc
    assert vpc.file == f"{module.as_posix()}/network-config.yaml"
    assert read.absent == ()


def test_a_folder_without_a_configuration_or_with_several_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "several" / "a", SMALL)
    write(tmp_path / "several" / "b", SMALL)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for name, message in {
        "empty": "holds no Landing Zone Accelerator configuration",
        "missing": "does not exist",
        "file": "is not a folder",
        "several": "holds 2 configurations: a, b",
    }.items():
        with pytest.raises(InputError, match=message):
            read_configuration(tmp_path / name)


def test_a_configuration_of_which_nothing_can_be_read_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not valid YAML"):
        read_configuration(write(tmp_path, {"network": "a: [\n"}))


FLAG = "must be a truth value, true or false"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("global", "enabledRegions: us-east-1\n", (1, 17, "enabledRegions", "must be a list of texts")),
        (
            "global",
            "terminationProtection: maybe\n",
            (1, 24, "terminationProtection", "must be a truth value, true or false"),
        ),
        ("global", "cloudwatchLogRetentionInDays: long\n", (1, 31, "cloudwatchLogRetentionInDays", "must be a number")),
        ("network", "vpcs:\n  - {name: A}\n  - B\n", (3, 5, "vpcs[1]", "must be a mapping")),
        ("network", "vpcs: {name: A}\n", (1, 7, "vpcs", "must be a list of mappings")),
        ("security", "awsConfig: []\n", (1, 12, "awsConfig", "must be a mapping")),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_fault_with_its_place(
    tmp_path: Path, name: str, text: str, expected: tuple[int, int, str, str]
) -> None:
    faults = configuration(tmp_path, {name: text}).faults
    assert [(fault.line, fault.column, fault.key, fault.message) for fault in faults] == [expected]


def test_the_two_files_that_lza_replaces_nothing_in_say_so(tmp_path: Path) -> None:
    read = configuration(tmp_path, {"accounts": SMALL["accounts"] + "  - {name: '{{Next}}'} # {{Prefix}}\n"})
    assert [(fault.line, fault.message) for fault in read.faults] == [
        (8, "Landing Zone Accelerator replaces nothing in this file")
    ]


def test_includes_of_includes_are_bounded(tmp_path: Path) -> None:
    chain = {f"{level}.yaml": f"a: !include {level + 1}.yaml\n" for level in range(MAX_CHAIN + 5)}
    read = configuration(tmp_path, {"network": "vpcs: !include 0.yaml\n", **chain})
    assert f"more than {MAX_CHAIN} files include one another" in " ".join(shown(read))
