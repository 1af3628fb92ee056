"""L2: why this is better than what people do today."""

import pytest


def test_what_people_do_today_is_enough(find):
    assert find("L2", alternative="She keeps a list.") == []
    assert find("L2", form="short", alternative="She keeps a list.") == []


def test_a_release_without_any_comparison_is_warned(find):
    assert find("L2", solution="Larder plans five dinners.") == [("warn", "")]


@pytest.mark.parametrize(
    ("language", "solution"),
    [
        ("en", "Unlike recipe apps, it begins with your fridge."),
        ("de", "Statt Listen genügt ein Foto."),
        ("fr", "Une photo au lieu d’une liste."),
        ("es", "Una foto en vez de una lista."),
        ("ja", "リストの代わりに写真を一枚撮ります。"),
        ("ar", "صورة واحدة بدلاً من قائمة."),
        ("nl", "Larder plant het eten."),
    ],
)
def test_where_the_release_compares_or_nobody_can_tell_it_is_a_note(find, language, solution):
    assert find("L2", language=language, solution=solution) == [("note", "")]


def test_the_short_form_has_no_other_place_for_it(find):
    assert find("L2", form="short", problem="Today she waits.") == [("note", "")]
