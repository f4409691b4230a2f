"""The page in a real browser, where one is installed: no message on its console, and it prints to pages."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from landing_zone.reports.assurance_page import assurance_page
from tests.reports.assurance_page.arrange import report_input, written

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")


def chromium(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One run with a profile of its own; the console's messages are on its standard error."""
    command = [CHROMIUM or "", *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def address(folder: Path) -> str:
    return written(assurance_page(report_input()), folder).as_uri()


def test_the_console_stays_silent_and_the_script_opens_what_the_address_names(folder: Path, address: str) -> None:
    run = chromium(folder, "--dump-dom", f"{address}#c-LZ-KEY-01")
    assert [line for line in run.stderr.splitlines() if ":CONSOLE" in line] == []
    control = re.findall(r'<details class="c" id="c-LZ-KEY-01"[^>]*>', run.stdout)[0]
    assert " open" in control
    assert re.search(r'<p id="count"[^>]*>\d+ lines</p>', run.stdout)


def test_the_page_prints_to_several_pages(folder: Path, address: str) -> None:
    chromium(folder, "--no-pdf-header-footer", f"--print-to-pdf={folder / 'report.pdf'}", address)
    printed = (folder / "report.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 10
