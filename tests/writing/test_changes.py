"""Two texts compared: by words, by questions, by parts, and told in one line."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.factories import LARDER
from wbtest.writing.document import Document, OpenQuestion, Question, Quote
from wbtest.writing.release_history import DraftStats
from wbtest.writing.text_diff import (
    NOTHING,
    DiffRun,
    PartDiff,
    compare,
    diff_words,
    summarise_changes,
)

TEXTS = some.text(max_size=60) | some.text("ab .\n不ก\u0301'’", max_size=60)
QUESTIONS = some.lists(
    some.builds(
        Question,
        some.sampled_from(["external", "internal"]),
        some.text("abc ?", max_size=8),
        some.text("abc .", max_size=8),
        some.sampled_from(["", "price", "data"]),
        some.none() | some.builds(OpenQuestion, some.text("ab", max_size=3)),
    ),
    max_size=7,
).map(tuple)
MORE = (*LARDER.faq[6:], Question("external", "May I cancel?"))
DOCUMENTS = some.builds(
    Document, headline=TEXTS, problem=TEXTS, customer_quote=some.builds(Quote, TEXTS), faq=QUESTIONS
)


def changed_parts(old: Document, new: Document) -> tuple[PartDiff, ...]:
    return tuple(part for part in compare(old, new) if part.is_changed)


def old_of(runs: tuple[DiffRun, ...]) -> str:
    return "".join(run.text for run in runs if run.kind != "insert")


def new_of(runs: tuple[DiffRun, ...]) -> str:
    return "".join(run.text for run in runs if run.kind != "delete")


def short(runs: tuple[DiffRun, ...]) -> str:
    """[gone] and {come}."""
    around = {"equal": "%s", "delete": "[%s]", "insert": "{%s}"}
    return "".join(around[run.kind] % run.text for run in runs)


def part(name: str, parts: tuple[PartDiff, ...]) -> PartDiff:
    return next(part for part in parts if part.name == name)


def line(**changes: object) -> str:
    return summarise_changes(compare(LARDER, replace(LARDER, **changes)))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_runs_give_back_both_texts(old: str, new: str):
    runs = diff_words(old, new)

    assert (old_of(runs), new_of(runs)) == (old, new)
    assert all(run.text for run in runs)


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS, DOCUMENTS)
def test_nothing_is_lost(old: Document, new: Document):
    fields = [
        field
        for part in compare(old, new)
        for field in (*part.fields, *(field for entry in part.entries for field in entry.fields))
    ]

    for document, text_of in ((old, old_of), (new, new_of)):
        texts = [document.headline, document.problem, document.customer_quote.text]
        for question in document.faq:
            unknown = question.open or OpenQuestion()
            texts += [question.question, question.answer, question.topic, unknown.owner]
        said = sorted(text_of(field.runs) for field in fields if text_of(field.runs))
        assert said == sorted([*filter(None, texts), "full", document.language])


@settings(max_examples=30, deadline=None)
@given(DOCUMENTS)
def test_a_text_does_not_differ_from_itself(document: Document):
    assert changed_parts(document, document) == ()


@settings(max_examples=30, deadline=None)
@given(some.permutations(LARDER.faq))
def test_questions_in_another_order_are_only_moved(faq: list[Question]):
    for side in changed_parts(LARDER, replace(LARDER, faq=tuple(faq))):
        assert all(entry.state == "same" for entry in side.entries)
        assert any(entry.is_moved for entry in side.entries)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("two cold dinners", "two warm dinners", "two [cold]{warm} dinners"),
        ("Eat from your box", "Go out of any box", "[Eat from your]{Go out of any} box"),
        ("don’t go", "don’t stay", "don’t [go]{stay}"),
        ("平日の夕食", "平日の昼食", "平日の[夕]{昼}食"),
        ("กินข้าว", "กินผัก", "กิน[ข้าว]{ผัก}"),
        ("हिन्दी में", "हिन्दी से", "हिन्दी [में]{से}"),
        ("One.\n\nTwo.", "One.\n\nThree.", "One.\n\n[Two]{Three}."),
        ("", "New", "{New}"),
    ],
)
def test_words_are_compared_as_a_reader_would(old: str, new: str, shown: str):
    assert short(diff_words(old, new)) == shown


def test_a_question_that_moved_and_changed_is_both():
    first, *rest = LARDER.questions("external")
    fixed = replace(first, answer="£4 a month, and nothing else.")

    [side] = changed_parts(replace(LARDER, faq=(first, *rest)), replace(LARDER, faq=(*rest, fixed)))

    [entry] = [entry for entry in side.entries if entry.is_changed]
    assert (entry.old, entry.new, entry.is_moved, entry.state) == (1, 6, True, "changed")


def test_a_reworded_question_of_the_same_topic_is_the_same_question():
    first, *rest = LARDER.faq
    reworded = replace(first, question="How much is it?", answer="£5 a month.")

    assert line(faq=(reworded, *rest)) == "One customer question changed."


def test_a_question_taken_out_stands_where_it_stood():
    first, _, *rest = LARDER.faq

    [side] = changed_parts(LARDER, replace(LARDER, faq=(first, *rest)))

    assert [entry.state for entry in side.entries[:3]] == ["same", "removed", "same"]


def test_who_settles_an_open_question_is_compared():
    *rest, last = LARDER.faq
    handed_on = replace(last, open=replace(last.open or OpenQuestion(), owner="Tom"))

    [side] = changed_parts(LARDER, replace(LARDER, faq=(*rest, handed_on)))

    [field] = [field for field in side.entries[-1].fields if field.is_changed]
    assert (field.label, short(field.runs)) == ("Who’ll find out", "[Priya]{Tom}")


def test_parts_are_told_in_the_order_of_the_page():
    parts = [part.name for part in compare(Document(), LARDER)]

    assert parts[:2] == ["form", "product"]
    assert parts.index("headline") < parts.index("dateline") < parts.index("external")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, NOTHING),
        ({"headline": "Supper out of nothing"}, "Headline: rewritten."),
        ({"why_now": ""}, "Why now: removed."),
        ({"problem": LARDER.problem + " Again."}, "Problem: 1 word added."),
        ({"headline": LARDER.headline + "!"}, "Headline: only punctuation or spaces."),
        ({"product": "Pantry"}, "Product: changed."),
        ({"faq": LARDER.faq[1:]}, "One customer question removed."),
        (
            {"faq": (*LARDER.faq[1:6], LARDER.faq[0], *MORE)},
            "One customer question added, one moved.",
        ),
    ],
)
def test_one_line_says_what_changed(changes: dict[str, object], said: str):
    assert line(**changes) == said


def test_a_first_draft_is_told_in_few_words():
    said = summarise_changes(compare(Document(), LARDER, ("short", "full")))

    assert said.startswith(
        "Changed to the full form. Who it is for, Headline, Subheading and eight"
    )
    assert said.endswith("Six customer questions added. Four internal questions added.")


@pytest.mark.parametrize(
    ("pace", "is_approved", "words"),
    [
        (
            DraftStats(3, 5, 4),
            False,
            "Draft 3, day 5 of writing. Most teams take four to six drafts",
        ),
        (
            DraftStats(1, 1, 1),
            True,
            "created on day 1 of writing, is approved. That’s quick: most teams",
        ),
        (
            DraftStats(5, 30, 9),
            True,
            "Revision 5, created on day 9 of writing, is approved. Most teams",
        ),
        (DraftStats(9, 9, 8), False, "Find out what you can’t agree on"),
        (DraftStats(2, 40, 3), False, "ask for a review, or stop the idea."),
    ],
)
def test_the_pace_is_one_sentence_and_the_next_step(
    pace: DraftStats, is_approved: bool, words: str
):
    assert words in pace.sentence(is_approved=is_approved)
