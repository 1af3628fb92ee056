"""What forms share: how they are read, what belongs in a field, where a verb's error is shown."""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import FileField
from wtforms.form import BaseForm
from wtforms.validators import Length

from wbtest.store import Invalid, RateLimited, Refused

# Before a word that begins with neither a scheme nor a slash.
_NO_SCHEME = re.compile(r"(?<!\S)(?=\S)(?!([a-z][a-z0-9+.-]*:)?/)", re.IGNORECASE)

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


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


def add_form_error(form: BaseForm, error: Refused) -> None:
    """Show an error at the field it names, or above the form if the form has no such field.

    ``crowds[1].name`` is the field ``name`` of the second row of ``crowds``. Raises RateLimited
    again, because that has a page of its own.
    """
    if isinstance(error, RateLimited):
        raise error
    row = re.fullmatch(r"(\w+)\[(\d+)\]\.(\w+)", error.field)
    if row and row[1] in form:
        rows: Any = form[row[1]]
        rows.add_error(int(row[2]), row[3], str(error))
    elif error.field in form:
        field = form[error.field]
        field.errors = [*field.errors, str(error)]
    else:
        form.form_errors.append(str(error))


def submitted(form: TypedForm, verb: Callable[[], T]) -> T | None:
    """Return what the verb makes of a form that was sent and is right.

    Else None; what is wrong stands at its field.
    """
    if form.validate_on_submit():
        try:
            return verb()
        except Invalid as error:
            for name, sentence in (error.faults or {error.field: str(error)}).items():
                add_form_error(form, Invalid(name, sentence))
    return None


def form_on(page: str) -> Callable[[View], View]:
    """Declare, below the permission, that the form a view takes is on another ``page``.

    A browser that asks for the view's own address is sent there: errors are answered at that
    address, so a member may reload it.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if request.method in ("GET", "HEAD"):
                return redirect(url_for(page, **kwargs), 303)
            return view(*args, **kwargs)

        checked.form_page = page  # type: ignore[attr-defined]
        return cast(View, checked)

    return declare


def one_line(text: str | None) -> str | None:
    """A filter: no space at the ends, no line breaks and no double spaces between."""
    return " ".join(text.split()) if text else text


def with_https(text: str | None) -> str | None:
    """A filter: each word that begins with no scheme is an address at https://.

    >>> with_https("www.example.com http://example.com")
    'https://www.example.com http://example.com'
    """
    return _NO_SCHEME.sub("https://", text.strip()) if text else text


def at_most(length: int) -> Length:
    """A validator: so many characters and no more."""
    return Length(max=length, message=f"Use at most {length} characters.")


class FieldHelp(NamedTuple):
    """What belongs in a field, with an example of what does not and of what does."""

    text: str
    no: str = ""
    but: str = ""


class HelpMixin:
    """A form whose fields say what belongs in them; it stands before the form's own class."""

    field_help: ClassVar[Mapping[str, FieldHelp]] = {}

    def __init__(self: Any, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, said in self.field_help.items():
            if name in self:
                self[name].description = said
