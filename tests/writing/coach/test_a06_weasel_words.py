"""A6: hedges, and words that only look like them."""

import pytest

from tests.writing.coach.conftest import TODAY
from wbtest.writing import coach
from wbtest.writing.document import Document


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It saves significantly more.", "significantly"),
        ("Nearly all of them stay.", "Nearly all"),
        ("It helps many parents.", "many"),
        ("Some say so.", "Some"),
        ("- Some parents cook.", "Some"),
        ("You might save an hour.", "might"),
        ("It may help.", "may"),
        ("It is arguably the best.", "arguably"),
        ("You save up to 40 %.", "up to"),
        ("You save up to £40.", "up to"),
        ("You save up to an hour.", "up to"),
        ("You save up to half.", "up to"),
        ("As many as 40 came.", "As many as"),
        ("Virtually all of it is gone.", "Virtually all"),
        ("It is designed to help.", "designed to"),
        ("It aims to help.", "aims to"),
        ("It is fairly quick.", "fairly"),
        ("Quite a few stay.", "Quite a few"),
        ("She often goes hungry.", "often"),
        ("Studies show that it works.", "Studies show"),
        ("It is very good.", "very"),
        ("It lasts two weeks or so.", "or so"),
        ("She asks for salt; she might cook.", "might"),
        (
            "Whether it rains or not in the long and wet autumn of the far north, it might work.",
            "might",
        ),
        ("It is mainly warm.", "mainly"),
        ("It stays virtually the same.", "virtually the same"),
    ],
)
def test_a_hedge_is_marked(find, text, words):
    assert find("A6", solution=text) == [("warn", words)]


@pytest.mark.parametrize(
    "text",
    [
        "She came in May. May Ling cooks. May I cancel?",
        "You may cancel, and others may not.",
        "She pulls with all her might. The might of rivers turns the mill.",
        "How many? Too many, as many as you like. Many thanks! However many come, it is £4.",
        "It is up to you. Sign up to Larder. Walk up to the door. Keep it up to date.",
        "The fridge holds up to 12 eggs, for up to five people.",
        "They meet virtually on Mondays.",
        "The costs are split fairly.",
        "She bought it at Very, and he in Many, Louisiana.",
        "The result is statistically significant.",
        "“Many of us might go,” she says, „vielleicht very often“.",
        "It is the very same pan.",
        "She asks whether she might cook.",
        "Hosts may now be paid, and guests may no longer be charged.",
        "It is free, or so she says.",
        "Someone somewhere sometime.",
        "They meet virtually on the mainland.",
    ],
)
def test_what_says_something_definite_is_left_alone(find, text):
    assert find("A6", solution=text) == []


def test_a_headline_may_have_capitals_on_every_word(find):
    assert find("A6", headline="How We Help Many Parents") == [("warn", "Many")]


def test_the_customer_speaks_as_they_like(find):
    quote = {"text": "I might cry. Many do.", "speaker": "Amira", "role": "mother"}

    assert find("A6", customer_quote=quote) == []
    assert find("A6", company_quote=quote) == [("warn", "might"), ("warn", "Many")]


def test_the_faq_is_not_read(find):
    faq = [{"audience": "internal", "question": "Who?", "answer": "Many might."}]

    assert find("A6", faq=faq) == []


def test_it_says_what_to_say_instead():
    findings = coach.findings_of(Document(solution="Many stay. It is very good."), "full", TODAY)
    fixes = [finding.mark.fix for finding in findings if finding.rule.id == "A6"]

    assert fixes == ["Say how many.", ""]


def test_other_languages_are_not_judged(find):
    assert find("A6", language="de", solution="Many might.") == []
