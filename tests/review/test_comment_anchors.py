"""Words of a frozen text found in a newer one: followed, moved, edited, gone."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.factories import LARDER
from wbtest.review.comment_anchors import Place, WordsLost, follow, texts_of
from wbtest.writing.document import Document, Question

few = settings(max_examples=60)
anything = some.text(max_size=40)
words = some.text("ab .\n夕é", max_size=30)
SOLUTION = "One photo, two questions, five dinners of 30 minutes."


def place_of(text: str, said: str) -> tuple[int, int]:
    return text.index(said), text.index(said) + len(said)


def follow_words(said: str, solution: str, **parts) -> tuple[Place | WordsLost, str]:
    """Where ``said`` of the old solution stands after the change, and what stands there."""
    new = replace(LARDER, solution=solution, **parts)
    found = follow(LARDER, new, "solution", *place_of(SOLUTION, said))
    return found, "" if isinstance(found, WordsLost) else texts_of(new)[found.path][
        found[1] : found[2]
    ]


@few
@given(anything, some.integers(0, 40), some.integers(0, 40))
def test_through_an_unchanged_text_every_place_stays(text, start, end):
    document = Document(problem=text)
    start, end = sorted((min(start, len(text)), min(end, len(text))))

    found = follow(document, document, "problem", start, end)

    assert found == Place("problem", *((start, end) if start < end else (0, 0)))


@few
@given(words, words, words, some.integers(0, 29), some.integers(1, 30))
def test_what_is_written_before_and_after_keeps_the_words(before, text, after, start, size):
    said = text[start : start + size]
    new = before + text + after

    found = follow(
        Document(problem=text), Document(problem=new), "problem", start, start + len(said)
    )

    if said:
        assert isinstance(found, Place)
        assert (new[found.start : found.end], found.is_changed) == (said, False)


@few
@given(some.lists(anything, min_size=2, max_size=4), some.integers(0, 40), some.integers(0, 40))
def test_a_chain_of_changes_ends_at_words_of_the_text_or_nowhere(texts, start, end):
    start, end = sorted((min(start, len(texts[0])), min(end, len(texts[0]))))
    found: Place | WordsLost = Place("faq[0].answer", start, end)
    steps = [Document(problem=text, faq=(Question("external", text, text),)) for text in texts]
    for old, new in pairwise(steps):
        if isinstance(found, Place):
            found = follow(old, new, *found[:3])

    if isinstance(found, Place):
        assert 0 <= found.start <= found.end <= len(texts_of(steps[-1])[found.path])


@pytest.mark.parametrize(
    ("said", "solution", "there"),
    [
        ("five dinners", "Now: one photo, two questions, five dinners of 30 minutes.", ""),
        ("five dinners", "Five dinners. One photo, five dinners of 20 minutes.", ""),
        ("two questions", "Two answers. Then two questions, five dinners, one photo.", ""),
        ("questions", "One photo, two question, five dinners.", "question"),
        ("two questions, five dinners", "One photo, two questions, six dinners.", None),
        ("of 30 minutes", "One photo, two questions, five dinners of 20 minutes.", None),
        ("two questions", "One photo, two easy questions, five dinners.", "two easy questions"),
    ],
)
def test_words_are_followed_within_their_part(said, solution, there):
    found, stands = follow_words(said, solution)

    if there == "":
        assert (stands, found.is_changed) == (said, False)
    else:
        assert isinstance(found, Place)
        assert found.is_changed
        assert there is None or stands == there


@pytest.mark.parametrize(
    ("said", "solution"),
    [
        ("five dinners of 30 minutes", "Whoever cooks sees at once what is left in the kitchen."),
        ("two", "One photo, five dinners of 30 minutes. The twofold joy."),
        (SOLUTION, ""),
        (SOLUTION, "It begins with what is at home and asks for nothing that is not."),
    ],
)
def test_words_that_nobody_says_any_more_are_gone(said, solution):
    assert follow_words(said, solution)[0] == WordsLost(said)


def test_a_run_of_four_words_is_found_in_another_part():
    found, stands = follow_words("five dinners of 30 minutes", "", why_now=SOLUTION)

    assert (found.path, stands) == ("why_now", "five dinners of 30 minutes")


def test_a_short_run_or_one_that_stands_twice_is_not_taken_for_the_moved_words():
    assert isinstance(follow_words("two questions", "", why_now=SOLUTION)[0], WordsLost)
    twice = {"why_now": SOLUTION, "summary": SOLUTION}
    assert isinstance(follow_words("five dinners of 30 minutes", "", **twice)[0], WordsLost)


def follow_answer(faq: tuple[Question, ...], start: int, end: int) -> Place | WordsLost:
    return follow(LARDER, replace(LARDER, faq=faq), "faq[2].answer", start, end)


def test_a_question_is_followed_where_it_moved():
    assert follow_answer(LARDER.faq[::-1], 0, 9) == Place("faq[7].answer", 0, 9)


def test_a_question_asked_in_other_words_is_the_one_most_alike():
    other = Question("external", "How is it so different?", "It begins at home.")
    assert follow_answer((*LARDER.faq[3:], other), 0, 9) == Place("faq[7].answer", 0, 9)


def test_a_question_that_nobody_asks_any_more_is_gone():
    assert follow_answer((*LARDER.faq[:2], *LARDER.faq[3:]), 0, 0) == WordsLost("")


def test_a_part_stays_a_part_until_it_is_empty():
    assert follow(LARDER, replace(LARDER, why_now="Now."), "why_now", 0, 0) == Place(
        "why_now", 0, 0, is_changed=True
    )
    assert follow(LARDER, replace(LARDER, why_now=" "), "why_now", 0, 0) == WordsLost("")


def test_the_release_is_always_there():
    assert follow(LARDER, Document(), "release", 0, 0) == Place("release", 0, 0)
