"""The trust panel: what stops a verdict, what wants a look, what only informs."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.factories import make_rule
from tests.results.trusting.histories import SOUND, WEEK, checked, counted, visitors
from wbtest.audience.counts import Totals
from wbtest.audience.segments_counts import Newest
from wbtest.results.health import check_doubt, check_measurement, check_since, check_trust
from wbtest.results.people import check_unknown
from wbtest.results.totals import LeftOut
from wbtest.results.trust import is_red
from wbtest.results.trusting.around import Around
from wbtest.results.verdict import Doubt, Verdict
from wbtest.statistics import Counts

FAULTS = ("the salt differs from the sealed one",)


def test_a_sound_test_has_nothing_to_say_against_it():
    checks = checked(counted(SOUND, SOUND))

    assert {check.state for check in checks.values()} == {"ok"}
    assert not is_red(list(checks.values()))


def test_before_anybody_came_nothing_is_wrong():
    checks = checked(counted(Totals(), Totals(), days={}, sources={}))
    judged_already = {key for key, check in checks.items() if not check.is_early}

    assert {check.state for check in checks.values()} == {"ok"}
    assert judged_already == {
        "machines",
        "excluded",
        "lost",
        "without_beacon",
        "alarms",
        "changes",
        "attempts",
        "seal",
    }


@pytest.mark.parametrize(("seen", "state"), [((5186, 4814), "ok"), ((5187, 4813), "stop")])
def test_a_broken_split_stops_the_verdict_from_its_alarm_on(seen, state):
    checks = checked(counted(*(visitors(5000, n) for n in seen)))

    assert checks["split"].state == state


def test_a_split_is_held_against_its_weights():
    heavy, light = visitors(900, 800), visitors(300, 267)

    assert checked(counted(heavy, light, weights=(3, 1)))["split"].state == "ok"
    assert checked(counted(heavy, light, weights=(1, 1)))["split"].state == "stop"


def test_pages_served_otherwise_than_planned_stop_the_verdict_too():
    checks = checked(counted(visitors(1300, 800), visitors(900, 800)))

    assert (checks["split"].state, checks["served_split"].state) == ("ok", "stop")
    assert "1,300 and 900 people got the page" in checks["served_split"].reason


@pytest.mark.parametrize(
    ("served", "seen", "state"),
    [(1000, 750, "ok"), (1000, 749, "stop"), (99, 10, "warn")],
)
def test_more_lost_beacons_than_the_rule_tolerates_stop_the_verdict(served, seen, state):
    assert checked(counted(visitors(served, seen)), lost_beacons=0.25)["beacons"].state == state


def test_a_variant_that_loses_more_beacons_than_the_other_wants_a_look():
    alike = checked(counted(visitors(1000, 850), visitors(1000, 830)))
    slow = checked(counted(visitors(1000, 900), visitors(1000, 780)))

    assert (alike["beacons_alike"].state, slow["beacons_alike"].state) == ("ok", "warn")


def test_machines_are_told_by_kind():
    checks = checked(counted(SOUND, machines={"bot": [251], "preview": [60]}))

    assert checks["machines"].reason == "Left out: 251 bots and 60 link previews."
    assert checks["machines"].value == "311"


@pytest.mark.parametrize(("team", "state"), [(9, "ok"), (400, "warn")])
def test_many_people_left_out_want_a_look(team, state):
    check = checked(counted(SOUND, left_out={"team": [LeftOut(team, 2)]}))["excluded"]

    assert check.state == state
    assert f"{team} of the team" in check.reason


def test_somebody_who_left_no_visit_is_left_out_all_the_same():
    checks = checked(counted(SOUND, left_out={"opted_out": [LeftOut(0, 3)]}))

    assert checks["excluded"].value == "3"


def test_weekdays_that_nobody_came_on_are_named():
    days = {day: [SOUND] for day in WEEK[:5]}
    check = checked(counted(SOUND, days=days))["weekdays"]

    assert (check.state, check.value) == ("warn", "5 of 7")
    assert check.reason.startswith("Nobody came on a Saturday or Sunday.")


@pytest.mark.parametrize(("unseen", "state"), [(0, "ok"), (10, "ok"), (11, "warn")])
def test_signups_without_a_beacon_are_counted_apart(unseen, state):
    totals = visitors(1000, 900, signups=40, unseen=unseen, confirmed=40)

    assert checked(counted(totals))["without_beacon"].state == state


def test_a_rule_that_is_not_the_sealed_one_stops_the_verdict():
    check = checked(counted(SOUND), faults=FAULTS)["seal"]

    assert check.state == "stop"
    assert "The salt differs from the sealed one." in check.reason


def test_every_check_gives_its_reason_in_a_sentence():
    for check in checked(counted(SOUND, SOUND)).values():
        assert check.reason[0].isalnum()
        assert check.reason.endswith(".")


def test_a_verdict_by_friends_is_told_with_both_numbers():
    doubt = Doubt(0, Counts(60, 25), Counts(900, 19), is_contradicted=True)

    assert check_doubt(doubt).reason == (
        "Reached by the first 60, friends perhaps; the 900 since run at 2.1\u202f%. "
        "Do not build on it."
    )


@pytest.mark.parametrize(("count", "state"), [(0, "ok"), (7, "ok"), (8, "warn")])
def test_more_than_one_in_a_hundred_who_saw_two_variants_wants_a_look(count, state):
    days = {day: [visitors(900, 850, signups=100)] for day in WEEK}

    check = checked(counted(SOUND, days=days, two_variants=count))["two_variants"]

    assert check.state == state
    assert ("8 of 700 sign-ups" in check.reason) is (count == 8)


def test_a_verdict_holds_fades_or_is_not_there_yet():
    running = Verdict("not_enough", "keep_running", ("open",))
    reached = Verdict("met", "go", ("above",), (0,), reached_at=datetime(2027, 3, 9, tzinfo=UTC))
    faded = replace(reached, doubt=Doubt(0, Counts(60, 25), Counts(900, 19)))

    assert [check_since(each).colour for each in (running, reached, faded)] == [
        "grey",
        "green",
        "red",
    ]


def test_no_check_stops_the_page_that_does_not_stop_the_list():
    worst = visitors(1000, 200, signups=200, unseen=150, converted=190)
    other = visitors(500, 450, signups=40, confirmed=2, converted=1)
    bad = counted(
        worst, other, machines={"bot": [9000, 1], "lost": [50, 0]}, two_variants=900,
        left_out={"team": [LeftOut(5000, 0)] * 2}, days={WEEK[0]: [worst, other]},
    )  # fmt: skip
    newest = Newest(100, 10, disposable=80, automated=9, shared=60)
    run = Around(names=("A", "B"), attempt=9, is_over=True, newest=newest, without_cookie=(40, 0))
    page = check_trust(make_rule(), bad, run, FAULTS)
    brief = check_measurement(make_rule(), bad, FAULTS)

    assert [c for c in page if c.state == "stop"] == [c for c in brief if c.state == "stop"]
    assert len({check.check for check in page if check.state == "warn"}) == 12


def test_whatever_is_not_in_order_says_what_to_do():
    slow = visitors(1000, 300, signups=40, unseen=20, confirmed=3, converted=3)
    for check in checked(counted(slow, SOUND), faults=FAULTS).values():
        assert bool(check.do) is (check.state != "ok")


@pytest.mark.parametrize(
    ("unknown", "seen", "colour", "value"),
    [
        (49, 49, "grey", "–"),
        (0, 50, "green", "100\u202f%"),
        (49, 1000, "green", "95\u202f%"),
        (50, 1000, "amber", "95\u202f%"),
        (1000, 1000, "amber", "0\u202f%"),
    ],
)
def test_from_a_twentieth_of_unknown_networks_on_a_proxy_may_hide_people(
    unknown: int, seen: int, colour: str, value: str
):
    check = check_unknown(unknown, seen)

    assert (check.colour, check.value) == (colour, value)
    assert ("your proxy instead of your visitors" in check.reason) is (colour == "amber")
