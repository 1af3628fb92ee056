"""Many lines at once: from spreadsheets of all countries, and with every wrong line named."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtest.downloads import as_csv
from wbtest.results.spending.files import MOST_FAULTS, Unreadable, read_lines, text_in
from wbtest.results.spending.in_words import about_days
from wbtest.results.spending.lines import Line, Span
from wbtest.results.spending.money import CURRENCIES

EUR = CURRENCIES["EUR"]
MARCH = Span(date(2027, 3, 1), date(2027, 3, 29))
WEEK = date(2027, 3, 3), date(2027, 3, 9)
LINE = Line("newsletter", *WEEK, 123_450, "the ad")
HEAD = "source,first day,last day,amount,note\n"
GOOD = "newsletter,2027-03-03,2027-03-09,1234.50,the ad\n"


def read(text: str) -> list[Line]:
    return read_lines(text, EUR, MARCH)


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(Unreadable) as caught:
        read(text)
    return caught.value.faults


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"{HEAD}\n{GOOD}\n",
        f"\ufeff{HEAD}{GOOD}",
        "Newsletter;3.3.2027;9.3.2027;1.234,50;the ad",
        "newsletter\t2027/03/03\t2027/3/9\t€1 234,50\tthe ad\r\n",
        'Note,Amount,Source,First_Day,Last-day\nthe ad,"1,234.50",newsletter,2027-03-03,2027-03-09',
        '"newsletter","2027-03-03","2027-03-09","1234.50","the ad"',
        f"source,first_day,last_day,amount,currency,note,entered_by\n{GOOD[:-8]},EUR,the ad,Ada",
    ],
)
def test_a_table_is_read_however_it_was_saved(text: str):
    assert read(text) == [LINE]


@pytest.mark.parametrize("note", ["=the ad", "'the ad", "ad;=1+1", "'=the ad"])
def test_a_note_that_our_own_file_guards_against_spreadsheets_comes_back(note: str):
    [line] = read("".join(as_csv([["x", "2027-03-03", "", "5", note]])))

    assert line.note == note


def test_without_a_last_day_it_is_one_day_and_without_a_note_there_is_none():
    assert read("x;2027-03-03;;5") == [Line("x", WEEK[0], WEEK[0], 500)]


def test_what_was_paid_some_weeks_before_the_test_belongs_to_it():
    [line] = read("x;2027-01-04;2027-01-10;5")

    assert about_days(line, MARCH, today=WEEK[0]) == "before the test, and counted whole"


def test_a_source_is_called_as_visits_call_it():
    assert [line.source for line in read("t.co;2027-03-03;;5\n NewsLetter ;2027-03-03;;5")] == [
        "x",
        "newsletter",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",2027-03-03,,5,", "Name the source"),
        ("x,03/04/2027,,5,", "“03/04/2027” is no day we can read for certain"),
        ("x,2027-02-30,,5,", "There is no 2027-02-30"),
        ("x,,,5,", "Write the day like"),
        ("x,2027-03-09,2027-03-03,5,", "comes before the first"),
        ("x,2072-03-03,,5,", "The test runs from 2027-03-01 to 2027-03-29"),
        ("x,0001-01-01,9999-12-31,5,", "at most 8 weeks before or after that"),
        ("x,2027-01-03,,5,", "at most 8 weeks before or after that"),
        ("x,2027-03-03,,12.345", "“12.345” could be €12,345.00 or €12.35"),
        ("x,2027-03-03,,much,", "“much” is no amount"),
        ("x,2027-03-03,,12,50", "“12,50” is cut in two at its comma"),
        ("x,2027-03-03,,1,234.50", "“1,234.50” is cut in two"),
        ("x,2027-03-03,,5,one,two", "it has 6 columns, not 5"),
        ("x,2027-03-03", "it needs source"),
        (f"x,2027-03-03,,5,{'a' * 201}", "200 are the most"),
        ("x,2027-03-03,,5,\0", "cannot be shown"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(line: str, said: str):
    [fault] = faults(GOOD + line)

    assert fault.startswith("Line 2: ")
    assert said in fault


def test_every_wrong_line_is_named_up_to_so_many():
    found = faults(HEAD + GOOD + 30 * "x,2027-03-03,,nothing,\n")

    assert found[0].startswith("Line 3: ")
    assert (len(found), found[-1]) == (MOST_FAULTS + 1, "And 10 more.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" \n", "There is no line"),
        (HEAD, "There is no line"),
        ("source,amount\nx,5", "names no column “first day”"),
        ("source,day,amount,clicks\nx,2027-03-03,5,8", "“clicks” is no column we know"),
        ("source,day,amount,cost\nx,2027-03-03,5,8", "Two columns are called “amount”"),
        ("source,day,amount,currency\nx,2027-03-03,5,USD", "this is in USD"),
        (1001 * GOOD, "1,000 fit at once"),
        (f'"{"x" * 140_000}"', "cannot be read as CSV"),
    ],
)
def test_a_table_of_no_use_is_told_why(text: str, said: str):
    assert said in faults(text)[0]


@given(text=st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str):
    with suppress(Unreadable):
        assert read(text)


def test_a_file_of_a_spreadsheet_is_text():
    assert text_in(GOOD.encode("utf-8-sig")) == GOOD
    assert text_in(GOOD.encode("utf-16")) == GOOD
    with pytest.raises(Unreadable, match="CSV UTF-8"):
        text_in("Größe".encode("cp1252"))
