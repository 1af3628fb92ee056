"""Whether a team means the same: a rule of answers and of what people say of them."""

import pytest
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from wbtest.review.review_answers import (
    Agreement,
    ComparedQuestion,
    DraftAgreement,
    ReaderAnswers,
    ReaderMark,
    align,
    customers_sentence,
    milestones,
    silence_warning,
    silent_functions,
)

TOM, PRIYA, JONAS, MEI = 1, 2, 3, 4
MEANT = {
    TOM: "Parents who cook for a family.",
    PRIYA: "A mother who cooks after work.",
    JONAS: "Families that want to save money.",
    MEI: "Tired parents at half past five.",
}
FUNCTIONS = {TOM: "product", PRIYA: "engineering", JONAS: "finance", MEI: "engineering"}


def answered(reader: int, *, is_after_reading: bool = False, **answers: str) -> ReaderAnswers:
    """What a reader answered; reading and reviewer have the same number here."""
    said = answers or {"customer": MEANT[reader]}
    return ReaderAnswers(
        reader, reader, said, FUNCTIONS[reader], "Somebody", is_after_reading=is_after_reading
    )


ALL = [answered(reader) for reader in (PRIYA, TOM, JONAS, MEI)]


def says(who: int, answer: int, *, same: bool) -> ReaderMark:
    return ReaderMark(answer, "customer", who, same)


def customer(givens: list[ReaderAnswers], *marks: ReaderMark) -> ComparedQuestion:
    """The customer question, where Tom is the author."""
    return align(givens, marks, TOM)[0]


def standings(question: ComparedQuestion) -> list[str]:
    return [other.standing for other in question.others]


def test_the_authors_answer_stands_apart_and_the_others_in_their_order() -> None:
    question = customer(ALL)

    assert question.text == MEANT[TOM]
    assert [other.text for other in question.others] == [MEANT[n] for n in (PRIYA, JONAS, MEI)]


@pytest.mark.parametrize("author", [None, 99])
def test_nothing_is_compared_before_the_author_has_answered(author: int | None) -> None:
    assert align(ALL, [], author) == ()


@pytest.mark.parametrize(
    ("marks", "standing"),
    [
        ((), "unmarked"),
        ((True,), "same"),
        ((False,), "different"),
        ((True, True, False), "same"),
        ((True, False), "different"),
        ((True, False, False), "different"),
    ],
)
def test_most_marks_decide_and_a_tie_is_no_agreement(
    marks: tuple[bool, ...], standing: str
) -> None:
    given = [answered(TOM), answered(PRIYA)]

    question = customer(given, *(says(n, PRIYA, same=mark) for n, mark in enumerate(marks, 1)))

    assert standings(question) == [standing]


def test_the_authors_own_marks_weigh_as_much_as_those_of_others() -> None:
    question = customer(ALL, says(TOM, PRIYA, same=True), says(JONAS, PRIYA, same=False))

    assert standings(question) == ["different", "unmarked", "unmarked"]


def test_the_author_is_one_of_those_who_agree() -> None:
    marks = [says(TOM, n, same=n != JONAS) for n in (PRIYA, JONAS, MEI)]

    assert customer(ALL, *marks).agreement == Agreement(same=3, of=4)


def test_what_nobody_has_marked_is_neither_same_nor_different() -> None:
    agreement = customer(ALL, says(MEI, JONAS, same=False)).agreement

    assert agreement == Agreement(same=1, of=4, unmarked=2)
    assert agreement.different == 1


def test_who_read_first_is_shown_and_not_counted() -> None:
    late = answered(MEI, is_after_reading=True)

    question = customer([answered(TOM), late], says(TOM, MEI, same=True))

    assert question.agreement == Agreement(same=1, of=1)
    assert (question.blind, [other.given for other in question.afterwards]) == ((), [late])


def test_agreement_is_counted_by_function() -> None:
    marks = [says(TOM, n, same=n == PRIYA) for n in (PRIYA, JONAS, MEI)]

    assert customer(ALL, *marks).by_function == {
        "product": Agreement(1, 1),
        "engineering": Agreement(1, 2),
        "finance": Agreement(0, 1),
    }


def test_a_question_that_nobody_answered_is_left_out() -> None:
    assert [question.asked.name for question in align(ALL, [], TOM)] == ["customer"]


def test_a_question_that_the_author_left_out_is_read_and_not_compared() -> None:
    mine, theirs = answered(TOM, customer="Parents."), answered(PRIYA, pay="Four pounds.")

    customers, pay = align([mine, theirs], [], TOM)

    assert (customers.others, pay.text) == ((), "")
    assert [other.text for other in pay.others] == ["Four pounds."]


def test_a_mark_counts_for_its_own_question_only() -> None:
    both = {"customer": "Parents.", "pay": "Four pounds."}
    given = [answered(TOM, **both), answered(PRIYA, **both)]

    customers, pay = align(given, [says(TOM, PRIYA, same=True)], TOM)

    assert (standings(customers), standings(pay)) == (["same"], ["unmarked"])


