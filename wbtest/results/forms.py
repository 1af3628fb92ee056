"""The forms of this area."""

from wtforms import HiddenField, RadioField, TextAreaField

from wbtest.audience.readmissions import LONGEST_WHY
from wbtest.helping.belonging import Described
from wbtest.results.deciding.belonging import DECISION
from wbtest.results.deciding.decide import LONGEST_REASON
from wbtest.results.decisions import CHOICES
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


class ReadmissionForm(TypedForm):
    """Whom to show beside the sealed figures, and why; the verb refuses what says nothing."""

    reason = RadioField("Who were people after all", choices=[], validate_choice=False)
    why = TextAreaField("How you know", render_kw={"rows": 2, "maxlength": LONGEST_WHY})
