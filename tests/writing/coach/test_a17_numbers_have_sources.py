"""A17: claims about the world without a source, and numbers that need none."""

import pytest


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "Rents rose by 47 % last year.", "47 %"),
        ("en", "Rents rose by ten percent.", "ten percent"),
        ("en", "7 out of 10 parents give up.", "7 out of 10"),
        ("en", "A family throws away about £60 of food a month.", "£60"),
        ("en", "They spend 40 minutes a day on it.", "40"),
        ("en", "There are 2 million families.", "2 million"),
        ("en", "One in three people of her age is hungry.", "One in three"),
        ("en", "Hunger is one in every 5 people’s.", "one in every 5"),
        ("en", "Nine children in ten go home early.", "Nine children in ten"),
        ("es", "Nueve niños de cada diez se van.", "Nueve niños de cada diez"),
        ("fr", "Un sur trois renonce.", "Un sur trois"),
        ("es", "Una de cada cuatro cierra.", "Una de cada cuatro"),
        ("de", "Die Mieten stiegen um 12 Prozent.", "12 Prozent"),
        ("de", "Neun von zehn Familien geben auf.", "Neun von zehn"),
        ("fr", "21 sur 28 locataires renoncent.", "21 sur 28"),
        ("es", "Se pierden 60 € al mes.", "60 €"),
        ("ja", "家庭の30%が困っています。", "30%"),
        ("ar", "يخسر ٣٠٪ من الناس.", "٣٠٪"),
    ],
)
def test_a_claim_without_a_source_is_marked(find, language, text, words):
    assert find("A17", language=language, problem=text) == [("warn", words)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "In our interviews with 31 parents, 24 of 31 gave up."),
        ("en", "Rents rose by 47 % (https://rents.example)."),
        ("en", "We assume that 47 % give up."),
        ("en", "In our calls in January 2027, seven out of ten said so."),
        ("en", "We counted. Of every family, £60 a month is lost."),
        ("en", "When I come home, I want dinner, so that 100 of 200 nights are calm."),
        ("de", "Laut Umfrage sind es 12 %."),
        ("fr", "D’après nos entretiens, 21 sur 28 renoncent."),
        ("es", "Según nuestras entrevistas, 20 de 33 se confunden."),
        ("ja", "23人に聞いたところ、30%でした。"),
        ("ar", "في مقابلاتنا مع ٢٩ بقالًا ضاع ٣٠٪."),
    ],
)
def test_a_source_or_an_assumption_is_enough(find, language, text):
    assert find("A17", language=language, problem=text) == []


@pytest.mark.parametrize(
    "text",
    [
        "At 7:45 she calls, for the 3rd time since 2026.",
        "Amira opens the fridge with two hungry children behind her.",
        "In the tin lie £11 and three buttons.",
        "She waits 40 minutes.",
        "One in five minutes is hers. She puts one in £3 jars.",
        "It is 100 % wool, with 20 % off.",
        "Two in 30 minutes came by, four of three said no.",
        "Two photos in ten minutes, three cups in five kitchens.",
        "In 7. Of 10 nobody speaks.",
    ],
)
def test_a_story_is_no_claim(find, text):
    assert find("A17", problem=text) == []


def test_another_paragraph_is_no_source(find):
    text = "We asked 12 families.\n\nRents rose by 47 %."
    assert find("A17", problem=text) == [("warn", "47 %")]


def test_what_the_product_costs_and_does_needs_no_source(find):
    text = "It costs £4 a month, plans five dinners of 30 minutes a day."
    assert find("A17", solution=text) == []


def test_what_it_does_to_the_world_does(find):
    assert find("A17", solution="Families waste 30 % less.") == [("warn", "30 %")]


def test_customers_are_not_asked_for_sources(find):
    assert find("A17", customer_quote={"text": "I save 30 %.", "speaker": "Amira"}) == []


def test_an_unknown_language_is_not_judged(find):
    assert find("A17", language="fi", problem="Vuokrat nousivat 47 %.") == []


def test_a_job_statement_needs_all_of_its_pieces(find):
    text = "When I come home, I want dinner on 30 % of days."
    assert find("A17", problem=text) == [("warn", "30 %")]


def test_it_holds_in_the_short_form_too(find):
    assert find("A17", form="short", problem="47 % give up.") == [("warn", "47 %")]


@pytest.mark.parametrize(
    ("entry", "is_enough"),
    [
        ({"words": "47 %", "kind": "assumed"}, True),
        ({"words": "47 % give up", "kind": "imagined"}, True),
        ({"words": "47 %", "kind": "sourced", "source": "our diary"}, True),
        ({"words": "47 %", "kind": "sourced", "source": " "}, False),
        ({"words": "7 %", "kind": "assumed"}, False),
        ({"words": "47", "kind": "assumed"}, False),
    ],
)
def test_what_the_ledger_says_of_a_number_is_enough(find, entry, is_enough):
    found = find("A17", problem="47 % give up.", evidence=[entry])
    assert found == ([] if is_enough else [("warn", "47 %")])


def test_the_ledger_speaks_of_its_own_numbers_only(find):
    entry = {"words": "47 %", "kind": "assumed"}
    text = "47 % give up, and 30 % more will."
    assert find("A17", problem=text, evidence=[entry]) == [("warn", "30 %")]
