"""A10: words of the office, and those of the settings."""

from datetime import date

import pytest

from wbtest.writing import coach
from wbtest.writing.coach import CoachSettings
from wbtest.writing.document import Document


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They leverage what they have.", "leverage"),
        ("It covers the day end-to-end.", "end-to-end"),
        ("A holistic view of dinner.", "holistic"),
        ("It empowers parents.", "empowers"),
        ("A 360-degree view of dinner.", "360-degree"),
        ("It maps the customer journey.", "customer journey"),
        ("It unlocks, or they unlock efficiencies.", "unlock efficiencies"),
        ("It fits your tech stack.", "tech stack"),
    ],
)
def test_jargon_is_marked(find, text, words):
    assert find("A10", solution=text) == [("warn", words)]


@pytest.mark.parametrize(
    "text",
    [
        "At the end of the day she sleeps.",
        "A river ecosystem needs shade.",
        "She pulls the lever.",
        "The children line up.",
        "A 360-degree camera hangs above the gate.",
        "They unlock the door. The school is one stop away; the journey is short.",
    ],
)
def test_plain_words_are_left_alone(find, text):
    assert find("A10", solution=text) == []


@pytest.mark.parametrize(
    ("language", "term", "text"),
    [
        ("en", "delight", "We delight parents."),
        ("de", "Mehrwert", "Das schafft Mehrwert."),
        ("ja", "相乗効果", "これは相乗効果を生みます。"),
    ],
)
def test_the_words_of_the_house_are_marked_in_any_language(find, language, term, text):
    settings = CoachSettings(jargon=(term,))
    assert find("A10", settings=settings, language=language, solution=text) == [("warn", term)]


def test_a_word_that_is_allowed_is_left_alone(find):
    settings = CoachSettings(allowed=("Stakeholders",))
    assert find("A10", settings=settings, solution="Vampires fear stakeholders.") == []


def test_the_plain_word_is_named():
    document = Document(product="Larder", solution="They utilize it.")
    findings = coach.findings_of(document, "full", date(2026, 11, 25))
    assert [f.mark.fix for f in findings if f.rule.id == "A10"] == ["Plainer: use."]


def test_the_coach_says_where_it_has_no_list():
    assert "A10" in {rule.id for rule in coach.unchecked("fr")}
    assert "A10" not in {rule.id for rule in coach.unchecked("en-GB")}
