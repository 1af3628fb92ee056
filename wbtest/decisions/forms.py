"""The forms of this area; the verbs refuse what says nothing."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField

from wbtest.audience.outcome_mail import LONGEST_TEXT
from wbtest.decisions import decide, learning_cards
from wbtest.decisions.checklist import LONGEST_NOTE, STATES, Checklist, ChecklistMark
from wbtest.decisions.models import AssumptionMark, LearningCard
from wbtest.forms import FieldHelp, HelpMixin, TypedForm
from wbtest.publishing.experiment_stages import CHOICES

DECISION = {
    "choice": FieldHelp("You can go against the locked rule. The memo will say so."),
    "reason": FieldHelp(
        "What you saw, and what you’ll do next. Write for someone reading it a year from now.",
        "Feels right",
        "99 of 900 parents (11%) signed up at £4. We’ll build the photo plan by May.",
    ),
}


class DecisionForm(HelpMixin, TypedForm):
    """Go, iterate or stop, and why; the verb refuses what says nothing.

    ``read`` is the mark of what the page showed, as ``decide.mark_of`` gives it.
    """

    field_help = DECISION
    choice = RadioField(
        "Decision",
        choices={str(choice): choice.capitalize() for choice in CHOICES},
        validate_choice=False,
    )
    reason = TextAreaField("Reason", render_kw={"rows": 3, "maxlength": decide.LONGEST_REASON})
    read = HiddenField()


class ChecklistForm(TypedForm):
    """The extra items, one a line; ``checklist_form`` adds the fields of the sentences.

    ``read`` is the digest of the checklist that was shown.
    """

    read = HiddenField()
    extra = TextAreaField("Not in the release", render_kw={"rows": 3})

    def marks(self, checklist: Checklist) -> dict[str, ChecklistMark]:
        """What was chosen and typed of each sentence, by its key."""
        return {
            each.key: ChecklistMark(
                self[f"state-{each.key}"].data or "open", self[f"note-{each.key}"].data or ""
            )
            for each in checklist.sentences
        }

    def items(self) -> list[str]:
        """The extra items as they were typed."""
        return (self.extra.data or "").splitlines()


def checklist_form(checklist: Checklist, *, is_sent: bool = False) -> ChecklistForm:
    """The form of a checklist as it was saved, or as the request has it when it ``is_sent``."""

    class Form(ChecklistForm):
        """With a state and a note for each sentence."""

    data = {"read": checklist.digest, "extra": "\n".join(checklist.extra)}
    for key, mark in checklist.marks.items():
        state = SelectField("State", choices=STATES, validate_choice=False)
        note = StringField(
            "Note",
            render_kw={"placeholder": "Note", "maxlength": LONGEST_NOTE, "autocomplete": "off"},
        )
        setattr(Form, f"state-{key}", state)
        setattr(Form, f"note-{key}", note)
        data |= {f"state-{key}": mark.state, f"note-{key}": mark.note}
    return Form(data=data) if is_sent else Form(formdata=None, data=data)


LABELS = {"confirmed": "Confirmed", "refuted": "Refuted", "open": "Still open"}
_MOST_DIGITS = 9


class CardForm(TypedForm):
    """What surprised us and what we do next; ``read`` is the version that the form showed."""

    read = HiddenField()
    surprise = TextAreaField(
        "What surprised us", render_kw={"rows": 3, "maxlength": learning_cards.LONGEST}
    )
    next_step = TextAreaField(
        "What we’ll do next", render_kw={"rows": 3, "maxlength": learning_cards.LONGEST}
    )


class MarkForm(TypedForm):
    """What became of one assumption; ``read`` is the number of the mark that the form showed."""

    read = HiddenField()
    state = RadioField("Outcome", choices=LABELS, validate_choice=False)
    why = TextAreaField("Evidence", render_kw={"rows": 2, "maxlength": learning_cards.LONGEST_WHY})


def card_form(card: LearningCard | None) -> CardForm:
    """The form of the card as it was saved."""
    if card is None:
        return CardForm(formdata=None, data={"read": "0"})
    values = {"surprise": card.surprise, "next_step": card.next_step}
    return CardForm(formdata=None, data={"read": str(card.version), **values})


def mark_form(key: str, mark: AssumptionMark | None) -> MarkForm:
    """The form of the assumption with this key; several of them share one page."""
    if mark is None:
        return MarkForm(formdata=None, prefix=key, data={"read": "0"})
    values = {"state": mark.state, "why": mark.why}
    return MarkForm(formdata=None, prefix=key, data={"read": str(mark.number), **values})


def number_in(field: HiddenField) -> int:
    """The version that a form says it showed; 0 when it says nothing of use."""
    text = field.data or ""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else 0


class LetterForm(TypedForm):
    """What everybody is told, and that the email was read; the verb refuses empty words."""

    text = TextAreaField("Message", render_kw={"rows": 10, "maxlength": LONGEST_TEXT})
    is_read = BooleanField("I’ve read the email above")


class PurgeForm(TypedForm):
    """The page address, typed by hand: a deletion can’t be undone."""

    slug = StringField("Type the page address", render_kw={"autocomplete": "off"})
