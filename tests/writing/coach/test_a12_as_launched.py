"""A12: what is still to come, and wills and Wills."""

import pytest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It will save them an hour.", "will"),
        ("Larder will plan five dinners.", "will"),
        ("We'll add a list.", "We'll"),
        ("You’ll get dinner.", "You’ll"),
        ("We plan to open in the north.", "plan to"),
        ("A second version is coming soon.", "coming soon"),
        ("It is going to be warm.", "is going to"),
        ("That is on our roadmap.", "on our roadmap"),
        ("Support for ferries is in the pipeline.", "is in the pipeline"),
        ("A version for twins will follow in the autumn.", "will follow in the autumn"),
        ("It is for two who come together. We plan to open more.", "plan to"),
        ("The list shall be available in Kerala.", "shall be available"),
        ("A second list will be rolled out in May.", "will be rolled out"),
        ("It is set to open.", "is set to"),
        ("A list for twins is launching in June.", "launching in June"),
        ("A second list will be released.", "will be released"),
    ],
)
def test_a_future_is_marked(find, text, words):
    assert find("A12", solution=text) == [("warn", words)]


@pytest.mark.parametrize(
    "text",
    [
        "Parents write their will with a solicitor.",
        "She signed her last will.",
        "Will Hargreaves opened the gate.",
        "Will it rain? She takes a coat.",
        "It plans five dinners that a family will eat.",
        "“It will rain,” she says.",
        "We will never sell your photos.",
        "They turn a plan to paper.",
        "She is going to bed.",
        "The gas is in the pipeline. A nurse will follow in a car.",
        "It, will or no will, works.",
        "Tenants shall not be woken. The pastry is rolled out.",
        "The oven is set to 200 degrees.",
    ],
)
def test_what_is_no_future_is_left_alone(find, text):
    assert find("A12", solution=text) == []


def test_people_may_have_a_future_of_their_own(find):
    assert find("A12", problem="If it rains, it will leak. They will be late again.") == []


def test_the_product_has_none_in_the_problem(find):
    assert find("A12", problem="We will fix that.") == [("warn", "will")]


def test_a_customer_says_what_they_will_do(find):
    quote = {"text": "I will never go back. We will eat.", "speaker": "Amira", "role": "mother"}
    assert find("A12", customer_quote=quote) == []


def test_a_small_word_of_the_segment_names_nothing(find):
    text = "Support for ferries is in the pipeline."
    assert find("A12", segment="parents in Leeds", solution=text) == [
        ("warn", "is in the pipeline")
    ]


def test_who_sells_roadmaps_may_name_them(find):
    assert find("A12", segment="teams with a product roadmap", solution="A product roadmap.") == []


def test_it_is_a_note_in_the_short_form(find):
    assert find("A12", form="short", alternative="Larder will help.") == [("note", "will")]
