"""Whatever the text or the bytes are: a document, or faults that lie within the file; and nothing else."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landing_zone.fault import InputError
from landing_zone.manifest.document import parse_document, read_document
from landing_zone.manifest.load import parsed_manifest
from tests.manifest.arrange import clinic, text_of

FILE = "fuzz.yaml"
SYMBOLS = "ab:-,[]{}|>\"'#?~@`%=!&*\\ \t\n\r\0\x07\x85\u2028\ufeffü😀"
WORDS = (
    "\n  ",
    "\n\t",
    "\r\n",
    ": ",
    "- ",
    "? ",
    ", ",
    "&x ",
    "*x",
    "!!str ",
    "|\n",
    ">-\n",
    " # c",
    "<<: ",
    "---\n",
    "...\n",
)
KEYS = ("%YAML 1.2\n", "true", "010", "1e5", "\\u00", "key: value\n", "accounts:\n", "version: 1\n")
PIECES = st.sampled_from([*SYMBOLS, *WORDS, *KEYS])
YAMLISH = st.lists(PIECES, max_size=30).map("".join)
CALM = settings(
    max_examples=250, deadline=5000, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def lines_of(text: str) -> list[str]:
    """The lines as every editor counts them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def assert_faults_lie_within(error: InputError, text: str, file: str = FILE) -> None:
    lines = lines_of(text)
    assert error.faults
    assert len({(fault.key, fault.message, fault.line, fault.column) for fault in error.faults}) == len(error.faults)
    for fault in error.faults:
        assert fault.file == file
        assert fault.message
        assert 1 <= fault.line <= len(lines), fault
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1, fault
        fault.as_json()
        str(fault).encode("utf-8", "strict")


@CALM
@given(st.one_of(YAMLISH, st.text(), st.text(alphabet=st.characters(categories=["Cc", "Cs", "Zl", "Zp", "Po", "Ps"]))))
def test_any_text_is_a_document_or_refused(text: str) -> None:
    try:
        parse_document(text, FILE).root.plain()
    except InputError as error:
        assert_faults_lie_within(error, text)


@CALM
@given(YAMLISH)
def test_any_text_is_a_manifest_or_refused(text: str) -> None:
    try:
        parsed_manifest(text, FILE)
    except InputError as error:
        assert_faults_lie_within(error, text)


@CALM
@given(st.integers(0, 700), st.integers(0, 20), st.one_of(YAMLISH, st.text(max_size=5)))
def test_any_edit_of_a_good_manifest_is_a_manifest_or_refused(start: int, length: int, inserted: str) -> None:
    good = text_of(clinic())
    text = good[:start] + inserted + good[start + length :]
    try:
        parsed_manifest(text, FILE)
    except InputError as error:
        assert_faults_lie_within(error, text)


@CALM
@given(content=st.one_of(st.binary(max_size=200), YAMLISH.map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_any_bytes_are_a_document_or_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(content)
    try:
        read_document(path)
    except InputError as error:
        text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        assert_faults_lie_within(error, text, str(path))
