"""The panel: one colour over all checks, the worst first, and what to do on the page."""

import pytest
from flask import Flask, render_template

from tests.conftest import HandClock
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.results.trusting.histories import SOUND, checked, counted, visitors
from wbtest.results.figures import results_of
from wbtest.results.trust import Check
from wbtest.results.trusting.panel import panel_of

OK = Check("lost", "ok", "Nothing was lost.", "Lost", "0")
AMBER = Check("weekdays", "warn", "Nobody came on a Sunday.", "Weekdays", "6 of 7")
RED = Check("split", "stop", "Too many saw A.", "Split", "broken")
EARLY = Check("beacons", "ok", "Nobody came yet.", "Served and seen", "–", is_early=True)


@pytest.mark.parametrize(
    ("checks", "colour", "begins"),
    [
        ([OK], "green", "Green: nothing speaks against"),
        ([OK, EARLY], "grey", "Too early to say"),
        ([OK, AMBER, EARLY], "amber", "Amber: one check wants a look"),
        ([OK, AMBER, AMBER], "amber", "Amber: 2 checks want a look"),
        ([OK, AMBER, RED], "red", "Red: one check stops the verdict"),
        ([RED, RED], "red", "Red: 2 checks stop the verdict"),
    ],
)
def test_the_worst_check_gives_the_panel_its_colour_and_sentence(checks, colour, begins):
    panel = panel_of(checks)

    assert panel.colour == colour
    assert panel.sentence.startswith(begins)


def test_what_is_worst_stands_first_and_nothing_is_dropped():
    panel = panel_of([OK, EARLY, AMBER, RED])

    assert panel.shown == (RED, AMBER, EARLY)
    assert panel.checks == (OK, EARLY, AMBER, RED)


def test_before_anybody_came_it_is_too_early():
    checks = checked(counted(visitors(0, 0), days={}, sources={}))

    assert panel_of([*checks.values()]).colour == "grey"
    assert panel_of([*checked(counted(SOUND, SOUND)).values()]).colour == "green"


def test_the_page_says_each_colour_in_words_the_cause_and_what_to_do(
    app: Flask, begin: Start, now: HandClock
):
    experiment = begin(variants=("Price",))
    for source, control, price in (("x", 280, 12), ("newsletter", 400, 400)):
        count_day(experiment, 0, "control", seen=control, converted=0, served=400, source=source)
        count_day(experiment, 0, "price", seen=price, converted=0, served=400, source=source)
    results = results_of(experiment, now())
    with app.test_request_context():
        page = render_template(
            "results/trusting/_panel.html",
            experiment=experiment, results=results, trust_panel=panel_of(results.trust),
            may=lambda _role: False, fragility="", price="",
        )  # fmt: skip
    words = " ".join(page.split())

    assert "Red: 2 checks stop the verdict. Decide nothing on these figures." in words
    assert "<b>Red, stops the verdict.</b> 680 and 412 people saw the page" in words
    assert "Likeliest cause: Of those from x only 12 of 292 saw “Price”" in words
    assert "<b>Do this:</b> Find the cause, mend it" in words
    assert f'href="/p/{experiment.slug}"' in words
    assert "<b>Open, too early to say.</b>" in words
