"""A1: a page and a half at most, in words or characters."""

from tests.writing.coach.conftest import TODAY
from wbtest.writing import coach
from wbtest.writing.document import Document


def messages(**parts: str) -> list[str]:
    findings = coach.findings_of(Document(**parts), "full", TODAY)
    return [finding.mark.message for finding in findings if finding.rule.id == "A1"]


def test_a_page_and_a_half_is_enough(find):
    assert find("A1", problem="dinner " * 675) == []


def test_more_is_too_long(find):
    assert find("A1", problem="dinner " * 400, solution="dinner " * 276) == [("warn", "")]


def test_it_says_by_how_much_and_where_to_cut_first():
    document = Document(problem="dinner " * 500, solution="dinner " * 600)
    found = [f for f in coach.findings_of(document, "full", TODAY) if f.rule.id == "A1"]

    assert found[0].mark.message == "1,100 words: 425 more than fit on a page and a half."
    assert found[0].mark.fix == "Cut the longest part first, “Solution”: 600 words."


def test_japanese_is_counted_in_characters():
    assert messages(language="ja", problem="夕" * 1350) == []
    assert messages(language="ja", problem="夕" * 1400) == [
        "1,400 characters: 50 more than fit on a page and a half."
    ]


def test_less_than_half_a_page_is_worth_a_note(find):
    assert find("A1", problem="dinner " * 224) == [("note", "")]
    assert find("A1", problem="dinner " * 225) == []


def test_what_is_not_begun_is_not_short(find):
    assert find("A1") == []


def test_the_short_form_may_be_short(find):
    assert find("A1", form="short", problem="Dinner is late.") == []


def test_the_short_form_may_be_long_with_a_note(find):
    assert find("A1", form="short", problem="dinner " * 676) == [("note", "")]


def test_the_faq_does_not_count(find):
    faq = [{"audience": "external", "question": "Why?", "answer": "dinner " * 900}]

    assert find("A1", problem="dinner " * 300, faq=faq) == []
