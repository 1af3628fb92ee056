"""Q3: a feeling or a human consequence in the customer quote."""

import pytest


@pytest.mark.parametrize(
    "said",
    [
        "I was ashamed of my bins.",
        "I cooked, sat down and talked to my son about football.",
        "Last night I signed my name, walked home and slept.",
        "I laughed about it.",
        "I stopped hating the snow.",
        "I found myself loving the rain.",
        "That night I read to him.",
    ],
)
def test_a_feeling_or_an_evening_is_enough(find, said):
    assert find("Q3", customer_quote={"text": said}) == []


@pytest.mark.parametrize(
    "said",
    [
        "The planner makes a list from one photo.",
        "I export the report and the numbers add up.",
        "I used to open three apps at night. Now I look at one color on the lamp.",
        "It is on the home screen, for free, and the rest of the list too.",
    ],
)
def test_a_function_alone_is_for_the_reviewers(find, said):
    assert find("Q3", customer_quote={"text": said}) == [("warn", said)]


def test_other_languages_are_not_judged(find):
    assert find("Q3", language="de", customer_quote={"text": "Der Plan stimmt."}) == []


def test_the_short_form_has_no_quote(find):
    assert find("Q3", form="short", customer_quote={"text": "It works."}) == []
