"""From the roll-up to results: what counts, in which order, under which names."""

from datetime import UTC, date, datetime

import pytest

from tests.factories import Team, make_experiment, make_running
from tests.results.crowd import count_day, count_days, count_hour, count_machines
from wbtest import statistics
from wbtest.audience.result_counts import Totals
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_rule
from wbtest.results import verdict_text
from wbtest.results.figures import NotStarted, evaluate, results_of
from wbtest.results.figures_json import results_json
from wbtest.results.history import count
from wbtest.statistics import Counts, bayes, comparison, rate
from wbtest.statistics.split import _split
from wbtest.store import writing
from wbtest.writing.models import Revision

LATER = datetime(2027, 3, 11, 20, tzinfo=UTC)
# The public shape; anything may be added to it, nothing renamed.
SHAPE = {
    "": "as_of variants target comparison best split trust verdict recommendation all_equal "
    "without_beacon attempt why",
    "variants": "key served seen signups confirmed excluded rate wilson credible sequence decision "
    "probability_best expected_loss",
    "comparison": "a b log_e ratio",
    "trust": "check state reason",
}


@pytest.fixture
def met(revision: Revision, team: Team) -> Experiment:
    """Nine days in which the kitchen is far above the target and the control far below."""
    variants = ("From your kitchen",)
    experiment = make_running(revision, team.editor, team.approver, variants=variants)
    count_days(experiment, range(9), "control", seen=110, converted=3, served=125, confirmed=2)
    count_days(experiment, range(9), "from-your-kitchen", seen=108, converted=14, served=126)
    return experiment


def test_the_json_has_exactly_the_public_names(met):
    values = results_json(results_of(met, LATER))

    assert set(SHAPE[""].split()) <= set(values)
    for name in ("variants", "comparison", "trust"):
        for entry in values[name]:
            assert set(SHAPE[name].split()) <= set(entry)
    assert set(values["target"]) == {"rate", "floor", "variants"}
    assert set(values["split"]) == {"p_value", "log_e", "mismatch", "chi_square", "expected"}


def test_the_numbers_are_those_of_the_statistics(met):
    values = results_json(results_of(met, LATER))
    control, kitchen = Counts(990, 27), Counts(972, 126)

    assert (values["verdict"], values["recommendation"]) == ("met", "go")
    assert values["best"] == "from-your-kitchen"
    assert values["variants"][0]["wilson"] == list(statistics.wilson(control))
    assert values["variants"][1]["rate"] == 126 / 972
    assert values["target"]["variants"][1]["log_e_above"] == pytest.approx(
        statistics.log_e_above(kitchen, 0.08)
    )
    assert values["comparison"][0]["log_e"] == pytest.approx(
        statistics.log_e_better(control, kitchen, (1, 1))
    )
    assert values["split"]["log_e"] == pytest.approx(statistics.split([990, 972], [1, 1]).log_e)


def test_a_draft_has_no_results(team, revision):
    draft = make_experiment(revision, team.editor)

    with pytest.raises(NotStarted):
        results_of(draft, LATER)


def test_an_experiment_that_nobody_saw_still_has_results(begin):
    values = results_json(results_of(begin(variants=("Price",)), LATER))

    assert values["verdict"] == "not_enough"
    assert [variant["rate"] for variant in values["variants"]] == [None, None]
    assert [variant["decision"] for variant in values["variants"]] == [[0.0, 1.0]] * 2


def test_only_sealed_sources_count_and_the_others_are_shown_as_left_out(begin):
    experiment = begin(sources=("newsletter",))
    count_day(experiment, 0, seen=100, converted=9)
    count_day(experiment, 0, seen=70, converted=60, source="friends")
    results = results_of(experiment, LATER)

    assert results.everybody.seen == 100
    assert results.excluded[0] == {"source": 70}
    assert list(results.sources) == ["newsletter", "friends"]


def test_the_sealed_rule_stands_even_when_the_row_is_changed(met):
    with writing():
        met.rule = met.rule | {"target": 0.5}

    assert sealed_rule(met).target == 0.08


def test_a_seal_that_does_not_fit_withholds_the_verdict(met):
    with writing():
        met.sealed = met.sealed.replace('"target":0.08', '"target":0.04')
    results = results_of(met, LATER)

    assert results.verdict.is_withheld
    assert [check.check for check in results.trust if check.state == "stop"] == ["seal"]


def test_people_and_machines_that_do_not_count_stand_at_their_variant(met):
    hour = int(LATER.timestamp())
    count_hour(met, hour, "control", excluded_because="team", seen=4, signups=5)
    count_machines(met, 251)
    variants = results_json(results_of(met, LATER))["variants"]

    assert [variant["excluded"] for variant in variants] == [{"bot": 251, "team": 5}, {}]


def test_signups_without_a_beacon_stand_beside_the_rate(begin):
    experiment = begin()
    count_day(experiment, 0, seen=100, converted=9, signups=14, unseen=5)
    values = results_json(results_of(experiment, LATER))

    assert values["without_beacon"] == 5
    assert (values["variants"][0]["signups"], values["variants"][0]["rate"]) == (9, 0.09)


