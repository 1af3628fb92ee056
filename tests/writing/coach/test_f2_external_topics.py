"""F2: six topics, declared or seen in the words of the question."""

import pytest

from wbtest.writing.document import EXTERNAL_TOPICS

WORDS = {
    "en": [
        "What is it, and who is it for?", "How much does it cost?", "How do I start?",
        "How is it different from Mealime?", "What happens to my photos?", "Can I cancel?",
    ],
    "de": [
        "Für wen ist es?", "Was kostet es?", "Wie fange ich an?",
        "Was ist anders als beim Zettel?", "Was geschieht mit meinen Daten?", "Kann ich kündigen?",
    ],
    "fr": [
        "Pour qui est-ce ?", "Combien ça coûte ?", "Comment est-ce que je commence ?",
        "Quelle différence avec un carnet ?", "Que faites-vous de mes données ?",
        "Où trouver de l’aide ?",
    ],
    "es": [
        "¿Para quién es?", "¿Cuánto cuesta?", "¿Cómo empiezo?",
        "¿En qué se diferencia de un papel? ¿Cuál es la diferencia?",
        "¿Qué pasa con mis datos?", "¿Puedo cancelar?",
    ],
    "ja": [
        "誰のためのものですか。", "料金はいくらですか。", "どうやって始めますか。",
        "紙と何が違いますか。", "写真はどうなりますか。", "いつでもやめられますか。",
    ],
    "ar": [
        "ما هو، ولمن؟", "كم يكلف؟", "كيف أبدأ؟", "ما الفرق بينه وبين الكشكول؟",
        "ماذا تفعلون ببياناتي؟", "كيف أحصل على المساعدة؟",
    ],
}  # fmt: skip


def faq(*questions: str, topic: str = "") -> list[dict[str, str]]:
    return [
        {"audience": "external", "question": asked, "answer": "4.", "topic": topic}
        for asked in questions
    ]


@pytest.mark.parametrize("language", WORDS)
def test_the_words_of_the_questions_cover_the_topics(find, language):
    assert find("F2", language=language, faq=faq(*WORDS[language])) == []


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("gap", range(6))
def test_a_topic_that_nobody_asks_for_is_marked(find, language, gap):
    rest = WORDS[language][:gap] + WORDS[language][gap + 1 :]

    assert find("F2", language=language, faq=faq(*rest)) == [("warn", "")]


def test_declared_topics_cover_in_any_language(find):
    declared = [faq("???", topic=topic)[0] for topic in EXTERNAL_TOPICS]

    assert find("F2", language="pl", faq=declared) == []
    assert find("F2", language="pl", faq=declared[1:]) == [("warn", "")]


def test_a_language_that_we_cannot_read_may_ask_anything(find):
    assert find("F2", language="pl", faq=faq("Ile kosztuje?")) == []


def test_an_unanswered_question_covers_nothing(find):
    questions = faq(*WORDS["en"])
    questions[1]["answer"] = ""

    assert find("F2", faq=questions) == [("warn", "")]


def test_without_any_question_or_in_the_short_form_it_is_silent(find):
    assert find("F2") == []
    assert find("F2", form="short", faq=faq("What does it cost?")) == []


def test_a_label_before_a_question_is_its_topic(find):
    asked = [f"{topic.capitalize()}: what of it?" for topic in EXTERNAL_TOPICS]

    assert find("F2", faq=faq(*asked)) == []
    assert find("F2", faq=faq(*asked[1:])) == [("warn", "")]
