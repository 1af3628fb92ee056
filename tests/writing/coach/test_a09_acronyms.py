"""A9: acronyms that nobody explains, and capitals that need no explanation."""

import pytest

from wbtest.writing.coach import CoachSettings


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Send the RFQ at once.", "RFQ"),
        ("All SMEs file it. An SME pays.", "SME"),
        ("The HACCP’s plan is here.", "HACCP"),
        ("It has an API.", "API"),
        ("It is an API-first (new) kitchen.", "API"),
        ("The RFQ (2) goes out.", "RFQ"),
        ("They file returns (SME).", "SME"),
    ],
)
def test_an_unexplained_acronym_is_marked_once(find, text, words):
    assert find("A9", solution=text) == [("warn", words)]


@pytest.mark.parametrize(
    "text",
    [
        "An RFQ (request for quotation) goes out. The RFQ is short.",
        "A request for quotation (RFQ) goes out. The RFQ is short.",
        "A request for a quotation, or RFQ for short, goes out.",
        "The RFQ, a request for quotation, goes out.",
        "The Hazard Analysis and Critical Control Points plan, HACCP, is here.",
        "It works on your TV, by SMS, PDF or USB, in the USA, the UK and the EU.",
        "It costs 4 EUR a GB at 8 AM GMT. The CEO has an FAQ.",
        "Q&A, R&D, A&E, H&M and AT&T are fine.",
        "Elizabeth II and Louis XIV ate.",
        "See https://x.example/RFQ/ABC, README.RST, RFQ.example, RFQ@x.example and #RFQ.",
        "They live in Austin, TX and Portland, OR.",
        "It is FREE and NOT a trial.",
        "It really WORKS. It works.",
        "THE WHOLE TOWN COOKS AT HOME. Larder helps.",
        "The U.S. and LS1 4AB, MP3, WD40 and 5G.",
        "A cook. I see.",
        "Our ARR is for A11 to mark.",
        "It runs on two AA batteries, or four AAA cells.",
    ],
)
def test_what_needs_no_explanation_is_left_alone(find, text):
    assert find("A9", solution=text) == []


def test_only_its_first_appearance_counts(find):
    explained = "A request for quotation (RFQ) goes out."

    assert find("A9", problem="Send the RFQ.", solution=explained) == [("warn", "RFQ")]


def test_a_headline_may_use_what_is_explained_below(find):
    explained = "A request for quotation (RFQ) goes out."

    assert find("A9", headline="Your RFQ in a minute", solution=explained) == []
    assert find("A9", headline="Your RFQ in a minute") == [("warn", "RFQ")]


def test_a_date_line_has_its_city_in_capitals(find):
    city = {"city": "Nantes", "date": "2027-03-03"}

    assert find("A9", summary="TRURO, RFQ, 3 March 2027 — Larder plans.") == []
    assert find("A9", dateline=city, summary="NANTES: it is here.") == []
    assert find("A9", summary="TRURO — Send the RFQ at once.") == [("warn", "RFQ")]


def test_names_and_the_segment_are_known(find):
    quote = {"text": "JP says so at LARDR.", "speaker": "JP Okafor", "role": "founder"}

    assert find("A9", product="LARDR", company_quote=quote) == []
    assert find("A9", segment="owners of SMEs", problem="An SME pays.", solution="SMEs do.") == []


def test_the_house_has_its_own(find):
    assert find("A9", settings=CoachSettings(allowed=("rfq",)), solution="Send the RFQ.") == []


def test_in_german_too(find):
    assert find("A9", language="de-DE", solution="Die BWA kommt per SMS. Das ist NICHT viel.") == [
        ("warn", "BWA")
    ]
    assert find("A9", language="de", solution="Die Auswertung (BWA, betrieblich) kommt.") == [
        ("warn", "BWA")
    ]
    assert find("A9", language="fr", solution="Avec la TVA et la CFE (cotisation foncière).") == []


@pytest.mark.parametrize("language", ["ja", "ar", "ru", "zh"])
def test_other_scripts_are_not_judged(find, language):
    assert find("A9", language=language, solution="RFQ SNS") == []
