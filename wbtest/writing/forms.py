"""The forms of a release: creating one, and the sheet on which its parts are typed.

What may be in a part is decided in ``text_rules``; what belongs in it is said here, with the
examples of the coach's rule where there is one.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from wtforms import (
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, DateInput, HiddenInput, ListWidget

from wbtest.forms import FieldHelp, HelpMixin
from wbtest.writing import coach, document, languages
from wbtest.writing.coach.claims import NumberRow, numbers_of
from wbtest.writing.text_rules import (
    MOST_EVIDENCE,
    MOST_QUESTIONS,
    fault_of,
    on_one_line,
    with_plain_breaks,
)


class HelpText(Struct, forbid_unknown_fields=True):
    """What is said of a field: a text or the advice of a part, and an example or that of a rule."""

    text: str = ""
    part: str = ""
    rule: str = ""
    no: str = ""
    but: str = ""


_ADVICE = {part.name: part.advice for part in document.PARTS["full"]}
_RULES = {rule.id: rule for rule in coach.RULES}
_HELP = msgspec.toml.decode(
    Path(__file__).with_name("field_help.toml").read_bytes(),
    type=dict[str, dict[str, HelpText]],
)


def _help_of(form: str) -> dict[str, FieldHelp]:
    """What belongs in each field of a form."""
    return {name: _field_help(said) for name, said in _HELP[form].items()}


def _field_help(said: HelpText) -> FieldHelp:
    text = said.text or _ADVICE[said.part]
    if said.rule:
        return FieldHelp(text, _RULES[said.rule].before, _RULES[said.rule].after)
    return FieldHelp(text, said.no, said.but)


# What stands before "rests on" in the order of the choices; rows without words offer the last.
_KIND_CHOICES = {
    "sourced": "We have a source",
    "assumed": "We assume it",
    "imagined": "We made it up",
}
_REMOVE = "remove"
KIND_CHOICES = {"": "Not said yet"} | _KIND_CHOICES
KIND_CHOICES_WHEN_GONE = _KIND_CHOICES | {_REMOVE: "Remove it"}


class SheetRows(FieldList):  # type: ignore[type-arg]  # its stubs are generic, it is not
    """Rows of a sheet. What is sent under any other number is no part of it."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        # The base class breaks on digits that are no number, such as ², and on thousands of them.
        for name in formdata:
            if found := re.match(rf"{re.escape(prefix)}-([0-9]{{1,10}})(?:-|$)", name):
                yield int(found[1])


class NumberRows(SheetRows):
    """Rows that are called by their words: a row keeps its name while others come and go.

    So what was typed in one browser finds its row in another text.
    """

    def process(self, formdata: Any, data: Any = (), extra_filters: Any = None) -> None:
        """Read what was typed, or make a row for each of ``data``."""
        # The base class would hand data to what was typed by place, not by name.
        super().process(formdata, (), extra_filters)
        taken: set[int] = set()
        for values in () if formdata else data or ():
            index = zlib.crc32(document.words_key(values["words"]).encode())
            while index in taken:
                index += 1
            taken.add(index)
            self.last_index = index - 1
            self.append_entry(values)

    def _compact_indices(self) -> None:
        """Leave the names as they are; the base class would count the rows from 0."""


def number_rows(document: document.Document) -> list[NumberRow]:
    """The rows that the sheet shows: every entry, and as many other numbers as have room."""
    rows = numbers_of(document).rows
    room = MOST_EVIDENCE - sum(row.entry is not None for row in rows)
    unsaid = [row for row in rows if row.entry is None][:room]
    return [row for row in rows if row.entry is not None or row in unsaid]


def number_row_values(row: NumberRow) -> dict[str, str]:
    """What stands in the fields of a row."""
    entry = row.entry
    return {
        "words": row.words,
        "kind": entry.kind if entry else "",
        "source": entry.source if entry else "",
    }


RELOAD = "This page is out of date. Copy what you typed, reload the page and type it again."


class ValidPart:
    """Validator: the text may stand in this part of a release."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __call__(self, _form: Any, field: Any) -> None:
        if fault := fault_of(self._part, field.data):
            raise ValidationError(fault)


def _line(label: str, part: str, **more: Any) -> Any:
    return StringField(label, [ValidPart(part)], [_joined], default="", **more)


def _sentence(label: str, part: str) -> Any:
    """One line of text that may be long enough to wrap."""
    return TextAreaField(label, [ValidPart(part)], [_joined], default="")


def _prose(label: str, part: str) -> Any:
    return TextAreaField(label, [ValidPart(part)], [_plain], default="")


def _joined(text: str | None) -> str:
    return on_one_line(text or "")


def _plain(text: str | None) -> str:
    return with_plain_breaks(text or "")


class NewReleaseForm(Form):
    """What a release begins with; ``html`` is the pasted ``text`` as an editor copied it."""

    product = StringField("Product name", default="")
    headline = StringField("Headline", [Optional(), ValidPart("headline")], [_joined], default="")
    language = SelectField("Language", choices=languages.listed(""), default="en")
    text = TextAreaField("Paste a draft", [Optional()], default="")
    html = StringField(widget=HiddenInput(), default="")


class CallToActionForm(HelpMixin, Form):
    """How to get started."""

    field_help = _help_of("call_to_action")
    text = _sentence("Call to action", "call_to_action.text")
    label = _line("Button text", "call_to_action.label")
    price = _sentence("Price, or “free”", "call_to_action.price")


class DatelineForm(HelpMixin, Form):
    """Where and when the imagined launch takes place."""

    field_help = _help_of("dateline")
    city = _line("City", "dateline.city")
    date = _line("Launch date", "dateline.date", widget=DateInput())


class QuoteForm(HelpMixin, Form):
    """What somebody of the company says, and who."""

    field_help = _help_of("company_quote")
    text = _prose("What they say", "company_quote.text")
    speaker = _line("Name", "company_quote.speaker")
    role = _sentence("Who they are", "company_quote.role")


class CustomerQuoteForm(QuoteForm):
    """What an imagined customer says."""

    field_help = _help_of("customer_quote")


class QuestionForm(HelpMixin, Form):
    """One row of the FAQ; its last three fields make it an honest unknown."""

    topics: tuple[str, ...] = ()
    topic = SelectField("Topic", [ValidPart("faq.topic")], validate_choice=False, default="")
    question = _sentence("Question", "faq.question")
    answer = _prose("Answer", "faq.answer")
    owner = _line("Who’ll find out", "faq.open.owner")
    until = _line("By", "faq.open.until", widget=DateInput())
    settled_by = _sentence("What will settle it", "faq.open.settled_by")

    def process(self, *args: Any, **more: Any) -> None:
        """Read the row; a topic of the team's own stays among the choices."""
        self.topic.choices = {}
        super().process(*args, **more)
        known = self.topics + ((self.topic.data,) if self.topic.data not in self.topics else ())
        self.topic.choices = {"": "No topic"} | {
            topic: document.topic_name(topic).capitalize() for topic in known if topic
        }


