"""The form that every form of the team's pages is: a text field gets a text."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import FileField
from wtforms.form import BaseForm


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
