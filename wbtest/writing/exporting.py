"""A release as the bytes of a file of any kind: to be edited elsewhere, read, or printed."""

from datetime import datetime
from typing import Literal, get_args

from flask import current_app

from wbtest.writing.document import Document, Form
from wbtest.writing.files import KINDS as TEXT_KINDS
from wbtest.writing.files import for_customers, without_empty_end, write_file
from wbtest.writing.pdf import pdf_of
from wbtest.writing.word import to_docx

Kind = Literal["md", "json", "docx", "html", "pdf"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MIME_TYPES = TEXT_KINDS | {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "pdf": "application/pdf",
}


def export(
    document: Document,
    form: Form,
    kind: Kind,
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
        document = for_customers(document)
    if kind == "docx":
        return to_docx(document, form, at, is_public=is_public)
    if kind in ("html", "pdf"):
        page = html_of(document, form, stamp)
        return pdf_of(page) if kind == "pdf" else page.encode()
    text = write_file(document, form, "md" if kind == "md" else "json")
    return (without_empty_end(text) if is_public and kind == "md" else text).encode()


def html_of(document: Document, form: Form, stamp: str) -> str:
    """Return the release as one page that needs nothing else: no script, no picture, no address."""
    template = current_app.jinja_env.get_template("writing/exported.html")
    return template.render(document=document, form=form, stamp=stamp)
