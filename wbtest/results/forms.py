"""The forms of this area."""

from __future__ import annotations

from wtforms import PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from wbtest.audience.setting_aside import LONGEST_WHY
from wbtest.forms import TypedForm
from wbtest.results.shared_links import MOST_DAYS
from wbtest.review.forms import WholeField
from wbtest.team.passwords import LONGEST_PASSWORD


class AsideForm(TypedForm):
    """Which group to set aside or take in, and why; the verb refuses what says nothing.

    A group is its direction, kind and value with colons between.
    """

    group = SelectField("Group", choices=[], validate_choice=False)
    why = TextAreaField("How you know", render_kw={"rows": 2, "maxlength": LONGEST_WHY})


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
            Length(max=LONGEST_PASSWORD, message=f"Use at most {LONGEST_PASSWORD} characters."),
        ],
    )
