"""Files to text: encodings, sizes, and things that are no regular file."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from landing_zone.fault import Fault, InputError
from landing_zone.manifest.document import read_document
from landing_zone.manifest.source_text import MAX_BYTES, read_text


def refused(path: Path) -> Fault:
    with pytest.raises(InputError) as caught:
        read_document(path, remedy="write one")
    assert len(caught.value.faults) == 1
    fault = caught.value.faults[0]
    assert fault.file == str(path)
    return fault


def file_with(folder: Path, content: bytes) -> Path:
    path = folder / "manifest.yaml"
    path.write_bytes(content)
    return path


def test_utf_8_is_read_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    assert read_text(file_with(tmp_path, "ä: ü\n".encode())) == "ä: ü\n"
    assert read_text(file_with(tmp_path, "\ufeffä: ü\n".encode())) == "ä: ü\n"


def test_a_second_byte_order_mark_is_refused(tmp_path: Path) -> None:
    fault = refused(file_with(tmp_path, "\ufeff\ufeffa: 1\n".encode()))
    assert (fault.line, fault.column) == (1, 1)
    assert "U+FEFF" in fault.message


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_latin_1_is_refused_at_the_line_and_column_of_the_byte(tmp_path: Path, ending: bytes, mark: bytes) -> None:
    content = mark + ending.join([b"a: 1", "ö: x".encode(), "k: grün".encode("latin-1"), b""])
    fault = refused(file_with(tmp_path, content))
    assert (fault.line, fault.column) == (3, 6)
    assert "is not UTF-8: byte 0xfc" in fault.message
    assert fault.hint == "save the file as UTF-8"


def test_latin_1_on_the_first_line_counts_characters(tmp_path: Path) -> None:
    fault = refused(file_with(tmp_path, "äö: ".encode() + b"\xfc\n"))
    assert (fault.line, fault.column) == (1, 5)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_and_32_are_refused(tmp_path: Path, encoding: str) -> None:
    fault = refused(file_with(tmp_path, "a: 1\n".encode(encoding)))
    assert "UTF-16" in fault.message or "NUL" in fault.message


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [(b"a: 1\nb: x\0\n", 2, 5), (b"\0", 1, 1), (b"a: 1\r\n\0", 2, 1), (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 3, 1)],
)
def test_a_nul_byte_is_refused_at_its_place(tmp_path: Path, content: bytes, line: int, column: int) -> None:
    fault = refused(file_with(tmp_path, content))
    assert "NUL" in fault.message
    assert (fault.line, fault.column) == (line, column)


@pytest.mark.parametrize(
    "content", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf8\x88\x80\x80\x80", b"\x80abc"]
)
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, content: bytes) -> None:
    assert "is not UTF-8" in refused(file_with(tmp_path, content)).message


def test_an_empty_file_is_refused_with_the_callers_remedy(tmp_path: Path) -> None:
    fault = refused(file_with(tmp_path, b""))
    assert (fault.message, fault.hint) == ("is empty", "write one")


def test_a_file_over_five_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    assert "larger than 5 MB" in refused(path).message
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # sparse
    assert "larger than 5 MB" in refused(path).message


def test_a_file_of_five_megabytes_is_read(tmp_path: Path) -> None:
    path = file_with(tmp_path, b"# " + b"x" * (MAX_BYTES - 8) + b"\na: 1\n")
    assert read_document(path).root.plain() == {"a": 1}


def test_what_is_not_there_is_refused_with_the_callers_remedy(tmp_path: Path) -> None:
    fault = refused(tmp_path / "nothing.yaml")
    assert (fault.message, fault.hint) == ("cannot be read: no such file or directory", "write one")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "nothing.yaml")
    assert "no such file" in refused(tmp_path / "link.yaml").message
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    assert "symbolic links" in refused(tmp_path / "loop.yaml").message
    assert "too long" in refused(tmp_path / ("x" * 300)).message
    assert "not a directory" in refused(file_with(tmp_path, b"a: 1") / "b").message


def test_a_name_with_a_nul_character_is_refused(tmp_path: Path) -> None:
    assert "null byte" in refused(tmp_path / "a\0b").message


def test_a_folder_a_device_a_pipe_and_a_socket_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(tmp_path / "socket"))
        for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero"), Path("/dev/null")):
            assert refused(path).message == "is not a regular file"
        assert refused(tmp_path / "socket").message.startswith("cannot be read")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = file_with(tmp_path, b"a: 1\n")
    path.chmod(0)
    assert "permission denied" in refused(path).message


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to(file_with(tmp_path, b"a: 1\n"))
    assert read_document(tmp_path / "link.yaml").root.plain() == {"a": 1}


def test_no_file_handle_is_left_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for path in (tmp_path, tmp_path / "nothing", file_with(tmp_path, b"\0"), Path("/dev/zero")):
        refused(path)
    assert len(os.listdir("/proc/self/fd")) == before
