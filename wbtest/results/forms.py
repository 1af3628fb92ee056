"""The forms of this area."""

from __future__ import annotations

from datetime import date

from wtforms import PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from wbtest.audience.setting_aside import LONGEST_WHY
from wbtest.forms import TypedForm
from wbtest.results.costs import CURRENCIES
from wbtest.results.notes import LONGEST_NOTE
from wbtest.results.shared_links import MOST_DAYS
from wbtest.review.forms import WholeField
from wbtest.store import Invalid
from wbtest.team.passwords import LONGEST_PASSWORD


class NoteForm(TypedForm):
    """When, and what."""

    text = StringField("What happened", render_kw={"maxlength": LONGEST_NOTE})
    day = StringField("Day", render_kw={"type": "date"})


class SpendForm(TypedForm):
    """One line; ``currency`` is asked only of a test that has no lines."""

    source = StringField("Source", render_kw={"autocomplete": "off", "autocapitalize": "none"})
    first = StringField("First day", render_kw={"type": "date"})
    last = StringField("Last day", render_kw={"type": "date"})
    amount = StringField("Amount", render_kw={"inputmode": "decimal", "autocomplete": "off"})
    currency = SelectField(
        "Currency", choices={code: code for code in CURRENCIES}, validate_choice=False
    )


def read_day(form: TypedForm, name: str) -> date:
    """Return the day typed in a field. Raises Invalid with its name."""
    try:
        return date.fromisoformat((form[name].data or "").strip())
    except ValueError as error:
        raise Invalid(name, "Enter a day like 2027-03-31.") from error


class AsideForm(TypedForm):
    """Which group to set aside or take in, and why; the verb refuses what says nothing.

    A group is its direction, kind and value with colons between.
    """

    group = SelectField("Group", choices=[], validate_choice=False)
    why = TextAreaField("How you know", render_kw={"rows": 2, "maxlength": LONGEST_WHY})


DAYS = f"Enter 1 to {MOST_DAYS} days."


class ShareForm(TypedForm):
    """A new link; the verb refuses what cannot be kept."""

    label = StringField("For", [InputRequired("Enter who the link is for.")], default="")
    days = WholeField("Valid for", [InputRequired(DAYS), NumberRange(1, MOST_DAYS, DAYS)])
    password = PasswordField("Password", [Optional()], default="")


class OpenForm(TypedForm):
    password = PasswordField(
        "Password",
        [
            InputRequired("Enter the password."),
            Length(max=LONGEST_PASSWORD, message=f"Use at most {LONGEST_PASSWORD} characters."),
        ],
    )
