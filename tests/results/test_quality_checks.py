"""The checks of the trust panel: what stops a verdict, what asks for a look, what only informs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.factories import make_rule
from tests.results.check_histories import NAMES, SOUND, WEEK, checked, counted, visitors
from wbtest.audience.quality_counts import NewestSignups
from wbtest.audience.result_counts import Totals
from wbtest.results import measurement_checks
from wbtest.results.history import LeftOut
from wbtest.results.measurement_checks import check_attempts, check_cached, check_changes
from wbtest.results.quality_checks import check_doubt, check_measurement, check_since, check_trust
from wbtest.results.trust import CheckContext, Paused, is_red, pauses_of
from wbtest.results.verdict import FadedEvidence, Verdict
from wbtest.results.visitor_checks import check_unknown
from wbtest.statistics import Counts, split

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
    assert "1,300 and 900 people loaded the page" in checks["served_split"].reason


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


def test_views_that_were_not_recorded_are_told_of_each_variant_by_its_name():
    around = CheckContext(names=("A", "B"))
    alike, slow = (
        measurement_checks.check_beacons_alike(
            counted(visitors(1000, 900), visitors(1000, seen)), around
        ).reason
        for seen in (900, 780)
    )

    assert alike.startswith(
        "We can’t tell whether anyone saw the page in 10% of page loads in each variant."
    )
    assert slow.startswith(
        "We can’t tell whether anyone saw the page in 10% of page loads of “A” and 22% of “B”."
    )


def test_machines_are_told_by_kind():
    checks = checked(counted(SOUND, machines={"bot": [251], "preview": [60]}))

    assert checks["machines"].reason == "Excluded: 251 bots and 60 link previews."
    assert checks["machines"].value == "311"


@pytest.mark.parametrize(("team", "state"), [(9, "ok"), (400, "warn")])
def test_many_people_left_out_want_a_look(team, state):
    check = checked(counted(SOUND, left_out={"team": [LeftOut(team, 2)]}))["excluded"]

    assert check.state == state
    assert f"{team} on the team" in check.reason


def test_somebody_who_left_no_visit_still_counts_as_left_out():
    checks = checked(counted(SOUND, left_out={"opted_out": [LeftOut(0, 3)]}))

    assert checks["excluded"].value == "3"


def test_weekdays_that_nobody_came_on_are_named():
    days = {day: [SOUND] for day in WEEK[:5]}
    check = checked(counted(SOUND, days=days))["weekdays"]

    assert (check.state, check.value) == ("warn", "5 of 7")
    assert check.reason.startswith("Nobody visited on a Saturday or Sunday.")


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
    doubt = FadedEvidence(0, Counts(60, 25), Counts(900, 19), is_contradicted=True)

    assert check_doubt(doubt).reason == (
        "Reached by the first 60, perhaps friends. The rate of the 900 since is 2.1%. Don’t build "
        "on it."
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
    faded = replace(reached, doubt=FadedEvidence(0, Counts(60, 25), Counts(900, 19)))

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
    newest = NewestSignups(100, 10, disposable=80, automated=9, shared=60)
    run = CheckContext(
        names=("A", "B"), attempt=9, is_over=True, newest=newest, without_cookie=(40, 0)
    )
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
        (0, 50, "green", "100%"),
        (49, 1000, "green", "95%"),
        (50, 1000, "amber", "95%"),
        (1000, 1000, "amber", "0%"),
    ],
)
def test_from_a_twentieth_of_unknown_networks_on_a_proxy_may_hide_people(
    unknown: int, seen: int, colour: str, value: str
):
    check = check_unknown(unknown, seen)

    assert (check.colour, check.value) == (colour, value)
    assert ("your proxy instead of your visitors" in check.reason) is (colour == "amber")


NOBODY = counted(Totals())
NOON = datetime(2027, 3, 5, 12, tzinfo=UTC)


def rested(hours: float) -> CheckContext:
    return CheckContext(names=("A", "B"), pauses=(Paused(NOON, NOON + timedelta(hours=hours)),))


def test_a_test_that_nobody_touched_is_in_order():
    assert check_changes(CheckContext(), NOBODY).colour == "green"


@pytest.mark.parametrize(("hours", "colour"), [(0.2, "green"), (23, "green"), (24, "amber")])
def test_a_pause_of_a_day_wants_a_look(hours, colour):
    assert check_changes(rested(hours), NOBODY).colour == colour


def test_short_pauses_are_told_together():
    check = check_changes(rested(3), NOBODY)

    assert check.reason == (
        "The test was paused once, for about 3 hours in all. The figures allow for that."
    )


def test_a_long_pause_is_told_with_its_days():
    reason = check_changes(rested(48), NOBODY).reason

    assert reason.startswith(
        "The test was paused from 5 March to 7 March, and visitors from then don’t"
    )


def test_who_answers_for_the_page_changed_while_visitors_could_read_it():
    run = CheckContext(facts_changed=(date(2027, 3, 5), date(2027, 3, 8)))
    check = check_changes(run, NOBODY)

    assert check.colour == "amber"
    assert check.reason.startswith("On 5 March and 8 March, somebody changed who’s responsible")


def test_pauses_are_read_from_the_steps():
    steps = [
        ("started", NOON),
        ("paused", NOON),
        ("resumed", NOON + timedelta(hours=2)),
        ("paused", NOON + timedelta(hours=5)),
        ("ended", NOON + timedelta(hours=9)),
    ]

    assert [pause.hours for pause in pauses_of(steps, NOON)] == [2, 4]
    assert pauses_of(steps[:-1], NOON + timedelta(hours=6))[-1].hours == 1


@pytest.mark.parametrize(
    ("attempt", "colour", "risk"),
    [(1, "green", "at most 5%"), (2, "amber", "2 × 5% = 10%"),
     (30, "amber", "= 100%")],
)  # fmt: skip
def test_each_attempt_adds_to_the_chance_of_a_false_go(attempt, colour, risk):
    check = check_attempts(make_rule(), CheckContext(attempt=attempt))

    assert check.colour == colour
    assert risk in check.reason


@pytest.mark.parametrize(("bots", "state"), [(0, "ok"), (99, "ok"), (1000, "ok"), (1001, "warn")])
def test_more_bots_than_people_want_a_look(bots, state):
    check = checked(counted(SOUND, machines={"bot": [bots]} if bots else {}))["machines"]

    assert check.state == state


def test_link_previews_are_no_sign_of_bots():
    check = checked(counted(SOUND, machines={"preview": [5000]}))["machines"]

    assert check.state == "ok"


def test_browsers_that_a_proxy_stripped_may_be_people():
    run = CheckContext(names=("A",), pretenders=300)
    check = checked(counted(SOUND, machines={"bot": [300]}), run)["machines"]

    assert check.state == "warn"
    assert "Sec-Fetch" in check.do


@pytest.mark.parametrize(
    ("reason", "word"), [("team", "your team"), ("paused", "paused"), ("source", "next test")]
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
    run = CheckContext(names=NAMES, started=WEEK[0], today=WEEK[today], is_over=is_over)

    assert checked(counted(SOUND, days=days), run)["weekdays"].colour == colour


def test_a_missed_weekday_says_when_to_share_the_link():
    days = {day: [SOUND] for day in WEEK[:5]}

    assert "on a Saturday and on a Sunday" in checked(counted(SOUND, days=days))["weekdays"].do


@pytest.mark.parametrize(("signups", "colour"), [(1, "grey"), (2, "green")])
def test_two_variants_for_one_person_are_judged_from_ten_addresses_on(signups, colour):
    days = {day: [visitors(50, 40, signups=signups)] for day in WEEK}

    assert checked(counted(SOUND, SOUND, days=days))["two_variants"].colour == colour


@pytest.mark.parametrize(("seen", "colour"), [((12, 0), "grey"), ((60, 60), "green")])
def test_a_split_of_few_is_not_judged_however_they_fall(seen, colour):
    assert checked(counted(*(visitors(70, n) for n in seen)))["split"].colour == colour


@pytest.mark.parametrize("weights", [(1, 1), (9, 1), (1, 1, 1, 1, 1, 1)])
def test_where_a_split_is_not_judged_no_alarm_could_be_raised(weights):
    for people in range(60):
        worst = [0] * (len(weights) - 1) + [people]
        history = counted(*(visitors(people, n) for n in worst), weights=weights)

        assert checked(history)["split"].is_early is not split(worst, weights).mismatch


def test_of_one_variant_nothing_is_split():
    checks = checked(counted(visitors(1000, 900)))

    assert {key for key, check in checks.items() if not check.applies} == {
        *("split", "served_split", "beacons_alike", "sources"),
        *("two_variants", "confirmed_alike"),
    }
    assert checks["split"].state == "ok"


def test_what_one_visitor_cannot_show_is_not_said_to_have_passed():
    one = visitors(1, 1, converted=1, arrived=1, signups=1)
    checks = checked(
        counted(one, days={WEEK[0]: [one]}), CheckContext(started=WEEK[0], today=WEEK[0])
    )

    assert {key for key, check in checks.items() if check.applies and check.colour == "green"} == {
        *("lost", "alarms"),
        *("changes", "attempts", "seal"),
    }


@pytest.mark.parametrize(("excluded", "colour"), [(1, "grey"), (18, "grey"), (19, "amber")])
def test_of_a_few_people_none_are_too_many_to_leave_out(excluded, colour):
    left_out = {"team": [LeftOut(excluded, 0)]}

    check = checked(counted(visitors(1, 1), left_out=left_out))["excluded"]

    assert (check.colour, check.value) == (colour, str(excluded))


@pytest.mark.parametrize(("served", "colour"), [(0, "grey"), (99, "grey"), (100, "green")])
def test_lost_beacons_are_judged_from_a_hundred_pages_on(served, colour):
    assert checked(counted(visitors(served, served)))["beacons"].colour == colour


def test_variants_are_not_compared_before_both_were_served():
    checks = checked(counted(visitors(200, 180), visitors(0, 0), weights=(9, 1)))

    assert checks["beacons_alike"].colour == "grey"


@pytest.mark.parametrize("weights", [(1, 1), (1000, 1000), (1, 1, 1, 1, 1, 1), (1000, 1)])
def test_a_thousand_people_are_never_too_few_to_judge_a_split(weights):
    # No weight of the lightest variant says less against a split than that of one of two equal.
    everybody = [0] * (len(weights) - 1) + [measurement_checks.ALWAYS_ENOUGH]

    assert split(everybody, weights).mismatch


def around(count: int, *, shared: int = 0, without: tuple[int, ...] = (0, 0)) -> CheckContext:
    return CheckContext(
        names=("A", "B"), newest=NewestSignups(count, shared=shared), without_cookie=without
    )


@pytest.mark.parametrize(
    ("run", "colour"),
    [
        (around(9, shared=9), "grey"),
        (around(100, without=(10, 10)), "green"),
        (around(100, without=(11, 10)), "amber"),
        (around(100, shared=10), "green"),
        (around(100, shared=11), "amber"),
    ],
)
def test_addresses_without_our_cookie_or_with_a_common_one_speak_of_a_cache(run, colour):
    assert check_cached(run).colour == colour


def test_the_variant_that_is_handed_out_is_named():
    check = check_cached(around(100, without=(1, 39)))

    assert check.reason.startswith(
        "Of the latest 100 sign-ups, 40 came without our cookie, 39 of them from “B”. Something"
    )
    assert "Set-Cookie" in check.do


def test_where_no_cookie_is_set_none_is_missed():
    run = CheckContext(is_cookieless=True, newest=NewestSignups(100), without_cookie=(100,))

    assert (check_cached(run).applies, check_cached(run).value) == (False, "not known")


@pytest.mark.parametrize(
    ("seen", "converted", "colour"),
    [(7, 7, "grey"), (200, 60, "green"), (200, 80, "green"), (200, 110, "amber")],
)
def test_a_rate_that_strangers_never_reach_is_doubted(seen, converted, colour):
    check = checked(counted(visitors(seen, seen, converted=converted)))["too_good"]

    assert check.colour == colour


@pytest.mark.parametrize(
    ("a", "b", "colour"), [(50, 101, "amber"), (50, 100, "green"), (2, 8, "green")]
)
def test_a_variant_proved_twice_as_good_is_doubted(a, b, colour):
    variants = [visitors(1000, 1000, converted=n) for n in (a, b)]

    assert checked(counted(*variants))["too_good"].colour == colour


def test_the_doubled_rate_is_told_with_its_counts():
    a, b = visitors(1000, 1000, converted=30), visitors(1000, 1000, converted=90)
    check = checked(counted(a, b))["too_good"]

    assert check.reason.startswith(
        "“B” converts 3.0 times as well as “A”: 9.0% of 1,000 against 3.0% of 1,000."
    )
    assert "is something broken there" in check.do


def test_a_variant_that_nobody_answers_makes_the_other_doubtful():
    variants = visitors(1000, 1000, converted=0), visitors(1000, 1000, converted=40)

    assert "doesn’t at all" in checked(counted(*variants))["too_good"].reason


@pytest.mark.parametrize(
    ("chats", "others", "colour"), [(20, 20, "grey"), (30, 70, "green"), (31, 69, "amber")]
)
def test_people_sent_by_chats_and_mailboxes_may_be_friends(chats, others, colour):
    sources = {"whatsapp": [visitors(0, chats)], "google": [visitors(0, others)]}

    assert checked(counted(SOUND, sources=sources))["passed_on"].colour == colour


def test_a_newsletter_and_a_source_that_the_rule_names_are_meant():
    newsletter = counted(SOUND, sources={"newsletter": [visitors(0, 900)]})
    slack = counted(SOUND, sources={"slack": [visitors(0, 900)]})

    assert checked(newsletter)["passed_on"].colour == "green"
    assert checked(slack, sources=("slack",))["passed_on"].colour == "green"


def test_people_who_know_the_team_by_its_rule_are_not_judged_as_strangers():
    whatsapp = {"whatsapp": [visitors(0, 60)]}
    checks = checked(counted(visitors(60, 60, converted=40), sources=whatsapp), knows_team=True)

    for check in (checks["passed_on"], checks["too_good"]):
        assert (check.applies, check.reason) == (False, "The rule counts people who know you.")


def test_of_people_who_know_the_team_a_rate_that_doubles_another_is_still_questioned():
    high = visitors(600, 600, converted=400)
    alike, apart = counted(high, high), counted(visitors(600, 600, converted=60), high)

    said = checked(alike, knows_team=True)["too_good"]
    assert (said.applies, said.colour) == (True, "green")
    assert said.reason == "We only question rates that are clearly double another."
    assert checked(apart, knows_team=True)["too_good"].colour == "amber"
