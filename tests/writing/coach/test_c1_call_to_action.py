"""C1: sentence, button, price and place of the call to action."""

import pytest

CALL = {
    "text": "Take one photo at larder.example.",
    "label": "Start with one photo",
    "price": "£4 a month",
}


def call(**changed: str) -> dict[str, str]:
    return CALL | changed


def test_a_verb_a_place_and_a_price_are_fine(find):
    assert find("C1", call_to_action=CALL) == []


@pytest.mark.parametrize("part", ["text", "label", "price"])
def test_a_missing_part_blocks(find, part):
    assert find("C1", call_to_action=call(**{part: " "})) == [("stop", "")]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Start at larder.example for £4 a month."),
        ("en", "Start at larder.example. It is free."),
        ("en", "Start at larder.example for 4 pounds."),
        ("de", "Auf larder.example kostenlos testen."),
        ("fr", "Essayez sur larder.example, c’est gratuit."),
        ("es", "Pida su hoja en larder.example, gratis."),
        ("ja", "larder.example を開いてください。初月は無料です。"),
        ("ja", "larder.example で月480円です。"),
        ("ar", "جرّب على larder.example مجانًا."),
        ("nl", "Begin gratis op larder.example."),
    ],
)
def test_the_price_may_stand_in_the_sentence(find, language, said):
    assert find("C1", language=language, call_to_action=call(text=said, price="")) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Take your first photo at larder.example."),
        ("ja", "larder.example を開いて、元気に始めてください。"),
    ],
)
def test_a_sentence_without_a_price_does_not_stand_in(find, language, said):
    parts = {"call_to_action": call(text=said, price="")}

    assert find("C1", language=language, **parts) == [("stop", "")]


def test_a_sentence_without_a_place_gets_a_note_that_marks_nothing(find):
    said = "Take one photo and plan dinner."

    assert find("C1", call_to_action=call(text=said)) == [("note", "")]


@pytest.mark.parametrize("said", ["Text 503-555-0119.", "Order in our shop.", "Write a@b.example."])
def test_a_number_a_shop_or_an_address_is_a_place(find, said):
    assert find("C1", call_to_action=call(text=said)) == []


def test_the_short_form_may_leave_out_sentence_or_button(find):
    assert find("C1", form="short", call_to_action=call(label="")) == [("note", "")]
    assert find("C1", form="short", call_to_action=call(text="")) == [("note", "")]


def test_the_short_form_needs_one_of_them_and_a_price(find):
    assert find("C1", form="short") == [("stop", "")] * 3
