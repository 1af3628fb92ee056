"""P1: the problem is there and does not name the product."""

import pytest


def test_a_missing_problem_blocks(find):
    assert find("P1") == [("stop", "")]
    assert find("P1", form="short") == [("note", "")]


@pytest.mark.parametrize(
    ("language", "product", "problem", "words"),
    [
        ("en", "Larder", "Without Larder nobody cooks.", "Larder"),
        ("en", "Larder", "LARDER’s users know it.", "LARDER"),
        ("en", "NightBus", "Before nightbus she walked.", "nightbus"),
        ("en", "1Paper", "Nobody had 1paper then.", "1paper"),
        ("en", "Night Bus", "She misses the Night\nBus.", "Night\nBus"),
        ("en", "May", "Only May solves it.", "May"),
        ("de", "Speisekammer", "Ohne Speisekammer kocht niemand.", "Speisekammer"),
        ("ja", "まわるん", "紙よりまわるんが速い。", "まわるん"),
        ("ar", "دفتر الحارة", "بدون دفتر الحارة يخسر.", "دفتر الحارة"),
    ],
)
def test_the_product_is_marked(find, language, product, problem, words):
    found = find("P1", language=language, product=product, problem=problem)

    assert found == [("warn", words)]


@pytest.mark.parametrize(
    ("language", "product", "problem"),
    [
        ("en", "Larder", "The larder is empty; a Larderer sighs."),
        ("en", "Night Bus", "The night bus is late."),
        ("en", "May", "It may rain on 3 May, in May and in May 2027."),
        ("en", "May", "May we go home? May 3 is far."),
        ("en", "Will", "Will the bus come?"),
        ("de", "Speisekammer", "Die Speisekammer ist leer."),
        ("de", "Mai", "Er wartet seit Mai."),
        ("ja", "米", "米がない。"),
        ("en", "", "Nobody cooks."),
        ("en", "!!", "Nobody cooks!!"),
    ],
)
def test_what_only_looks_like_the_product_is_left_alone(find, language, product, problem):
    assert find("P1", language=language, product=product, problem=problem) == []


def test_in_the_short_form_the_name_only_informs(find):
    assert find("P1", form="short", problem="Without Larder nobody cooks.") == [("note", "Larder")]
