"""Which of the tool's words a team may say otherwise, and what it must keep."""

import pytest

from wbtest.publishing.looks.forms import PLACES
from wbtest.publishing.strings import WORDING
from wbtest.publishing.wording import NotAWording, check, defaults

OURS = ("not_yet", "not_yet_why", "imagined", "imagined_by", "responsible_text", "truth_why")


def test_only_what_differs_is_kept():
    typed = {"today": "", "why_now": "Why now", "again": "  Come in  "}

    assert check(typed, "en") == {"again": "Come in"}


@pytest.mark.parametrize("name", OURS)
def test_what_is_honest_about_the_page_stays_ours(name):
    assert name not in WORDING
    with pytest.raises(NotAWording):
        check({name: "It is real."}, "en")


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("with_product", "With us", "Keep {product}; the page fills it in."),
        ("today", "With {product}", "Nothing is filled in for {product} here"),
        ("with_product", "{product} {x}", "Nothing is filled in for {x} here"),
        ("with_product", "{product} {", "Leave out braces"),
        ("with_product", "{product!r}", "Keep {product}"),
        ("with_product", "{product} {product.__class__}", "Leave out braces"),
        ("with_product", "{product} {0}", "Nothing is filled in for {0}"),
        ("today", "x" * 61, "60 are the most"),
        ("thanks_next", "x" * 301, "300 are the most"),
        ("today", "a\x00", "cannot be shown"),
    ],
)
def test_a_text_that_cannot_stand_there_is_answered_at_its_field(name, text, answer):
    with pytest.raises(NotAWording) as refused:
        check({name: text}, "en")

    assert refused.value.field == name
    assert answer in str(refused.value)


@pytest.mark.parametrize("language", ["en", "ar", "de", "es", "fr", "ja"])
def test_the_usual_words_of_each_language_can_stay(language):
    usual = defaults(language)

    # Over the second form the call to action is usual, so there they are the team's own choice.
    assert check(usual, language) == {"again": usual["again"]}
    # Said a little otherwise they are taken, so no default is too long for its own field.
    changed = {name: f"{text}!" for name, text in usual.items()}
    assert check(changed, language) == changed


def test_each_text_has_a_place_in_the_form():
    assert sorted(name for texts in PLACES.values() for name in texts) == sorted(WORDING)
