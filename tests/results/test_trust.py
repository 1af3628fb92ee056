"""A check has a colour, and the colour a word."""

import pytest

from wbtest.results.trust import Check, early


@pytest.mark.parametrize(
    ("state", "colour", "word"),
    [
        ("ok", "green", "in order"),
        ("warn", "amber", "look at this"),
        ("stop", "red", "stops the verdict"),
    ],
)
def test_each_state_has_a_colour_and_a_word(state, colour, word):
    check = Check("split", state, "So it is.", "Split", "yes")

    assert (check.colour, check.word) == (colour, word)


def test_what_cannot_be_judged_yet_is_grey_and_says_so():
    check = early("cached", "No copies", "Nobody came.")

    assert (check.state, check.colour, check.word) == ("ok", "grey", "too early to say")


@pytest.mark.parametrize(
    ("key", "state", "is_shown"),
    [("lost", "ok", False), ("split", "ok", True), ("lost", "warn", True), ("seal", "stop", True)],
)
def test_what_is_not_in_order_is_always_shown(key, state, is_shown):
    assert Check(key, state, "So it is.", "Title", "yes").is_shown is is_shown
