"""Letters that a pattern without regard to capitals takes for others: ſ for s, ı and İ for i."""

from datetime import date

import pytest

from wbtest.writing import coach
from wbtest.writing.coach.document_reader import Reading
from wbtest.writing.coach.numbers import meaning, numbers_in
from wbtest.writing.coach.word_lists import LANGUAGES, lines_of
from wbtest.writing.document import from_json

SWAPPED = {
    "small": str.maketrans("iIsSkK", "ııſſ\u212a\u212a"),
    "large": str.maketrans("iIkK", "İİ\u212a\u212a"),
}
LONGEST = 19_000


def words_of_lists(language):
    """The entries of all lists of a language."""
    lines = [line for lines in lines_of(language).values() for line in lines]
    entries = {line.partition("=>")[0].strip(" *") for line in lines}
    return sorted(entries - {""})


def next_to_a_number(word, place):
    """The word where rules look for units, prices, months and counts, two of these at a time."""
    return f"5 {word}, £4 {word}." if place % 2 else f"1 {word} 2027; {word} 3!"


@pytest.mark.parametrize("swap", SWAPPED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_stumbles_over_letters_that_look_alike(language, swap):
    odd = [word.translate(SWAPPED[swap]) for word in words_of_lists(language)]
    odd = [word for word in odd if any(letter in word for letter in "ıİſ\u212a")]
    # One after the other stands in another place, so that all rules read all words, if not in all.
    text = " ".join(next_to_a_number(word, place) for place, word in enumerate(odd))
    for start in range(0, len(text), LONGEST):
        piece = text[start : start + LONGEST]
        parts = {"problem": piece, "solution": piece.upper()}
        quote = {"text": piece[:400], "speaker": piece[:60].replace("\n", " "), "role": "cook"}
        faq = [{"audience": "external", "topic": "price", "question": "Why?", "answer": piece}]
        document = from_json(
            {
                "product": "Larder",
                "language": "en" if language == "any" else language,
                "customer_quote": quote,
                "call_to_action": {"text": "Go.", "label": "Go", "price": "£4 a month"},
                "faq": faq,
                **parts,
            }
        )
        reading = Reading(document, "full", date(2026, 11, 25))
        # The coach itself goes on when a rule breaks; here that fails the test.
        for rule in coach.RULES:
            marks = list(rule.check(reading))
            assert all(0 <= mark.start <= mark.end for mark in marks), rule.id


@pytest.mark.parametrize(
    ("text", "value"),
    [("It costs ſix dollarſ.", 6), ("FİVE people", 5), ("5 MİLLION people", 5_000_000)],
)
def test_such_a_number_is_the_number_that_is_meant(text, value):
    assert [number.value for number in numbers_in(text, "en")] == [value]


def test_a_name_means_what_its_own_letters_say():
    assert meaning({"six": "6", "lira": "try"}, "LİRA") == "try"
    assert meaning({"six": "6", "lira": "try"}, "six") == "6"