class ExternalQuestionForm(QuestionForm):
    field_help = _help_of("external")
    topics = document.EXTERNAL_TOPICS


class InternalQuestionForm(QuestionForm):
    field_help = _help_of("internal")
    topics = document.INTERNAL_TOPICS


class NumberForm(HelpMixin, Form):
    """What a number rests on. The words name it; they are as the text has them."""

    field_help = _help_of("number")
    words = StringField("Words", [ValidPart("evidence.words")], widget=HiddenInput(), default="")
    kind = SelectField(
        "Where it comes from", choices=KIND_CHOICES, validate_choice=False, default=""
    )
    source = _sentence("Source", "evidence.source")
    # Where the words stand, as the page shows it beside the fields.
    sentence, more, is_gone = "", 0, False

    def validate_kind(self, field: Any) -> None:
        """Refuse what no choice says."""
        if field.data not in KIND_CHOICES | KIND_CHOICES_WHEN_GONE:
            raise ValidationError("Choose one of these.")

    def tell(self, sentence: str, more: int) -> None:
        """Say where the words stand; without a sentence they stand nowhere any more."""
        self.sentence, self.more, self.is_gone = sentence, more, not sentence
        self.kind.choices = KIND_CHOICES_WHEN_GONE if self.is_gone else KIND_CHOICES


class ShortForm(HelpMixin, Form):
    """The parts of a short release. ``version`` names the text that this one was made from."""

    field_help = _help_of("release")
    version = IntegerField(widget=HiddenInput())
    product = _line("Product", "product")
    language = SelectField("Language", [ValidPart("language")], validate_choice=False)
    headline = _sentence("Headline", "headline")
    subheading = _sentence("Subheading", "subheading")
    problem = _prose("Problem", "problem")
    alternative = _prose("What people do today, and why this is better", "alternative")
    call_to_action = FormField(CallToActionForm)
    # One more than allowed is read, so that it can be refused; nobody types a thousand.
    external = SheetRows(FormField(ExternalQuestionForm), max_entries=MOST_QUESTIONS + 1)
    evidence = NumberRows(FormField(NumberForm), max_entries=MOST_EVIDENCE + 1)

    def process(self, formdata: Any = None, *args: Any, **more: Any) -> None:
        """Read the sheet, and remember what was sent that is no part of it."""
        super().process(formdata, *args, **more)
        self.language.choices = languages.listed(self.language.data or "")
        self._unknown = sorted(
            set(formdata or ()) - _field_names(self) - {"csrf_token", "do", "shape"}
        )

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Whether every part can be kept; each sentence stands at its field."""
        valid = super().validate(extra_validators)
        if self.version.data is None:
            self.form_errors.append(RELOAD)
        if self._unknown:
            self.form_errors.append(f"A release has no part called {self._unknown[0][:40]!r}.")
        if sum(len(getattr(self, side, ())) for side in ("external", "internal")) > MOST_QUESTIONS:
            self.form_errors.append(f"A release can have at most {MOST_QUESTIONS} questions.")
        if len(self.evidence) > MOST_EVIDENCE:
            self.form_errors.append(
                f"A release can have sources for at most {MOST_EVIDENCE} numbers."
            )
        return valid and not self.form_errors


class FullForm(ShortForm):
    """Every part of a release."""

    segment = _sentence("Who it is for", "segment")
    dateline = FormField(DatelineForm)
    summary = _prose("What it is, in two sentences", "summary")
    solution = _prose("Solution", "solution")
    why_now = _prose("Why now", "why_now")
    company_quote = FormField(QuoteForm)
    customer_quote = FormField(CustomerQuoteForm)
    vision = _sentence("Product vision", "vision")
    roadmap = _sentence("Place on the roadmap", "roadmap")
    internal = SheetRows(FormField(InternalQuestionForm), max_entries=MOST_QUESTIONS + 1)


def _field_names(field: Any) -> set[str]:
    """Names under which a form's fields are sent, those inside other fields included."""
    if isinstance(field, FormField):
        field = field.form
    if isinstance(field, FieldList):
        return set().union(*(_field_names(entry) for entry in field.entries))
    if isinstance(field, Form):
        return set().union(*(_field_names(inner) for inner in field))
    return {field.name}


class CoachSettingsForm(Form):
    """What the team tells the coach; ``used`` are the rules that may be muted and are not."""

    jargon = TextAreaField("Words to avoid", default="")
    allowed = TextAreaField("Known abbreviations", default="")
    used = SelectMultipleField(
        "Rules in use",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
