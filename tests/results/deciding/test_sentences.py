"""Which sentences of a release something built may serve: pure."""

from dataclasses import replace

from tests.factories import LARDER
from wbtest.decisions.checklist import by_part, sentences_of


def test_every_sentence_stands_once_under_its_part():
    document = replace(LARDER, headline="Dinner", subheading="Dinner.", solution="Eat. Eat.")

    groups = {
        label: [each.words for each in some] for label, some in by_part(sentences_of(document))
    }

    assert groups["Solution"] == ["Eat."]
    assert groups["Call to action"] == ["Take one photo of your fridge.", "£4 a month"]
    assert groups["Customer questions"][0] == "£4 a month."
    assert not {"Customer quote", "Internal questions", "Why now"} & set(groups)


def test_an_answer_says_which_question_it_answers():
    found = {each.words: each.asked for each in sentences_of(LARDER)}

    assert (found["Nowhere."], found["It plans dinners from a photo of the fridge."]) == (
        "Where do my photos go?",
        "",
    )
