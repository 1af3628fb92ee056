"""A13: blanks in any language, and what only looks like one."""

import pytest

from wbtest.writing.coach import CoachSettings


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "We open in [city].", "[city]"),
        ("en", "It costs [TBD] a month.", "[TBD]"),
        ("en", "Say [what people would feel] here.", "[what people would feel]"),
        ("en", "It saves XXX hours.", "XXX"),
        ("ja", "週にXXX時間の節約になります。", "XXX"),
        ("ja", "［都市名］で始まります。", "［都市名］"),
        ("ja", "〇〇円です。", "〇〇"),
        ("ar", "يفتح في [المدينة] اليوم.", "[المدينة]"),
        ("en", "The price is TBD.", "TBD"),
        ("en", "TODO: ask finance.", "TODO"),
        ("es", "TODO: preguntar.", "TODO"),
        ("en", "It costs TK a month.", "TK"),
        ("en", "It opens on Nov XX.", "XX"),
        ("en", "Costs fall by n % in a year.", "n %"),
        ("de", "Die Kosten sinken um X %.", "X %"),
        ("en", "It costs $XX.", "$XX"),
        ("en", "X of Y people agree.", "X of Y"),
        ("en", "Since 202X.", "202X"),
        ("en", "Dear {{name}},", "{{name}}"),
        ("en", "Dear <first name>,", "<first name>"),
        ("en", "Dear {name},", "{name}"),
        ("en", "It costs ___ a month.", "___"),
        ("en", "It costs ??? a month.", "???"),
        ("en", "It costs £?? a month.", "??"),
        ("en", "Lorem ipsum is here.", "Lorem ipsum"),
        ("en", "Made by ACME.", "ACME"),
        ("en", "John Doe cooks.", "John Doe"),
        ("de", "Max Mustermann kocht.", "Max Mustermann"),
        ("en", "Insert price here.", "Insert price here"),
        ("en", "It costs £TBC a month.", "£TBC"),
        ("en", "NN of them said so.", "NN"),
        ("de", "Das spart xx Minuten.", "xx"),
        ("es", "Visitamos [X] talleres.", "[X]"),
        ("en", "It costs $tk a month.", "$tk"),
    ],
)
def test_a_blank_blocks(find, language, text, words):
    assert find("A13", language=language, solution=text) == [("stop", words)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "In Super Bowl XXX they won."),
        ("fr", "Au siècle XX."),
        ("es", "En el siglo XX. TODO lo demás es nuevo."),
        ("en", "They said so [1], and again [2, 3]."),
        ("en", "Read [the list](https://list.example)."),
        ("en", "It was “definately [sic] good”."),
        ("en", "“When [my mother] calls, I go,” she says."),
        ("en", "The list [Okafor 2026] and the [PDF] are public."),
        ("en", "The value of rows[abc] is kept."),
        ("en", "TK Maxx is closed. Mr TK waits."),
        ("de", "Die TK zahlt."),
        ("en", "A TODO list hangs on the door."),
        ("fr", "Vraiment ??? Oui."),
        ("en", "Really??? Yes."),
        ("en", "It is <b>warm</b>."),
        ("en", "At 20x speed, 5 < 6 and 7 > 3."),
        ("ja", "二〇〇五年に始まり、●●○○○でした。"),
        ("en", "The variable a___b stays."),
        ("en", "She wears XXL. It is TODO-free."),
        ("ja", "味は○○○、評価は○×△です。"),
        ("en", "Love, Mum xx. An NN of two layers learns. The xx chromosomes."),
        ("en", "They said so [A]. The value of rows[X] is kept, and a Founder has a name."),
    ],
)
def test_what_is_no_blank_is_left_alone(find, language, text):
    assert find("A13", language=language, solution=text) == []


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"product": "[product]"}, "[product]"),
        ({"segment": "[segment]"}, "[segment]"),
        ({"dateline": {"city": "[Ort]", "date": ""}}, "[Ort]"),
        ({"dateline": {"city": "City", "date": ""}}, "City"),
        ({"customer_quote": {"speaker": "Jane Doe"}}, "Jane Doe"),
        ({"company_quote": {"role": "founder, ACME"}}, "ACME"),
        ({"call_to_action": {"price": "€"}}, "€"),
        ({"faq": [{"audience": "external", "question": "Why?", "answer": "..."}]}, "..."),
        ({"faq": [{"audience": "internal", "question": "TBD?", "answer": "No."}]}, "TBD"),
    ],
)
def test_every_text_is_looked_at(find, parts, words):
    assert find("A13", **parts) == [("stop", words)]


