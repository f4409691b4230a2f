"""The lock file: read back as written, byte for byte; a lock that contradicts itself is refused at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landing_zone.fault import Fault, InputError
from landing_zone.plan.lock import Lock, lock_path, lock_text, read_lock
from tests.plan.arrange import ORGANIZATION_ID, lock_of, ranges_of

LOCK_TEXT = """\
# Written by `hlz plan --write` and `hlz adopt --write`; commit it beside the manifest, do not edit it.
version: 1
organization: {id: "o-a1b2c3d4e5"}
accounts:
  a: {id: "000000000001"}
  b: {id: "123456789012"}
networks:
  us-east-1:
    a: {cidr: 10.0.0.0/22, layout: v1}
    b: {cidr: 10.0.4.0/22, layout: v1}
  us-west-2:
    a: {cidr: 10.16.0.0/22, layout: v1}
"""


def read(folder: Path, text: str) -> Lock:
    manifest = folder / "landing-zone.yaml"
    lock_path(manifest).write_text(text, encoding="utf-8")
    return read_lock(manifest).lock


def refused(folder: Path, text: str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    assert all(fault.file == str(folder / "landing-zone.lock.yaml") for fault in caught.value.faults)
    return list(caught.value.faults)


def assert_refused(folder: Path, text: str, line: int, column: int, key: str, *parts: str) -> None:
    faults = refused(folder, text)
    assert [(fault.line, fault.column, fault.key) for fault in faults] == [(line, column, key)], faults
    for part in parts:
        assert part in f"{faults[0].message} {faults[0].hint}", faults


@pytest.mark.parametrize(
    ("manifest", "lock"),
    [
        ("landing-zone.yaml", "landing-zone.lock.yaml"),
        ("a/b/clinic.yml", "a/b/clinic.lock.yaml"),
        ("no-suffix", "no-suffix.lock.yaml"),
        ("a.b.yaml", "a.b.lock.yaml"),
        ("/x/my manifest.yaml", "/x/my manifest.lock.yaml"),
    ],
)
def test_the_lock_stands_beside_the_manifest_under_its_name(manifest: str, lock: str) -> None:
    assert lock_path(Path(manifest)) == Path(lock)


def test_a_lock_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    loaded = read_lock(tmp_path / "landing-zone.yaml")
    assert (loaded.lock, loaded.document) == (Lock(), None)
    fault = loaded.fault(("accounts",), "is wrong")
    assert (fault.file, fault.line, fault.column) == (str(tmp_path / "landing-zone.lock.yaml"), 1, 1)


def test_a_lock_is_written_sorted_with_a_line_for_each_account_and_network(tmp_path: Path) -> None:
    lock = lock_of(
        {"us-west-2": {"a": "10.16.0.0/22"}, "us-east-1": {"b": "10.0.4.0/22", "a": "10.0.0.0/22"}},
        {"b": "123456789012", "a": "000000000001"},
        ORGANIZATION_ID,
    )
    assert lock_text(lock) == LOCK_TEXT
    assert lock_text(read(tmp_path, LOCK_TEXT)) == LOCK_TEXT


def test_an_empty_lock_is_written_and_read(tmp_path: Path) -> None:
    assert read(tmp_path, lock_text(Lock())) == Lock()


names = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ids=st.dictionaries(names, st.integers(0, 10**12 - 1), max_size=5),
    ranges=st.dictionaries(
        st.tuples(st.sampled_from(["us-east-1", "us-west-2"]), names), st.integers(0, 200), max_size=8
    ),
)
def test_every_lock_is_read_back_as_it_was_written(
    tmp_path: Path, ids: dict[str, int], ranges: dict[tuple[str, str], int]
) -> None:
    networks: dict[str, dict[str, str]] = {}
    for third, (region, name) in enumerate(ranges):
        networks.setdefault(region, {})[name] = f"10.0.{third}.0/24"
    distinct = {name: f"{number:012}" for name, number in ids.items() if list(ids.values()).count(number) == 1}
    lock = lock_of(networks, distinct)
    again = read(tmp_path, lock_text(lock))
    assert again == lock
    assert lock_text(again) == lock_text(lock)


@pytest.mark.parametrize(
    "name", ["null", "true", "no", "yes", "on", "off", "y", "n", "e1", "nan", "inf", "x-1", "a" * 50], ids=str
)
def test_names_that_yaml_might_take_for_something_else_survive(tmp_path: Path, name: str) -> None:
    lock = lock_of({"us-east-1": {name: "10.0.0.0/22"}}, {name: "000000000010"})
    assert read(tmp_path, lock_text(lock)) == lock


LEARNED = """\
# Written by `hlz plan --write` and `hlz adopt --write`; commit it beside the manifest, do not edit it.
version: 1
organization: {id: "o-a1b2c3d4e5", root: "r-a1b2"}
units:
  phi: {id: "ou-a1b2-c3d4e5f6", adopted: true}
  phi/production: {id: "ou-a1b2-c3d4e5f7"}
accounts:
  a: {id: "000000000001", adopted: true, ou: "phi/production"}
unlisted:
  "123456789012": {name: "Dr. Müller's \\"lab\\": #1", ou: "Old Stuff/Labs"}
identity: {store: "d-0123456789", groups: {"IT, Ops: on call": "01234567-89ab-cdef-0123-456789abcdef"}}
vending:
  "2": [a]
  "10": [b, c]
