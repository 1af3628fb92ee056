"""What the demo's team wrote down while strangers came: what it spent, and what happened."""

from datetime import datetime, timedelta

from flask import Flask

from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.results.annotating.notes import add_note
from wbtest.results.spending.lines import Line
from wbtest.results.spending.spends import add_spends

SLUG, CURRENCY = "larder", "GBP"
# In pence, over all days.
SPENT = {"instagram": 14_800, "google": 11_250}
NOTES = {
    4: ("The school newsletter went out to 1,200 families.", "newsletter"),
    8: ("A second ad began on Instagram.", "instagram"),
}


def write_down(app: Flask, start: datetime) -> None:
    """Enter what was spent on the first test, and note what happened on two days of it."""
    with app.app_context():
        experiment = db.session.scalars(db.select(Experiment).where(Experiment.slug == SLUG)).one()
        first, today = start.date(), clock.now().date()
        lines = [Line(source, first, today, amount) for source, amount in SPENT.items()]
        add_spends(experiment, experiment.author, CURRENCY, lines)
        for day, (text, source) in NOTES.items():
            moment = start + timedelta(days=day, hours=9)
            add_note(experiment, experiment.author, moment, text, source)
