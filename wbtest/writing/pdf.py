"""Pages of HTML as PDF, drawn by WeasyPrint, an extra, with Pango of the system.

Both may be missing: then all else works, and who asks for a PDF is told what to install.
"""

import io
import threading
import warnings
from collections.abc import Iterable
from contextlib import redirect_stdout
from functools import cache
from typing import Any

from wbtest.store import Refused

# In characters. Drawing takes a second for a release, and minutes for a book.
LONGEST_PAGE = 300_000
# As ``pango_version()`` counts: 1.44.0.
OLDEST_PANGO = 14400
OTHERWISE = "Or open the HTML version and print it as a PDF in your browser."
_loading = threading.Lock()


class NoPdf(Refused):
    """A PDF that cannot be made here; the text says what to do instead."""


def html_to_pdf(page: str) -> bytes:
    """Return a page of HTML as PDF. Nothing that it names is fetched. Raises NoPdf."""
    drawn: bytes = _rendered(page).write_pdf()
    return drawn


def one_sheet_pdf(pages: Iterable[str]) -> bytes:
    """Return the first of these pages that fits on one sheet as PDF, else the last of them.

    Each is drawn in turn, so the likeliest comes first. Raises NoPdf.
    """
    found: Any = None
    for page in pages:
        found = _rendered(page)
        if len(found.pages) == 1:
            break
    drawn: bytes = found.write_pdf()
    return drawn


def _rendered(page: str) -> Any:
    if len(page) > LONGEST_PAGE:
        raise NoPdf("This is too long for a PDF. Download the HTML file and print it as a PDF.")
    weasyprint = _load_weasyprint()

    class Nothing(weasyprint.urls.URLFetcher):  # type: ignore[name-defined]
        def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002 - its signature
            raise ValueError(f"{url} is not fetched.")

    return weasyprint.HTML(string=page, url_fetcher=Nothing()).render()


def _load_weasyprint() -> Any:
    # Its import is quiet only by changes to the whole process, so one thread makes them at a time.
    with _loading:
        return _import_weasyprint()


@cache
def _import_weasyprint() -> Any:
    """Return the module. Raises NoPdf with what to install where it or Pango is missing or old."""
    # Without Pango it prints advice of its own, and without HarfBuzz-Subset, which makes smaller
    # files, it warns of a version to come.
    with redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "HarfBuzz-Subset", DeprecationWarning)
        try:
            import weasyprint  # type: ignore[import-untyped]
            from weasyprint.text.ffi import pango  # type: ignore[import-untyped]
        except ImportError as error:
            raise NoPdf(
                f"PDF needs an extra on this server: pip install 'wbtest[pdf]'. {OTHERWISE}"
            ) from error
        except OSError as error:
            raise NoPdf(
                "PDF needs Pango on this server (Debian: apt install libpango-1.0-0 "
                f"libpangoft2-1.0-0 libharfbuzz-subset0; macOS: brew install pango). {OTHERWISE}"
            ) from error
    if pango.pango_version() < OLDEST_PANGO:
        raise NoPdf(f"PDF needs Pango 1.44 or newer on this server. {OTHERWISE}")
    return weasyprint
