"""A3: long sentences, in words or characters, and their average."""

import pytest

from tests.writing.coach.conftest import TODAY
from wbtest.writing import coach
from wbtest.writing.document import Document

SHORT = "She cooks. "


def of(words: int, word: str = "Cook") -> str:
    return " ".join([word] * words) + "."


def test_a_sentence_of_more_than_30_words_is_marked(find):
    assert find("A3", problem=f"{SHORT}{of(31)} {SHORT}") == [("warn", of(31))]


def test_thirty_words_are_fine(find):
    assert find("A3", problem=of(30)) == []


def test_the_worst_five_are_marked_in_reading_order(find):
    texts = [of(words, f"W{words}") for words in (31, 36, 33, 35, 32, 34)]
    found = find("A3", problem=" ".join(texts) + " " + SHORT * 10)

    assert found == [("warn", text) for text in texts[1:]]


def test_a_hyphen_and_an_apostrophe_do_not_make_two_words(find):
    assert find("A3", problem=of(30, "Ready-to-eat")) == []
    assert find("A3", problem=of(30, "It’s")) == []


def test_an_average_over_20_is_one_warning_for_the_release(find):
    assert find("A3", problem=" ".join([of(21)] * 5)) == [("warn", "")]
    assert find("A3", problem=" ".join([of(20)] * 5)) == []


def test_a_few_sentences_have_no_average(find):
    assert find("A3", problem=" ".join([of(25)] * 4)) == []


def test_a_name_with_a_small_letter_first_begins_a_sentence(find):
    assert find("A3", problem=f"{of(20)} iPod {of(19)}") == []


def test_the_short_form_is_only_informed(find):
    assert find("A3", form="short", problem=of(31)) == [("note", of(31))]


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_without_spaces_80_characters_are_the_most(find, language):
    long = "夕" * 81 + "。"

    assert find("A3", language=language, problem="夕" * 80 + "。") == []
    assert find("A3", language=language, problem=f"夕食。{long}") == [("warn", long)]


def test_without_spaces_50_characters_are_the_average():
    document = Document(language="ja", problem=("夕" * 60 + "。") * 5)
    found = [f for f in coach.findings_of(document, "full", TODAY) if f.rule.id == "A3"]

    assert [f.mark.message for f in found] == [
        "Sentences average 60.0 characters. Aim for 50 or fewer."
    ]


def test_in_thai_a_space_ends_what_is_measured(find):
    assert find("A3", language="th", problem=("กขค" * 40 + " ") * 9) == []
    assert find("A3", language="th", problem="กขค" * 70 + " กขค") == [("warn", "กขค" * 70)]


def test_an_arabic_question_ends(find):
    sentence = " ".join(["عشاء"] * 20) + "؟ "

    assert find("A3", language="ar", problem=sentence * 2) == []
