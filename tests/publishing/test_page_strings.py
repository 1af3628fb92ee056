"""The tool's words on public pages, in every language it speaks."""

import string
import tomllib
from dataclasses import replace

import pytest
from msgspec.structs import asdict

from tests.factories import LARDER
from wbtest.publishing.page_copy import build_copy
from wbtest.publishing.page_design import LAYOUTS, Look
from wbtest.publishing.page_strings import (
    LANGUAGES,
    PLACES,
    WORDING,
    PageStrings,
    check_wording,
    display_letters,
    small_letters,
    strings_for,
    strings_of,
    usual_wording,
)
from wbtest.store import Invalid
from wbtest.writing.document import CallToAction, Quote

SPOKEN = sorted({file.stem for file in LANGUAGES.glob("*.toml")} - {"en"})


def blanks(sentence: str) -> set[str]:
    """The names a sentence leaves to be filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_five_languages_are_spoken_beside_english():
    assert SPOKEN == ["ar", "de", "es", "fr", "ja"]


@pytest.mark.parametrize("code", SPOKEN)
def test_a_language_says_everything_that_english_says(code):
    said = tomllib.loads((LANGUAGES / f"{code}.toml").read_text(encoding="utf-8"))

    assert {*PageStrings.__struct_fields__} - set(said) <= {"dir", "first_day"}


@pytest.mark.parametrize("code", SPOKEN)
def test_a_translation_leaves_the_same_blanks_as_english(code):
    english, translated = asdict(strings_for("en")), asdict(strings_for(code))

    assert {name: blanks(text) for name, text in translated.items()} == {
        name: blanks(text) for name, text in english.items()
    }


@pytest.mark.parametrize("code", SPOKEN)
def test_a_translation_repeats_no_english_sentence(code):
    english, translated = asdict(strings_for("en")), asdict(strings_for(code))

    # Single words may be the same in two languages, as “Questions” in French.
    same = [name for name in english if english[name] == translated[name] and name != "dir"]
    assert [name for name in same if " " in english[name]] == []


@pytest.mark.parametrize(
    ("code", "spam"),
    [
        ("en", "spam"),
        ("de", "Spam"),
        ("es", "spam"),
        ("fr", "indésirables"),
        ("ja", "迷惑メール"),
        ("ar", "البريد غير المرغوب فيه"),
    ],
)
def test_who_waits_for_our_mail_is_told_where_else_to_look(code, spam):
    assert spam in strings_for(code).thanks_confirm


def test_a_region_gets_the_strings_of_its_language():
    assert strings_for("fr-CA").language == "fr"


def test_capital_letters_in_a_language_tag_do_not_matter():
    assert strings_for("DE").yes == "Ja"


@pytest.mark.parametrize("tag", ["", "tlh", "../de", "d"])
def test_an_unknown_language_gets_english(tag):
    assert strings_for(tag) == strings_for("en")


def test_arabic_reads_from_right_to_left():
    assert strings_for("ar").dir == "rtl"


# What says that nothing is there to buy yet, and that nobody said what is quoted.
TRUTH = (
    *("not_yet", "not_yet_why", "first_the_truth", "truth_why"),
    *("imagined", "imagined_by", "imagined_quietly", "imagined_quietly_by"),
)


@pytest.mark.parametrize("code", ["en", *SPOKEN])
def test_the_truth_is_told_in_every_language_whatever_a_row_says(code):
    page = replace(build_copy(LARDER), language=code, wording=tuple((name, "") for name in TRUTH))

    said = asdict(strings_of(page))

    assert all(said[name].strip() for name in TRUTH)


OURS = (
    *("not_yet", "not_yet_why", "imagined", "imagined_by", "responsible_text", "truth_why"),
    *("price_text", "preorder_text", "yes", "no"),
)


def test_only_what_differs_is_kept():
    typed = {"today": "", "why_now": "Why now", "again": "  Come in  "}

    assert check_wording(typed, "en") == {"again": "Come in"}


@pytest.mark.parametrize("name", OURS)
def test_what_is_honest_about_the_page_stays_ours(name):
    assert name not in WORDING
    with pytest.raises(Invalid):
        check_wording({name: "It is real."}, "en")


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
        ("price_question", "Would you pay?", "Keep {price}; the page fills it in."),
        ("preorder_button", "x" * 61, "61 characters long. Use at most 60."),
        ("today", "x" * 61, "61 characters long. Use at most 60."),
        ("thanks_next", "x" * 301, "301 characters long. Use at most 300."),
        ("today", "a\x00", "can’t be shown"),
    ],
)
def test_a_text_that_cannot_stand_there_is_answered_at_its_field(name, text, answer):
    with pytest.raises(Invalid) as refused:
        check_wording({name: text}, "en")

    assert refused.value.field == name
    assert answer in str(refused.value)


@pytest.mark.parametrize("language", ["en", "ar", "de", "es", "fr", "ja"])
def test_the_usual_words_of_each_language_can_stay(language):
    usual = usual_wording(language)

    # Over the second form the call to action is usual, so there they are the team's own choice.
    assert check_wording(usual, language) == {"again": usual["again"]}
    # Said a little otherwise they are taken, so no default is too long for its own field.
    changed = {name: f"{text}!" for name, text in usual.items()}
    assert check_wording(changed, language) == changed


def test_each_text_has_a_place_in_the_form():
    assert sorted(name for texts in PLACES.values() for name in texts) == sorted(WORDING)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_typeface_has_the_letters_of_what_every_layout_sets_in_it(layout):
    said = replace(
        LARDER,
        product="Laßder",
        headline="Æ",
        customer_quote=Quote("ø", "Amira"),
        call_to_action=CallToAction("Ñ", "Start", "£¾"),
    )
    page = replace(build_copy(said), look=Look(layout=layout), wording=(("questions", "Ż"),))

    assert {*"ßÆøÑ£¾Ż“”123456"} <= {*display_letters([page])}


@pytest.mark.parametrize(
    ("layout", "is_set"),
    [("mosaic", False), ("cards", False), ("post", True), ("plain", True)],
)
def test_the_typeface_has_the_letters_of_headings_where_these_are_set_in_it(layout, is_set):
    wording = (("difference", "Ż"), ("from_founder", "Ł"), ("today", "Đ"), ("why_now", "Ğ"))
    page = replace(build_copy(LARDER), look=Look(layout=layout), wording=wording)

    assert ({*"ŻŁĐĞ"} <= {*display_letters([page])}) == is_set


def test_the_typeface_has_no_letters_of_what_is_set_in_another():
    page = build_copy(replace(LARDER, subheading="Ω", solution="Ω", faq=()))

    assert "Ω" not in display_letters([page])


def test_the_typeface_has_the_letters_of_all_variants():
    pages = [replace(build_copy(LARDER), headline=headline) for headline in ("Æ", "Ø")]

    assert {*"ÆØ"} <= {*display_letters(pages)}


def test_the_pages_around_have_the_letters_of_each_price_that_they_ask_about():
    pages = [replace(build_copy(LARDER), price=price) for price in ("£4", "8 Kč")]

    assert {*"£48Kč"} <= {*small_letters(pages)}
    assert {*strings_for("en").price_question.format(price="")} - {" "} <= {*small_letters(pages)}
