"""The form of a page's visitor settings, and how it becomes options."""

from collections.abc import Iterator
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from wbtest.forms import TypedForm
from wbtest.publishing import page_options
from wbtest.publishing.forms import WholeField
from wbtest.publishing.page_options import (
    MOST_QUESTIONS,
    FollowUpQuestion,
    NotAnOption,
    Options,
)
from wbtest.writing.text_rules import on_one_line, with_plain_breaks

PLAIN = (
    "counting",
    "visitors_live",
    "respects_signals",
    "confirms",
    "preorder_url",
    "takes_questions",
    "is_indexed",
    "retention_days",
)


class OptionsForm(TypedForm):
    """Every option of a page; each question has a block of its own, so that no script is needed."""

    counting = RadioField(
        "Count visitors", choices=page_options.COUNTING_LABELS, validate_choice=False
    )
    visitors_live = RadioField(
        "Where visitors live", choices=page_options.REGION_LABELS, validate_choice=False
    )
    respects_signals = BooleanField("Honour “do not track” signals")
    confirms = BooleanField("Ask visitors to confirm their email")
    question_1 = StringField("First question")
    choices_1 = TextAreaField("Choices")
    question_2 = StringField("Second question")
    choices_2 = TextAreaField("Choices")
    question_3 = StringField("Third question")
    choices_3 = TextAreaField("Choices")
    asks_for = SelectMultipleField(
        "Next steps",
        choices=page_options.STEP_LABELS,
        validate_choice=False,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    preorder_url = StringField("Pre-order link")
    takes_questions = BooleanField("Let visitors ask questions")
    is_indexed = BooleanField("Let search engines list the page")
    retention_days = WholeField("Days to keep emails", [Optional()])

    @property
    def blocks(self) -> Iterator[tuple[Field, Field]]:
        """The fields of each question, and of the answers to choose from."""
        for number in range(1, MOST_QUESTIONS + 1):
            yield self[f"question_{number}"], self[f"choices_{number}"]

    def options(self) -> Options | None:
        """The options as typed, of a form that is valid; None when a field has an error now."""
        asked: list[FollowUpQuestion] = []
        for text, choices in self.blocks:
            question = FollowUpQuestion(_line(text.data), tuple(_lines(choices.data)))
            if question != FollowUpQuestion(""):
                _check(text, choices, question)
                if question.text in {each.text for each in asked}:
                    _add(text, "Ask each question once.")
                asked.append(question)
        values: dict[str, Any] = {name: self[name].data for name in PLAIN}
        values["visitors_live"] = values["visitors_live"] or ""
        values["preorder_url"] = (values["preorder_url"] or "").strip()
        values["asks_for"] = tuple(self.asks_for.data or ())
        if values["visitors_live"] not in ("", *page_options.REGION_LABELS):
            _add(self.visitors_live, "Choose where visitors live from the list.")
        if self.errors:
            return None
        try:
            return Options(questions=tuple(asked), **values)
        except NotAnOption as error:
            _add(self[error.field], str(error))
            return None


def values_of(options: Options) -> dict[str, Any]:
    """Return the options under the names of the form's fields."""
    values: dict[str, Any] = {name: getattr(options, name) for name in (*PLAIN, "asks_for")}
    for number, question in enumerate(options.questions, 1):
        values[f"question_{number}"] = question.text
        values[f"choices_{number}"] = "\n".join(question.choices)
    return values


def _check(text: Field, choices: Field, question: FollowUpQuestion) -> None:
    """Put what is wrong with a question at the field that needs a change."""
    for field, tried in ((text, FollowUpQuestion(question.text)), (choices, question)):
        try:
            Options(questions=(tried,))
        except NotAnOption as error:
            _add(field, str(error))
            return


def _add(field: Field, sentence: str) -> None:
    field.errors = [*field.errors, sentence]


def _line(typed: str | None) -> str:
    return on_one_line(with_plain_breaks(typed or "")).strip()


def _lines(typed: str | None) -> Iterator[str]:
    """The lines that say something."""
    return filter(None, map(str.strip, with_plain_breaks(typed or "").split("\n")))
