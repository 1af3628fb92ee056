"""What a release assumes, and how it is known again: pure."""

from dataclasses import replace

from tests.decisions.conftest import PRICE, RISK
from tests.factories import LARDER
from wbtest.decisions.learning_cards import assumptions_of, key_for, newest_by_key, tally
from wbtest.decisions.models import AssumptionMark
from wbtest.writing.document import Document, Evidence, OpenQuestion, Question

ASSUMING = replace(LARDER, evidence=(Evidence("£4 a month", "assumed"),))


def test_numbers_called_assumed_come_first_then_open_questions():
    assert [each.key for each in assumptions_of(ASSUMING)] == [PRICE, RISK]


def test_what_has_a_source_or_is_imagined_is_not_assumed():
    sourced = (Evidence("£4 a month", "sourced", "a poll"), Evidence("30 minutes", "imagined"))

    assert [each.key for each in assumptions_of(replace(LARDER, evidence=sourced))] == [RISK]


def test_a_number_that_is_gone_from_the_text_is_not_assumed_any_more():
    gone = replace(LARDER, evidence=(Evidence("£9 a month", "assumed"),))

    assert [each.kind for each in assumptions_of(gone)] == ["question"]


def test_a_question_without_words_settles_nothing():
    assert (
        assumptions_of(Document(faq=(Question("internal", " ", open=OpenQuestion("Mei")),))) == ()
    )


def test_a_number_and_a_question_in_the_same_words_are_two():
    assert key_for("number", "40 %") != key_for("question", "40 %")


def test_the_last_word_on_an_assumption_stands():
    first = AssumptionMark(kind="number", words="£4 a month", state="open")
    last = AssumptionMark(kind="number", words="£4 A  month", state="refuted")

    assert newest_by_key([first, last]) == {PRICE: last}


def test_the_tally_names_only_what_there_is():
    marks = [AssumptionMark(state=state) for state in ("confirmed", "refuted", "confirmed")]

    assert tally(marks, 3) == "1 refuted, 2 confirmed, 3 still open"
    assert (tally(marks[:1]), tally([])) == ("1 confirmed", "")
