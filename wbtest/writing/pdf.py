"""From a page to a PDF. What draws it is an extra, imported when somebody asks for the first."""

import ctypes
import importlib.util
from collections.abc import Iterable
from functools import cache
from typing import Any

from wbtest.store import Refused

# In characters. Drawing takes a second for a release, and minutes for a book.
LONGEST_PAGE = 300_000
# As Linux, macOS and Windows call it.
_PANGO = ("libpangoft2-1.0.so.0", "libpangoft2-1.0.0.dylib", "libpangoft2-1.0-0.dll")


class NoPdf(Refused):
    """A PDF that cannot be made here; the text says what to do instead."""


@cache
def can_make_pdf() -> bool:
    """Whether the extra and the system's Pango seem to be there; pages ask before they offer it."""
    return importlib.util.find_spec("weasyprint") is not None and any(map(_is_library, _PANGO))


def _is_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def pdf_of(page: str) -> bytes:
    """Return a page of HTML as PDF. Nothing that it names is fetched. Raises NoPdf."""
    drawn: bytes = _drawn(page).write_pdf()
    return drawn


def sheet_of(pages: Iterable[str]) -> bytes:
    """Return the first of these pages that fits on one sheet as PDF, else the last of them.

    Each is drawn in turn, so the likeliest comes first. Raises NoPdf.
    """
    found: Any = None
    for page in pages:
        found = _drawn(page)
        if len(found.pages) == 1:
            break
    drawn: bytes = found.write_pdf()
    return drawn


def _drawn(page: str) -> Any:
    if len(page) > LONGEST_PAGE:
        raise NoPdf("This is too long for a PDF. Take the HTML file, and print it as a PDF.")
    try:
        from weasyprint import HTML  # type: ignore[import-untyped]
        from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]
    except (ImportError, OSError) as error:
        raise NoPdf(
            "PDF needs an extra on this server: pip install “wbtest[pdf]”, and Pango (Debian: "
            "apt install libpango-1.0-0 libpangoft2-1.0-0). Without it, take the HTML file, and "
            "print it as a PDF in your browser."
        ) from error

    class Nothing(URLFetcher):
        def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002 - its signature
            raise ValueError(f"{url} is not fetched.")

    return HTML(string=page, url_fetcher=Nothing()).render()
