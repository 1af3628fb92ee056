"""A release as the bytes of a file of any kind: to be edited elsewhere, read, or printed."""

from datetime import datetime
from typing import Literal, get_args

from flask import current_app

from wbtest.writing import docx_files, release_files
from wbtest.writing.document import Document, Form
from wbtest.writing.pdf import html_to_pdf
from wbtest.writing.release_files import TEXT_FILE_TYPES as TEXT_KINDS

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
