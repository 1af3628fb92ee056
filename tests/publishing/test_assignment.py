"""The lot: in proportion to the weights, the same for the same visitor."""

from collections import Counter

import pytest

from wbtest.publishing.assignment import Draw

THOUSANDS = range(20_000)


@pytest.mark.parametrize(
    "weights", [{"a": 1, "b": 1}, {"a": 9, "b": 1}, {"a": 1, "b": 1, "c": 1}, {"a": 1000, "b": 1}]
)
def test_visitors_are_split_as_the_weights_say(weights: dict[str, int]):
    variants = list(weights.items())
    draw = Draw("salt", variants)
    drawn = Counter(draw.variant_of(f"visitor-{number}") for number in THOUSANDS)

    total = sum(weights.values())
    for key, weight in weights.items():
        expected = len(THOUSANDS) * weight / total
        # Four standard deviations of a binomial count.
        assert abs(drawn[key] - expected) <= 4 * (expected * (1 - weight / total)) ** 0.5


def test_a_visitor_keeps_the_variant_and_another_salt_draws_anew():
    names = [f"visitor-{number}" for number in range(100)]
    variants = [("a", 1), ("b", 1)]
    first, again, other = (
        [Draw(salt, variants).variant_of(name) for name in names]
        for salt in ("salt", "salt", "other")
    )

    assert first == again
    assert first != other
