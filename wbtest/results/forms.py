"""The forms of this area."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from wbtest.audience.setting_aside import LONGEST_WHY
from wbtest.helping.belonging import Described
from wbtest.publishing.decisions import CHOICES
from wbtest.results.deciding.belonging import DECISION
from wbtest.results.deciding.checklist import LONGEST_NOTE, STATES, Checklist, Mark
from wbtest.results.deciding.decide import LONGEST_REASON
from wbtest.results.shared_links import MOST_DAYS
from wbtest.review.forms import WholeField
from wbtest.team.passwords import LONGEST_PASSWORD
from wbtest.typed import TypedForm


class DecisionForm(Described, TypedForm):
    """Go, iterate or stop, and why; the verb refuses what says nothing.

    ``read`` is the mark of what the page showed, as ``deciding.papers.mark_of`` gives it.
    """

    belongs = DECISION
    choice = RadioField(
        "What you decide",
        choices={str(choice): choice.capitalize() for choice in CHOICES},
        validate_choice=False,
    )
    reason = TextAreaField("Why", render_kw={"rows": 3, "maxlength": LONGEST_REASON})
    read = HiddenField()


class ChecklistForm(TypedForm):
    """The extra items, one a line; ``checklist_form`` adds the fields of the sentences.

    ``read`` is the digest of the checklist that was shown.
    """

    read = HiddenField()
    extra = TextAreaField("Not in the release", render_kw={"rows": 3})

    def marks(self, checklist: Checklist) -> dict[str, Mark]:
        """What was chosen and typed of each sentence, by its key."""
        return {
            each.key: Mark(
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


class AsideForm(TypedForm):
    """Which group to set aside or take in, and why; the verb refuses what says nothing.

    A group is its direction, kind and value with colons between.
    """

    group = SelectField("Group", choices=[], validate_choice=False)
    why = TextAreaField("How you know", render_kw={"rows": 2, "maxlength": LONGEST_WHY})


DAYS = f"Type a number of days from 1 to {MOST_DAYS}."


class ShareForm(TypedForm):
    """A new link; the verb refuses what cannot be kept."""

    label = StringField("Who is it for?", [InputRequired("Say whom the link is for.")], default="")
    days = WholeField("It works for", [InputRequired(DAYS), NumberRange(1, MOST_DAYS, DAYS)])
    password = PasswordField("Password", [Optional()], default="")


class OpenForm(TypedForm):
    password = PasswordField(
        "Password",
        [
            InputRequired("Type the password."),
            Length(max=LONGEST_PASSWORD, message=f"Use at most {LONGEST_PASSWORD} characters."),
        ],
    )
