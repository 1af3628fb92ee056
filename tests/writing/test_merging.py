"""Two texts made from one: what only one changed is kept, what both changed is asked about."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wbtest.writing.merging import Values, merge

WORDS = st.sampled_from(["", "one", "two", "three"])
ROW = st.fixed_dictionaries(
    {
        "audience": st.sampled_from(["external", "internal"]),
        "question": WORDS,
        "answer": WORDS,
        "topic": st.sampled_from(["", "price"]),
    }
)
TEXT = st.fixed_dictionaries(
    {
        "headline": WORDS,
        "problem": WORDS,
        "quote": st.fixed_dictionaries({"text": WORDS, "speaker": WORDS}),
        "faq": st.lists(ROW, max_size=4).map(
            lambda rows: sorted(rows, key=lambda row: row["audience"])
        ),
    }
)


def row(question: str, answer: str = "", audience: str = "external") -> dict[str, Any]:
    return {"audience": audience, "question": question, "answer": answer, "topic": ""}


def faq(*rows: dict[str, Any]) -> Values:
    return {"faq": list(rows)}


def asked(values: Values) -> list[str]:
    return [f"{row['question']} {row['answer']}".strip() for row in values["faq"]]


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT)
def test_when_only_one_changed_the_text_that_one_stays(base: Values, changed: Values):
    assert merge(base, changed, base).mine == changed
    assert merge(base, base, changed).mine == changed
    assert merge(base, changed, changed).mine == changed
    assert not merge(base, changed, base).collides


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT, TEXT)
def test_no_words_are_lost(base: Values, mine: Values, theirs: Values):
    merged = merge(base, mine, theirs)

    def said(values: Values) -> set[str]:
        rows = [row[name] for row in values["faq"] for name in ("question", "answer")]
        return {values["headline"], values["problem"], *values["quote"].values(), *rows}

    new = (said(mine) | said(theirs)) - said(base)
    assert new <= said(merged.mine) | said(merged.theirs)


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT, TEXT)
def test_who_comes_second_makes_no_difference_to_what_collides(
    base: Values, mine: Values, theirs: Values
):
    assert merge(base, mine, theirs).collides == merge(base, theirs, mine).collides


def test_different_fields_of_a_quote_do_not_collide():
    base = {"quote": {"text": "a", "speaker": "b"}}

    merged = merge(
        base, {"quote": {"text": "x", "speaker": "b"}}, {"quote": {"text": "a", "speaker": "y"}}
    )

    assert merged.mine["quote"] == {"text": "x", "speaker": "y"}
    assert not merged.collides


def test_the_same_words_changed_by_both_are_asked_about():
    merged = merge({"problem": "a"}, {"problem": "x"}, {"problem": "y"})

    assert (merged.mine["problem"], merged.theirs["problem"]) == ("x", "y")


def test_answers_to_different_questions_do_not_collide():
    base = faq(row("A?"), row("B?"))

    merged = merge(base, faq(row("A?", "mine"), row("B?")), faq(row("A?"), row("B?", "theirs")))

    assert asked(merged.mine) == ["A? mine", "B? theirs"]
    assert not merged.collides


def test_an_answer_follows_its_question_that_was_moved():
    base = faq(row("A?"), row("B?"))

    merged = merge(base, faq(row("B?"), row("A?")), faq(row("A?"), row("B?", "theirs")))

    assert asked(merged.mine) == ["B? theirs", "A?"]
    assert not merged.collides


def test_questions_added_by_both_are_all_kept():
    base = faq(row("A?"))

    merged = merge(base, faq(row("A?"), row("Mine?")), faq(row("A?"), row("Theirs?")))

    assert asked(merged.mine) == ["A?", "Theirs?", "Mine?"]
    assert not merged.collides


def test_an_answer_to_a_question_that_was_removed_is_asked_about():
    base = faq(row("A?"), row("B?"))

    merged = merge(base, faq(row("A?")), faq(row("A?"), row("B?", "new")))

    assert asked(merged.mine) == ["A?"]
    assert asked(merged.theirs) == ["A?", "B? new"]


def test_the_two_sides_of_the_faq_do_not_collide():
    ours = row("Why?", audience="internal")
    base = faq(row("A?"), ours)

    merged = merge(base, faq(row("A?"), row("New?"), ours), faq(row("A?")))

    assert asked(merged.mine) == ["A?", "New?"]
    assert not merged.collides


def test_without_the_text_that_both_were_made_from_every_difference_is_asked_about():
    merged = merge(None, {"problem": "a", "headline": "same"}, {"problem": "b", "headline": "same"})

    assert (merged.mine["problem"], merged.theirs["problem"]) == ("a", "b")
    assert merged.mine["headline"] == merged.theirs["headline"] == "same"


def test_two_people_explain_two_numbers():
    def numbers(*pairs: tuple[str, str]) -> Values:
        return {"evidence": [{"words": words, "kind": kind} for words, kind in pairs]}

    merged = merge(
        numbers(("£4", "")),
        numbers(("£4", "assumed")),
        numbers(("£4", ""), ("30 minutes", "sourced")),
    )

    assert (
        merged.mine["evidence"] == numbers(("£4", "assumed"), ("30 minutes", "sourced"))["evidence"]
    )
    assert not merged.collides


def test_two_people_who_explain_one_number_differently_are_asked():
    base, mine, theirs = (
        {"evidence": [{"words": "£4", "kind": kind}]} for kind in ("", "assumed", "imagined")
    )

    assert merge(base, mine, theirs).collides


def test_an_answer_never_comes_to_stand_under_the_question_that_replaced_its_own():
    base = faq(row("How much is it?"), row("Who helps me?"))

    merged = merge(
        base,
        faq(row("How much is it?"), row("Where are my photos?")),
        faq(row("How much is it?"), row("Who helps me?", "We do.")),
    )

    assert asked(merged.mine) == ["How much is it?", "Where are my photos?"]
    assert asked(merged.theirs) == ["How much is it?", "Who helps me? We do."]


def test_an_answer_stays_with_its_question_that_was_reworded():
    merged = merge(
        faq(row("Who helps me?")), faq(row("Who helps us?")), faq(row("Who helps me?", "We do."))
    )

    assert asked(merged.mine) == ["Who helps us? We do."]
    assert not merged.collides


def test_a_number_is_the_same_with_other_spaces():
    one, two = ({"evidence": [{"words": words}]} for words in ("£4 a month", "£4\u00a0a  Month"))

    assert len(merge({"evidence": []}, one, two).theirs["evidence"]) == 1
