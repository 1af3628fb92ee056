"""The forms of a release: beginning one, and the sheet on which its parts are typed.

What may stand in a part is decided in ``limits``; here it only finds its field.
"""

from collections.abc import Mapping
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, DateInput, HiddenInput, ListWidget

from wbtest.helping.belonging import Described
from wbtest.writing import belonging, languages
from wbtest.writing.document import EXTERNAL_TOPICS, INTERNAL_TOPICS
from wbtest.writing.limits import MOST_EVIDENCE, MOST_QUESTIONS, fault_of
from wbtest.writing.number_rows import CHOICES, CHOICES_WHEN_GONE, NumberRows, Rows
from wbtest.writing.wording import on_one_line, with_plain_breaks

RELOAD = "This page is out of date. Copy what you typed, reload the page and type it again."


class Sound:
    """Validator: the text may stand in this part of a release."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __call__(self, _form: Any, field: Any) -> None:
        if fault := fault_of(self._part, field.data):
            raise ValidationError(fault)


def _line(label: str, part: str, **more: Any) -> Any:
    return StringField(label, [Sound(part)], [_joined], default="", **more)


def _sentence(label: str, part: str) -> Any:
    """One line of text that may be long enough to wrap."""
    return TextAreaField(label, [Sound(part)], [_joined], default="")


def _prose(label: str, part: str) -> Any:
    return TextAreaField(label, [Sound(part)], [_plain], default="")


def _joined(text: str | None) -> str:
    return on_one_line(text or "")


def _plain(text: str | None) -> str:
    return with_plain_breaks(text or "")


class NewReleaseForm(Form):
    """What a release needs to be begun."""

    form = RadioField(
        "How much do you want to write?",
        choices={"short": "Short", "full": "Full"},
        default="short",
    )
    product = StringField("Product", default="")
    language = SelectField("Language", choices=languages.listed(""), default="en")


class CallToActionForm(Described, Form):
    """How to get started."""

    belongs = belonging.CALL_TO_ACTION
    text = _sentence("Call to action", "call_to_action.text")
    label = _line("Words on the button", "call_to_action.label")
    price = _sentence("Price, or “free”", "call_to_action.price")


class DatelineForm(Described, Form):
    """Where and when the imagined launch takes place."""

    belongs = belonging.DATELINE
    city = _line("City", "dateline.city")
    date = _line("Date of the launch", "dateline.date", widget=DateInput())


class QuoteForm(Described, Form):
    """What somebody of the company says, and who."""

    belongs = belonging.COMPANY_QUOTE
    text = _prose("What they say", "company_quote.text")
    speaker = _line("Name", "company_quote.speaker")
    role = _sentence("Who they are", "company_quote.role")


class CustomerQuoteForm(QuoteForm):
    """What an imagined customer says."""

    belongs = belonging.CUSTOMER_QUOTE


class QuestionForm(Described, Form):
    """One row of the FAQ; its last three fields make it an honest unknown."""

    topics: tuple[str, ...] = ()
    topic = SelectField("Topic", [Sound("faq.topic")], validate_choice=False, default="")
    question = _sentence("Question", "faq.question")
    answer = _prose("Answer", "faq.answer")
    owner = _line("Who finds out", "faq.open.owner")
    until = _line("By", "faq.open.until", widget=DateInput())
    settled_by = _sentence("What settles it", "faq.open.settled_by")

    def process(self, *args: Any, **more: Any) -> None:
        """Read the row; a topic of the team's own stays among the choices."""
        self.topic.choices = {}
        super().process(*args, **more)
        known = self.topics + ((self.topic.data,) if self.topic.data not in self.topics else ())
        self.topic.choices = {"": "No topic"} | {
            topic: topic.capitalize() for topic in known if topic
        }


class ExternalQuestionForm(QuestionForm):
    belongs = belonging.QUESTION
    topics = EXTERNAL_TOPICS


class InternalQuestionForm(QuestionForm):
    belongs = belonging.INTERNAL_QUESTION
    topics = INTERNAL_TOPICS


