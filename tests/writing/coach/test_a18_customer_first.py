"""A18: sentences that begin with the company."""

import pytest


def test_over_a_third_is_noted(find):
    text = "We built it. You cook. Our app plans. She eats. We’re here."

    assert find("A18", solution=text) == [("note", "We"), ("note", "Our"), ("note", "We’re")]


def test_a_third_is_fine(find):
    assert find("A18", solution="We cook. " * 3 + "You eat. " * 6) == []


def test_two_sentences_are_no_habit(find):
    assert find("A18", solution="We built it. Our app plans.") == []


def test_eight_are_marked_at_most(find):
    assert len(find("A18", solution="We cook. " * 12)) == 8


def test_within_a_sentence_the_company_may_stand(find):
    assert (
        find("A18", solution="You and we cook. If we fail, you hear. “We do,” she says. " * 3) == []
    )


def test_people_who_are_quoted_speak_for_themselves(find):
    quote = {"text": "We counted. We threw it away. We were sad.", "speaker": "Tom", "role": "cook"}

    assert find("A18", company_quote=quote, customer_quote=quote, solution="You cook.") == []


@pytest.mark.parametrize(
    "role", ["founder of Mill Foods", "Head of Design at Mill Foods", "CEO, Mill Foods"]
)
def test_the_makers_name_is_the_company(find, role):
    quote = {"text": "I did.", "speaker": "Tom Okafor", "role": role}
    text = "Mill Foods cooks. Mill Foods’ pans. Mill Foods’s pots shine."

    assert find("A18", company_quote=quote, solution=text) == [
        ("note", "Mill Foods"),
        ("note", "Mill Foods"),
        ("note", "Mill Foods’s"),
    ]


@pytest.mark.parametrize("role", ["founder of Larder", "head of kitchens", "founder", ""])
def test_the_product_is_not_the_company(find, role):
    quote = {"text": "I did.", "speaker": "Tom Okafor", "role": role}

    assert find("A18", company_quote=quote, solution="Larder plans. " * 4) == []


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("de", "Wir kochen. Unsere App plant. Das Unternehmen wächst.", "Wir"),
        ("fr", "Nous cuisinons. Notre appli planifie. L’entreprise grandit.", "Nous"),
        ("es", "Nosotros cocinamos. Nuestra app planea. La empresa crece.", "Nosotros"),
    ],
)
def test_in_other_languages_too(find, language, text, words):
    found = find("A18", language=language, solution=text)

    assert len(found) == 3
    assert found[0] == ("note", words)


def test_languages_without_a_list_are_not_judged(find):
    assert find("A18", language="it", solution="We cook. " * 4) == []
