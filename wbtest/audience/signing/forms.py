"""The form on a public page. Its sentences are in the page's language, so it is given them."""

import unicodedata
from typing import NamedTuple, Self
from urllib.parse import unquote_to_bytes

from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Form, HiddenField, StringField, ValidationError

from wbtest.audience.visitors import NotAnEmail, read_email
from wbtest.publishing.strings import PageStrings

LONGEST_NAME = 120
MOST_FIELDS = 10


class SignupForm(Form):
    """An address, a name where it is asked for, the page's signed token, and a trap for robots.

    ``address`` is the e-mail's spelling to write to and its key, once the form is valid.
    """

    email = EmailField()
    name = StringField(filters=[lambda text: one_line(text or "")])
    token = HiddenField()
    website = StringField()

    def __init__(
        self, strings: PageStrings, given: MultiDict[str, str] | None = None, token: str = ""
    ) -> None:
        super().__init__(given, token=token)
        self.strings = strings
        self.address = ("", "")

    def validate_email(self, field: EmailField) -> None:
        text = field.data or ""
        if not text.strip():
            raise ValidationError(self.strings.email_missing)
        try:
            self.address = read_email(text)
        except NotAnEmail as error:
            raise ValidationError(self.strings.email_wrong) from error

    def validate_name(self, field: StringField) -> None:
        if len(field.data or "") > LONGEST_NAME:
            raise ValidationError(self.strings.name_long)


class Typed(NamedTuple):
    """What a valid form says: the address as in ``SignupForm``, the name, the page's token.

    ``is_trapped`` says that the field was filled in which nobody sees.
    """

    address: tuple[str, str]
    name: str
    token: str
    is_trapped: bool

    @classmethod
    def of(cls, form: SignupForm) -> Self:
        """What a form says that was found to be valid."""
        token, trap = form.token.data or "", form.website.data
        return cls(form.address, form.name.data or "", token, bool(trap))


def read_plain(body: bytes) -> Typed | None:
    """Return what a form says as a browser sends it, by the rules of ``SignupForm``.

    None for one at which anything is wrong or unusual: that one is for ``SignupForm`` to judge.
    """
    try:
        pairs = read_fields(body.decode("ascii"))
        given = dict(pairs)
        if len(given) < len(pairs) or b"\0" in body or b"%00" in body:
            return None
        address = read_email(given.get("email", ""))
    except (ValueError, NotAnEmail):
        return None
    name = one_line(given.get("name", ""))
    if len(name) > LONGEST_NAME:
        return None
    return Typed(address, name, given.get("token", ""), bool(given.get("website")))


def read_fields(text: str) -> list[tuple[str, str]]:
    """Return the names and values of a form as it is sent, in ASCII. Raises ValueError.

    The same as the standard library's ``parse_qsl``, which looks for letters beyond ASCII, too.
    """
    parts = text.split("&")
    if len(parts) > MOST_FIELDS:
        # So that a stranger cannot let us read a thousand fields.
        raise ValueError("a form of ours has fewer fields")
    pairs = [part.partition("=") for part in parts if part]
    return [(_unquoted(name), _unquoted(value)) for name, _, value in pairs]


def _unquoted(text: str) -> str:
    text = text.replace("+", " ")
    return unquote_to_bytes(text).decode() if "%" in text else text


def one_line(text: str) -> str:
    """One line without characters that cannot be shown, which one of our databases refuses."""
    line = " ".join(text.split())
    return "".join(each for each in line if unicodedata.category(each) not in ("Cc", "Cs"))
