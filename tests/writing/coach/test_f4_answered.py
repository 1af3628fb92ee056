"""F4: answers that are there, and answers that are none."""

import pytest

OPEN = {"owner": "Priya", "until": "2027-04-15", "settled_by": "a diary study"}


def asked(answer: str, audience: str = "external", **more: object) -> list[dict[str, object]]:
    question = {"audience": audience, "question": "What does it cost?", "answer": answer}
    return [question | more]


@pytest.mark.parametrize("audience", ["external", "internal"])
def test_a_question_without_an_answer_blocks(find, audience):
    assert find("F4", faq=asked(" ", audience)) == [("stop", "")]


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("en", "See above."),
        ("en", "Please see above"),
        ("en", "See question 3 above."),
        ("en", "As mentioned above."),
        ("en", "As we have already explained below, please."),
        ("en", "This was answered in the previous section."),
        ("de", "Wie oben erwähnt."),
        ("de", "Das wurde bereits weiter oben beantwortet."),
        ("fr", "Comme indiqué plus haut."),
        ("es", "Como se ha dicho arriba."),
        ("ja", "前述のとおりです。"),
        ("ar", "كما ذكرنا سابقا."),
        ("en", "N/A"),
        ("en", "Same as above."),
        ("en", "See our website."),
        ("en", "-"),
        ("en", "…"),
        ("en", "What does it cost?"),
        ("de", "Siehe oben."),
        ("de", "n/a"),
        ("fr", "Voir ci-dessus."),
        ("es", "Véase arriba."),
        ("ja", "上記をご参照ください。"),
        ("ar", "انظر أعلاه."),
        ("pl", "see above"),
        ("nl", "Zie hierboven."),
        ("en", "Great question!"),
        ("de", "Gute Frage."),
    ],
)
def test_an_answer_that_is_none_blocks(find, language, answer):
    assert find("F4", language=language, faq=asked(answer)) == [("stop", answer)]


@pytest.mark.parametrize(
    "answer",
    [
        "£4",
        "4",
        "Nothing.",
        "None.",
        "No.",
        "See above for the price; the rest is free.",
        "無料",
        "No, as mentioned above.",
        "Two, as stated above.",
        "It is the same as before.",
        "Above.",
        "The previous one.",
        "It is on the list.",
        "As you like it.",
        "Same as previously.",
        "It is shown below.",
        "Good question: £4 a month.",
    ],
)
def test_a_short_answer_is_one(find, answer):
    assert find("F4", faq=asked(answer)) == []


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("de", "Wie zuvor."),
        ("de", "Es steht oben."),
        ("fr", "En haut."),
        ("es", "Como antes."),
        ("nl", "Zie het bord boven de deur."),
    ],
)
def test_a_short_answer_in_another_language_is_one(find, language, answer):
    assert find("F4", language=language, faq=asked(answer)) == []


def test_an_honest_unknown_is_an_answer_inside_only(find):
    assert find("F4", faq=asked("", "internal", open=OPEN)) == []
    assert find("F4", faq=asked("", "external", open=OPEN)) == [("stop", "")]
    assert find("F4", faq=asked("", "internal", open=OPEN | {"owner": ""})) == [("stop", "")]


def test_an_empty_row_or_an_answer_without_a_question_is_not_meant(find):
    assert find("F4", faq=asked("£4.", question="")) == []
