"""The forms of the reading room: blind answers, what one thinks now, and a guess."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import Form, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Optional

from wbtest.review.models import Forecast, Reading
from wbtest.review.questions import BLIND, CLOSING, FUNCTIONS, NEEDED, VERDICTS, Asked
from wbtest.review.reading.answers import MISSING, text_of
from wbtest.store import Invalid

GUESS = ("rate", "low", "high")


class Kept:
    """Validator: the text can be stored, and is there when it is ``needed``."""

    def __init__(self, *, needed: bool) -> None:
        self._needed = needed

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            text = text_of(field.name, field.data or "")
        except Invalid as refused:
            raise ValidationError(str(refused)) from refused
        if self._needed and not text:
            raise ValidationError(MISSING[field.name])


def _fields(questions: Sequence[Asked], needed: Sequence[str] = ()) -> dict[str, Any]:
    return {
        asked.name: TextAreaField(
            asked.text,
            [Kept(needed=True)] if asked.name in needed else [Optional(), Kept(needed=False)],
            default="",
        )
        for asked in questions
    }


def _has_chosen(_form: Form, field: Any) -> None:
    if field.data not in FUNCTIONS:
        raise ValidationError("Choose what you do.")


class AnswerForm(Form):
    """The reader's function and the blind questions, of which three need an answer."""

    function = SelectField(
        "What do you do?",
        [_has_chosen],
        choices={"": "Choose", **FUNCTIONS},
        validate_choice=False,
    )


class ForecastForm(Form):
    """A guess of the conversion rate and its range, in percent."""

    rate = StringField("What rate do you expect?", default="")
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
    reason = TextAreaField("What must change, or why stop?", default="")


for _form, _asked in ((AnswerForm, _fields(BLIND, NEEDED)), (ClosingForm, _fields(CLOSING))):
    for _name, _field in _asked.items():
        setattr(_form, _name, _field)


def typed_in(form: Form, questions: Sequence[Asked]) -> dict[str, str]:
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
