"""What the types refuse: wrong types, unknown keys, missing keys; everywhere, once, at the right place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from landing_zone.manifest.model import Manifest
from landing_zone.manifest.schema import parts_at, schema_of
from tests.manifest.arrange import (
    Json,
    Place,
    assert_only_fault_at,
    changed,
    clinic,
    dotted,
    everything,
    faults_of,
    only_fault,
    paths_in,
    renamed,
    value_at,
    with_account,
    without,
)

SECTIONS = tuple(Manifest.model_fields)
WRONG: Json = {
    "string": "some text",
    "integer": 17,
    "number": 2.5,
    "boolean": True,
    "array": ["a", "list"],
    "object": {"a": "mapping"},
    "null": None,
}
KEYED = "abcdefghijklmnopqrstuvwxyz"


def paths_of(section: str) -> list[Place]:
    return [path for path in paths_in(everything()) if path[0] == section]


def types_at(path: Place) -> set[str]:
    """The JSON types that the schema allows at a path."""
    above = parts_at(Manifest, path[:-1])
    own = [part.get("properties", {}).get(path[-1]) for part in above]
    nullable = any({"type": "null"} in part.get("anyOf", ()) for part in own if part)
    parts = parts_at(Manifest, path)
    types = {part["type"] for part in parts if "type" in part}
    types |= {"integer" for part in parts if isinstance(part.get("const"), int)}
    return types | ({"null"} if nullable else set())


def sections_of(manifest: Json) -> Iterator[tuple[Place, Json]]:
    """Every mapping with fixed keys, and its path."""
    for path in [(), *paths_in(manifest)]:
        found = value_at(manifest, path)
        if isinstance(found, dict) and any("properties" in part for part in parts_at(Manifest, path)):
            yield path, found


def properties_at(path: Place) -> dict[str, Any]:
    return {key: part for option in parts_at(Manifest, path) for key, part in option.get("properties", {}).items()}


def test_the_manifest_with_everything_is_valid_and_leaves_no_key_out() -> None:
    assert faults_of(everything()) == []
    used: dict[str, set[str]] = {}
    for path, found in sections_of(everything()):
        used.setdefault(json.dumps(sorted(properties_at(path))), set()).update(found)
    definitions = [schema_of(Manifest), *schema_of(Manifest)["$defs"].values()]
    for definition in definitions:
        keys = set(definition.get("properties", {}))
        assert used.get(json.dumps(sorted(keys)), set()) >= keys, definition.get("title")


@pytest.mark.parametrize("section", SECTIONS)
def test_a_value_of_the_wrong_type_is_one_fault_at_its_place(section: str) -> None:
    tried, good = 0, everything()
    for path in paths_of(section):
        allowed = types_at(path)
        for kind, value in WRONG.items():
            if kind in allowed or (kind == "integer" and "number" in allowed):
                continue
            assert_only_fault_at(changed(good, (path, value)), path)
            tried += 1
    assert tried >= 5 * len(paths_of(section))


@pytest.mark.parametrize("section", SECTIONS)
def test_a_misspelt_key_is_one_fault_that_names_the_right_spelling(section: str) -> None:
    for path, found in sections_of(everything()):
        for key in found:
            if (*path, key)[0] != section:
                continue
            misspelt = key[:-1] + KEYED[(KEYED.find(key[-1]) + 7) % 26] if len(key) > 3 else key + key[-1]
            manifest = renamed(everything(), (*path, key), misspelt)
            place = (*path, misspelt)
            assert_only_fault_at(manifest, place, "unknown key", f"did you mean '{key}'?", at_key=True)


def test_an_unknown_key_that_resembles_nothing_lists_what_is_allowed() -> None:
    for path, _ in sections_of(everything()):
        place = (*path, "zzzz9")
        fault = assert_only_fault_at(changed(everything(), (place, 1)), place, "unknown key 'zzzz9'", at_key=True)
        assert all(key in fault.message for key in properties_at(path))
        assert fault.hint == ""


@pytest.mark.parametrize("section", SECTIONS)
def test_a_missing_required_key_is_one_fault_at_the_mapping_that_lacks_it(section: str) -> None:
    for path, found in sections_of(everything()):
        required = {key for part in parts_at(Manifest, path) for key in part.get("required", ())}
        for key in required & set(found):
            if (*path, key)[0] != section:
                continue
            manifest = without(everything(), (*path, key))
            fault = assert_only_fault_at(manifest, path, "required", f"'{key}'", key=dotted((*path, key)))
            assert fault.hint, "what the key is for"


def test_every_optional_key_may_be_left_out() -> None:
    for path, found in sections_of(everything()):
        required = {key for part in parts_at(Manifest, path) for key in part.get("required", ())}
        for key in set(found) - required - {"organizational_units", "permission_sets", "additional", "reason"}:
            manifest = without(everything(), (*path, key))
            said = [str(fault) for fault in faults_of(manifest)]
            assert not any("missing" in text for text in said), said


@pytest.mark.parametrize(
    "path",
    [
        ("version",),
        ("organization",),
        ("organization", "name"),
        ("organization", "email"),
        ("regions",),
        ("regions", "home"),
        ("regions", "recovery"),
        ("contacts",),
        ("contacts", "security"),
        ("contacts", "security", "name"),
        ("contacts", "operations", "phone"),
        ("network",),
        ("network", "pools"),
        ("accounts",),
        ("accounts", 0, "name"),
        ("accounts", 0, "ou"),
        ("accounts", 1, "owner"),
        ("accounts", 1, "data"),
    ],
    ids=dotted,
)
def test_each_required_key_of_the_clinic_is_required(path: Place) -> None:
    manifest = without(clinic(), path)
    assert_only_fault_at(manifest, path[:-1], f"required key '{path[-1]}' is missing", key=dotted(path))


@pytest.mark.parametrize(
    "key", ["[key]", "", "a b", "ehr.production", "ключ", "x" * 500, "0", "null", "__class__", "{}"]
)
def test_a_strange_key_is_one_fault_in_every_mapping(key: str) -> None:
    for path, _ in sections_of(everything()):
        fault = only_fault(changed(everything(), ((*path, key), 1)))
        assert "unknown key" in fault.message


@pytest.mark.parametrize("value", [True, 1.0, "1", 2, 0, None, [1]])
def test_only_the_whole_number_one_is_a_version(value: Any) -> None:
    assert_only_fault_at(changed(clinic(), (("version",), value)), ("version",))


@pytest.mark.parametrize("text", ["yes", "no", "on", "off", "True ", "1"])
def test_a_switch_takes_true_and_false_only(text: str) -> None:
    path = ("backup", "enabled")
    fault = assert_only_fault_at(changed(clinic(), (path, text)), path, "expected true or false")
    assert ("write" in fault.hint) == (text in ("yes", "no", "on", "off"))


def test_a_number_where_text_is_meant_is_put_in_quotes() -> None:
    path = ("accounts", 2, "id")
    assert_only_fault_at(with_account(id=123456789012), path, "expected text", "123456789012", "put it in quotes")
    assert faults_of(with_account(id="123456789012")) == []


def test_digits_in_quotes_where_a_number_is_meant_lose_the_quotes() -> None:
    path = ("keys", "rotation_days")
    assert_only_fault_at(changed(clinic(), (path, "180")), path, "expected a whole number", "write it without quotes")


@pytest.mark.parametrize(
    ("path", "value", "parts"),
    [
        (("keys", "rotation_days"), 89, ("too small", "90")),
        (("keys", "rotation_days"), 366, ("too large", "365")),
        (("keys", "rotation_days"), 10**17, ("too large", "365")),
        (("network", "availability_zones"), 1, ("too small", "2")),
        (("network", "availability_zones"), 4, ("too large", "3")),
        (("retention", "default"), 0, ("too small", "1")),
        (("accounts", 0, "data"), "phii", ("'phii' is not allowed", "deidentified", "did you mean 'phi'?")),
        (("accounts", 0, "recovery"), "hot", ("'hot' is not allowed", "pilot-light")),
        (("accounts", 0, "owner"), "", ("too short", "1")),
        (("accounts", 0, "owner"), "x" * 300, ("too long", "128")),
        (("accounts", 0, "name"), "EHR_Production", ("'EHR_Production' is not a name", "ehr-production")),
        (("accounts", 0, "name"), "x" * 51, ("is not a name", "50")),
        (("accounts", 0, "name"), "-x", ("is not a name",)),
        (("accounts", 0, "name"), "x-", ("is not a name",)),
        (("accounts", 0, "name"), "münchen", ("is not a name",)),
        (("accounts", 0, "name"), "a\n", ("is not a name",)),
        (("accounts", 0, "ou"), "a/b/c/d/e/f", ("is not an OU path", "5 deep")),
        (("accounts", 0, "ou"), "phi//production", ("is not an OU path",)),
        (("accounts", 0, "ou"), "/phi", ("is not an OU path",)),
        (("accounts", 0, "regions"), [], ("holds 0 entries", "1")),
        (("accounts", 0, "applications"), [""], ("too short",)),
        (("contacts", "security", "email"), "security", ("is not an e-mail address",)),
        (("contacts", "security", "email"), "a b@c.example", ("is not an e-mail address",)),
        (("contacts", "security", "email"), "a@" + "b" * 300 + ".example", ("too long", "254")),
        (("contacts", "security", "phone"), "call me", ("is not a telephone number",)),
        (("organization", "email"), "@riverside.example", ("is not an e-mail address or a pattern",)),
        (("organization", "email"), "aws+{acount}@riverside.example", ("is not an e-mail address or a pattern",)),
        (("organization", "id"), "o-1", ("is not an organization id",)),
        (("regions", "home"), "us-esat-1", ("unknown Region 'us-esat-1'", "us-west-2", "did you mean 'us-east-1'?")),
        (("regions", "home"), "US-EAST-1", ("unknown Region", "did you mean 'us-east-1'?")),
        (("network", "pools"), {}, ("holds 0 entries", "1")),
        (("network", "endpoints", "interface"), ["s3;drop"], ("is not an AWS service name",)),
        (("delivery", "qualifier"), "HLZ", ("does not match",)),
    ],
)
def test_a_value_out_of_bounds_says_what_was_found_and_what_is_allowed(
    path: Place, value: Any, parts: tuple[str, ...]
) -> None:
    manifest = changed(clinic(), (path, value))
    key_path = (*path, 0) if isinstance(value, list) and value else path
    assert_only_fault_at(manifest, key_path, *parts)


@pytest.mark.parametrize("item", [(), (0,)], ids=["alone", "in a list"])
@pytest.mark.parametrize(
    ("cidr", "part"),
    [
        ("10.0.0.1/12", "write 10.0.0.0/12"),
        ("10.0.0.0/012", "is not an IPv4 network"),
        ("10.0.0.0/8 ", "is not an IPv4 network"),
        ("10.0.0.0", "is not an IPv4 network"),
        ("10.0.0.0/33", "is not an IPv4 network"),
        ("10.0.0.0/-1", "is not an IPv4 network"),
        ("10.0.0/8", "is not an IPv4 network"),
        ("010.0.0.0/8", "is not an IPv4 network"),
        ("10.0.0.256/32", "is not an IPv4 network"),
        ("10.0.0.0/255.0.0.0", "is not an IPv4 network"),
        ("fd00::/8", "is IPv6; an IPv4 network is meant"),
        ("::ffff:10.0.0.0/104", "is IPv6; an IPv4 network is meant"),
        ("::/0", "is IPv6; an IPv4 network is meant"),
        ("0.0.0.0/0", "is not private"),
        ("8.8.8.0/24", "is not private"),
        ("10.0.0.0/7", "is not private"),
        ("172.32.0.0/16", "is not private"),
        ("127.0.0.0/8", "is not private"),
        ("169.254.0.0/16", "is not private"),
        ("٣.0.0.0/8", "is not an IPv4 network"),
        ("${AWS::Region}", "is not an IPv4 network"),
        ("", "is not an IPv4 network"),
        ("x" * 300, "is not an IPv4 network"),
    ],
)
def test_a_pool_is_a_private_ipv4_network_in_its_own_spelling(cidr: str, part: str, item: Place) -> None:
    path: Place = ("network", "pools", "us-east-1")
    manifest = changed(clinic(), (path, [cidr] if item else cidr))
    assert_only_fault_at(manifest, (*path, *item), part)


@pytest.mark.parametrize("cidr", ["10.0.0.0/12", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"])
def test_every_private_block_may_be_a_pool(cidr: str) -> None:
    assert faults_of(changed(clinic(), (("network", "pools", "us-east-1"), [cidr]))) == []


@pytest.mark.parametrize("day", ["2027-02-30", "2027-13-01", "2027-00-10", "2027-6-1", "30.06.2027", "1999-01-01", ""])
def test_a_date_is_a_day_of_the_calendar(day: str) -> None:
    path = ("agreements", 0, "signed")
    assert_only_fault_at(changed(everything(), (path, day)), path)


def test_the_29th_of_february_needs_a_leap_year() -> None:
    path = ("agreements", 0, "signed")
    assert faults_of(changed(everything(), (path, "2028-02-29"))) == []
    assert_only_fault_at(changed(everything(), (path, "2027-02-29")), path, "is not a day of the calendar")


HOSTILE = (
    'a"b',
    "a'b",
    "${AWS::Region}",
    "<script>alert(1)</script>",
    "=cmd()",
    "a\tb",
    "a\u200bb",
    "a\u202eb",
    "100%",
    "a;b",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_no_tag_owner_or_name(text: str) -> None:
    assert_only_fault_at(with_account(tags={"note": text}), ("accounts", 2, "tags", "note"))
    assert_only_fault_at(with_account(owner=text), ("accounts", 2, "owner"))
    assert_only_fault_at(with_account(name=text), ("accounts", 2, "name"))
    fault = only_fault(with_account(tags={text: "x"}))
    assert fault.key.startswith("accounts[2].tags")


@pytest.mark.parametrize("text", ["größte Klinik Zürich", "東京病院", "a/b:c+d=e-f@g_h.i", "", "0.0.0.0/0", "x" * 256])
def test_letters_of_any_script_are_fine_in_a_tag_value(text: str) -> None:
    assert faults_of(with_account(tags={"note": text})) == []


@pytest.mark.parametrize("text", ["x" * 257, "x" * 300])
def test_a_tag_value_has_256_characters_at_most(text: str) -> None:
    assert_only_fault_at(with_account(tags={"note": text}), ("accounts", 2, "tags", "note"), "too long", "256")


def test_a_tag_key_has_128_characters_at_most_and_is_shown_cut() -> None:
    fault = only_fault(with_account(tags={"k" * 300: "x"}))
    assert "too long" in fault.message
    assert "128" in fault.message
    assert len(fault.key) < 120


def test_an_account_has_30_tags_at_most() -> None:
    tags = {f"tag-{number}": "x" for number in range(31)}
    assert_only_fault_at(with_account(tags=tags), ("accounts", 2, "tags"), "more than 30")


@pytest.mark.parametrize("reason", ["  ", " " * 30, "short", "a" * 1001, "a zero-width\u200bspace hides in here"])
def test_a_reason_is_text_that_somebody_can_read(reason: str) -> None:
    path = ("acknowledgements", 0, "reason")
    assert_only_fault_at(changed(everything(), (path, reason)), path)


def test_a_reason_may_be_folded_over_lines() -> None:
    path = ("acknowledgements", 0, "reason")
    assert faults_of(changed(everything(), (path, "The rule is about networks\nthat reach the internet\n"))) == []


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "hello\n", "---\n", "5\n", "[]\n", "{}\n", "null\n", '"{}"\n'], ids=lambda text: repr(text)
)
def test_a_document_that_is_no_mapping_says_so_once(text: str) -> None:
    faults = faults_of(text)
    if text == "{}\n":
        assert {fault.message.split(" ")[0] for fault in faults} == {"required"}
    else:
        assert [fault.key for fault in faults] == [""]
        assert "expected a mapping" in faults[0].message


def test_sections_without_a_value_are_one_fault_each() -> None:
    text = "version:\norganization:\nregions:\ncontacts:\nnetwork:\naccounts:\n"
    faults = faults_of(text)
    assert [(fault.line, fault.key) for fault in faults] == list(
        enumerate(("version", "organization", "regions", "contacts", "network", "accounts"), start=1)
    )


def test_control_tower_is_a_switch_or_its_settings() -> None:
    for value in (True, False, {"enabled": True}, {"enabled": True, "version": "4.0"}):
        assert faults_of(clinic(control_tower=value)) == []
    assert_only_fault_at(clinic(control_tower=5), ("control_tower",), "expected true or false or a mapping")
