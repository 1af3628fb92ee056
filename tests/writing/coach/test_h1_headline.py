"""H1: a headline that is missing or only a name, and short ones that say something."""

import pytest


def test_a_missing_headline_blocks(find):
    assert find("H1") == [("stop", "")]
    assert find("H1", form="short", headline="  ") == [("stop", "")]


@pytest.mark.parametrize(
    ("language", "product", "headline"),
    [
        ("en", "Larder", "Larder"),
        ("en", "Larder", "LARDER!"),
        ("en", "Larder", "Introducing Larder"),
        ("en", "Larder", "Meet Larder: the new app"),
        ("en", "Larder", "Larder 2.0 is now available"),
        ("en", "Night Bus", "Welcome to night-bus"),
        ("en", "", "🚀🚀"),
        ("de", "Larder", "Neu: Larder, die App"),
        ("fr", "Larder", "Découvrez Larder"),
        ("es", "Larder", "Presentamos Larder"),
        ("ja", "まわるん", "まわるん"),
        ("ja", "まわるん", "「まわるん」アプリ新登場"),
        ("ar", "مؤونة", "نقدم مؤونة"),
        ("ko", "밥상", "밥상"),
    ],
)
def test_a_headline_that_is_only_a_name_blocks(find, language, product, headline):
    found = find("H1", language=language, product=product, headline=headline)

    assert found == [("stop", headline)]


@pytest.mark.parametrize(
    ("language", "product", "headline"),
    [
        ("en", "Larder", "Larder plans dinner"),
        ("en", "Art", "Artists start faster"),
        ("en", "", "Dinner is planned"),
        ("en", "Larder", "Be there before you are"),
        ("en", "Larder", "Never again"),
        ("en", "Larder", "With Larder you are there before they are"),
        ("en", "Meet", "Meet your neighbours tonight"),
        ("de", "Larder", "Larder plant das Essen"),
        ("fr", "Larder", "Larder prépare vos dîners"),
        ("ja", "まわるん", "まわるんで今夜届く"),
        ("zh", "饭", "饭省钱"),
        ("ar", "مؤونة", "عشاء كل ليلة من مطبخك"),
        ("ko", "밥상", "밥상 절약"),
        ("th", "", "อาหารเย็นห้ามื้อ"),
    ],
)
def test_a_headline_that_says_something_is_left_alone(find, language, product, headline):
    assert find("H1", language=language, product=product, headline=headline) == []
