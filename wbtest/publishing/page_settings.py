"""A draft's look, wording and options, changed by its team until the start, and their form."""

from collections.abc import Iterator, Mapping
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

from wbtest.forms import TypedForm, with_https
from wbtest.publishing import (
    forms,
    images,
    launch_readiness,
    lifecycle,
    page_design,
    page_options,
    page_strings,
)
from wbtest.publishing.experiments import check_unchanged, open_draft
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import (
    MOST_QUESTIONS,
    FollowUpQuestion,
    NotAnOption,
    Options,
    follow_ups,
    from_json,
    to_json,
)
from wbtest.store import Invalid, writing
from wbtest.team.models import Person
from wbtest.writing.text_rules import on_one_line, with_plain_breaks

# What of a look may hold words, or show somebody.
LOOK_WITH_WORDS = (*page_design.PICTURES, "hero_alt")
PLAIN_OPTIONS = (
    "counting",
    "visitors_live",
    "respects_signals",
    "confirms",
    "preorder_url",
    "takes_questions",
    "is_indexed",
    "retention_days",
    "link_label",
    "link_url",
    "link_redirects",
)


def change_look(
    experiment: Experiment, person: Person, look: page_design.Look, read: str = ""
) -> None:
    """Give a draft this look; who did stands in the history, as with the words.

    ``read`` is the digest of the look that the person was shown; EditConflict when it's old.
    Raises Invalid for what a page cannot have, Frozen after the start.
    """
    with writing():
        open_draft(experiment)
        checked = page_design.check_look(look)
        for field in page_design.PICTURES:
            images.demand_picture(field, getattr(checked, field))
        kept = page_design.to_json(checked)
        if kept == experiment.look:
            return
        check_unchanged(read, experiment.look)
        pictures, before = (
            [each.get(name) for name in LOOK_WITH_WORDS] for each in (kept, experiment.look)
        )
        if pictures != before:
            experiment.look_writer_id = person.id if any(pictures) else None
        experiment.look = kept
        lifecycle.take_step(experiment, "styled", person)


def change_wording(
    experiment: Experiment, writer: Person, wording: Mapping[str, str], read: str = ""
) -> None:
    """Let a draft's page say this in the place of the tool's words; '' takes the usual ones.

    Who did stands in the history, so that the member who starts it knows whose words they are.
    ``read`` is the digest of the wording that the person was shown; EditConflict when it's old.
    Raises Invalid for a text that cannot stand there, Frozen after the start.
    """
    with writing():
        open_draft(experiment)
        kept = page_strings.check_wording(wording, _language_of(experiment))
        if kept == experiment.wording:
            return
        check_unchanged(read, experiment.wording)
        experiment.wording = kept
        experiment.wording_writer_id = writer.id if kept else None
        lifecycle.take_step(experiment, "worded", writer)


def faults_of_design(
    experiment: Experiment, look: page_design.Look, wording: Mapping[str, str]
) -> list[Invalid]:
    """Return everything that a draft's page cannot have of these, at its field."""
    return [
        *page_design.faults_of(page_design.without_slips(look)),
        *page_strings.faults_of_wording(wording, _language_of(experiment)),
    ]


def _language_of(experiment: Experiment) -> str:
    return str(experiment.revision.document.get("language") or "en")


def change_design(
    experiment: Experiment,
    person: Person,
    look: page_design.Look,
    wording: Mapping[str, str],
    *,
    read_look: str = "",
    read_wording: str = "",
) -> None:
    """Give a draft this look and wording, both or neither. Raises what each of them does."""
    with writing():
        change_look(experiment, person, look, read_look)
        change_wording(experiment, person, wording, read_wording)


def change_options(
    experiment: Experiment, person: Person, options: Options, read: str = ""
) -> Experiment:
    """Replace the draft's options. Who changes what visitors are asked is kept as its writer.

    Raises Frozen after the start, Invalid for a conflict.
    ``read`` is the digest of the options that the person was shown; EditConflict when it's old.
    """
    with writing():
        open_draft(experiment)
        if experiment.options != to_json(options):
            check_unchanged(read, experiment.options)
        for conflict in launch_readiness.conflicts(experiment, options):
            raise Invalid(*conflict)
        if follow_ups(options) != follow_ups(from_json(experiment.options)):
            experiment.questions_writer_id = person.id if any(follow_ups(options)) else None
        experiment.options = to_json(options)
    return experiment


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
    preorder_url = StringField("Pre-order link", filters=[with_https])
    link_label = StringField("Button text")
    link_url = StringField("Link address", filters=[with_https])
    link_redirects = BooleanField("Send visitors there instead of the thank-you page")
    takes_questions = BooleanField("Let visitors ask questions")
    is_indexed = BooleanField("Let search engines list the page")
    retention_days = forms.WholeField("Days to keep emails", [Optional()])

    @property
    def blocks(self) -> Iterator[tuple[Field, Field]]:
        """The fields of each question, and of the answers to choose from."""
        for number in range(1, MOST_QUESTIONS + 1):
            yield self[f"question_{number}"], self[f"choices_{number}"]

    def options(self) -> Options:
        """The options as typed, of a form that is valid. Raises Invalid for what cannot be one."""
        asked: list[FollowUpQuestion] = []
        for text, choices in self.blocks:
            question = FollowUpQuestion(_line(text.data), tuple(_lines(choices.data)))
            if question != FollowUpQuestion(""):
                _check_question(text, choices, question)
                if question.text in {each.text for each in asked}:
                    raise Invalid(text.name, "Ask each question once.")
                asked.append(question)
        values: dict[str, Any] = {name: self[name].data for name in PLAIN_OPTIONS}
        values["visitors_live"] = values["visitors_live"] or ""
        for name in ("preorder_url", "link_url", "link_label"):
            values[name] = _line(values[name])
        values["asks_for"] = tuple(self.asks_for.data or ())
        if values["visitors_live"] not in ("", *page_options.REGION_LABELS):
            raise Invalid("visitors_live", "Choose where visitors live from the list.")
        return Options(questions=tuple(asked), **values)


def values_of_options(options: Options) -> dict[str, Any]:
    """Return the options under the names of the form's fields."""
    values: dict[str, Any] = {name: getattr(options, name) for name in (*PLAIN_OPTIONS, "asks_for")}
    for number, question in enumerate(options.questions, 1):
        values[f"question_{number}"] = question.text
        values[f"choices_{number}"] = "\n".join(question.choices)
    return values


def _check_question(text: Field, choices: Field, question: FollowUpQuestion) -> None:
    """Raise Invalid for a question, at the field that needs a change."""
    for field, tried in ((text, FollowUpQuestion(question.text)), (choices, question)):
        try:
            Options(questions=(tried,))
        except NotAnOption as error:
            raise Invalid(field.name, str(error)) from error


def _line(typed: str | None) -> str:
    return on_one_line(with_plain_breaks(typed or "")).strip()


def _lines(typed: str | None) -> Iterator[str]:
    """The lines that say something."""
    return filter(None, map(str.strip, with_plain_breaks(typed or "").split("\n")))
