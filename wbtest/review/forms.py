"""The forms of a review: asking for it, the reading room, and what approvers decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from wbtest.forms import TypedForm
from wbtest.review import readings, review_requests
from wbtest.review.models import Forecast, Reading
from wbtest.review.review_answers import (
    BLIND,
    CLOSING,
    FUNCTIONS,
    MISSING,
    NEEDED,
    VERDICTS,
    ReviewerQuestion,
)
from wbtest.store import Invalid

GUESS = ("rate", "low", "high")


class WholeField(IntegerField):
    """A whole number; anything else is answered in our words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Enter a whole number.") from error


def _from_one_to(most: int, unit: str) -> list[Any]:
    sentence = f"Enter 1 to {most} {unit}."
    return [InputRequired(sentence), NumberRange(1, most, sentence)]


class AskForm(TypedForm):
    """``members`` are ids of people, as ticks; who was asked already is no choice."""

    minutes = WholeField("Reading time", _from_one_to(review_requests.MOST_MINUTES, "minutes"))
    note = TextAreaField("Message", [Optional()], default="")
    members = SelectMultipleField(
        "Team members",
        coerce=int,
        validate_choice=False,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class LinkForm(TypedForm):
    """A guest. ``message`` is asked for as long as the revision isn't in review."""

    name = StringField("Guest", [InputRequired("Enter the name of your guest.")], default="")
    email = EmailField("Email", [Optional()], default="")
    message = TextAreaField("Message", [Optional()], default="")
    days = WholeField("Valid for", _from_one_to(review_requests.MOST_DAYS, "days"))
    sees_internal = BooleanField("Show internal questions")


class ApproveForm(Form):
    """``traded_away`` is asked of a lone approver on the release's first day only."""

    traded_away = TextAreaField("Reason to approve alone", default="")


class AnotherForm(Form):
    """An approver rejects the text."""

    what = TextAreaField("What must change?", default="")


class StopForm(Form):
    """An approver stops the release on paper."""

    reason = TextAreaField("Reason for stopping", default="")
    weeks = IntegerField("Weeks of work saved", [Optional()])


class ApprovingForm(Form):
    """How many approve a text, and who must be among them."""

    approvals = WholeField("Approvals needed", default=1)
    required = SelectMultipleField(
        "Required approvers",
        coerce=int,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class CanBeKept:
    """Validator: the text can be stored, and is there when it is ``needed``."""

    def __init__(self, *, needed: bool) -> None:
        self._needed = needed

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            text = readings.answer_to_keep(field.name, field.data or "")
        except Invalid as refused:
            raise ValidationError(str(refused)) from refused
        if self._needed and not text:
            raise ValidationError(MISSING[field.name])


def _fields(questions: Sequence[ReviewerQuestion], needed: Sequence[str] = ()) -> dict[str, Any]:
    return {
        asked.name: TextAreaField(
            asked.text,
            [CanBeKept(needed=True)]
            if asked.name in needed
            else [Optional(), CanBeKept(needed=False)],
            default="",
        )
        for asked in questions
    }


def _has_chosen(_form: Form, field: Any) -> None:
    if field.data not in FUNCTIONS:
        raise ValidationError("Choose your role.")


class AnswerForm(Form):
    """The reader's function and the blind questions, of which three need an answer."""

    function = SelectField(
        "Your role",
        [_has_chosen],
        choices={"": "Choose", **FUNCTIONS},
        validate_choice=False,
    )


class ForecastForm(Form):
    """A guess of the conversion rate and its range, in percent."""

    rate = StringField("Expected rate", default="")
    low = StringField("At least", default="")
    high = StringField("At most", default="")

    @property
    def guess(self) -> tuple[str, str, str] | None:
        """What was typed; None when nothing was."""
        typed = tuple((self[name].data or "").strip() for name in GUESS)
        return (typed[0], typed[1], typed[2]) if any(typed) else None


class ClosingForm(ForecastForm):
    """What a reader thinks after reading: open questions, a verdict, a guess."""

    verdict = RadioField("Your verdict", choices=VERDICTS, validate_choice=False)
    reason = TextAreaField("Reason", default="")


for _form, _asked in ((AnswerForm, _fields(BLIND, NEEDED)), (ClosingForm, _fields(CLOSING))):
    for _name, _field in _asked.items():
        setattr(_form, _name, _field)


def answers_in(form: Form, questions: Sequence[ReviewerQuestion]) -> dict[str, str]:
    """The answers in a form, by question."""
    return {asked.name: form[asked.name].data or "" for asked in questions}


def closing_of(reading: Reading, guess: Forecast | None) -> Mapping[str, Any]:
    """What a reader said, as the closing form shows it."""
    return {
        **reading.closing,
        "verdict": reading.verdict,
        "reason": reading.verdict_reason,
        **guess_of(guess),
    }


def guess_of(guess: Forecast | None) -> dict[str, str]:
    """A forecast as its form shows it: in percent."""
    return {name: f"{100 * getattr(guess, name):.6g}" for name in GUESS} if guess else {}
