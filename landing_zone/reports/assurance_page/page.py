"""Render the page: templates, one style sheet, one script, and a content security policy that allows just these."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup, escape

from landing_zone.assurance.ledger.model import STATUSES
from landing_zone.reports.assurance_page import view, words
from landing_zone.reports.assurance_page.maps import pictures, styles
from landing_zone.reports.assurance_page.palette import LIGHT, palette_css, status_class, status_css
from landing_zone.reports.assurance_page.tables import register, shown
from landing_zone.reports.report_input import ReportInput

_FOLDER = Path(__file__).parent
TITLE = "Security Rule assurance report"
NO_BOXES = "".join(f"@{place}{{content:none}}" for place in ("top-left", "top-right", "bottom-right"))
_REGISTERS = ("exceptions", "agreements", "risk_analysis", "regimes", "excepted")


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "css": status_class,
        "anchor": _anchor,
        "number": "{:,}".format,
        "sections": view.sections,
        "cannot_see": view.cannot_see,
        "shown": shown,
        "prose": _prose,
    }
    return environment.get_template("page.html.j2")


def assurance_page(source: ReportInput) -> str:
    """The report of one assembly at one date; the same text for the same input."""
    report = source.report
    drawn, left_out = pictures(source.maps)
    sheet = palette_css() + status_css() + (_FOLDER / "page.css").read_text(encoding="utf-8")
    header = _paper_sheet(f"{report['organization']} · {report['as_of']}")
    script = (_FOLDER / "page.js").read_text(encoding="utf-8")
    inline = [sheet, header, *(style for picture in drawn for style in styles(picture.svg))]
    return _template().render(
        view=view,
        words=words,
        statuses=STATUSES,
        report=report,
        totals=report["totals"],
        controls={row["id"]: row for row in report["controls"]},
        rules={row["id"] for row in report["rules"]},
        templates={row["id"] for row in report["variants"]},
        theorems={row["id"] for row in report["theorems"]},
        proposals={row["id"] for row in report["proposed"]},
        artifacts={row["id"]: row for row in report["artifacts"]},
        registers={name: register(name, report[name]) for name in _REGISTERS if report.get(name)},
        inventory=source.inventory,
        access=source.access,
        pictures=drawn,
        maps_left_out=left_out,
        title=TITLE,
        paper=LIGHT,
        sheet=sheet,
        header_sheet=header,
        script=script,
        policy=_policy([script], inline),
        catalogue_dates=view.catalogue_dates(source),
        certificates=source.index.get("reports", {}),
        **_shared_texts(report),
    )


def _shared_texts(report: Mapping[str, Any]) -> dict[str, str]:
    """What most rows say alike, so that it is said once."""
    return {
        "usual_basis": view.most_frequent(row["basis"] for row in report["specifications"]),
        "usual_verification": view.most_frequent(row["verification"] for row in report["specifications"]),
    }


def _policy(scripts: Iterable[str], sheets: Iterable[str]) -> str:
    allowed = {name: " ".join(dict.fromkeys(map(_hash, texts))) for name, texts in (("s", scripts), ("c", sheets))}
    return (
        f"default-src 'none'; script-src {allowed['s']}; style-src {allowed['c']}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _paper_sheet(text: str) -> str:
    """Margins of the sheet, a running header with the text, page numbers; none of it on the cover."""
    # Everything but letters and digits of ASCII is an escape of CSS: the text is somebody's.
    escaped = "".join(char if char.isascii() and char.isalnum() else f"\\{ord(char):x} " for char in text)
    boxes = (("top-left", f'"{escaped}"'), ("top-right", f'"{TITLE}"'), ("bottom-right", "counter(page)"))
    font = f'font:8pt "Liberation Sans",Arial,sans-serif;color:{LIGHT["soft"]}'
    inside = "".join(f"@{place}{{content:{content};{font}}}" for place, content in boxes)
    return f"@page{{size:A4;margin:22mm 18mm 20mm;{inside}}}@page:first{{{NO_BOXES}}}"


def _prose(text: str) -> Markup:
    """A sentence of the catalogue: what stands between backticks is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _anchor(text: str) -> str:
    """A name as the end of an element's id: ids have no spaces."""
    return "-".join(str(text).split())
