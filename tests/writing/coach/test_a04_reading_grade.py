"""A4: the reading grade, without the product's name."""

from tests.writing.coach.conftest import TODAY
from wbtest.writing import coach
from wbtest.writing.document import Document

PLAIN = "She puts the pan on the stove and looks at what is left in the fridge. " * 10
# The iPod's release of 2001 reads at grade 14 or 15, and is no bad release.
DEMANDING_ONE = (
    "This portable player holds a thousand songs in a remarkably small aluminium case, and"
    " its battery provides ten hours of continuous listening."
)
DEMANDING = f"{DEMANDING_ONE} Your whole collection travels in your pocket wherever you go. " * 5
HARDEST = (
    "Photographic identification facilitates nutritional organization of household consumption."
)
HARD = "Considerable organizational complexity necessitates comprehensive deliberation. " * 20


def test_plain_words_are_left_alone(find):
    assert find("A4", problem=PLAIN) == []


def test_a_demanding_text_is_noted_at_its_hardest_sentence(find):
    assert find("A4", problem=DEMANDING) == [("note", DEMANDING_ONE)]


def test_a_hard_text_wants_a_change_and_never_blocks(find):
    assert find("A4", problem=PLAIN[:300] + HARD + HARDEST) == [("warn", HARDEST)]


def test_the_message_says_the_grade():
    document = Document(problem=HARD)
    found = [f for f in coach.findings_of(document, "full", TODAY) if f.rule.id == "A4"]

    assert found[0].mark.message.startswith("The text reads at grade ")


def test_a_long_name_of_the_product_does_not_count(find):
    name = "Internationalization Characteristics"
    text = f"{name} is on. {name}! She eats {name}’s rice. " * 30

    assert find("A4", problem=text)
    assert find("A4", product=name, problem=text) == []


def test_a_few_words_have_no_grade(find):
    assert find("A4", problem=HARD[:400]) == []


def test_only_english_is_graded(find):
    assert find("A4", language="de", problem=HARD) == []
    assert find("A4", problem="Электроэнергетический преобразовательный агрегат. " * 40) == []


def test_a_text_of_short_sentences_has_a_hardest_one_too(find):
    assert find("A4", problem="Organizational considerations. " * 60) == [
        ("warn", "Organizational considerations.")
    ]
