"""N1: why now says what changed."""

import pytest


def test_a_missing_why_now_is_a_note(find):
    assert find("N1") == [("note", "")]


@pytest.mark.parametrize(
    ("language", "why_now"),
    [
        ("en", "The time is right. People deserve better."),
        ("de", "Die Zeit ist reif."),
        ("fr", "Le moment est idéal."),
        ("es", "Es el momento perfecto."),
        ("ja", "みんなが待っています。"),
        ("ar", "هذا هو الوقت المناسب."),
    ],
)
def test_why_now_without_a_change_is_marked(find, language, why_now):
    assert find("N1", language=language, why_now=why_now) == [("note", why_now)]


@pytest.mark.parametrize(
    ("language", "why_now"),
    [
        ("en", "Phones fell below the price of a meal."),
        ("en", "In 2026 the law came."),
        ("de", "Seit dem Frühling gilt das Gesetz."),
        ("fr", "La loi a changé."),
        ("es", "Desde marzo se puede."),
        ("ja", "法律が変わりました。"),
        ("ar", "منذ مارس صارت الهواتف رخيصة."),
        ("nl", "Het is tijd."),
    ],
)
def test_a_change_or_a_number_is_enough(find, language, why_now):
    assert find("N1", language=language, why_now=why_now) == []


def test_the_short_form_has_no_why_now(find):
    assert find("N1", form="short") == []
