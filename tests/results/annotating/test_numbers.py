"""What happened, on a chart: numbers above it, whose words stand in the list. Pure."""

import doctest
from datetime import UTC, datetime, timedelta

from wbtest.results.annotating import numbers
from wbtest.results.annotating.notes import Note
from wbtest.results.annotating.numbers import numbered
from wbtest.results.drawing import WORDS_HEIGHT

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
ENDS = START, START + timedelta(days=10)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk " * 2


def happened(at: datetime, text: str, number: int = 0) -> Note:
    return Note(at, at.date(), text, number=number)


def test_every_example_is_true():
    assert doctest.testmod(numbers).failed == 0


def test_a_chart_shows_numbers_however_long_the_words_are():
    notes = [happened(START + timedelta(days=day), LONG, day) for day in (1, 4, 9)]
    drawn = numbered([happened(START, "The test started"), *notes], "UTC", ENDS)

    assert [each["text"] for each in drawn.numbers] == ["1", "4", "9"]
    assert [each["x0"] for each in drawn.lines] == [
        f"2027-03-{day}T09:00" for day in ("02", "05", 10)
    ]
    assert drawn.height == WORDS_HEIGHT
    assert [len(words) < len(LONG) for words in drawn.layout["meta"]] == [True] * 3


def test_numbers_that_are_near_each_other_stand_above_each_other_and_many_together():
    notes = [happened(START + timedelta(hours=hour), "Ad", hour) for hour in range(1, 7)]
    drawn = numbered(notes, "UTC", ENDS, above=10)

    assert [(each["text"], each["yshift"]) for each in drawn.numbers] == [
        ("1", 10),
        ("2", 10 + WORDS_HEIGHT),
        ("3–6", 10 + 2 * WORDS_HEIGHT),
    ]
    assert len(drawn.lines) == 6
