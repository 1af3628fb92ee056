"""The forms with which a revision is decided on, and with which a team says who decides."""

from wtforms import (
    Form,
    IntegerField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from wbtest.review.asking.forms import WholeField


class ApproveForm(Form):
    """``traded_away`` is asked of a lone approver on the release's first day only."""

    traded_away = TextAreaField("What did you trade away?", default="")


class AnotherForm(Form):
    """An approver wants another draft."""

    what = TextAreaField("What must change?", default="")


class StopForm(Form):
    """An approver stops the release on paper."""

    reason = TextAreaField("Why do we stop?", default="")
    weeks = IntegerField("Weeks of building saved, at a guess", [Optional()])


class ApprovingForm(Form):
    """How many sign a text off, and who must be among them."""

    approvals = WholeField("How many approve a text", default=1)
    required = SelectMultipleField(
        "Always among them",
        coerce=int,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
