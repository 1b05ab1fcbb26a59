"""A report's page as a tagged PDF, made by WeasyPrint: for who prints it, files it or reads it without a browser.

WeasyPrint comes with the extra `ppp_metrics[pdf]`, and needs Pango from the system.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg

VARIANT = "pdf/ua-1"
"""What a screen reader needs: tags, title, language and order."""


def write_pdf(page: str) -> bytes:
    """The PDF of a page without scripts; the same bytes for the same page.

    Raises UsageError when WeasyPrint, or the libraries that it needs, are not installed.
    """
    weasyprint = _weasyprint()
    # it tells of every rule for screens that paper has no use for
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    nothing_beyond = weasyprint.urls.URLFetcher(allowed_protocols={"data"})
    document = weasyprint.HTML(string=page, url_fetcher=nothing_beyond)
    return document.write_pdf(pdf_variant=VARIANT, pdf_identifier=hashlib.sha256(page.encode()).digest()[:16])


def check_pdf() -> None:
    """Raises UsageError when no PDF can be written here: before hours of work, not after."""
    _weasyprint()


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError:
        raise UsageError(
            msg("A PDF needs WeasyPrint, which is not installed: pip install 'ppp_metrics[pdf]'.")
        ) from None
    except OSError:
        raise UsageError(
            msg(
                "A PDF needs the library Pango, which this system lacks. Debian and Ubuntu: apt-get install "
                "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. macOS: brew install pango."
            )
        ) from None
    return weasyprint
