"""Drift, gaps and words that are gone: pure."""

from dataclasses import replace

import pytest

from tests.factories import LARDER
from wbtest.results.yardstick.exports import plain
from wbtest.results.yardstick.in_words import changed, sentence
from wbtest.results.yardstick.measure import Item, Values, measure
from wbtest.results.yardstick.promises import Sentence, by_part, sentences_of
from wbtest.writing.document import CallToAction, Document

PROMISES = (
    Sentence("headline", "Five dinners", is_promise=True),
    Sentence("solution", "One photo.", is_promise=True),
    Sentence("external", "£4 a month."),
)
DINNERS, PHOTO, PRICE = (("headline", "Five dinners"), ("solution", "One photo."),
                         ("external", "£4 a month."))  # fmt: skip


def words(sentences) -> list[str]:
    return [each.words for each in sentences]


def test_an_item_that_serves_nothing_is_drift():
    found = measure([Item("Points"), Item("Photo", serves=(PHOTO,))], PROMISES)

    assert [each.is_drift for each in found.items] == [True, False]
    assert (found.drift, found.building) == (1, 2)


def test_a_promise_that_no_item_serves_is_a_gap_and_an_answer_is_none():
    found = measure([Item("Photo", serves=(PHOTO,))], PROMISES)

    assert words(found.gaps) == ["Five dinners"]


def test_an_item_that_serves_only_an_answer_is_no_drift():
    assert measure([Item("Payments", serves=(PRICE,))], PROMISES).drift == 0


def test_a_dropped_item_is_no_drift_and_fills_no_gap():
    found = measure([Item("Photo", state="dropped", serves=(PHOTO,))], PROMISES)

    assert (found.drift, found.building) == (0, 0)
    assert words(found.gaps) == ["Five dinners", "One photo."]


def test_words_that_a_later_text_does_not_have_are_shown_as_gone():
    later = (Sentence("headline", "Six dinners", is_promise=True),)

    [found] = measure([Item("Plan", serves=(DINNERS,))], later).items

    assert (words(found.gone), found.serves, found.is_drift) == (["Five dinners"], (), True)


def test_a_sentence_that_moved_to_another_part_is_still_there():
    later = (Sentence("summary", "One  photo.", is_promise=True),)

    found = measure([Item("Photo", serves=(PHOTO,))], later)

    assert (words(found.items[0].serves), found.gaps) == (["One  photo."], ())


def test_every_sentence_stands_once_under_its_part():
    document = replace(LARDER, headline="Dinner", subheading="Dinner.", solution="Eat. Eat.")

    groups = {label: words(some) for label, some in by_part(sentences_of(document))}

    assert groups["Solution"] == ["Eat."]
    assert groups["Call to action"] == ["Take one photo of your fridge.", "£4 a month"]
    assert groups["Customer questions"][0] == "£4 a month."
    assert not {"Customer quote", "Internal questions", "Why now"} & set(groups)


def test_an_answer_says_which_question_it_answers():
    found = {each.words: each.asked for each in sentences_of(LARDER)}

    assert (found["Nowhere."], found["It plans dinners from a photo of the fridge."]) == (
        "Where do my photos go?",
        "",
    )


def test_the_price_may_be_served_and_is_no_promise():
    found = sentences_of(Document(call_to_action=CallToAction("Try it.", "Go", "free")))

    assert [(each.words, each.is_promise) for each in found] == [("Try it.", True), ("free", False)]


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], "Nothing is on the list; 2 promises have no item."),
        (
            [Item("Points"), Item("Plan", serves=(DINNERS,))],
            "1 of 2 items serves nothing the customer was promised; 1 promise has no item.",
        ),
        (
            [Item("Points"), Item("Ads"), Item("All", serves=(DINNERS, PHOTO))],
            "2 of 3 items serve nothing the customer was promised, and every promise has an item.",
        ),
        (
            [Item("All", serves=(DINNERS, PHOTO))],
            "The one item serves something the customer was promised, "
            "and every promise has an item.",
        ),
        (
            [Item("Plan", serves=(DINNERS,))],
            "The one item serves something the customer was promised; 1 promise has no item.",
        ),
    ],
)
def test_one_sentence_says_how_far_the_list_is_from_the_promise(items, said):
    assert sentence(measure(items, PROMISES)) == said


def test_a_change_is_said_in_all_its_parts():
    before = Values("Points", "Later.", "planned", (DINNERS,))

    assert changed(before, Values("Rewards", "Later.", "done", ())) == (
        "renamed “Points” to “Rewards”, set “Rewards” to done and "
        "linked “Rewards” anew (serves nothing)"
    )
    assert changed(before, before) == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("# Title", "\\# Title"),
        ("<b>[x](javascript:1)", "\\<b\\>\\[x\\](javascript:1)"),
        ("+ more", "\\+ more"),
        ("2) b", "2\\) b"),
        ("a\n- b", "a - b"),
    ],
)
def test_nothing_typed_is_markup_in_the_file(typed, shown):
    assert plain(typed) == shown
