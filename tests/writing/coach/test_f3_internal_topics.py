"""F3: the internal topics, four that block and five that inform."""

import pytest

from wbtest.writing.document import EXAMPLE_QUESTIONS, INTERNAL_TOPICS

FIRST_LABELS = {
    "pricing": ("Tarification", "Preis", "Precio"),
    "competitive positioning": ("Positionnement concurrentiel", "Wettbewerb", "Competencia"),
    "technical feasibility": ("Faisabilité technique", "Machbarkeit", "Viabilidad técnica"),
    "key risks": ("Risques", "Größte Risiken", "Riesgos"),
    "dependencies": ("Dépendances", "Abhängigkeiten", "Dependencias"),
    "how many customers": ("Combien de clients", "Wie viele Kunden", "Cuántos clientes"),
    "what we will not build": (
        "Ce que nous ne ferons pas", "Was wir nicht bauen", "Lo que no haremos",
    ),
    "how we measure success": ("Mesure du succès", "Erfolgsmessung", "Cómo medimos el éxito"),
    "what would make us stop": (
        "Ce qui nous ferait arrêter", "Was uns stoppen würde", "Lo que nos haría parar",
    ),
}  # fmt: skip
OPEN = {"owner": "Priya", "until": "2027-04-15", "settled_by": "a diary study"}


def faq() -> list[dict[str, object]]:
    return [
        {"audience": "internal", "question": f"{topic}?", "answer": "Yes.", "topic": topic}
        for topic in INTERNAL_TOPICS
    ]


def test_all_topics_answered_are_fine(find):
    assert find("F3", faq=faq()) == []


@pytest.mark.parametrize("index", range(9))
def test_each_missing_topic_is_marked(find, index):
    severity = "stop" if index < len(INTERNAL_TOPICS[:4]) else "note"
    rest = faq()
    del rest[index]

    assert find("F3", faq=rest) == [(severity, "")]


@pytest.mark.parametrize(
    ("language", "index", "question"),
    [
        *(("en", index, EXAMPLE_QUESTIONS[topic]) for index, topic in enumerate(INTERNAL_TOPICS)),
        ("de", 3, "Woran könnte es scheitern?"),
        ("fr", 1, "Et si un concurrent nous copie ?"),
        ("es", 0, "¿Por qué este precio?"),
        *(
            ("en", index, f"{topic.capitalize()}: why would they?")
            for index, topic in enumerate(INTERNAL_TOPICS)
        ),
        *(
            (language, index, f"{label.capitalize()} : 4?")
            for index, topic in enumerate(INTERNAL_TOPICS)
            for language, label in zip(("fr", "de", "es"), FIRST_LABELS[topic], strict=True)
        ),
    ],
)
def test_a_question_has_its_topic_by_its_words_too(find, language, index, question):
    asked = faq()
    asked[index] |= {"topic": "", "question": question}

    assert find("F3", faq=asked, language=language) == []


def test_a_topic_whose_question_has_no_answer_is_marked(find):
    asked = faq()
    asked[0]["answer"] = ""

    assert find("F3", faq=asked) == [("stop", "")]


def test_an_honest_unknown_settles_a_topic(find):
    asked = faq()
    asked[3] |= {"answer": "", "open": OPEN}

    assert find("F3", faq=asked) == []


def test_an_unknown_without_a_way_to_settle_it_does_not(find):
    asked = faq()
    asked[3] |= {"answer": "", "open": OPEN | {"settled_by": ""}}

    assert find("F3", faq=asked) == [("stop", "")]


def test_a_customer_question_does_not_count(find):
    asked = faq()
    asked[0]["audience"] = "external"

    assert find("F3", faq=asked) == [("stop", "")]


def test_the_short_form_has_no_internal_questions(find):
    assert find("F3", form="short") == []
