"""The form that notes a moment, read by the clock of the test's own place."""

from datetime import date, datetime, time

from wtforms import RadioField, StringField

from wbtest.results.annotating.moments import FOLDS, NoMoment, TwoMoments, moment_of
from wbtest.results.annotating.notes import LONGEST_NOTE
from wbtest.store import Invalid
from wbtest.typed import TypedForm


class NoteForm(TypedForm):
    """When, what, and where it was; ``fold`` is asked only of a time that came twice."""

    day = StringField("Day", render_kw={"type": "date"})
    time = StringField("Time", render_kw={"type": "time"})
    fold = RadioField(
        "Which time was it",
        choices={str(fold): said.capitalize() for fold, said in FOLDS.items()},
        validate_choice=False,
    )
    text = StringField("What happened", render_kw={"maxlength": LONGEST_NOTE})
    source = StringField("Source", render_kw={"autocomplete": "off", "autocapitalize": "none"})

    def moment(self, zone: str) -> datetime:
        """Return the moment that was typed. Raises Invalid at the field that must change."""
        try:
            day = date.fromisoformat((self.day.data or "").strip())
        except ValueError as error:
            raise Invalid("day", "Choose a day, like 2027-03-31.") from error
        try:
            at = time.fromisoformat((self.time.data or "").strip()).replace(second=0, microsecond=0)
            at = at.replace(tzinfo=None)
        except ValueError as error:
            raise Invalid("time", "Choose a time, like 14:05.") from error
        fold = int(self.fold.data) if self.fold.data in ("0", "1") else None
        try:
            return moment_of(day, at, zone, fold)
        except NoMoment as error:
            raise Invalid("time", str(error)) from error
        except TwoMoments as error:
            raise Invalid("fold", str(error)) from error
        except OverflowError as error:
            raise Invalid("day", "Choose a day of this century.") from error
