"""Q4: copied words, numbers, hype and length of the customer quote."""

import pytest

SOLUTION = "Larder looks at one photo of the fridge and plans five dinners for your family."


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("I gave it one photo of my fridge, and wept.", None),
        ("It planned five dinners for me.", None),
        ("It looks at one photo of the fridge.", "looks at one photo of the fridge"),
        ("Now Larder plans five dinners for your family.", "plans five dinners for your family"),
    ],
)
def test_a_run_of_the_release_is_marked_as_one(find, said, words):
    expected = [("warn", words)] if words else []

    assert find("Q4", solution=SOLUTION, customer_quote={"text": said}) == expected


def test_an_idiom_that_both_use_is_no_copy(find):
    said = "For the first time in years I sat down at the end of the day."

    assert find("Q4", problem=said, customer_quote={"text": said}) == []


def test_twelve_characters_of_japanese_are_a_run(find):
    said = "先週、夕飯のあとに写真を送って終わりです。"
    other = "宮下さんは夕飯のあとに写真を送って、坂を上らない。"

    found = find("Q4", language="ja", solution=other, customer_quote={"text": said})

    assert found == [("warn", "夕飯のあとに写真を送って")]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("I saved 26 pounds and 4 hours.", ["4"]),
        ("It took 5 minutes, 3 taps and £1.50.", ["3", "1.50"]),
        ("وفرت ٢٦ جنيهًا و ٤ ساعات.", ["٤"]),
    ],
)
def test_a_second_number_is_marked(find, said, words):
    found = find("Q4", customer_quote={"text": said})

    assert found == [("warn", word) for word in words]


@pytest.mark.parametrize(
    "said",
    ["My 2 boys eat.", "At 17:30 I sit down.", "I took the E10 and the B2.", "Two boys, one pan."],
)
def test_one_number_is_fine(find, said):
    assert find("Q4", customer_quote={"text": said}) == []


def test_the_products_name_is_no_number(find):
    said = "I saw Studio 54 and cried for 2 hours."

    assert find("Q4", product="Studio 54", customer_quote={"text": said}) == []


def test_hype_is_marked(find):
    assert find("Q4", customer_quote={"text": "A game-changer!"}) == [("warn", "game-changer")]


def test_what_goes_over_sixty_words_is_marked(find):
    said = "I cook. " * 31

    assert find("Q4", customer_quote={"text": said}) == [("warn", "I cook.")]


def test_in_japanese_120_characters_are_plenty(find):
    said = "私は毎日歩きます。" * 16

    assert find("Q4", language="ja", customer_quote={"text": said}) == [("warn", said)]


def test_the_short_form_has_no_quote(find):
    assert find("Q4", form="short", customer_quote={"text": "A game-changer!"}) == []
