"""Where sentences end, and where they only seem to."""

import pytest

from wbtest.writing.coach.document_reader import sentences_in


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("en", "He paid £1.50 to Dr. Ahn. So what?", ["He paid £1.50 to Dr. Ahn.", "So what?"]),
        ("en", "1. Take it. Look.\n2. Cook.", ["1. Take it.", "Look.", "2. Cook."]),
        ("en", "She has 5. He too.", ["She has 5.", "He too."]),
        ("en", "You sync. iPod’s case is small.", ["You sync.", "iPod’s case is small."]),
        ("en", "“Really?” she asked. Yes…", ["“Really?” she asked.", "Yes…"]),
        ("de", "Am 3. März. „Ja.“ »Nein.« Gut.", ["Am 3. März.", "„Ja.“", "»Nein.«", "Gut."]),
        ("fr", "« Oui ? » Non. « Si. »", ["« Oui ? »", "Non.", "« Si. »"]),
        (
            "ja",
            "夕食。「早い。」と言う。「速い。」次。",
            ["夕食。", "「早い。」と言う。", "「速い。」", "次。"],
        ),
        ("ar", "هل هذا جيد؟ نعم.", ["هل هذا جيد؟", "نعم."]),
        ("hi", "यह है। वह है।", ["यह है।", "वह है।"]),
    ],
)
def test_a_text_has_these_sentences(language, text, sentences):
    assert [sentence.text for sentence in sentences_in(text, language)] == sentences


def test_places_are_those_of_the_whole_text():
    text = "One.\n\n  Two. Three."

    assert all(text[s.start : s.end] == s.text for s in sentences_in(text, "en"))


def test_a_row_of_dots_is_one_sentence():
    assert len(sentences_in("." * 50_000 + "x", "en")) == 1
