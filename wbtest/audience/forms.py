"""The form on a public page. Its sentences are in the page's language, so it is given them."""

import unicodedata

from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Form, HiddenField, StringField, ValidationError

from wbtest.audience.email_addresses import NotAnEmail, read_email
from wbtest.publishing.page_strings import PageStrings

LONGEST_NAME = 120


class SignupForm(Form):
    """An address, a name where it is asked for, the page's signed token, and a trap for robots.

    ``address`` is the email's spelling to write to and its key, once the form is valid.
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


def one_line(text: str) -> str:
    """One line without characters that cannot be shown, which one of our databases refuses."""
    line = " ".join(text.split())
    return "".join(each for each in line if unicodedata.category(each) not in ("Cc", "Cs"))
