"""What a preview says that a variant changes, word by word."""

from typing import Any

import pytest

from tests.factories import LARDER
from wbtest.publishing.copy import page_copy
from wbtest.publishing.shown import differences

PARTS = ["faq", "problem", "alternative", "solution", "why_now", "quote"]


def changed(**overrides: Any) -> dict[str, str]:
    """The new words of each part that a variant changes."""
    found = differences(page_copy(LARDER), page_copy(LARDER, overrides))
    return {name: "".join(run.text for run in runs if run.kind != "delete") for name, runs in found}


def test_the_approved_page_differs_in_nothing():
    assert changed() == {}


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"headline": "Half the waste"}, {"Headline": "Half the waste"}),
        ({"price": "Free"}, {"Price": "Free"}),
        ({"body": "One.\n\nTwo."}, {"Problem, today and solution": "One.\n\nTwo."}),
        ({"layout": "post"}, {"Layout": "Blog post"}),
    ],
)
def test_each_part_that_differs_is_named_with_its_words(overrides, said):
    assert changed(**overrides) == said


def test_parts_in_another_order_are_told_by_their_names():
    assert changed(order=PARTS)["Order of the parts"].startswith("Questions · Problem")


def test_the_words_that_stayed_are_told_apart_from_those_that_went():
    [(_, runs)] = differences(
        page_copy(LARDER), page_copy(LARDER, {"cta_text": "Take two photos of your fridge."})
    )

    assert [run.kind for run in runs] == ["equal", "delete", "insert", "equal"]
