"""The forms of a learning card; the verbs refuse what says nothing."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, TextAreaField

from wbtest.results.learning.cards import LONGEST
from wbtest.results.learning.marks import LONGEST_WHY
from wbtest.results.learning.models import AssumptionMark, LearningCard
from wbtest.typed import TypedForm

LABELS = {"confirmed": "Confirmed", "refuted": "Refuted", "open": "Still open"}
_MOST_DIGITS = 9


class CardForm(TypedForm):
    """What surprised us and what we do next; ``read`` is the version that the form showed."""

    read = HiddenField()
    surprise = TextAreaField("What surprised us", render_kw={"rows": 3, "maxlength": LONGEST})
    next_step = TextAreaField("What we do next", render_kw={"rows": 3, "maxlength": LONGEST})


class MarkForm(TypedForm):
    """What became of one assumption; ``read`` is the number of the mark that the form showed."""

    read = HiddenField()
    state = RadioField("What became of it", choices=LABELS, validate_choice=False)
    why = TextAreaField("How you know", render_kw={"rows": 2, "maxlength": LONGEST_WHY})


def card_form(card: LearningCard | None) -> CardForm:
    """The form with what stands on the card, or with what was typed."""
    if card is None:
        return CardForm(data={"read": "0"})
    values = {"surprise": card.surprise, "next_step": card.next_step}
    return CardForm(data={"read": str(card.version), **values})


def mark_form(key: str, mark: AssumptionMark | None) -> MarkForm:
    """The form of the assumption with this key; several of them stand on one page."""
    if mark is None:
        return MarkForm(prefix=key, data={"read": "0"})
    values = {"state": mark.state, "why": mark.why}
    return MarkForm(prefix=key, data={"read": str(mark.number), **values})


def number_in(field: HiddenField) -> int:
    """The version that a form says it showed; 0 when it says nothing of use."""
    text = field.data or ""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else 0
