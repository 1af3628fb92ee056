"""Q2: in the first person, saying what changed, in six languages."""

import pytest


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I used to dread half past five."),
        ("en", "Now we’re home by six."),
        ("en", "It’s no longer the thing that I’m afraid of."),
        ("de", "Früher habe ich mich geschämt."),
        ("fr", "Avant, j’avais peur d’ouvrir la lettre."),
        ("es", "Ahora duermo tranquila."),
        ("es", "Antes llamaba; ayer dejé el teléfono en casa."),
        ("ja", "以前は毎晩ため息が出ました。"),
        ("ja", "今では孫と将棋を指しています。"),
        ("ar", "كنت أنام والأرقام تدور في رأسي."),
        ("en", "I had forgotten how I laugh. On Thursdays I put my cardigan on."),
        ("en", "I never knew whom to ask, and we walk over to Ann."),
        ("de", "Ich hatte mein Lachen vergessen. Donnerstags ziehe ich die gute Jacke an."),
        ("fr", "J’avais oublié mon rire. Le jeudi, je mets mon gilet."),
        ("es", "Había olvidado mi risa. Los jueves me pongo la chaqueta."),
        ("pl", "Kupiłem i jest dobrze."),
    ],
)
def test_a_person_who_tells_of_before_or_after_is_fine(find, language, said):
    assert find("Q2", language=language, customer_quote={"text": said}) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Larder now plans dinners for families."),
        ("de", "Jetzt plant Larder das Essen für Familien."),
        ("fr", "Maintenant, Larder prévoit le dîner des familles."),
        ("es", "Ahora Larder planea la cena de las familias."),
        ("ja", "以前、彼女は月曜日を恐れていました。"),
    ],
)
def test_a_quote_without_a_first_person_is_marked(find, language, said):
    assert find("Q2", language=language, customer_quote={"text": said}) == [("warn", "")]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I like my planner."),
        ("en", "I need it, and I use it."),
        ("en", "I was there and I bought one."),
        ("en", "I like that it was made for walkers."),
        ("de", "Ich war dort und ich kam gern."),
        ("fr", "Je suis ravie, et je dors."),
        ("es", "Duermo, y me pongo la chaqueta."),
    ],
)
def test_a_quote_without_before_and_after_is_marked(find, language, said):
    assert find("Q2", language=language, customer_quote={"text": said}) == [("warn", "")]


def test_what_stands_behind_the_quotation_is_not_the_customer_speaking(find):
    said = "“Larder plans dinners for every family.” So we were told last week."

    assert find("Q2", customer_quote={"text": said}) == [("warn", ""), ("warn", "")]


def test_the_short_form_has_no_quote(find):
    assert find("Q2", form="short", customer_quote={"text": "Good."}) == []
