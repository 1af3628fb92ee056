"""The lot: in proportion to the weights, the same for the same visitor."""

from collections import Counter

import pytest

from wbtest.publishing.assignment import assign, spread

THOUSANDS = range(20_000)


@pytest.mark.parametrize(
    "weights", [{"a": 1, "b": 1}, {"a": 9, "b": 1}, {"a": 1, "b": 1, "c": 1}, {"a": 1000, "b": 1}]
)
def test_visitors_are_split_as_the_weights_say(weights: dict[str, int]):
    variants = list(weights.items())
    drawn = Counter(assign(f"visitor-{number}", "salt", variants) for number in THOUSANDS)

    total = sum(weights.values())
    for key, weight in weights.items():
        expected = len(THOUSANDS) * weight / total
        # Four standard deviations of a binomial count.
        assert abs(drawn[key] - expected) <= 4 * (expected * (1 - weight / total)) ** 0.5


def test_a_visitor_keeps_the_variant_and_another_salt_draws_anew():
    variants = [("a", 1), ("b", 1)]
    first = [assign(f"visitor-{number}", "salt", variants) for number in range(100)]

    assert first == [assign(f"visitor-{number}", "salt", variants) for number in range(100)]
    assert first != [assign(f"visitor-{number}", "other", variants) for number in range(100)]


def test_only_visitors_between_the_old_and_the_new_boundary_change_their_variant():
    before, after = spread([("a", 1), ("b", 1)]), spread([("a", 9), ("b", 1)])
    visitors = [f"visitor-{number}" for number in range(2_000)]

    moved = [
        (was, now)
        for visitor in visitors
        if (was := assign(visitor, "salt", before)) != (now := assign(visitor, "salt", after))
    ]

    assert set(moved) == {("b", "a")}
    assert 0.36 < len(moved) / len(visitors) < 0.44


@pytest.mark.parametrize("weights", [(1,), (1, 1, 1), (1000, 1), (7, 11, 13, 17, 19, 23)])
def test_weights_are_spread_over_one_range_in_proportion(weights):
    variants = spread([(str(number), weight) for number, weight in enumerate(weights)])

    assert sum(weight for _, weight in variants) == 2**32
    for weight, (_, share) in zip(weights, variants, strict=True):
        assert abs(share / 2**32 - weight / sum(weights)) < 1e-9
