"""The forms on the page that closes the loop."""

from wtforms import BooleanField, StringField, TextAreaField

from wbtest.audience.leaving.closing import LONGEST_TEXT
from wbtest.typed import TypedForm


class LetterForm(TypedForm):
    """What everybody is told, and that the mail was looked at; the verb refuses empty words."""

    text = TextAreaField("Your message", render_kw={"rows": 10, "maxlength": LONGEST_TEXT})
    is_read = BooleanField("I have read the mail as it goes out")


class PurgeForm(TypedForm):
    """The address of the page, typed by hand: what goes cannot be brought back."""

    slug = StringField("Type the address of the page", render_kw={"autocomplete": "off"})
