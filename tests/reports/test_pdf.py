"""The PDF: the same bytes twice, tagged, loading nothing, and a clear word where WeasyPrint is missing."""

from __future__ import annotations

import builtins
import importlib
import re
import socket
import zlib
from pathlib import Path
from typing import Any

import pytest

from landing_zone.fault import UsageError
from landing_zone.reports.pdf import pdf

PAGE = (
    '<!doctype html><html lang="en"><head><title>A report</title><meta name="dcterms.created" content="2026-11-23">'
    "</head><body><h1>A report</h1><table><caption>Rows</caption><tr><th scope=col>One</table>{}</body></html>"
)


def unpacked(document: bytes) -> bytes:
    """The contents of its compressed streams."""
    streams = re.findall(rb"/FlateDecode.*?stream\n(.*?)\nendstream", document, re.DOTALL)
    return b"".join(zlib.decompressobj().decompress(stream) for stream in streams)


@pytest.fixture
def weasyprint() -> Any:
    try:
        return importlib.import_module("weasyprint")
    except (ImportError, OSError) as missing:  # OSError: Pango, which no Python package brings
        pytest.skip(f"WeasyPrint cannot be used: {missing}")


def test_the_same_page_gives_the_same_bytes_tagged_for_screen_readers(weasyprint: Any) -> None:
    first = pdf(PAGE.format(""))
    assert first == pdf(PAGE.format(""))
    assert first.startswith(b"%PDF-")
    assert b"/MarkInfo" in unpacked(first)
    assert b"D:20261123" in unpacked(first)


def test_nothing_is_loaded(weasyprint: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", connect)
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    images = f'<img alt="" src="http://127.0.0.1:9/x.png"><img alt="" src="{secret.as_uri()}">'
    assert pdf(PAGE.format(images)).startswith(b"%PDF-")
    attached = PAGE.format(f'<link rel="attachment" href="{secret.as_uri()}">')
    assert b"secret" not in unpacked(pdf(attached))


@pytest.mark.parametrize(
    ("error", "said"),
    [(ImportError("no module"), "weasyprint|\\[pdf\\]"), (OSError("cannot load libpango"), "libpango-1.0-0")],
)
def test_where_weasyprint_cannot_be_used_the_error_says_what_to_install(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "weasyprint":
            raise error
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=said):
        pdf(PAGE.format(""))
