"""What forms of the team share: how they are read, and how a verb's error gets to its field."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import FileField
from wtforms.form import BaseForm
from wtforms.validators import Length

from wbtest.store import RateLimited, Refused


class TypedForm(FlaskForm):
    """A form that reads files into fields for files, texts into the others, and no JSON."""

    class Meta(FlaskForm.Meta):
        """How the form is read."""

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
            """Return what was sent for the form, None where nothing was."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            if not form.is_submitted():  # type: ignore[attr-defined]
                return None
            wanted = {field.name for field in form if isinstance(field, FileField)}
            files: MultiDict[str, Any] = MultiDict(
                each for each in request.files.items(multi=True) if each[0] in wanted
            )
            return CombinedMultiDict([files, request.form]) if files or request.form else None


def put_refusal(form: TypedForm, refused: Refused) -> None:
    """Show a verb's sentence at the field it is about, or above the form when it has none here.

    Whoever tried too often is told so by a page of its own, and when to come again.
    """
    if isinstance(refused, RateLimited):
        raise refused
    if refused.field in form:
        field = form[refused.field]
        field.errors = [*field.errors, str(refused)]
    else:
        form.form_errors.append(str(refused))


def one_line(text: str | None) -> str | None:
    """A filter: no space at the ends, no line breaks and no double spaces between."""
    return " ".join(text.split()) if text else text


def at_most(length: int) -> Length:
    """A validator: so many characters and no more."""
    return Length(max=length, message=f"Use at most {length} characters.")
