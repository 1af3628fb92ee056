"""What forms share: how they are read, what belongs in a field, where a verb's error is shown."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

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


class Belongs(NamedTuple):
    """What belongs in a field, with an example of what does not and of what does."""

    text: str
    no: str = ""
    but: str = ""


class HasExamples(Protocol):
    """The same, wherever its examples come from."""

    @property
    def text(self) -> str: ...
    @property
    def no(self) -> str: ...
    @property
    def but(self) -> str: ...


class Described:
    """A form whose fields say what belongs in them; it stands before the form's own class."""

    belongs: ClassVar[Mapping[str, HasExamples]] = {}

    def __init__(self: Any, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, said in self.belongs.items():
            if name in self:
                self[name].description = said
