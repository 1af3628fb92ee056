"""K1: who speaks for the company, and whether they repeat the solution."""

import pytest

QUOTE = {"text": "We were ashamed of our bins.", "speaker": "Tom Okafor", "role": "founder"}
SOLUTION = "Larder recognises food in a photo and plans five dinners from your fridge."


def test_a_named_person_who_says_why_is_fine(find):
    assert find("K1", company_quote=QUOTE, solution=SOLUTION) == []


def test_a_missing_quote_is_marked_once(find):
    assert find("K1", solution=SOLUTION) == [("warn", "")]


@pytest.mark.parametrize("speaker", ["our CEO", "A spokesperson", "Tom"])
def test_a_speaker_without_a_full_name_is_marked(find, speaker):
    assert find("K1", company_quote=QUOTE | {"speaker": speaker}) == [("warn", speaker)]


@pytest.mark.parametrize("part", ["speaker", "role"])
def test_a_missing_speaker_or_title_is_marked(find, part):
    assert find("K1", company_quote=QUOTE | {part: " "}) == [("warn", "")]


@pytest.mark.parametrize(
    ("language", "said", "solution"),
    [
        ("en", "Larder recognised the food in your photo and planned five dinners.", SOLUTION),
        (
            "de",
            "Es erkennt Lebensmittel auf dem Foto und plant fünf Abendessen daraus.",
            "Larder erkennt auf einem Foto die Lebensmittel und plant daraus fünf Abendessen.",
        ),
        (
            "ja",
            "写真から食材を認識して夕食の献立を提案します。",
            "写真の食材を認識し、五日分の夕食の献立を提案する。",
        ),
    ],
)
def test_a_quote_that_repeats_the_solution_is_marked(find, language, said, solution):
    parts = {"company_quote": QUOTE | {"text": said}, "solution": solution}

    assert find("K1", language=language, **parts) == [("warn", said)]


def test_a_few_shared_words_are_no_repetition(find):
    said = "I saw my mother throw away dinners that nobody had planned, and I was ashamed."

    assert find("K1", company_quote=QUOTE | {"text": said}, solution=SOLUTION) == []


def test_the_short_form_has_no_quote(find):
    assert find("K1", form="short") == []
