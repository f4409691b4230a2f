"""YAML text to nodes: which scalar is what, where it stands, and what is refused before anything is built."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.fault import Fault, InputError
from landing_zone.manifest.document import MAX_DEPTH, MAX_NODES, parse_document, resolve_scalar

FILE = "some.yaml"


def parsed(text: str) -> Any:
    return parse_document(text, FILE).root.plain()


def refused(text: str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        parse_document(text, FILE)
    faults = list(caught.value.faults)
    assert faults
    assert all(fault.file == FILE and fault.message for fault in faults)
    return faults


def assert_refused(text: str, line: int, column: int, *parts: str, key: str = "") -> Fault:
    faults = refused(text)
    assert len(faults) == 1, faults
    assert (faults[0].line, faults[0].column, faults[0].key) == (line, column, key), faults
    for part in parts:
        assert part in f"{faults[0].message} {faults[0].hint}", faults
    return faults[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("Null", None),
        ("~", None),
        ("", None),
        ("nULL", "nULL"),
        ("0", 0),
        ("-0", 0),
        ("+7", 7),
        ("42", 42),
        ("010", "010"),
        ("00", "00"),
        ("-01", "-01"),
        ("01.5", "01.5"),
        ("012345678901", "012345678901"),
        ("123456789012", 123456789012),
        ("999999999999999999", 999999999999999999),
        ("9999999999999999999", "9999999999999999999"),
        ("1" * 5000, "1" * 5000),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1E-3", 0.001),
        ("1e999", "1e999"),
        ("." + "1" * 50, "." + "1" * 50),
        (".", "."),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2027-06-30", "2027-06-30"),
        ("2027-06-30T10:00:00Z", "2027-06-30T10:00:00Z"),
        ("=", "="),
        ("١٢", "١٢"),
        ("1 ", "1 "),
    ],
)
def test_a_plain_scalar_is_read_by_yaml_1_2(text: str, value: Any) -> None:
    found = resolve_scalar(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ['"true"', "'true'", '"5"', "'~'", '""', "'null'", '"1.5"'])
def test_a_quoted_scalar_is_text(text: str) -> None:
    assert parsed(f"a: {text}\n") == {"a": text[1:-1]}


def test_block_scalars_and_escapes_are_text() -> None:
    assert parsed('a: |\n  5\nb: >-\n  true\n  false\nc: "\\u00e4\\x41\\n"\n') == {
        "a": "5\n",
        "b": "true false",
        "c": "äA\n",
    }


def test_keys_are_text_whatever_they_look_like() -> None:
    assert parsed("1: a\ntrue: b\n~: c\n? d\n2027-01-01: e\n") == {
        "1": "a",
        "true": "b",
        "~": "c",
        "d": None,
        "2027-01-01": "e",
    }


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_places_count_lines_and_columns_from_one_for_every_line_ending(ending: str) -> None:
    document = parse_document(ending.join(["# comment", "a:", "  - b: {c: ü, d: 1}", "  - x", ""]), FILE)
    places = {
        path: (document.fault(path, "").line, document.fault(path, "").column)
        for path in [("a",), ("a", 0), ("a", 0, "b"), ("a", 0, "b", "c"), ("a", 0, "b", "d"), ("a", 1)]
    }
    assert list(places.values()) == [(3, 3), (3, 5), (3, 8), (3, 12), (3, 18), (4, 5)]


def test_columns_count_characters_not_bytes() -> None:
    document = parse_document("{ä: 😀, b: x}\n", FILE)
    assert document.fault(("b",), "").column == 11
    assert document.fault(("b",), "", at_key=True).column == 8


def test_the_fault_of_what_is_missing_stands_at_the_nearest_thing_there_is() -> None:
    document = parse_document("a:\n  b: 1\n", FILE)
    fault = document.fault(("a", "c", "d"), "is missing")
    assert (fault.line, fault.column, fault.key) == (2, 3, "a.c.d")


def test_a_position_in_something_that_is_no_list_is_left_out_of_the_key() -> None:
    document = parse_document("pools: {us-east-1: x}\n", FILE)
    assert document.fault(("pools", "us-east-1", 0), "").key == "pools.us-east-1"


def test_a_byte_order_mark_at_the_start_is_not_counted() -> None:
    assert_refused("a: 1\na: 2\n", 2, 1, "given twice", key="a")


@pytest.mark.parametrize(
    ("text", "line", "column", "key"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "a"),
        ("x:\n  a: 1\n  a: 1\n", 3, 3, "x.a"),
        ("x: [{a: 1, a: 2}]\n", 1, 12, "x[0].a"),
        ("x: {y: {z: 1, 'z': 2}}\n", 1, 15, "x.y.z"),
        ('"a": 1\na: 2\n', 2, 1, "a"),
    ],
)
def test_a_key_given_twice_is_refused_at_every_level(text: str, line: int, column: int, key: str) -> None:
    assert_refused(text, line, column, "is given twice", "first on line", key=key)


def test_every_repetition_of_a_key_is_named_with_the_line_of_the_first() -> None:
    faults = refused("b: 0\na: 1\na: 2\nc: {d: 1, d: 2}\na: 3\n")
    assert [(fault.line, fault.key) for fault in faults] == [(3, "a"), (4, "c.d"), (5, "a")]
    assert all("line 2" in fault.message for fault in faults if fault.key == "a")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a:\n\tb: 1\n", 2, 1),
        ("a:\n  \tb: 1\n", 2, 3),
        ("a:\n  - b: 1\n\t  c: 2\n", 3, 1),
        ("a:\n- \tb: 1\n  c: 2\n", 2, 3),
    ],
)
def test_a_tab_in_the_indentation_is_named_at_its_place(text: str, line: int, column: int) -> None:
    assert_refused(text, line, column, "a tab is used for indentation", "use spaces")


def test_a_tab_elsewhere_is_fine_or_not_to_blame() -> None:
    assert parsed("a: 1\t# comment\nb:\t2\n") == {"a": 1, "b": 2}
    assert "tab" not in assert_refused("a: b\tc: d\n", 1, 7).message


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: [1, 2\n", 1, 9),
        ("a: {b: 1\nc: 2\n", 2, 2),
        ("a: 'open\n\n", 2, 1),
        ("a: 1\n b: 2\n", 2, 3),
        ("a: b: c\n", 1, 5),
        ("a: @b\n", 1, 4),
        ("a: %b\n", 1, 4),
        ("a\nb: 1\n", 2, 2),
        ("- a\nb: 1\n", 2, 1),
        ("a: *\n", 1, 5),
        ('a: "\\q"\n', 1, 5),
        ("...\n", 1, 1),
        ("%YAML 3.0\n---\na: 1\n", 1, 1),
        ("a: ]\n", 1, 4),
    ],
)
def test_a_syntax_error_has_a_place_within_the_file(text: str, line: int, column: int) -> None:
    assert_refused(text, line, column, "is not valid YAML")


def test_an_unclosed_bracket_says_where_it_was_opened() -> None:
    assert_refused("a: 1\nb: [1,\n  2\nc: 3\n", 4, 2, "that begins on line 2")


@pytest.mark.parametrize(
    ("text", "column", "shown"),
    [
        ("a: !!python/object:os.system ls\n", 4, "!!python/object:os.system"),
        ("a: !!python/object/apply:os.system [ls]\n", 4, "!!python/object/apply:os.system"),
        ("a: !!python/name:os.system\n", 4, "!!python/name:os.system"),
        ("a: !!str 5\n", 4, "!!str"),
        ("a: !!binary aGFsbG8=\n", 4, "!!binary"),
        ("a: !!set {x, y}\n", 4, "!!set"),
        ("a: !custom x\n", 4, "!custom"),
        ("a: ! 5\n", 4, "'!'"),
        ("a: !<tag:example,2000:x> x\n", 4, "tag:example,2000:x"),
        ("!!python/object:os.system a: x\n", 1, "!!python/object:os.system"),
        ("a: !!map {}\n", 4, "!!map"),
    ],
)
def test_tags_are_refused_on_values_and_keys(text: str, column: int, shown: str) -> None:
    assert_refused(text, 1, column, "tag", shown, "is not allowed", key="a")


def test_all_tags_and_repetitions_of_a_file_are_named_at_once() -> None:
    faults = refused("a: !!str 1\nb: [!x 2, !y 3]\nb: 4\n<<: {c: 1}\n")
    assert [(fault.line, fault.key) for fault in faults] == [(1, "a"), (2, "b[0]"), (2, "b[1]"), (3, "b"), (4, "'<<'")]


def test_aliases_repeat_values_and_keep_their_own_place() -> None:
    document = parse_document("a: &x {k: [1, 2]}\nb: *x\nc: [*x]\n", FILE)
    assert document.root.plain() == {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}, "c": [{"k": [1, 2]}]}
    assert (document.fault(("b",), "").line, document.fault(("b",), "").column) == (2, 4)
    assert document.fault(("b", "k", 1), "").line == 1


def test_a_key_may_be_anchored() -> None:
    assert parsed("&name title: x\nb: *name\n") == {"title": "x", "b": "title"}


@pytest.mark.parametrize(
    ("text", "line", "column", "key"),
    [
        ("a: &a [*a]\n", 1, 8, "a[0]"),
        ("a: &a {b: {c: *a}}\n", 1, 15, "a.b.c"),
        ("a: *nothing\n", 1, 4, "a"),
        ("a: *later\nb: &later 1\n", 1, 4, "a"),
    ],
)
def test_an_alias_to_itself_or_to_nothing_is_refused(text: str, line: int, column: int, key: str) -> None:
    assert_refused(text, line, column, "refers to itself or to nothing above it", key=key)


def test_a_merge_key_is_refused_and_quoted_it_is_an_ordinary_key() -> None:
    assert_refused("a: &a {x: 1}\nb:\n  <<: *a\n", 3, 3, "merge keys", key="b.'<<'")
    assert parsed("'<<': 1\n") == {"<<": 1}


@pytest.mark.parametrize("text", ["? [a]\n: b\n", "{a: 1}: b\n", "? *x\n: b\n", "[a, b]: c\n"])
def test_a_key_that_is_no_text_is_refused(text: str) -> None:
    assert len(refused(text)) == 1


def test_a_second_document_is_refused_where_it_begins() -> None:
    assert_refused("a: 1\n---\nb: 2\n", 2, 1, "second document")
    assert_refused("a: 1\n...\n---\n", 3, 1, "second document")
    assert parsed("%YAML 1.2\n---\na: 1\n...\n") == {"a": 1}


@pytest.mark.parametrize("text", ["", "\n", "   \n\n", "# only a comment\n", "\n# a\n  # b\n"])
def test_a_file_without_content_is_empty(text: str) -> None:
    assert_refused(text, 1, 1, "is empty")


def test_the_remedy_of_an_empty_file_is_the_callers() -> None:
    with pytest.raises(InputError) as caught:
        parse_document("# nothing\n", FILE, remedy="write one")
    assert caught.value.faults[0].hint == "write one"


@pytest.mark.parametrize("character", list("\x01\x08\x0b\x0c\x1b\x1f\x7f\x85\x9f\u2028\u2029"))
@pytest.mark.parametrize("place", ["a: 1\nb: x{}y\n", "a: 1\nb: 'x{}y'\n", "a: 1\n# x{}y\n", "a: 1\nb: x\n{}"])
def test_a_character_that_yaml_or_editors_do_not_agree_on_is_refused(character: str, place: str) -> None:
    before = place.split("{}")[0].split("\n")
    line, column = len(before), len(before[-1]) + 1
    assert_refused(place.format(character), line, column, f"U+{ord(character):04X}", "is not allowed")


@pytest.mark.parametrize("character", ["\ud800", "\ufeff", "\ufffe", "\uffff", "\0"])
def test_lone_surrogates_and_marks_inside_the_text_are_refused(character: str) -> None:
    assert_refused(f"a: 1\nbc: x{character}y\n", 2, 6, f"U+{ord(character):04X}", "remove it")


def test_every_such_character_is_named_up_to_a_limit() -> None:
    assert [(fault.line, fault.column) for fault in refused("a: \x01\x02\nb: \x03\n")] == [(1, 4), (1, 5), (2, 4)]
    assert len(refused("\x01" * 100_000)) == 50


@pytest.mark.parametrize("escape", [r"\x01", r"\0", r"\x7f", r"\u0085", r"\N", r"\L", r"\u2028", r"\uFEFF", r"\e"])
def test_such_a_character_is_refused_when_it_is_escaped_too(escape: str) -> None:
    assert_refused(f'a: 1\nb: "x{escape}y"\n', 2, 4, "is not allowed", key="b")


def test_an_escaped_surrogate_is_refused() -> None:
    assert len(refused('a: "\\ud83d\\ude00"\n')) == 1


def test_a_text_in_many_scripts_is_fine() -> None:
    text = "größe ñandú Ünïcödé 東京 😀 ابجد\u00a0\u00ad"
    assert parsed(f"a: {text.strip()}\n")["a"].startswith("größe")


def test_nesting_is_refused_beyond_a_limit_and_at_once() -> None:
    assert parsed("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    fault = refused("[" * 100_000)[0]
    assert (fault.line, fault.column) == (1, MAX_DEPTH + 1)
    assert "nested deeper" in fault.message
    assert "nested deeper" in refused("{a: " * 100_000)[0].message
    assert "nested deeper" in refused("- " * 100_000)[0].message


def test_nesting_by_aliases_counts_as_nesting() -> None:
    inner = "[" * 20 + "]" * 20
    lines = [f"a0: &a0 {inner}"] + [f"a{n}: &a{n} [[[[[*a{n - 1}]]]]]" for n in range(1, 100)]
    assert "nested deeper" in refused("\n".join(lines))[0].message


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for name, previous in zip("bcdefghij", "abcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{previous}'] * 10)}]")
    fault = refused("\n".join(lines))[0]
    assert "50,000" in fault.message
    assert fault.line == 5
    assert fault.key.startswith("e[")


@pytest.mark.parametrize(
    "text", ["[" + "1," * 60_000 + "]", "".join(f"k{n}: 1\n" for n in range(30_000)), "- a\n" * 60_000]
)
def test_more_values_than_allowed_are_refused(text: str) -> None:
    assert "50,000" in refused(text)[0].message


def test_as_many_values_as_allowed_are_read() -> None:
    assert len(parsed("- a\n" * (MAX_NODES - 1))) == MAX_NODES - 1
    assert len(refused("- a\n" * MAX_NODES)) == 1


def test_a_long_scalar_is_read_and_a_very_long_simple_key_is_refused() -> None:
    assert len(parsed("a: " + "x" * 1_000_000)["a"]) == 1_000_000
    assert len(refused("x" * 2000 + ": 1\n")) == 1
    assert len(parsed("? " + "x" * 2000 + "\n: 1\n")) == 1


def test_a_long_key_is_cut_where_it_is_shown() -> None:
    fault = refused("? " + "x" * 2000 + "\n: !!str 1\n")[0]
    assert len(fault.key) < 100
