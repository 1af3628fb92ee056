"""A check has a colour and a word; the panel shows the worst first."""

import pytest

from tests.conftest import Browser
from tests.factories import Team, log_in
from tests.results.check_histories import SOUND, checked, counted, visitors
from tests.results.conftest import Start
from tests.results.crowd import count_day
from wbtest.results.trust import Check, early, not_applicable, panel_of


@pytest.mark.parametrize(
    ("state", "colour", "word"),
    [
        ("ok", "green", "passed"),
        ("warn", "amber", "to review"),
        ("stop", "red", "failed"),
    ],
)
def test_each_state_has_a_colour_and_a_word(state, colour, word):
    check = Check("split", state, "So it is.", "Split", "yes")

    assert (check.colour, check.word) == (colour, word)


def test_what_cannot_be_judged_yet_is_grey_and_says_so():
    check = early("cached", "No copies", "Nobody came.")

    assert (check.state, check.colour) == ("ok", "grey")


OK = Check("lost", "ok", "Nothing was lost.", "Lost", "0")
AMBER = Check("weekdays", "warn", "Nobody came on a Sunday.", "Weekdays", "6 of 7")
RED = Check("split", "stop", "Too many saw A.", "Split", "broken")
EARLY = Check("beacons", "ok", "Nobody came yet.", "Served and seen", "–", is_early=True)


@pytest.mark.parametrize(
    ("checks", "colour", "begins"),
    [
        ([OK], "green", "All checks passed."),
        ([OK, EARLY], "grey", "Too few visitors for the checks."),
        ([OK, AMBER, EARLY], "amber", "1 check to review"),
        ([OK, AMBER, AMBER], "amber", "2 checks to review"),
        ([OK, AMBER], "amber", "1 check to review before you decide."),
        ([OK, AMBER, RED], "red", "1 check failed"),
        ([RED, RED], "red", "2 checks failed"),
    ],
)
def test_the_worst_check_gives_the_panel_its_colour_and_sentence(checks, colour, begins):
    panel = panel_of(checks)

    assert panel.colour == colour
    assert panel.sentence.startswith(begins)


def test_what_did_not_pass_is_shown_the_worst_first_and_nothing_is_dropped():
    panel = panel_of([OK, EARLY, AMBER, RED])

    assert panel.wanting == (RED, AMBER)
    assert panel.checks == (OK, EARLY, AMBER, RED)


def test_what_this_test_has_nothing_for_is_not_shown():
    panel = panel_of([OK, not_applicable("split", "Even split", "There’s only one variant.")])

    assert panel.checks == (OK,)
    assert panel.sentence == "All checks passed."


def test_before_anybody_came_it_is_too_early():
    checks = checked(counted(visitors(0, 0), days={}, sources={}))

    assert panel_of([*checks.values()]).colour == "grey"
    assert panel_of([*checked(counted(SOUND, SOUND)).values()]).colour == "green"


def test_the_page_says_each_colour_in_words_the_cause_and_what_to_do(
    client: Browser, team: Team, begin: Start
):
    experiment = begin(variants=("Price",))
    for source, control, price in (("x", 280, 12), ("newsletter", 400, 400)):
        count_day(experiment, 0, "control", seen=control, converted=0, served=400, source=source)
        count_day(experiment, 0, "price", seen=price, converted=0, served=400, source=source)
    log_in(client, team.viewer)

    words = " ".join(client.get(f"/experiments/{experiment.id}/results").text.split())

    assert "2 checks failed. Don’t decide on this data." in words
    assert "<b>Red, failed.</b> 680 and 412 people saw the page" in words
    assert "Likeliest cause: Only 12 of the 292 visitors from x saw “Price”" in words
    assert "<b>Next:</b> Find the cause and fix it." in words
    assert f'href="/p/{experiment.slug}"' in words
    assert "passed." not in words
    assert "This check needs 10 sign-ups." in words


def test_where_there_is_no_result_yet_none_is_said_to_hold():
    assert panel_of([OK, AMBER, EARLY]).sentence == "1 check to review."