class NumberForm(Described, Form):
    """What a number rests on. The words name it; they are as the text has them."""

    belongs = belonging.NUMBER
    words = StringField("Words", [Sound("evidence.words")], widget=HiddenInput(), default="")
    kind = SelectField("What it rests on", choices=CHOICES, validate_choice=False, default="")
    source = _sentence("Source", "evidence.source")
    # Where the words stand, as the page shows it beside the fields.
    sentence, more, is_gone = "", 0, False

    def validate_kind(self, field: Any) -> None:
        """Refuse what no choice says."""
        if field.data not in CHOICES | CHOICES_WHEN_GONE:
            raise ValidationError("Choose one of these.")

    def tell(self, sentence: str, more: int) -> None:
        """Say where the words stand; without a sentence they stand nowhere any more."""
        self.sentence, self.more, self.is_gone = sentence, more, not sentence
        self.kind.choices = CHOICES_WHEN_GONE if self.is_gone else CHOICES


class ShortForm(Described, Form):
    """The parts of a short release. ``version`` names the text that this one was made from."""

    belongs = belonging.RELEASE
    version = IntegerField(widget=HiddenInput())
    product = _line("Product", "product")
    language = SelectField("Language", [Sound("language")], validate_choice=False)
    headline = _sentence("Headline", "headline")
    subheading = _sentence("Subheading", "subheading")
    problem = _prose("Problem", "problem")
    alternative = _prose("What people do today, and why this is better", "alternative")
    call_to_action = FormField(CallToActionForm)
    # One more than allowed is read, so that it can be refused; nobody types a thousand.
    external = Rows(FormField(ExternalQuestionForm), max_entries=MOST_QUESTIONS + 1)
    evidence = NumberRows(FormField(NumberForm), max_entries=MOST_EVIDENCE + 1)

    def process(self, formdata: Any = None, *args: Any, **more: Any) -> None:
        """Read the sheet, and remember what was sent that is no part of it."""
        super().process(formdata, *args, **more)
        self.language.choices = languages.listed(self.language.data or "")
        self._unknown = sorted(set(formdata or ()) - _names(self) - {"csrf_token", "do", "shape"})

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Whether every part can be kept; each sentence stands at its field."""
        valid = super().validate(extra_validators)
        if self.version.data is None:
            self.form_errors.append(RELOAD)
        if self._unknown:
            self.form_errors.append(f"A release has no part called {self._unknown[0][:40]!r}.")
        if sum(len(getattr(self, side, ())) for side in ("external", "internal")) > MOST_QUESTIONS:
            self.form_errors.append(f"A release has {MOST_QUESTIONS} questions at most.")
        if len(self.evidence) > MOST_EVIDENCE:
            self.form_errors.append(f"What {MOST_EVIDENCE} numbers rest on can be said, no more.")
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
    internal = Rows(FormField(InternalQuestionForm), max_entries=MOST_QUESTIONS + 1)


def _names(field: Any) -> set[str]:
    """Names under which a form's fields are sent, those inside other fields included."""
    if isinstance(field, FormField):
        field = field.form
    if isinstance(field, FieldList):
        return set().union(*(_names(entry) for entry in field.entries))
    if isinstance(field, Form):
        return set().union(*(_names(inner) for inner in field))
    return {field.name}


class HouseForm(Form):
    """What the team tells the coach; ``used`` are the rules that may be muted and are not."""

    jargon = TextAreaField("Words we do not want to read", default="")
    allowed = TextAreaField("Short forms that everybody here knows", default="")
    used = SelectMultipleField(
        "Rules in use",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class ImportForm(Form):
    """A release as text, and what a person says of it after it was read."""

    text = TextAreaField("Paste it here", default="")
    product = StringField("Product", default="")
    form = RadioField("Form", choices={"short": "Short", "full": "Full"}, default="short")
    is_confirmed = BooleanField(widget=HiddenInput())