networks: {}
"""


def test_what_was_learned_is_read_back_as_it_was_written_whatever_aws_lets_people_name_things(tmp_path: Path) -> None:
    lock = read(tmp_path, LEARNED)
    assert lock.units["phi"].adopted
    assert not lock.units["phi/production"].adopted
    assert lock.accounts["a"].ou == "phi/production"
    assert lock.unlisted["123456789012"].name == 'Dr. Müller\'s "lab": #1'
    assert list(lock.identity.groups) == ["IT, Ops: on call"]
    assert lock.vending == {"2": ("a",), "10": ("b", "c")}
    assert lock_text(lock) == LEARNED


def test_an_account_is_made_by_one_stack(tmp_path: Path) -> None:
    text = LEARNED.replace("[b, c]", "[b, a]")
    assert_refused(tmp_path, text, 14, 13, "vending.10[1]", "account 'a' is made by stack 2 already")


def test_an_account_is_listed_or_unlisted(tmp_path: Path) -> None:
    text = LEARNED.replace('"123456789012": {name', '"000000000001": {name')
    assert "is also 'a' under accounts" in refused(tmp_path, text)[0].message


def test_an_id_given_to_two_accounts_is_refused(tmp_path: Path) -> None:
    text = LOCK_TEXT.replace("000000000001", "123456789012")
    assert_refused(tmp_path, text, 6, 11, "accounts.b.id", "'123456789012' is also that of 'a'")


@pytest.mark.parametrize("other", ["10.0.0.0/22", "10.0.2.0/24", "10.0.0.0/16"])
def test_ranges_that_overlap_are_refused(tmp_path: Path, other: str) -> None:
    faults = refused(tmp_path, LOCK_TEXT.replace("10.0.4.0/22", other))
    assert len(faults) == 1
    assert "overlaps" in faults[0].message


def test_ranges_that_overlap_across_regions_are_refused(tmp_path: Path) -> None:
    text = LOCK_TEXT.replace("10.16.0.0/22", "10.0.4.0/24")
    assert_refused(
        tmp_path, text, 12, 15, "networks.us-west-2.a.cidr", "10.0.4.0/24 overlaps 10.0.4.0/22 of 'b' in us-east-1"
    )


def test_each_range_inside_a_large_one_is_named(tmp_path: Path) -> None:
    text = LOCK_TEXT.replace("10.16.0.0/22", "10.0.0.0/8")
    assert [fault.key for fault in refused(tmp_path, text)] == [
        "networks.us-east-1.a.cidr",
        "networks.us-east-1.b.cidr",
    ]


@pytest.mark.parametrize(
    ("found", "written", "line", "column", "key", "part"),
    [
        ("version: 1", "version: 2", 2, 10, "version", "is not allowed"),
        ("version: 1", "version: true", 2, 10, "version", "whole number"),
        ('"o-a1b2c3d4e5"', "clinic", 3, 20, "organization.id", "is not an organization id"),
        ('"000000000001"', "000000000001", 0, 0, "", ""),
        ('"123456789012"', "123456789012", 6, 11, "accounts.b.id", "put it in quotes"),
        ('"123456789012"', '"12345"', 6, 11, "accounts.b.id", "is not an account id"),
        ("  b: {id", "  B_: {id", 6, 3, "accounts.B_", "is not a name"),
        ("10.0.4.0/22", "10.0.4.1/22", 10, 15, "networks.us-east-1.b.cidr", "write 10.0.4.0/22"),
        ("10.0.4.0/22", "0.0.0.0/0", 10, 15, "networks.us-east-1.b.cidr", "is not private"),
        ("10.0.4.0/22, layout: v1", "10.0.4.0/22", 10, 8, "networks.us-east-1.b.layout", "is missing"),
        (
            "10.0.4.0/22, layout: v1",
            "10.0.4.0/22, layout: one",
            10,
            36,
            "networks.us-east-1.b.layout",
            "does not match",
        ),
        ("us-west-2:", "us-wset-2:", 11, 3, "networks.us-wset-2", "did you mean 'us-west-2'?"),
        ("networks:", "netwroks:", 7, 1, "netwroks", "did you mean 'networks'?"),
        ("    b: {cidr", "    a: {cidr", 10, 5, "networks.us-east-1.a", "is given twice; first on line 9"),
    ],
)
def test_a_malformed_lock_is_refused_at_its_place(
    tmp_path: Path, found: str, written: str, line: int, column: int, key: str, part: str
) -> None:
    assert found in LOCK_TEXT
    text = LOCK_TEXT.replace(found, written, 1)
    if not line:  # digits with leading zeros are text even without quotes
        assert read(tmp_path, text).accounts["a"].id == "000000000001"
        return
    assert_refused(tmp_path, text, line, column, key, part)


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n"])
def test_an_empty_lock_file_is_refused_and_is_not_an_empty_lock(tmp_path: Path, text: str) -> None:
    assert_refused(tmp_path, text, 1, 1, "", "is empty", "version control")


def test_a_folder_a_link_to_nothing_and_bytes_are_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "landing-zone.lock.yaml"
    path.symlink_to(tmp_path / "nothing")
    with pytest.raises(InputError, match="no such file"):
        read_lock(tmp_path / "landing-zone.yaml")
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="not a regular file"):
        read_lock(tmp_path / "landing-zone.yaml")
    path.rmdir()
    path.write_bytes(b"\xff\xfe\0")
    with pytest.raises(InputError):
        read_lock(tmp_path / "landing-zone.yaml")


def test_the_lock_of_the_largest_manifest_can_be_read(tmp_path: Path) -> None:
    names = [f"workload-{number}" for number in range(5000)]
    east = {name: f"10.{number // 256}.{number % 256}.0/24" for number, name in enumerate(names)}
    west = {name: f"10.{100 + number // 256}.{number % 256}.0/24" for number, name in enumerate(names)}
    ids = {name: f"{number:012}" for number, name in enumerate(names)}
    lock = lock_of({"us-east-1": east, "us-west-2": west}, ids)
    assert len(ranges_of(read(tmp_path, lock_text(lock)))) == 10_000
