"""A release as the bytes of a file of any kind: to be edited elsewhere, read, or printed.

What draws a PDF is an extra, imported with the first one.
"""

import ctypes
import importlib.util
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, Literal, get_args

from flask import current_app

from wbtest.store import Refused
from wbtest.writing import docx_files, release_files
from wbtest.writing.document import Document, Form
from wbtest.writing.release_files import TEXT_FILE_TYPES as TEXT_KINDS

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
    try:
        from weasyprint import HTML  # type: ignore[import-untyped]
        from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]
    except (ImportError, OSError) as error:
        raise NoPdf(
            "PDF needs an extra on this server: pip install “wbtest[pdf]”, and Pango (Debian: "
            "apt install libpango-1.0-0 libpangoft2-1.0-0). Without it, download the HTML file and "
            "print it as a PDF in your browser."
        ) from error

    class Nothing(URLFetcher):
        def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002 - its signature
            raise ValueError(f"{url} is not fetched.")

    return HTML(string=page, url_fetcher=Nothing()).render()


ExportKind = Literal["md", "json", "docx", "html", "pdf"]
EXPORT_KINDS: tuple[ExportKind, ...] = get_args(ExportKind)
EXPORT_MIME_TYPES = TEXT_KINDS | {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "pdf": "application/pdf",
}


def export_release(
    document: Document,
    form: Form,
    kind: ExportKind,
    *,
    stamp: str,
    at: datetime,
    is_public: bool = False,
) -> bytes:
    """Return the release as a file of this kind.

    ``stamp`` says which text it is, such as "Draft"; ``at`` is when the file is made. What only the
    team may read is left out with ``is_public``. Raises NoPdf where no PDF can be made.
    """
    if is_public:
        document = release_files.for_customers(document)
    if kind == "docx":
        return docx_files.to_docx(document, form, at, is_public=is_public)
    if kind in ("html", "pdf"):
        page = release_html(document, form, stamp)
        return html_to_pdf(page) if kind == "pdf" else page.encode()
    text = release_files.format_release(document, form, "md" if kind == "md" else "json")
    return (release_files.without_empty_end(text) if is_public and kind == "md" else text).encode()


def release_html(document: Document, form: Form, stamp: str) -> str:
    """Return the release as one page that needs nothing else: no script, no picture, no address."""
    template = current_app.jinja_env.get_template("writing/exported.html")
    return template.render(document=document, form=form, stamp=stamp)