@pytest.mark.parametrize(
    ("agreement", "kind"),
    [
        (Agreement(1, 1), "neutral"),
        (Agreement(4, 4), "go"),
        (Agreement(2, 4), "iterate"),
        (Agreement(1, 4), "stop"),
        (Agreement(3, 4, unmarked=1), "neutral"),
    ],
)
def test_its_colour_says_how_far_one_may_go_on(agreement: Agreement, kind: str) -> None:
    assert agreement.kind == kind


@pytest.mark.parametrize(
    ("agreement", "words"),
    [
        (Agreement(1, 1), "nothing to compare"),
        (Agreement(0, 2, unmarked=2), "nothing to compare"),
        (Agreement(1, 4, unmarked=3), "3 to compare"),
        (Agreement(2, 4, unmarked=2), "2 to compare"),
        (Agreement(1, 4), "all different"),
        (Agreement(3, 4), "3 of 4 same"),
    ],
)
def test_the_author_alone_is_no_agreement(agreement: Agreement, words: str) -> None:
    assert agreement.in_short == words


DRAFTS = [DraftAgreement(n, Agreement(same, 4)) for n, same in enumerate((1, 2, 2, 4), 1)]


FOUR = "Answers about draft 1 described four different customers."
ONE = "All answers about draft 4 described the same customer."


@pytest.mark.parametrize(
    ("drafts", "sentence"),
    [
        ([], ""),
        ([DraftAgreement(1, Agreement(1, 1))], ""),
        (DRAFTS[:1], FOUR),
        (DRAFTS[3:], ONE),
        (DRAFTS, f"{FOUR} {ONE}"),
        (
            [DRAFTS[3], DraftAgreement(5, Agreement(3, 4))],
            f"{ONE} Answers about draft 5 described two different customers.",
        ),
        (
            [DraftAgreement(1, Agreement(1, 1)), *DRAFTS[1:3]],
            "Answers about draft 2 described three different customers. Answers about draft 3 "
            "described three different customers.",
        ),
    ],
)
def test_the_drafts_are_told_by_how_many_customers_they_had(
    drafts: list[DraftAgreement], sentence: str
) -> None:
    assert customers_sentence(drafts) == sentence


@pytest.mark.parametrize(
    ("before", "unmarked", "sentence"),
    [
        (0, 3, "Nobody has compared the answers about draft 5 yet."),
        (0, 2, "2 of 3 answers about draft 5 are left to compare."),
        (0, 1, "1 of 3 answers about draft 5 is left to compare."),
        (1, 3, f"{FOUR} "),
        (4, 3, f"{FOUR} {ONE} "),
    ],
)
def test_a_draft_that_is_not_compared_yet_has_no_number_of_customers(
    before: int, unmarked: int, sentence: str
) -> None:
    newest = DraftAgreement(5, Agreement(4 - unmarked, 4, unmarked=unmarked))

    assert customers_sentence([*DRAFTS[:before], newest]).startswith(sentence)
    assert customers_sentence([*DRAFTS[:before], newest]).count("draft 5") == 1
    assert milestones([*DRAFTS[:before], newest])[-1] == newest


def test_an_older_draft_that_was_never_compared_is_left_out() -> None:
    forgotten = DraftAgreement(1, Agreement(1, 4, unmarked=3))

    assert customers_sentence([forgotten, *DRAFTS[3:]]) == ONE
    assert milestones([forgotten, *DRAFTS[3:]]) == tuple(DRAFTS[3:])


@pytest.mark.parametrize(("count", "numbers"), [(0, []), (1, [1]), (2, [1, 2]), (4, [1, 3, 4])])
def test_at_most_three_numbers_tell_the_way(count: int, numbers: list[int]) -> None:
    assert [draft.number for draft in milestones(DRAFTS[:count])] == numbers


@pytest.mark.parametrize(
    ("seated", "sentence"),
    [
        (["engineering", "other"], ""),
        (["finance"], "Finance has not answered, so its view is missing."),
        (
            ["finance", "leadership", "design"],
            "Design, finance and leadership have not answered, so their views are missing.",
        ),
    ],
)
def test_a_function_with_a_seat_and_no_answer_is_warned_of(
    seated: list[str], sentence: str
) -> None:
    assert silence_warning(silent_functions(seated, {"engineering"})) == sentence


MARKS = st.lists(
    st.builds(says, st.integers(1, 4), st.integers(1, 4), same=st.booleans()),
    max_size=12,
    unique_by=lambda mark: (mark.reviewer, mark.reading),
)


@settings(max_examples=60, deadline=None)
@generated(marks=MARKS, extra=st.integers(2, 4))
def test_every_answer_is_counted_once_and_one_more_same_never_lowers_the_agreement(
    marks: list[ReaderMark], extra: int
) -> None:
    agreement = customer(ALL, *marks).agreement
    more = customer(ALL, *marks, says(9, extra, same=True)).agreement

    assert agreement.same + agreement.different + agreement.unmarked == agreement.of == len(ALL)
    assert 1 <= agreement.same <= more.same
    assert agreement == customer(ALL, *reversed(marks)).agreement
