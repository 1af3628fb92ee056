"""A list is read as whoever saved it saw it, and what is none is refused with what to do."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wbtest.audience.lists import reading
from wbtest.audience.lists.columns import Unfit, check, guess
from wbtest.audience.lists.reading import NotAList, Row, table_of, text_of
from wbtest.audience.lists.sorting import read_address, sort
from wbtest.audience.visitors import NotAnEmail, read_email
from wbtest.downloads import as_csv

TEXT = 'email,name\r\nmia@x.io,"Zoë\nof Köln"\r\n'
CELLS = [["mia@x.io", "Zoë\nof Köln"]]
TYPED = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


def cells(text: str) -> list[list[str]]:
    return [row.cells for row in table_of(text).rows]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        f"sep=|\r\n{TEXT.replace(',', '|')}".encode(),
        TEXT.replace("\r\n", "\r").encode(),
    ],
)
def test_a_list_is_the_same_whatever_program_saved_it(content):
    assert cells(text_of(content)[0]) == CELLS


def test_a_sign_that_can_part_no_cells_is_not_taken_for_one():
    assert table_of('sep="\r\nmia@x.io\r\n').headings == ('sep="',)


def test_a_sign_that_often_stands_within_the_cells_parts_none():
    said = [["mia@x.io", "a;b;c;d"], ["leo@x.io", "a;b;c;d;e"], ["zoe@x.io", "none"]]

    assert cells("email,said\n" + "".join(f'{email},"{text}"\n' for email, text in said)) == said


def test_letters_that_were_guessed_are_said_to_be():
    assert text_of(TEXT.encode("cp1252"))[1] == "Windows-1252"
    assert text_of(TEXT.encode("utf-16"))[1] == "UTF-16"


def test_a_row_has_the_number_that_a_spreadsheet_gives_it():
    table = table_of("email\n\nmia@x.io\n,\nno\n")

    assert sort(table, ("email", "")).wrong == [5]
    assert [row.number for row in table.rows] == [3, 5]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b" \n", "The file is empty."),
        (b"PK\x03\x04rest", "Excel file"),
        (b"email\nmia@x.io\0", "no text"),
        (b"email,name\n", "no row with an e-mail"),
        (b'a@x.io,"' + b"x" * 6_000, "never closed"),
        (b'a@x.io,"' + b"x" * 200_000, "quotation mark may be open"),
        (b"a@x.io" + b"," * 61, "more than 60 cells"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(content, said):
    with pytest.raises(NotAList, match=said):
        table_of(text_of(content)[0])


def test_a_list_that_is_too_long_is_refused_and_never_cut(monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    lines = "email\na@x.io\nb@x.io\nc@x.io\n"

    assert len(table_of(lines).rows) == 3
    with pytest.raises(NotAList, match="3 people at most"):
        table_of(f"{lines}d@x.io\ne@x.io\n")


def test_more_empty_rows_than_a_look_can_take_are_refused():
    with pytest.raises(NotAList, match="Delete the empty rows"):
        table_of("email\nmia@x.io\n" + "\n" * reading.MOST_LINES)


@given(typed=st.lists(TYPED, min_size=2, max_size=2))
@example(typed=["=1+1", "'t Hooft"])
@example(typed=["\r=1", '"=1'])
def test_every_cell_of_our_own_file_comes_back_as_it_was(typed):
    text = "".join(as_csv([["email", "a", "b"], ["mia@x.io", *typed]]))

    assert cells(text_of(text.encode())[0]) == [["mia@x.io", *typed]]


@given(
    text=st.from_regex(r"\s?[A-Za-z0-9._+-]{1,70}@[A-Za-z0-9.-]{1,40}\.?\s?", fullmatch=True)
    | st.text("aA1.+@ -ü", max_size=12)
)
@example(text="Mia+List@X.io.")
@example(text=f"{'a' * 65}@x.io")
def test_an_address_is_read_as_on_the_page(text):
    def read(reader):
        try:
            return reader(text)
        except NotAnEmail:
            return None

    assert read(read_address) == read(read_email)


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        # Mailchimp, Brevo, Buttondown, somebody's own.
        ("Email Address,First Name,Last Name,OPTIN_TIME,TAGS", "email,name,name,at,"),
        ("EMAIL,FIRSTNAME,LASTNAME,SMS", "email,name,name,"),
        ("email,notes,creation_date,source,utm_source", "email,,at,source,"),
        ("Wer?,E-Mail-Adresse,Who cooks?", ",email,answer-0"),
    ],
)
def test_columns_are_guessed_from_their_headings(headings, columns):
    assert guess(headings.split(","), [], ["Who cooks?"]) == tuple(columns.split(","))


def test_without_headings_the_cells_say_where_the_addresses_are():
    assert guess(("Column 1", "Column 2"), [Row(1, ["mia@x.io", "Mia"])], ()) == ("email", "name")


@pytest.mark.parametrize("columns", [("name", ""), ("email", "email"), ("email",), ("email", "x")])
def test_columns_that_cannot_be_are_refused(columns):
    with pytest.raises(Unfit):
        check(columns, 2, ())
