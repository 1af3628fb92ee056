"""A release from a text that exists, and as a file in its own format and in others.

A text from elsewhere becomes a draft at once; what found no part is kept beside it.
"""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import secure_filename

from wbtest.extensions import clock
from wbtest.forms import add_form_error
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import format_blocks, html_reader, languages, release_formats, releases
from wbtest.writing.document import Document, NotADocument, from_json
from wbtest.writing.forms import NewReleaseForm
from wbtest.writing.models import Release
from wbtest.writing.release_export import (
    EXPORT_MIME_TYPES,
    ExportKind,
    export_release,
)
from wbtest.writing.release_files import error_sentence, file_text, parse_release, unplaced_text
from wbtest.writing.views import bp


@bp.get("/releases/<int:release_id>/export.md", defaults={"kind": "md"})
@bp.get("/releases/<int:release_id>/export.json", defaults={"kind": "json"})
@bp.get("/releases/<int:release_id>/export.docx", defaults={"kind": "docx"})
@bp.get("/releases/<int:release_id>/export.html", defaults={"kind": "html"})
@bp.get("/releases/<int:release_id>/export.pdf", defaults={"kind": "pdf"})
@access.requires("read")
def export(release_id: int, kind: ExportKind) -> Response:
    """The draft as a file: for the team, or with ``?public=1`` for customers."""
    found = access.get(Release, release_id, "read")
    document = from_json(found.document)
    is_public = request.args.get("public") == "1"
    data = export_release(
        document, found.form, kind, stamp="Draft", at=clock.now(), is_public=is_public
    )
    name = "-for-customers" if is_public else ""
    return download(data, EXPORT_MIME_TYPES[kind], f"{plain_name(document)}{name}.{kind}")


def plain_name(document: Document) -> str:
    """A file name for the release, without its end."""
    # A name of any script is a name; what is left of it in ASCII may be nothing.
    return secure_filename(document.product) or "release"


def download(data: bytes, mimetype: str, name: str) -> Response:
    """An answer that the browser keeps as a file."""
    answer = Response(data, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.route("/releases/new", methods=["GET", "POST"])
@access.requires("edit")
def new_release() -> ResponseReturnValue:
    """Begin a release: empty, or from a text that was written elsewhere."""
    spoken = request.accept_languages.best_match([code for code, *_ in languages.LANGUAGES])
    form = NewReleaseForm(request.form, data={"language": spoken or "en"})
    if request.method == "POST" and form.validate():
        try:
            begun = _begin(form)
        except NotADocument as error:
            form.text.errors = [error_sentence(error)]
        except Invalid as refused:
            add_form_error(form, refused)
        else:
            return redirect(url_for(".release", release_id=begun.id), 303)
    return render_template("writing/new_release.html", form=form), 422 if form.errors else 200


def _begin(form: NewReleaseForm) -> Release:
    """The release that the form asks for; raises NotADocument or Invalid where it can't be."""
    product, headline = form.product.data or "", form.headline.data or ""
    text = _given_text(form)
    if not text.strip():
        return releases.create_release(
            access.person(),
            form="short",
            product=product,
            language=form.language.data,
            headline=headline,
        )
    read = parse_release(text, is_any_text=True)
    names_language = not read.places or "language" in read.places
    begun = releases.create_release(
        access.person(),
        form=read.form,
        product=product.strip() or read.document.product,
        language=read.document.language if names_language else form.language.data,
        headline=headline,
        document=read.document,
        unplaced=unplaced_text(read),
    )
    for note in read.notes:
        flash(note)
    return begun


def _given_text(form: NewReleaseForm) -> str:
    """What is in the file, or was pasted, as Markdown or JSON; '' when nothing was given.

    The text of a file is put into the form, so that it comes back with what is wrong with it.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        return (
            html_reader.html_to_markdown(form.html.data) if form.html.data else form.text.data or ""
        )
    content = file.stream.read()
    if file.filename.lower().endswith(".docx") and not content.startswith(b"PK"):
        raise NotADocument(
            "file", "This file is called .docx but isn’t a Word file. Save it as .docx again."
        )
    text = file_text(content)
    form.text.data = form.text.data or text
    return text


@bp.post("/releases/<int:release_id>/remove-unplaced")
@access.requires("edit")
def remove_unplaced(release_id: int) -> ResponseReturnValue:
    """Delete what found no part when the release was imported."""
    found = access.get(Release, release_id, "edit")
    releases.remove_unplaced(found)
    flash("Text removed.")
    return redirect(url_for(".release", release_id=found.id), 303)


FORMAT_MIME_TYPES = {"md": "text/markdown", "html": "text/html", "txt": "text/plain"}
_NAMES = ", ".join(repr(name) for name in release_formats.FORMATS)
_FORMAT_PATH = f"/releases/<int:release_id>/formats/<any({_NAMES}):name>"


@bp.get(f"{_FORMAT_PATH}.md", defaults={"kind": "md"})
@bp.get(f"{_FORMAT_PATH}.html", defaults={"kind": "html"})
@bp.get(f"{_FORMAT_PATH}.txt", defaults={"kind": "txt"})
@access.requires("read")
def format_file(release_id: int, name: str, kind: str) -> Response:
    """The draft in this form, as a file."""
    document = from_json(access.get(Release, release_id, "read").document)
    text = _format_text(release_formats.adapt(document, name), kind)
    return download(text.encode(), FORMAT_MIME_TYPES[kind], f"{plain_name(document)}-{name}.{kind}")


def _format_text(adapted: format_blocks.AdaptedRelease, kind: str) -> str:
    if kind == "html":
        return render_template("writing/formats_file.html", adapted=adapted)
    return format_blocks.as_markdown(adapted) if kind == "md" else format_blocks.as_text(adapted)
