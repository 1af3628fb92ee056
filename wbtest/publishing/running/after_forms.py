"""The form of what comes after the end."""

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import Optional

from wbtest.publishing.running.after import CHOICES, LONGEST_OUTCOME
from wbtest.typed import TypedForm


class AfterForm(TypedForm):
    """What stands at the address once the test is over."""

    afterwards = RadioField("What stands at the address", choices=CHOICES, validate_choice=False)
    outcome = TextAreaField("How it ended, in your words", [Optional()])
    waiting_variant = SelectField("The page that everybody sees", validate_choice=False)
    longest_outcome = LONGEST_OUTCOME
