"""L1: architecture in the solution."""

import pytest


@pytest.mark.parametrize(
    ("language", "solution", "words"),
    [
        ("en", "A neural network sorts your food.", "neural network"),
        ("en", "It runs on Kubernetes.", "Kubernetes"),
        ("en", "The data pipeline never sleeps.", "data pipeline"),
        ("de", "Ein Algorithmus wählt das Essen.", "Algorithmus"),
        ("fr", "L’algorithme choisit le dîner.", "L’algorithme"),
        ("es", "La base de datos guarda todo.", "base de datos"),
        ("ja", "最新のアルゴリズムで献立を作ります。", "アルゴリズム"),
    ],
)
def test_architecture_is_marked(find, language, solution, words):
    assert find("L1", language=language, solution=solution) == [("note", words)]


@pytest.mark.parametrize(
    "solution",
    [
        "Your sales pipeline is on one page.",
        "A person answers, not an algorithm.",
        "The capital of architecture, with a base.",
        "She learns the machine by heart.",
    ],
)
def test_the_customers_own_things_are_left_alone(find, solution):
    assert find("L1", solution=solution) == []


def test_only_the_solution_of_the_full_form_is_looked_at(find):
    assert find("L1", problem="The API is down.") == []
    assert find("L1", form="short", solution="The API is down.") == []
