"""The verdict: what it says, when it may say it, and what is held against it afterwards."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.results.hours import LATE, START, Hour, eager_rule, hourly, judged
from wbtest import statistics
from wbtest.publishing.rule import Hypothesis
from wbtest.results.evidence_path import HourCounts
from wbtest.results.verdict import Outlook, RunPeriod, estimate_remaining, rounded
from wbtest.statistics import Counts

GOOD, FAIR, BAD = (100, 15), (100, 8), (100, 1)


def test_a_variant_far_above_the_target_is_met_and_means_go():
    verdict = judged(hourly([[GOOD, BAD]] * 30), rule=eager_rule())

    assert (verdict.word, verdict.recommendation, verdict.variants) == ("met", "go", (0,))


def test_every_variant_that_reaches_the_target_is_named():
    verdict = judged(hourly([[GOOD, BAD, GOOD]] * 30), rule=eager_rule())

    assert verdict.variants == (0, 2)


def test_a_variant_at_the_target_is_not_enough_and_the_test_goes_on():
    verdict = judged(hourly([[FAIR]] * 5), rule=eager_rule())

    assert (verdict.word, verdict.recommendation) == ("not_enough", "keep_running")


def test_all_below_target_and_floor_is_not_met_and_means_stop():
    verdict = judged(hourly([[BAD, BAD]] * 10), rule=eager_rule())

    assert (verdict.word, verdict.recommendation) == ("not_met", "stop")


def test_all_below_the_target_with_one_above_the_floor_means_iterate():
    verdict = judged(hourly([[(100, 5), BAD]] * 30), rule=eager_rule(maximum_visitors=20_000))

    assert (verdict.word, verdict.recommendation) == ("not_met", "iterate")


def test_one_variant_that_is_not_below_keeps_the_others_from_being_called():
    verdict = judged(hourly([[BAD, FAIR]] * 10), rule=eager_rule())

    assert verdict.word == "not_enough"


def test_the_bar_rises_with_the_number_of_variants():
    counts = Counts(seen=400, converted=49)
    alone = judged(hourly([[(400, 49)]]), rule=eager_rule())
    of_six = judged(hourly([[(400, 49)] * 6]), rule=eager_rule())

    assert 2.996 < statistics.log_e_above(counts, 0.08) < 4.787
    assert (alone.word, of_six.word) == ("met", "not_enough")


@pytest.mark.parametrize(("minimum", "word"), [(3000, "met"), (3001, "not_enough")])
def test_there_is_no_verdict_before_the_least_visitors_of_all_variants_together(minimum, word):
    rule = eager_rule(minimum_visitors=minimum, maximum_visitors=9000)

    assert judged(hourly([[GOOD, BAD]] * 15), rule=rule).word == word


@pytest.mark.parametrize(("hours", "word"), [(50, "met"), (49, "not_enough")])
def test_there_is_no_verdict_before_the_least_days_of_the_experiments_zone(hours, word):
    # In Auckland it is 22:00 on 1 March at the start, so the third day after begins 50 hours later.
    rule = eager_rule(minimum_days=3, maximum_visitors=90_000)
    verdict = judged(
        hourly([[GOOD]] * 50), rule=rule, days=hours / 24, time_zone="Pacific/Auckland"
    )

    assert verdict.word == word


@pytest.mark.parametrize(("hours", "word"), [(30, "met"), (29.9, "not_enough")])
def test_a_verdict_rests_on_full_hours_so_that_it_never_comes_and_goes(hours, word):
    all_in_the_thirtieth = hourly([[(1, 0)]] * 29 + [[(500, 90)]])

    assert judged(all_in_the_thirtieth, rule=eager_rule(), days=hours / 24).word == word


WAVE = [[(60, 40)], [(40, 20)]]
# The start is at 9:00, and the least days are over at midnight.
WEEK_OVER = datetime(2027, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wave", "said"), [(WAVE, ("met", "go")), ([[(300, 1)]], ("not_met", "stop"))]
)
def test_who_all_came_on_the_first_day_bring_the_verdict_when_the_least_days_are_over(wave, said):
    rule = eager_rule(minimum_days=7, maximum_visitors=sum(hour[0][0] for hour in wave))

    before = judged(hourly(wave), rule=rule, days=6.6)
    after = judged(hourly(wave), rule=rule, days=6.7)

    assert (before.word, before.recommendation) == ("not_enough", "keep_running")
    assert (after.word, after.recommendation) == said
    assert after.reached_at == WEEK_OVER


def test_a_verdict_of_a_wave_stays_where_it_was_when_others_come_later():
    later = [[(0, 0)]] * 200 + [[(5, 2)]]

    verdict = judged(hourly(WAVE + later), rule=eager_rule(minimum_days=7), days=10)

    assert (verdict.word, verdict.reached_at) == ("met", WEEK_OVER)


def test_late_answers_of_those_who_came_before_the_most_visitors_still_count():
    hours = hourly([[(100, 10)], [(0, 0)], [(50, 4)]])
    # So many more of the first hundred sign up in the second hour.
    arrived, converted = hours.arrived.copy(), hours.converted.copy()
    arrived[1] += 12
    converted[0] += 12
    late = HourCounts(hours.started, (1,), hours.hours, hours.seen, arrived, converted)
    rule = eager_rule(maximum_visitors=100)

    before, after = (judged(late, rule=rule, days=days) for days in (1, 1.1))

    assert (before.word, before.recommendation) == ("not_enough", "keep_running")
    assert (after.word, after.recommendation) == ("met", "go")


def test_a_wave_that_says_nothing_is_undecided_when_the_least_days_are_over():
    rule = eager_rule(minimum_days=7, maximum_visitors=100)

    said = [judged(hourly([[FAIR]]), rule=rule, days=days).recommendation for days in (6.6, 6.7)]

    assert said == ["keep_running", "inconclusive"]


def test_a_test_that_was_ended_before_the_least_days_says_nothing_after_them():
    rule = eager_rule(minimum_days=7)
    ended_at = START + timedelta(days=3)

    verdict = judged(hourly(WAVE), rule=rule, days=10, ended_at=ended_at)

    assert (verdict.word, verdict.recommendation) == ("not_enough", "inconclusive")


def test_what_was_reached_stays_reached_when_the_evidence_falls_back():
    hours = hourly([[GOOD]] * 24 + [[(100, 5)]] * 60)
    verdict = judged(hours, rule=eager_rule(**LATE))

    assert (verdict.word, verdict.recommendation) == ("met", "keep_running")
    assert verdict.doubt is not None
    assert verdict.reached_at is not None
    assert verdict.reached_at < START + timedelta(days=2)


def test_friends_first_are_held_against_the_verdict():
    friends = [[(60, 25)]]
    strangers = [[(0, 0)]] * 24 + [[(30, 1)]] * 30
    verdict = judged(hourly(friends + strangers), rule=eager_rule(minimum_visitors=400))

    assert verdict.word == "met"
    assert verdict.doubt is not None
    assert verdict.doubt.is_contradicted
    assert (verdict.doubt.until, verdict.doubt.since) == (Counts(60, 25), Counts(900, 30))


def test_a_second_variant_that_holds_keeps_the_verdict_out_of_doubt():
    friends = [[(60, 25), (60, 9)]]
    strangers = [[(0, 0)] * 2] * 24 + [[(60, 2), (60, 9)]] * 30
    verdict = judged(hourly(friends + strangers), rule=eager_rule(**LATE))

    assert (verdict.recommendation, verdict.variants, verdict.doubt) == ("go", (1,), None)


def test_figures_that_rise_after_not_met_are_held_against_it():
    verdict = judged(hourly([[BAD]] * 30 + [[(100, 12)]] * 90), rule=eager_rule(**LATE))

    assert verdict.word == "not_met"
    assert verdict.doubt is not None
    assert verdict.recommendation == "keep_running"


def test_nothing_is_said_while_the_split_alarm_stands():
    verdict = judged(hourly([[(100, 15), (60, 9)]] * 30), rule=eager_rule())

    assert (verdict.word, verdict.is_withheld) == ("not_enough", True)


def test_nothing_is_said_about_figures_that_are_not_to_be_trusted():
    verdict = judged(hourly([[GOOD]] * 30), rule=eager_rule(), is_trusted=False)

    assert (verdict.word, verdict.is_withheld) == ("not_enough", True)


def test_visitors_within_their_window_do_not_speak_against_the_target():
    hours = hourly([[BAD]] * 30)
    before, after = 23.9 / 24, 29 / 24 + 1

    assert judged(hours, rule=eager_rule(minimum_days=1), days=before).states == ("open",)
    assert judged(hours, rule=eager_rule(minimum_days=1), days=after).states == ("below",)


def test_as_many_visitors_as_the_rule_allows_without_a_verdict_are_inconclusive():
    rule = eager_rule(maximum_visitors=500)

    assert judged(hourly([[FAIR]] * 4), rule=rule).recommendation == "keep_running"
    assert judged(hourly([[FAIR]] * 5), rule=rule).recommendation == "inconclusive"


def test_it_is_final_when_the_last_visitors_window_is_over():
    rule, ended = eager_rule(), START + timedelta(days=3)
    hours = hourly([[FAIR]] * 5)

    waiting = judged(hours, rule=rule, days=3.9, ended_at=ended)
    final = judged(hours, rule=rule, days=4, ended_at=ended)

    assert (waiting.is_over, waiting.is_final, waiting.is_waiting) == (True, False, True)
    assert (final.is_over, final.is_final, final.is_waiting) == (True, True, False)


@pytest.mark.parametrize("hours", [[[FAIR]] * 5, [[GOOD]] * 9 + [[BAD]] * 20, [[BAD]] * 2])
def test_once_it_is_over_nothing_recommends_to_keep_it_running(hours):
    ended = START + timedelta(days=3)
    verdicts = [
        judged(hourly(hours), rule=eager_rule(**LATE), days=days, ended_at=ended)
        for days in (2.9, 3, 3.9, 4, 9)
    ]

    assert "keep_running" not in {verdict.recommendation for verdict in verdicts[1:]}


def test_against_the_target_a_verdict_may_ripen_after_the_most_visitors_came():
    hours = hourly([[BAD]] * 5)
    rule = eager_rule(maximum_visitors=500)
    capped, ripe = (judged(hours, rule=rule, days=days) for days in (6 / 24, 2))

    assert (capped.is_capped, capped.word) == (True, "not_enough")
    assert (ripe.word, ripe.recommendation) == ("not_met", "stop")


def test_an_experiment_that_nobody_ends_is_over_after_its_last_day():
    life = RunPeriod(START, None, START, "Europe/Berlin")

    assert life.over_at(eager_rule()) == datetime(2027, 3, 29, 22, tzinfo=UTC)


def test_before_anybody_came_there_is_no_verdict():
    verdict = judged(hourly([[(0, 0)] * 3]), rule=eager_rule())

    assert (verdict.word, verdict.states) == ("not_enough", ("open",) * 3)


@st.composite
def histories(draw: st.DrawFn) -> list[Hour]:
    """Up to four days of one to six variants, some of them good."""
    arms = draw(st.integers(1, 6))
    rates = draw(st.lists(st.sampled_from([0, 2, 5, 8, 12, 20]), min_size=arms, max_size=arms))
    seen = st.integers(0, 60)
    hours: list[Hour] = []
    for _ in range(draw(st.integers(0, 96))):
        counts = draw(st.lists(seen, min_size=arms, max_size=arms))
        hours.append([(n, n * rate // 100) for n, rate in zip(counts, rates, strict=True)])
    return hours or [[(0, 0)] * arms]


@settings(max_examples=60, deadline=None)
@given(hours=histories(), days=st.integers(0, 60).map(lambda k: k / 12))
def test_the_interval_that_is_drawn_never_contradicts_the_verdict(hours, days):
    rule = eager_rule(**LATE)
    counted = hourly(hours)
    verdict = judged(counted, rule=rule, days=days)
    settled = counted.settled(int((START + timedelta(days=days - 1)).timestamp()))
    drawn = [
        statistics.decision_interval(now, 0.05, 0.05, len(hours[0]), old)
        for now, old in zip(counted.totals(), settled, strict=True)
    ]

    for state, interval in zip(verdict.states, drawn, strict=True):
        assert (state == "above") == (interval.low > rule.target)
        assert (state == "below") == (interval.high < rule.target)
    if verdict.recommendation == "go":
        assert all(drawn[k].low > rule.target for k in verdict.variants)
    if verdict.recommendation in ("iterate", "stop"):
        assert all(interval.high < rule.target for interval in drawn)
    if verdict.word == "not_enough":
        assert {"above", "below"}.isdisjoint(verdict.standings)


@settings(max_examples=40, deadline=None)
@given(hours=histories(), first=st.integers(1, 96), later=st.integers(1, 96))
def test_a_verdict_never_turns_into_another_one(hours, first, later):
    first, later = sorted((first, later))
    rule = eager_rule(**LATE)
    before = judged(hourly(hours[:first]), rule=rule, days=first / 24)
    after = judged(hourly(hours[:later]), rule=rule, days=later / 24)

    if before.word != "not_enough" and not after.is_withheld:
        assert (after.word, after.reached_at) == (before.word, before.reached_at)


def test_what_comes_after_the_most_visitors_cannot_settle_it_any_more():
    hours = hourly([[FAIR]] * 5 + [[GOOD]] * 30)

    verdict = judged(hours, rule=eager_rule(maximum_visitors=500))

    assert (verdict.word, verdict.recommendation) == ("not_enough", "inconclusive")


def outlook(hours: list[Hour], days: float, rule: Hypothesis | None = None) -> Outlook:
    life = RunPeriod(START, None, START + timedelta(days=days), "UTC")
    return estimate_remaining(rule or eager_rule(ends_on=date(2027, 12, 31)), hourly(hours), life)


def test_the_visitors_it_foresees_are_those_it_takes():
    rule = eager_rule()
    so_far: list[Hour] = [[(20, 2)]] * 10
    missing = outlook(so_far, days=10, rule=rule).visitors
    enough, too_few = (
        hourly([*so_far, [(missing + extra, round((missing + extra) / 10))]]) for extra in (10, -40)
    )

    assert judged(enough, rule=rule).word == "met"
    assert judged(too_few, rule=rule).word == "not_enough"


def test_below_the_target_every_variant_has_to_be_shown_so():
    one = outlook([[(20, 1)]] * 10, days=10).visitors
    with_an_undecided_one = outlook([[(20, 0), (20, 1)]] * 10, days=10).visitors

    assert with_an_undecided_one == pytest.approx(2 * one, rel=0.2)


def test_visitors_who_are_still_in_their_window_need_not_come_again():
    everybody_settled = outlook([[(60, 3)]] * 4, days=10).visitors
    half_on_the_way = outlook([[(30, 1)]] * 8 + [[(0, 0)]] * 20 + [[(15, 1)]] * 8, days=1.5)

    assert half_on_the_way.visitors < everybody_settled


def test_with_few_visitors_it_says_how_many_the_rule_asks_for():
    rule = eager_rule(minimum_visitors=400, maximum_visitors=2400)

    assert outlook([[(10, 1)]], days=1, rule=rule) == Outlook(2390, 239, True, True)


def test_no_verdict_in_sight_leaves_what_the_rule_allows():
    missing = outlook([[(100, 8)]] * 10, days=10)

    assert (missing.visitors, missing.is_cap) == (1400, True)


def test_days_come_from_the_pace_of_the_last_week():
    slow_then_fast: list[Hour] = [[(1, 0)]] * 24 + [[(0, 0)]] * (24 * 8) + [[(70, 6)]] * 10

    assert outlook(slow_then_fast, days=10).days == 17


def test_with_visitors_enough_only_days_are_missing():
    rule = eager_rule(minimum_days=7)

    assert outlook([[(100, 15)]] * 10, days=2.5, rule=rule) == Outlook(0, 5)


def test_without_traffic_no_day_is_promised():
    assert outlook([[(0, 0)]], days=3).days is None


def test_it_says_when_the_last_day_comes_first():
    assert outlook([[(20, 2)]] * 2, days=5, rule=eager_rule()).is_too_slow
    assert not outlook([[(200, 20)]] * 2, days=5, rule=eager_rule()).is_too_slow


@pytest.mark.parametrize(("exact", "said"), [(0, 0), (99, 99), (101, 110), (2341, 2400)])
def test_an_estimate_is_said_in_two_digits(exact, said):
    assert rounded(exact) == said
