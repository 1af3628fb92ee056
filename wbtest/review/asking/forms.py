"""The forms with which a review is asked for, and a link is made."""

from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from wbtest.review.asking.links import MOST_DAYS
from wbtest.review.asking.rounds import MOST_MINUTES
from wbtest.typed import TypedForm


class WholeField(IntegerField):
    """A whole number; anything else is answered in our words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Type a whole number.") from error


def _from_one_to(most: int, unit: str) -> list[Any]:
    sentence = f"Type a number of {unit} from 1 to {most}."
    return [InputRequired(sentence), NumberRange(1, most, sentence)]


class AskForm(TypedForm):
    """``members`` are ids of people, as ticks; who was asked already is no choice."""

    minutes = WholeField("Silent reading", _from_one_to(MOST_MINUTES, "minutes"))
    note = TextAreaField("What should they look at?", [Optional()], default="")
    members = SelectMultipleField(
        "Who reads it",
        coerce=int,
        validate_choice=False,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class LinkForm(TypedForm):
    name = StringField("Who is it for?", [InputRequired("Say whom the link is for.")], default="")
    email = EmailField("Their e-mail", [Optional()], default="")
    days = WholeField("It works for", _from_one_to(MOST_DAYS, "days"))
    sees_internal = BooleanField("May read our own questions too")