def test_a_broken_split_withholds_lift_and_best(begin):
    experiment = begin(variants=("Price",))
    count_day(experiment, 0, "control", seen=700, converted=20)
    count_day(experiment, 0, "price", seen=500, converted=90)
    values = results_json(results_of(experiment, LATER))

    assert values["split"]["mismatch"]
    assert (values["comparison"], values["best"], values["verdict"]) == ([], None, "not_enough")
    assert values["variants"][1]["probability_best"] is None


def test_an_endless_ratio_is_null_in_json(begin):
    experiment = begin(variants=("Price",))
    count_day(experiment, 0, "control", seen=100, converted=0)
    count_day(experiment, 0, "price", seen=100, converted=4)

    assert results_json(results_of(experiment, LATER))["comparison"][0]["ratio"][1] is None


def test_days_are_those_of_the_experiments_zone(begin):
    experiment = begin(time_zone="Asia/Kathmandu")
    # 18:00 UTC is 23:45 there, and the next hour begins a new day.
    last_of_the_day = int(datetime(2027, 3, 1, 17, 15, tzinfo=UTC).timestamp())
    count_hour(experiment, last_of_the_day, seen=3)
    count_hour(experiment, last_of_the_day + 3600, seen=5)
    days = results_of(experiment, LATER).days

    assert {day: row[0].seen for day, row in days.items()} == {
        date(2027, 3, 1): 3,
        date(2027, 3, 2): 5,
    }


def test_the_same_moment_gives_the_same_figures(met):
    assert results_json(results_of(met, LATER)) == results_json(results_of(met, LATER))


def test_totals_are_never_lost_between_days_sources_and_variants(met):
    results = results_of(met, LATER)

    assert results.everybody == Totals(2259, 1962, 153, 153, 153, 0, 18)
    assert sum(row[0].seen for row in results.days.values()) == results.variants[0].totals.seen
    assert [t.seen for t in results.sources["newsletter"]] == [990, 972]


def test_figures_are_never_those_of_before(met):
    earlier = [results_json(results_of(met, LATER))]
    hour = int(datetime(2027, 3, 3, 7, tzinfo=UTC).timestamp())
    # As many in all as before, with one conversion moved from one variant to the other, and back.
    for control, kitchen in ((2, 1), (1, 2)):
        count_hour(met, hour, "control", seen=20, converted=control)
        count_hour(met, hour, "from-your-kitchen", seen=20, converted=kitchen)
        earlier.append(results_json(results_of(met, LATER)))

    assert earlier[0] != earlier[1] != earlier[2] != earlier[0]


def test_what_is_remembered_equals_what_is_computed_from_scratch(met):
    first = results_json(results_of(met, LATER))
    for remembered in (
        *(rate._low, rate._high, comparison._log_e_better),
        *(_split, comparison._least_ratio, bayes._rank),
    ):
        remembered.cache_clear()

    assert results_json(results_of(met, LATER)) == first


def test_hours_stand_in_order_however_they_were_written(begin):
    experiment = begin(variants=("Price",))
    count_hour(experiment, 7200, "price", seen=9, converted=1)
    count_hour(experiment, 3600, seen=5)
    hours = count([experiment])[experiment.id].hours

    assert hours.hours.tolist() == [3600, 7200]
    assert hours.seen.tolist() == [[5, 0], [0, 9]]
    assert hours.converted.tolist() == [[0, 0], [0, 1]]


def test_hours_of_several_tests_are_kept_apart(begin):
    one, other = begin(), begin(slug="other")
    count_hour(one, 3600, seen=5)
    count_hour(other, 7200, seen=7)
    found = count([one, other])

    assert found[one.id].hours.seen.tolist() == [[5]]
    assert found[other.id].hours.hours.tolist() == [7200]


def test_a_list_says_what_the_page_says(met):
    results, brief = results_of(met, LATER), evaluate(met, LATER)

    assert (brief.verdict, brief.variants) == (results.verdict, results.variants)
    assert verdict_text.headline(brief) == verdict_text.headline(results)


def test_the_rate_of_those_served_holds_also_who_was_never_seen(begin):
    experiment = begin()
    count_day(experiment, 0, seen=80, converted=8, served=100, signups=11, unseen=3, confirmed=5)
    confirming = begin(slug="confirming", conversion="confirmed")
    count_day(confirming, 0, seen=80, converted=4, served=100, signups=11, confirmed=5)

    assert results_of(experiment, LATER).rates_of_served == [0.11]
    assert results_of(confirming, LATER).rates_of_served == [0.05]
    assert results_of(begin(slug="nobody"), LATER).rates_of_served == [None]


def test_the_split_says_how_many_were_planned(met):
    split = results_of(met, LATER).split

    assert split.expected == (981, 981)
    assert split.chi_square == pytest.approx(9**2 / 981 * 2)
    assert split.p_value == pytest.approx(0.684, abs=0.001)
