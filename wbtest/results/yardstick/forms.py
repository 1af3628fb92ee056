"""The form of something to build; the verbs refuse what cannot be used."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField

from wbtest.results.yardstick.items import LONGEST_NOTE, LONGEST_TITLE, Typed
from wbtest.results.yardstick.measure import STATES, Measured
from wbtest.typed import TypedForm

_MOST_DIGITS = 9


class ItemForm(TypedForm):
    """What is built, how far it is, and which sentences it serves, by their keys."""

    read = HiddenField()
    title = StringField(
        "What will be built", render_kw={"maxlength": LONGEST_TITLE, "autocomplete": "off"}
    )
    note = TextAreaField("Note", render_kw={"rows": 3, "maxlength": LONGEST_NOTE})
    state = SelectField(
        "How far it is", choices={str(s): s.capitalize() for s in STATES}, validate_choice=False
    )
    # The page draws the choices, each under its part.
    serves = SelectMultipleField("Which sentences it serves", choices=[], validate_choice=False)

    def typed(self) -> Typed:
        """What was typed."""
        return Typed(
            self.title.data or "",
            self.note.data or "",
            self.state.data or "",
            self.serves.data or (),
        )

    @property
    def version(self) -> int:
        """The version that the form says it showed; 0 when it says nothing of use."""
        text = self.read.data or ""
        is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
        return int(text) if is_number else 0


def new_form(serves: Iterable[str]) -> ItemForm:
    """An empty form in which the sentences with these keys are ticked."""
    return ItemForm(data={"state": "planned", "serves": list(serves)})


def form_of(measured: Measured) -> ItemForm:
    """The form with what an item says, or with what was typed."""
    item = measured.item
    return ItemForm(
        data={
            "read": str(item.version),
            "title": item.title,
            "note": item.note,
            "state": item.state,
            "serves": [each.key for each in (*measured.serves, *measured.gone)],
        }
    )
