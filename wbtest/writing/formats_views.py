"""A release in other forms: what it looks like there, what does not fit, and the text to take."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing import formats as forms
from wbtest.writing.exchange_views import download, plain_name
from wbtest.writing.formats import FORMATS
from wbtest.writing.formats.pieces import Adapted
from wbtest.writing.formats.written import as_markdown, as_text
from wbtest.writing.models import Release
from wbtest.writing.views import bp

MIME_TYPES = {"md": "text/markdown", "html": "text/html", "txt": "text/plain"}
NAME = f"<any({', '.join(repr(name) for name in FORMATS)}):name>"
PATH = f"/releases/<int:release_id>/formats/{NAME}"


@bp.get(PATH)
@access.requires("read")
def formats(release_id: int, name: str) -> ResponseReturnValue:
    """The draft as it would look in this form, with the room that it has there."""
    found = access.get(Release, release_id, "read")
    document = documents.from_json(found.document)
    return render_template(
        "writing/formats.html",
        release=found,
        product=document.product,
        formats=FORMATS,
        name=name,
        adapted=forms.adapted(document, name),
    )


@bp.get(f"{PATH}.md", defaults={"kind": "md"})
@bp.get(f"{PATH}.html", defaults={"kind": "html"})
@bp.get(f"{PATH}.txt", defaults={"kind": "txt"})
@access.requires("read")
def format_file(release_id: int, name: str, kind: str) -> Response:
    """The draft in this form, as a file."""
    document = documents.from_json(access.get(Release, release_id, "read").document)
    text = _written(forms.adapted(document, name), kind)
    return download(text.encode(), MIME_TYPES[kind], f"{plain_name(document)}-{name}.{kind}")


def _written(adapted: Adapted, kind: str) -> str:
    if kind == "html":
        return render_template("writing/formats_file.html", adapted=adapted)
    return as_markdown(adapted) if kind == "md" else as_text(adapted)
