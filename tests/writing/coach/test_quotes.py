"""Quotations in every style, and what a person's name looks like."""

import pytest

from wbtest.writing.coach.document_reader import Text
from wbtest.writing.coach.quote_rules import is_name, quotations_in, spoken


def text(words: str, language: str = "en") -> Text:
    return Text("customer_quote.text", "customer_quote", "release", words, language)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('"It works," she said.', ["It works,"]),
        ("“It’s fine.” “Really?”", ["It’s fine.", "Really?"]),
        ("„Ja, es geht.“", ["Ja, es geht."]),
        ("»Ja, es geht.«", ["Ja, es geht."]),
        ("« J’ai ri », dit-elle.", [" J’ai ri "]),
        ("「楽になりました」と話す。", ["楽になりました"]),
        ("『楽』", ["楽"]),
        ("> I sat down.\n> I cooked.\n— Amira", ["> I sat down.\n> I cooked.\n"]),
        ("Don't ask; it's the cooks' job, 'really'.", []),
        ("L’ami d’Aurélie n’a rien dit.", []),
        ('A 5" nail and a 7" board.', []),
        ("An “open mark.\n\nAnd another” one.", []),
    ],
)
def test_quotations_are_found_in_every_style_and_apostrophes_are_none(words, said):
    assert [piece.text for piece in quotations_in(words)] == said


def test_what_is_not_spoken_is_blank_and_places_stay():
    quote = text("“I sat,” she says. “I ate.”")

    assert spoken(quote).text == " I sat,             I ate. "


def test_a_word_in_quotation_marks_does_not_make_the_rest_silent():
    quote = text("I tap “not again” and the dish never comes back to our table.")

    assert spoken(quote) is quote


def test_the_margin_of_a_block_quote_is_not_spoken():
    assert spoken(text("> I sat down.")).text == "  I sat down."


@pytest.mark.parametrize(
    ("speaker", "language"),
    [
        ("Tom Okafor", "en"),
        ("Dr. Helen Achebe", "en"),
        ("Ludwig van Beethoven", "de"),
        ("Will May", "en"),
        ("Tom Okafor, founder of Larder", "en"),
        ("小林あかね", "ja"),
        ("宮下 和子", "ja"),
        ("김민수", "ko"),
        ("هالة منصور", "ar"),
        ("Conor O’Neill", "en"),
        ("Анна Петрова", "ru"),
    ],
)
def test_a_full_name_is_one(speaker, language):
    assert is_name(text(speaker, language), 2)


@pytest.mark.parametrize(
    ("speaker", "language"),
    [
        ("our CEO", "en"),
        ("anonymous", "en"),
        ("Keen gardener", "en"),
        ("A spokesperson", "en"),
        ("The Team", "en"),
        ("Okafor", "en"),
        ("Busy parent", "en"),
        ("Unsere Geschäftsführerin", "de"),
        ("Notre porte-parole", "fr"),
        ("広報担当者", "ja"),
        ("المتحدث باسم الشركة", "ar"),
        ("—", "en"),
    ],
)
def test_what_is_no_full_name_is_not_one(speaker, language):
    assert not is_name(text(speaker, language), 2)
