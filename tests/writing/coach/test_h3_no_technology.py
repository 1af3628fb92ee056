"""H3: technology in the headline, and subjects that only look like it."""

import pytest


@pytest.mark.parametrize(
    ("language", "headline", "words"),
    [
        ("en", "AI-powered dinners for parents", "AI-powered"),
        ("en", "Dinners planned with AI", "with AI"),
        ("en", "A blockchain-based ledger for farmers", "blockchain-based"),
        ("en", "Cloud-native payroll for bakers", "Cloud-native"),
        ("en", "Payroll powered by machine learning", "powered by machine learning"),
        ("en", "Neural audio model tells parents why babies cry", "Neural audio model"),
        ("en", "A speech model for midwives", "speech model"),
        ("de", "Neuronales Netz plant das Essen", "Neuronales"),
        ("fr", "Un modèle de langage pour cuisiner", "modèle de langage"),
        ("es", "Un modelo de lenguaje para cocinar", "modelo de lenguaje"),
        ("de", "KI-gestützte Abendessen für Eltern", "KI-gestützte"),
        ("de", "Abendessen planen mit KI", "mit KI"),
        ("fr", "Des dîners préparés grâce à l’IA", "grâce à l’IA"),
        ("es", "Cenas impulsadas por IA", "por IA"),
        ("ja", "AI搭載の献立アプリ", "AI搭載"),
        ("ja", "ＡＩを活用した献立", "ＡＩを活用"),
        ("en", "Machine learning plans dinners for parents", "Machine learning"),
        ("en", "An IoT fridge for parents", "IoT"),
        ("de", "Künstliche Intelligenz plant das Essen", "Künstliche Intelligenz"),
        ("fr", "L’intelligence artificielle prépare vos dîners", "L’intelligence artificielle"),
        ("es", "La inteligencia artificial planea cenas", "La inteligencia artificial"),
    ],
)
def test_technology_is_marked(find, language, headline, words):
    assert find("H3", language=language, headline=headline) == [("warn", words)]


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("en", "Teachers see which essays an AI wrote"),
        ("en", "Neural tube scans explained to parents"),
        ("en", "Model trains that run on time"),
        ("en", "A plough powered by the sun"),
        ("en", "See through the clouds before you sail"),
        ("en", "Dinners with Aisha"),
        ("de", "Nie mehr Kino ohne Platz"),
        ("fr", "Dites adieu à l’iris fané"),
        ("es", "Con iguales no hay cola"),
        ("ja", "愛を届ける夕食"),
        ("en", "Machine learning engineers sleep through the night"),
        ("en", "Nurses learn what machine learning can miss"),
        ("de", "Kinder lernen, was künstliche Intelligenz nicht kann"),
        ("fr", "Iana dîne à 19 heures"),
        ("es", "La iguana cena a las ocho"),
    ],
)
def test_what_is_no_technology_is_left_alone(find, language, headline):
    assert find("H3", language=language, headline=headline) == []


def test_only_the_headline_is_looked_at(find):
    assert find("H3", subheading="Parents get AI-powered dinners.") == []


def test_in_the_short_form_it_only_informs(find):
    assert find("H3", form="short", headline="AI-powered dinners") == [("note", "AI-powered")]
