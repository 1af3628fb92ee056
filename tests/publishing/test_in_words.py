"""The rule as people read it."""

from tests.factories import make_rule
from wbtest.publishing import in_words, letters

RULE = make_rule()


def test_the_claim_is_one_sentence():
    given = make_rule(who="parents who cook.", does="leave an address. ")

    assert in_words.claim(given) == "At least 8\u202f% of parents who cook will leave an address."


def test_every_outcome_says_when_and_what_then():
    outcomes = in_words.outcomes(RULE)

    assert [outcome.kind for outcome in outcomes] == ["go", "iterate", "neutral"]
    assert outcomes[0].then == RULE.if_met
    assert [outcome.then for outcome in outcomes].count(RULE.if_not_met) == 1
    assert "8\u202f%" in outcomes[0].when
    assert "3\u202f%" in outcomes[1].when
    assert "2,400 visitors" in outcomes[2].when


def test_the_letter_holds_all_that_is_needed_to_check_the_seal_later():
    letter = letters.seal_letter(
        RULE,
        page_url="https://try.example.com/p/larder",
        seal_url="https://try.example.com/experiments/3/seal.txt",
        seal="f" * 64,
        revision=(2, "a" * 64),
        variants=[("control", 1), ("price", 3)],
        page_digests={"control": "b" * 64, "price": "c" * 64},
        time_zone="Europe/London",
    )

    for text in ("/p/larder", "seal.txt", *(letter_of * 64 for letter_of in "fabc")):
        assert text in letter
    assert in_words.claim(RULE) in letter
    assert RULE.if_unclear in letter
    assert "price: weight 3" in letter
    assert "29 March 2027" in letter
