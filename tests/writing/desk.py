"""What a browser sends from the writing desk."""

from wbtest.writing import document as documents
from wbtest.writing import editor_form
from wbtest.writing.models import Release


def typed(release: Release, **changes: str) -> dict[str, str]:
    """Every field of the release's sheet as it stands, but for ``changes``.

    A name like ``call_to_action__label`` changes the field ``call_to_action-label``.
    """
    document = documents.from_json(release.document)
    sheet = editor_form.sheet_of(document, release.form, release.version)
    fields = {field.name: field.text for field in editor_form.fields_of(sheet)}
    named = {name.replace("__", "-"): text for name, text in changes.items()}
    return fields | {"version": str(release.version), "shape": release.form} | named
