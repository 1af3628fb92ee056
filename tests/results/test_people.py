"""The people: who came and when, and how many of them were machines."""

import pytest

from tests.results.trusting.histories import NAMES, SOUND, WEEK, checked, counted, visitors
from wbtest.results.totals import LeftOut
from wbtest.results.trusting.around import Around


@pytest.mark.parametrize(("bots", "state"), [(0, "ok"), (99, "ok"), (1000, "ok"), (1001, "warn")])
def test_more_bots_than_people_want_a_look(bots, state):
    check = checked(counted(SOUND, machines={"bot": [bots]} if bots else {}))["machines"]

    assert check.state == state


def test_link_previews_are_no_sign_of_bots():
    check = checked(counted(SOUND, machines={"preview": [5000]}))["machines"]

    assert check.state == "ok"


def test_browsers_that_a_proxy_stripped_may_be_people():
    run = Around(names=("A",), pretenders=300)
    check = checked(counted(SOUND, machines={"bot": [300]}), run)["machines"]

    assert check.state == "warn"
    assert "Sec-Fetch" in check.do


@pytest.mark.parametrize(
    ("reason", "word"), [("team", "your team"), ("paused", "rests"), ("source", "next test")]
)
def test_who_was_left_out_most_decides_what_to_do(reason, word):
    aside = {"opted_out": [LeftOut(20, 0)], reason: [LeftOut(900, 0)]}

    assert word in checked(counted(SOUND, left_out=aside))["excluded"].do


def test_one_person_who_was_left_out_is_told_of_as_one():
    aside = {"returning": [LeftOut(1, 0)], "opted_out": [LeftOut(1, 0)]}

    reason = checked(counted(SOUND, left_out=aside))["excluded"].reason

    assert "1 shown an earlier test of this idea and 1 who objected to being counted." in reason


@pytest.mark.parametrize(
    ("today", "is_over", "colour"), [(4, False, "grey"), (4, True, "amber"), (6, False, "grey")]
)
def test_in_the_first_week_no_weekday_is_missed_unless_it_was_the_only_one(today, is_over, colour):
    days = {day: [SOUND] for day in WEEK[:4]}
    run = Around(names=NAMES, started=WEEK[0], today=WEEK[today], is_over=is_over)

    assert checked(counted(SOUND, days=days), run)["weekdays"].colour == colour


def test_a_missed_weekday_says_when_to_share_the_link():
    days = {day: [SOUND] for day in WEEK[:5]}

    assert "on a Saturday and on a Sunday" in checked(counted(SOUND, days=days))["weekdays"].do


@pytest.mark.parametrize(("signups", "colour"), [(1, "grey"), (2, "green")])
def test_two_variants_for_one_person_are_judged_from_ten_addresses_on(signups, colour):
    days = {day: [visitors(50, 40, signups=signups)] for day in WEEK}

    assert checked(counted(SOUND, days=days))["two_variants"].colour == colour
