"""A release as a file, to download and to import, in its own format and in others.

An imported file is read, shown, and corrected by a person before the draft is made of it.
"""

from dataclasses import replace

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import secure_filename

from wbtest.extensions import clock
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing import editor_form, release_export, releases
from wbtest.writing.document import Document, NotADocument
from wbtest.writing.format_blocks import AdaptedRelease, as_markdown, as_text
from wbtest.writing.forms import ImportForm
from wbtest.writing.markdown_reader import ImportedRelease
from wbtest.writing.models import Release
from wbtest.writing.release_export import ExportKind, can_make_pdf
from wbtest.writing.release_files import error_sentence, file_text, parse_release
from wbtest.writing.release_formats import FORMATS, adapt
from wbtest.writing.views import bp

# What the page asks anew, or shows by itself.
_ASKED_AGAIN = ("product", "language")
bp.add_app_template_global(can_make_pdf)


@bp.get("/releases/<int:release_id>/export.md", defaults={"kind": "md"})
@bp.get("/releases/<int:release_id>/export.json", defaults={"kind": "json"})
@bp.get("/releases/<int:release_id>/export.docx", defaults={"kind": "docx"})
@bp.get("/releases/<int:release_id>/export.html", defaults={"kind": "html"})
@bp.get("/releases/<int:release_id>/export.pdf", defaults={"kind": "pdf"})
@access.requires("read")
def export(release_id: int, kind: ExportKind) -> Response:
    """The draft as a file: for the team, or with ``?public=1`` for customers."""
    found = access.get(Release, release_id, "read")
    document = documents.from_json(found.document)
    is_public = request.args.get("public") == "1"
    data = release_export.export_release(
        document, found.form, kind, stamp="Draft", at=clock.now(), is_public=is_public
    )
    name = "-for-customers" if is_public else ""
    return download(
        data, release_export.EXPORT_MIME_TYPES[kind], f"{plain_name(document)}{name}.{kind}"
    )


def plain_name(document: Document) -> str:
    """A file name for the release, without its end."""
    # A name of any script is a name; what is left of it in ASCII may be nothing.
    return secure_filename(document.product) or "release"


def download(data: bytes, mimetype: str, name: str) -> Response:
    """An answer that the browser keeps as a file."""
    answer = Response(data, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.route("/releases/import", methods=["GET", "POST"], endpoint="import")
@access.requires("edit")
def import_release() -> ResponseReturnValue:
    """Read a file or pasted text, show what it was taken for, and make the draft of it."""
    form = ImportForm(request.form)
    if request.method == "GET":
        return _import_page(form)
    typed = form.text.data
    try:
        form.text.data = _pasted_or_file(form)
        read = parse_release(form.text.data)
    except NotADocument as error:
        # The file is still on somebody's disk, and what they typed beside it would be gone.
        form.text.data = typed or form.text.data
        form.text.errors = [error_sentence(error)]
        return _import_page(form), 422
    if form.is_confirmed.data:
        try:
            return _create(form, read)
        except Invalid as refused:
            form.product.errors = [str(refused)]
            return _import_page(form, read), 422
    # Who has it read again has said these two before.
    if "product" not in request.form:
        form.product.data, form.form.data = read.document.product, read.form
    return _import_page(form, read)


def _import_page(form: ImportForm, read: ImportedRelease | None = None) -> str:
    parts = _parts(read.document) if read else []
    return render_template("writing/import.html", form=form, read=read, parts=parts)


def _pasted_or_file(form: ImportForm) -> str:
    """What was pasted, or is in the file; raises NotADocument when nobody can read it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        if not (form.text.data or "").strip():
            raise NotADocument("file", "Choose a file or paste a text.")
        return form.text.data or ""
    content = file.stream.read()
    if file.filename.lower().endswith(".docx") and not content.startswith(b"PK"):
        raise NotADocument(
            "file", "This is no Word file, although its name says so. Save it as .docx once more."
        )
    return file_text(content)


def _create(form: ImportForm, read: ImportedRelease) -> ResponseReturnValue:
    product = form.product.data or ""
    begun = releases.create_release(
        access.person(),
        form="full" if form.form.data == "full" else "short",
        product=product,
        language=read.document.language,
        document=replace(read.document, product=product.strip()),
    )
    return redirect(url_for(".release", release_id=begun.id), 303)


def _parts(document: Document) -> list[editor_form.SheetField]:
    """The fields of the full sheet that the file fills, but for those asked for above."""
    fields = editor_form.fields_of(editor_form.sheet_of(document, "full", 0))
    return [typed for typed in fields if typed.text.strip() and typed.name not in _ASKED_AGAIN]


FORMAT_MIME_TYPES = {"md": "text/markdown", "html": "text/html", "txt": "text/plain"}
_FORMAT_PATH = (
    f"/releases/<int:release_id>/formats/<any({', '.join(repr(name) for name in FORMATS)}):name>"
)


@bp.get(f"{_FORMAT_PATH}.md", defaults={"kind": "md"})
@bp.get(f"{_FORMAT_PATH}.html", defaults={"kind": "html"})
@bp.get(f"{_FORMAT_PATH}.txt", defaults={"kind": "txt"})
@access.requires("read")
def format_file(release_id: int, name: str, kind: str) -> Response:
    """The draft in this form, as a file."""
    document = documents.from_json(access.get(Release, release_id, "read").document)
    text = _format_text(adapt(document, name), kind)
    return download(text.encode(), FORMAT_MIME_TYPES[kind], f"{plain_name(document)}-{name}.{kind}")


def _format_text(adapted: AdaptedRelease, kind: str) -> str:
    if kind == "html":
        return render_template("writing/formats_file.html", adapted=adapted)
    return as_markdown(adapted) if kind == "md" else as_text(adapted)
