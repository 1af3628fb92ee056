"""A11: the company's own figures, and words of customers that look like them."""

import pytest

from wbtest.writing.coach import CoachSettings


def asked(audience, answer):
    return [{"audience": audience, "question": "Why?", "answer": answer}]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "It adds $2m of ARR.", "ARR"),
        ("en", "It is our first KPI.", "KPI"),
        ("en", "We watch our KPIs.", "KPIs"),
        ("en", "DAU rose.", "DAU"),
        ("en", "It lowers churn.", "churn"),
        ("en", "It wins market share.", "market share"),
        ("en", "It upsells more.", "upsells"),
        ("en", "Our goal is 10,000 users by spring.", "Our goal is 10,000 users"),
        ("en", "Our target: 500 paying customers.", "Our target: 500 paying customers"),
        ("de", "Das bringt uns Marktanteile.", "Marktanteile"),
        ("de", "Unser Ziel sind 500 Kunden.", "Unser Ziel sind 500 Kunden"),
        ("fr", "On gagne une part de marché.", "part de marché"),
        ("es", "Gana cuota de mercado.", "cuota de mercado"),
        ("ja", "市場シェアを伸ばします。", "市場シェア"),
        ("ja", "ARRが増えます。", "ARR"),
        (
            "en",
            "We aim to onboard 500 bakers and 90 teams.",
            "We aim to onboard 500 bakers and 90 teams",
        ),
    ],
)
def test_an_internal_figure_blocks(find, language, text, words):
    assert find("A11", language=language, summary=text) == [("stop", words)]


@pytest.mark.parametrize(
    "text",
    [
        "Her grandfather’s milk churn stands by the gate.",
        "The National Park Service (NPS) opens at 9. The NPS pass is free.",
        "The NPS (National Park Service) opens at 9.",
        "Joe Tam and his dau live in Marr.",
        "The CAC 40 fell.",
        "Our goal is that two users share one ride home.",
        "Our goal is a warm dinner.",
        "Our goal is 5 minutes. Many customers walk.",
        "They save 40 minutes, £26 and 12 kilometres.",
    ],
)
def test_words_of_customers_are_left_alone(find, text):
    assert find("A11", problem=text) == []


def test_the_usual_meaning_is_no_excuse(find):
    text = "The net promoter score (NPS) rose."
    assert find("A11", problem=text) == [("stop", "net promoter"), ("stop", "NPS")]


def test_what_the_segment_calls_its_own_is_welcome(find):
    assert find("A11", segment="finance leads who report ARR", solution="ARR by noon.") == []


def test_an_abbreviation_that_the_house_allows_is_still_an_internal_metric(find):
    assert find("A11", settings=CoachSettings(allowed=("LTV",)), solution="The LTV is 80.") == [
        ("stop", "LTV")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We aim to reach 50,000 developers.", "We aim to reach 50,000 developers"),
        ("We plan to sign up 300 small shops.", "We plan to sign up 300 small shops"),
    ],
)
def test_a_number_of_people_to_reach_is_an_internal_metric(find, text, words):
    assert find("A11", summary=text) == [("stop", words)]


@pytest.mark.parametrize(
    "text",
    [
        "We aim to reach the top in 40 minutes.",
        "Our goal is that all 40 families eat.",
        "We want to reach you: two developers answer, 8 to 6.",
    ],
)
def test_a_goal_of_customers_is_left_alone(find, text):
    assert find("A11", summary=text) == []


def test_customers_read_the_external_answers(find):
    assert find("A11", faq=asked("external", "It lowers our churn.")) == [("stop", "churn")]


def test_the_team_reads_the_internal_ones(find):
    assert find("A11", faq=asked("internal", "It lowers our churn and raises ARR.")) == []


def test_it_blocks_in_the_short_form_too(find):
    assert find("A11", form="short", problem="It is our KPI.") == [("stop", "KPI")]


def test_a_term_within_a_goal_is_marked_once(find):
    text = "Our goal is churn below 500 users."
    assert find("A11", summary=text) == [("stop", "Our goal is churn below 500 users")]


def test_a_goal_that_counts_nobody_is_left_alone(find):
    assert find("A11", summary="Our goal is 5") == []
