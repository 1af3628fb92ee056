"""What every form of the team's pages shares: its texts are those that somebody typed."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import FileField
from wtforms.form import BaseForm


class TypedForm(FlaskForm):
    """A form that reads files where it asks for files, texts elsewhere, and no JSON.

    Flask-WTF takes whatever stands under a field's name: a file, or the number of a program, which
    no field of text expects. Here such a field was left out, and the form says so.
    """

    class Meta(FlaskForm.Meta):
        """How the form is read."""

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
            """Return what was sent for the form, None where nothing was."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            assert isinstance(form, TypedForm)
            if not form.is_submitted():
                return None
            named = {field.name for field in form if isinstance(field, FileField)}
            sent = [
                *((name, file) for name, file in request.files.items(multi=True) if name in named),
                *(
                    (name, text)
                    for name, text in request.form.items(multi=True)
                    if name not in named
                ),
            ]
            return MultiDict(sent) if sent else None
