"""A2: paragraphs of at most five sentences."""

import pytest


def test_from_the_sixth_sentence_on_it_is_marked(find):
    text = "One. Two. Three. Four. Five. Six is here. Seven too.\n\nNext."

    assert find("A2", problem=text) == [("note", "Six is here. Seven too.")]


def test_each_paragraph_is_counted_by_itself(find):
    text = "Go. " * 5 + "\n\n" + "Come. " * 6 + "\n\n" + "Stay. " * 7

    assert find("A2", problem=text) == [("note", "Come."), ("note", "Stay. Stay.")]


@pytest.mark.parametrize(
    "text",
    [
        "One. Two. Three. Four. Five.\n\nSix. Seven.",
        "It costs £1.50. Dr. Ahn paid 3.5 % at 8 a.m. on 1.2.2027. So did Mr. Li. No. 5 too.",
        "You need:\n- a photo\n- a fridge\n- a pan\n- a pot\n- a plate\n- a fork",
        "You do this:\n1. Take.\n2. Ask.\n3. Cook.\n4. Eat.\n5. Wash.\n6. Sleep.",
    ],
)
def test_five_sentences_and_lists_are_left_alone(find, text):
    assert find("A2", problem=text) == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ja", "夕食を作る。"), ("ar", "هل هذا جيد؟ "), ("fr", "« Oui ? » "), ("de", "Am 3. März. ")],
)
def test_it_counts_in_any_script(find, language, sentence):
    found = find("A2", language=language, problem=sentence * 6)

    assert found == [("note", sentence.strip())]
