"""Sources: the same mix in every variant, and an order that no sum turns round."""

import random

from tests.results.check_histories import SOUND, checked, counted, visitors
from wbtest.audience.result_counts import Totals
from wbtest.results.measurement_checks import find_reversal, mix_p_value

# As in the admissions of Berkeley: over all A leads, from each source B does.
TURNED = {
    "newsletter": [visitors(0, 900, converted=180), visitors(0, 300, converted=66)],
    "ads": [visitors(0, 300, converted=6), visitors(0, 900, converted=27)],
}


def test_different_mixes_of_sources_want_a_look():
    alike = {"a": [visitors(1, 400), visitors(1, 390)], "b": [visitors(1, 300), visitors(1, 320)]}
    apart = {"a": [visitors(1, 400), visitors(1, 300)], "b": [visitors(1, 300), visitors(1, 410)]}

    assert checked(counted(SOUND, SOUND, sources=alike))["sources"].colour == "green"
    check = checked(counted(SOUND, SOUND, sources=apart))["sources"]
    assert check.colour == "amber"
    assert "300 of 700 who saw “A” and 410 of 710 who saw “B” came from b" in check.reason


def test_sources_that_do_not_count_do_not_trouble_the_mix():
    apart = {
        "a": [visitors(1, 400), visitors(1, 400)],
        "b": [visitors(1, 90), visitors(1, 95)],
        "ads": [visitors(1, 300), visitors(1, 9)],
    }
    history = counted(SOUND, SOUND, sources=apart)

    assert checked(history, sources=("a", "b"))["sources"].colour == "green"


def test_many_rare_sources_are_taken_together():
    rare = {f"site-{k}": [visitors(1, 2), visitors(1, k % 2)] for k in range(40)}
    large = {"a": [visitors(1, 400), visitors(1, 440)]}

    assert checked(counted(SOUND, SOUND, sources=large | rare))["sources"].state == "warn"


def test_one_source_alone_is_nothing_to_compare():
    sources = {"a": [visitors(1, 400), visitors(1, 410)]}

    assert checked(counted(SOUND, SOUND, sources=sources))["sources"].colour == "grey"


def test_an_order_that_turns_round_within_each_source_is_told_with_all_rates():
    check = checked(counted(SOUND, SOUND, sources=TURNED))["sources"]

    assert (check.colour, check.value) == ("amber", "reversed")
    assert check.reason == (
        "Across these sources together, “A” leads “B”, 15.5% of 1,200 against 7.8% of "
        "1,200. Within each, it’s the other way round: “B” leads from newsletter (22.0% of "
        "300 against 20.0% of 900) and ads (3.0% of 900 against 2.0% of 300). "
        "The mix of sources makes the difference, not the page."
    )


def test_a_tie_within_each_source_is_no_other_order():
    tie = {
        "mail": [visitors(0, 900, converted=180), visitors(0, 300, converted=60)],
        "ads": [visitors(0, 300, converted=6), visitors(0, 900, converted=18)],
    }

    assert find_reversal(tie) is None


def test_a_source_of_few_says_nothing_of_the_order():
    few = {"a": TURNED["newsletter"], "b": [visitors(0, 40, converted=1), visitors(0, 40)]}

    assert find_reversal(few) is None


def test_an_equal_mix_never_turns_round():
    chance = random.Random(5)
    for _ in range(300):
        rows = {
            source: [Totals(seen=n, converted=chance.randint(10, n // 2)) for _ in "AB"]
            for source, n in (("a", 200), ("b", 900), ("c", 60))
        }
        assert find_reversal(rows) is None


def test_nobody_in_a_variant_is_nothing_to_compare():
    assert mix_p_value([[100, 0], [200, 0]]) is None