def test_the_person_who_settles_a_question_has_a_name(find):
    unknown = {"owner": "TBD", "until": "2027-01-01", "settled_by": "[how]"}
    faq = [{"audience": "internal", "question": "Why?", "answer": "", "open": unknown}]
    assert find("A13", faq=faq) == [("stop", "TBD"), ("stop", "[how]")]


def test_people_add_words_to_a_quotation(find):
    quote = {"text": "When [my son] sleeps, I cook in [city].", "speaker": "Amira"}
    assert find("A13", customer_quote=quote) == [("stop", "[city]")]


def test_a_button_may_be_an_arrow(find):
    assert find("A13", call_to_action={"label": "→"}) == []


def test_a_name_that_real_people_have_is_only_asked_about(find):
    assert find("A13", language="fr", customer_quote={"speaker": "Jean Dupont"}) == [
        ("note", "Jean Dupont")
    ]


def test_no_house_allows_a_blank(find):
    settings = CoachSettings(allowed=("ACME", "TBD"))
    assert find("A13", settings=settings, solution="ACME sells it.") == [("stop", "ACME")]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("es", "Lola mira la puerta. (COMPLETAR)", "COMPLETAR"),
        ("fr", "Inès mange. À compléter.", "À compléter"),
        ("de", "Er liest. Noch ausfüllen.", "Noch ausfüllen"),
        ("de", "Er liest (ergänzen) und lacht.", "ergänzen"),
        ("de", "Ergänzen.", "Ergänzen"),
        ("en", "She sleeps. Add number here.", "Add number here"),
        ("en", "She sleeps (insert quote) well.", "insert quote"),
        ("en", "To be written.", "To be written"),
        ("ja", "要記入。", "要記入"),
        ("en", "It costs $__ a month.", "$__"),
        ("en", "It costs £__.", "£__"),
        ("en", "She has <count> lines.", "<count>"),
        ("en", "She has <what people feel>.", "<what people feel>"),
        ("nl", "Ze leest (nog aanvullen).", "nog aanvullen"),
        ("fr", "Elle lit 12 livres (à confirmer).", "à confirmer"),
        ("es", "Lee 12 libros (por verificar).", "por verificar"),
        ("de", "Er liest 12 Bücher (noch zu prüfen).", "noch zu prüfen"),
        ("en", "He reads 12 books (source to follow).", "source to follow"),
    ],
)
def test_a_note_to_oneself_blocks(find, language, text, words):
    assert find("A13", language=language, solution=text) == [("stop", words)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The form is to be written by hand. Add a number here, and a name there."),
        ("en", "Photograph it. Complete it. (She has three quotes to come.)"),
        ("de", "Formular ausfüllen. Ausfüllen. Abschicken. Die Liste ergänzen wir."),
        ("de", "Er schreibt: „Wird noch ergänzt“ und lächelt."),
        ("fr", "Le dossier est à compléter avant mardi."),
        ("es", "Puede completar la lista. Completar. Enviar."),
        ("it", "Da completare."),
        ("en", "The list [see page 4] and the plan [see figure 2] are short."),
        ("de", "Die Liste [siehe Seite 4] ist kurz."),
        ("en", "She types <cards> into the search."),
        ("en", "The method __init__ and a -__- stay."),
        ("nl", "Je kunt het formulier nog aanvullen."),
        ("fr", "Le rendez-vous reste à confirmer par le client."),
        ("es", "Citas por confirmar: dos."),
    ],
)
def test_what_reads_like_a_note_is_left_alone(find, language, text):
    assert find("A13", language=language, solution=text) == []


def test_a_button_may_tell_to_complete_something(find):
    assert find("A13", call_to_action={"label": "Fill in"}) == []


def test_an_answer_may_not_be_a_note(find):
    faq = [{"audience": "external", "question": "Why?", "answer": "to be written"}]
    assert find("A13", faq=faq) == [("stop", "to be written")]


def test_a_quote_may_not_be_a_placeholder_in_quotation_marks(find):
    quote = {"text": "“Name goes here.”", "speaker": "Ada Okafor"}
    assert find("A13", customer_quote=quote) == [("stop", "Name goes here")]


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("engineer at Company X, City", ["Company X", "City"]),
        ("Gründerin, Ort", ["Ort"]),
        ("engineer, City of London", []),
        ("VP, Product", []),
        ("head of the company", []),
        ("a company x-ray reader, city", []),
    ],
)
def test_a_role_names_a_company_and_a_place(find, role, words):
    assert find("A13", customer_quote={"role": role}) == [("stop", word) for word in words]


def test_a_name_may_go_on_behind_a_hyphen(find):
    assert find("A13", customer_quote={"speaker": "Jane Doe-Martin"}) == []


def test_it_blocks_in_the_short_form_too(find):
    assert find("A13", form="short", problem="In [city] it rains.") == [("stop", "[city]")]
