"""The PDF of a report page: the page's own print styles, laid out by WeasyPrint, tagged for screen readers (PDF/UA)."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from landing_zone.fault import UsageError

PDF_VARIANT = "pdf/ua-1"


def pdf(html: str) -> bytes:
    """The page on paper; the same bytes for the same page. Raises UsageError when WeasyPrint cannot be used.

    Nothing is fetched: what a page refers to outside itself is left out. Dates are those of the page's `dcterms`.
    """
    weasyprint = _weasyprint()
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())  # it warns of each property of screens alone
    document = weasyprint.HTML(string=html, url_fetcher=weasyprint.urls.URLFetcher(allowed_protocols=()))
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    written: bytes = document.write_pdf(pdf_variant=PDF_VARIANT, pdf_identifier=identifier)
    return written


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError as error:
        hint = "install the extra with `pip install 'healthcare-landing-zone[pdf]'`, or choose html and print it"
        raise UsageError("the format pdf needs WeasyPrint, which is not installed", hint=hint) from error
    except OSError as error:  # it is installed, but a shared library that it loads is not
        hint = "install Pango (Debian and Ubuntu: libpango-1.0-0 libpangoft2-1.0-0; macOS: brew install pango)"
        raise UsageError(f"the format pdf needs a system library that is missing: {error}", hint=hint) from error
    return weasyprint
