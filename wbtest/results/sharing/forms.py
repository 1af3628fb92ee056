"""The forms with which a link is made, and with which one that asks for a password is opened."""

from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from wbtest.results.sharing.links import MOST_DAYS
from wbtest.review.forms import WholeField
from wbtest.team.passwords import LONGEST
from wbtest.typed import TypedForm

DAYS = f"Type a number of days from 1 to {MOST_DAYS}."


class ShareForm(TypedForm):
    """A new link; the verb refuses what cannot be kept."""

    label = StringField("Who is it for?", [InputRequired("Say whom the link is for.")], default="")
    days = WholeField("It works for", [InputRequired(DAYS), NumberRange(1, MOST_DAYS, DAYS)])
    password = PasswordField("Password", [Optional()], default="")


class OpenForm(TypedForm):
    password = PasswordField(
        "Password",
        [
            InputRequired("Type the password."),
            Length(max=LONGEST, message=f"Use at most {LONGEST} characters."),
        ],
    )
