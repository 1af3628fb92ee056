"""Scenes beside a running test: what was spent, what happened, and who may look on."""

from datetime import timedelta

from wbtest.cli.demo.cast import tests
from wbtest.cli.demo.stage import AUTHOR, Stage
from wbtest.results.costs import add_spend
from wbtest.results.notes import add_note
from wbtest.results.shared_links import make_shared

CURRENCY = "GBP"
# Over all days of the test, by source.
SPENT = {
    "docket": {"facebook": "60.00", "merchants-counter": "48.50"},
    "docket-2": {"facebook": "60.00", "merchants-counter": "48.50"},
    "larder": {"instagram": "148.00", "google": "112.50"},
    "nightbus": {"staffroom-poster": "36.00"},
}
# Day of the test, and what happened.
NOTES = {
    "larder": (
        (4, "The school newsletter went out to 1,200 families."),
        (8, "A second ad began on Instagram."),
    ),
    "kiln": ((6, "Ines says that our second page stays white on her phone."),),
}


def write_down(stage: Stage, name: str) -> None:
    """Enter what was spent on a test, and note what happened on some days of it."""
    test, author, experiment = tests()[name], stage.person(AUTHOR), stage.experiment(name)
    began = stage.moment(test.began, 0)
    first = began.date()
    last = min(began + timedelta(days=test.days), stage.today).date()
    for source, amount in SPENT.get(name, {}).items():
        add_spend(experiment, author, source, first, last, amount, CURRENCY)
    for day, text in NOTES.get(name, ()):
        add_note(experiment, author, first + timedelta(days=day), text)


def share(stage: Stage, test: str, whom: str) -> str:
    """Make a link that shows the figures of a test to somebody outside; return its path."""
    _, token = make_shared(stage.experiment(test), stage.person(AUTHOR), whom)
    return f"/shared/{token}"
