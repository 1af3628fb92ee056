"""P2: a problem without a number, a moment or a person."""

import pytest


@pytest.mark.parametrize(
    ("language", "problem"),
    [
        ("en", "Meal planning is difficult and stressful."),
        ("en", "Life without Larder is hard. I know that."),
        ("de", "Die Planung von Mahlzeiten ist mühsam und frustrierend."),
        ("fr", "La préparation des repas est difficile et pénible."),
        ("es", "Planificar las comidas resulta difícil y pesado."),
    ],
)
def test_a_vague_problem_is_marked(find, language, problem):
    assert find("P2", language=language, problem=problem) == [("warn", problem)]


@pytest.mark.parametrize(
    ("language", "problem"),
    [
        ("en", "A family throws away £60 of food."),
        ("en", "It takes twelve calls."),
        ("en", "The fridge is empty when the children come home."),
        ("en", "Then Amira gives up."),
        ("en", "They say “not again”."),
        ("de", "Herr Yıldız wartet auf eine Antwort."),
        ("fr", "Chez Aurélie, la chaise est cassée."),
        ("es", "Cada comida es una discusión."),
        ("ar", "يضيع ١٤ جنيهًا."),
        ("ja", "三回も坂を上ります。"),
    ],
)
def test_one_number_moment_or_person_is_enough(find, language, problem):
    assert find("P2", language=language, problem=problem) == []


def test_where_there_is_no_list_only_the_number_is_looked_for(find):
    assert find("P2", language="nl", problem="Koken is lastig.") == [("note", "Koken is lastig.")]
    assert find("P2", language="nl", problem="Hij zegt: „Alweer?”") == []


def test_without_a_problem_nothing_is_said(find):
    assert find("P2") == []
