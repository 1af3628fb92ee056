"""The form of this area."""

from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField

from wbtest.results.decisions import CHOICES, LONGEST_REASON


class DecisionForm(FlaskForm):
    """Go, iterate or stop, and why; the verb refuses what says nothing."""

    choice = RadioField(
        "What you decide",
        choices={str(choice): choice.capitalize() for choice in CHOICES},
        validate_choice=False,
    )
    reason = TextAreaField("Why", render_kw={"rows": 3, "maxlength": LONGEST_REASON})
