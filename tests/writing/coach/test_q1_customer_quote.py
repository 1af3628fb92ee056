"""Q1: a customer quote is there, and somebody in particular says it."""

import pytest

QUOTE = {"text": "I sat down.", "speaker": "Amira", "role": "a mother of two in Leeds"}
LONG = "“I used to dread half past five and now I sit down,” says Amira."


def test_a_quote_of_a_person_with_a_role_is_fine(find):
    assert find("Q1", customer_quote=QUOTE) == []


def test_a_missing_quote_blocks(find):
    assert find("Q1") == [("stop", "")]


@pytest.mark.parametrize(
    "quoted", [LONG, LONG.replace("“", "«").replace("”", "»"), LONG.replace("“", "> ")]
)
def test_a_quote_in_another_part_does_not_stand_in(find, quoted):
    assert find("Q1", solution=quoted) == [("stop", "")]


@pytest.mark.parametrize(
    "marked", ["“I sat down.”", "«I sat down.»", "> I sat down.", "「座った」"]
)
def test_quotation_marks_around_it_are_fine(find, marked):
    assert find("Q1", customer_quote=QUOTE | {"text": marked}) == []


@pytest.mark.parametrize("speaker", ["a customer", "Happy customer", "Beta tester", "busy parent"])
def test_nobody_in_particular_is_marked(find, speaker):
    assert find("Q1", customer_quote=QUOTE | {"speaker": speaker}) == [("warn", speaker)]


@pytest.mark.parametrize("part", ["speaker", "role"])
def test_a_missing_speaker_or_role_is_marked(find, part):
    assert find("Q1", customer_quote=QUOTE | {part: ""}) == [("warn", "")]


def test_a_speaker_inside_the_quote_is_marked_there(find):
    said = {"text": "“I sat down,” says Amira from Leeds.", "role": "a mother"}

    assert find("Q1", customer_quote=said) == [("warn", " says Amira from Leeds.")]


def test_the_short_form_has_no_quote(find):
    assert find("Q1", form="short") == []
