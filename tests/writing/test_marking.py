"""Words marked in a text: every character once, every mark with one beginning and one end."""

from hypothesis import given
from hypothesis import strategies as some

from wbtest.writing.coach.document_reader import paragraphs_in
from wbtest.writing.coach_report import MarkedSpan, marked_paragraphs

places = some.integers(0, 60)
marks = some.lists(some.builds(MarkedSpan, places, places, some.integers(1, 99)), max_size=6)
texts = some.text("ab \n", max_size=60)


@given(texts, marks)
def test_no_character_is_lost_or_shown_twice(text, marks):
    shown = ["".join(run.text for run in runs) for runs in marked_paragraphs(text, marks)]

    assert shown == [paragraph.text for paragraph in paragraphs_in(text)]


@given(texts, marks)
def test_each_mark_begins_once_and_ends_once_or_not_at_all(text, marks):
    numbered = [mark._replace(number=number) for number, mark in enumerate(marks)]
    runs = [run for part in marked_paragraphs(text, numbered) for run in part]
    begun = [number for run in runs for number in run.begins]

    assert sorted(begun) == sorted(number for run in runs for number in run.ends)
    assert len(begun) == len(set(begun))


def test_a_word_in_a_marked_sentence_is_marked_too():
    runs = marked_paragraphs("It is easy now.", [MarkedSpan(0, 15, 1), MarkedSpan(6, 10, 2)])[0]

    assert [(run.text, run.begins, run.ends) for run in runs] == [
        ("It is ", (1,), ()),
        ("easy", (2,), (2,)),
        (" now.", (), (1,)),
    ]
    assert all(run.is_marked for run in runs)


def test_a_mark_over_two_paragraphs_has_one_number_at_its_end():
    first, second = marked_paragraphs("One.\n\nTwo.", [MarkedSpan(0, 10, 7)])

    assert (first[0].begins, first[0].ends) == ((7,), ())
    assert (second[0].begins, second[0].ends) == ((), (7,))
